"""
What fell due in a channel while nothing ran: one message tells of all of it, be it new there or told of in messages of before.

Those are edited as ever; where they are few, their threads say it as well, without calling anybody a second time. The message
is a row of the outbox of its own that names what it tells, so that whoever draws it again, whatever died over it, tells the same
once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot import places
from bot.blocks.alert_groups import alert_group_message
from bot.delivery import hidden
from bot.delivery.alert_facts import is_stage_time, owed_since_each
from bot.delivery.alert_lines import LAPSED, QUIET, matter_of, still_true
from bot.delivery.alert_lists import FEW, calls
from bot.delivery.alerts import group_of, let_gather, readable, standing, told_now
from bot.delivery.lateness import LOOKED_AT, seems_late, was_found_late
from bot.delivery.letters import Instead, Letter
from bot.delivery.reading import Dossier
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage, AlertedTicket
from ticketing.instants import from_us
from ticketing.ladder import is_idle
from ticketing.lanes import AHEAD_FROM
from ticketing.model import PersonId, TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_CARD, ALERT_LINE, ALERT_LISTED, FELL_DUE_AT

KIND = "downtime"


# --- whether there is to be one -------------------------------------------------------------------------------------------


def instead(dossier: Dossier, errand: Errand) -> Instead | None:
    """
    The one message of what was found late and would else be told in several; None where nothing was, or one is enough.

    Raises NotYet while more is just falling due.
    """
    desk, place = dossier.desk, errand.place
    stands = desk.outbox.shown(errand.customer_id, place, places.about_alert(dossier.ref.number))
    if (errand.kind == ALERT_CARD) is (stands is not None):
        return None
    if errand.kind != ALERT_CARD and not _tells(errand):
        return None
    let_gather(desk, errand)
    lines = [(each, ts) for each, ts in desk.lines_in_threads(place) if _tells(each)]
    if stands is not None:
        lines.append((errand, stands.ts))
    late = {id(each) for each, _ in lines if _seems_late(each)}
    if not _is_any_late(desk, [each for each, _ in lines if id(each) in late]):
        return None
    homes = {ts for each, ts in lines if id(each) in late or calls(each)}
    new = [each for each in readable(dossier, desk.untold_alerts(errand), place) if told_now(dossier, each)]
    is_one_line = len({each.kind for each, _ in lines if calls(each)}) <= 1
    if len(homes) + bool(new) <= 1 and is_one_line:
        return None
    return _one_message(desk, errand, new, [each for each, _ in lines], len(homes))


def _one_message(desk: Desk, errand: Errand, new: list[AlertedTicket], lines: list[Errand], homes: int) -> Instead:
    data = {
        "new": [[each.ref.customer_id, each.ref.number] for each in new],
        "lines": [[each.customer_id, each.about, each.kind, dict(each.data)] for each in lines],
        "homes": homes,
    }
    keys = [stage.key for each in new for stage in each.owed if not stage.is_told]
    rows: list[tuple[int, int]] = [(each.ref.customer_id, row) for each in new for row in each.rows]
    rows += [*desk.lines_telling(errand.place, keys), *((each.customer_id, each.id) for each in lines)]
    # Ahead of the edits of all these messages, for which Slack may have to be waited for.
    notice = Notice(errand.place, places.about_list(errand.id), KIND, priority=errand.priority + 1, data=data)
    return Instead(by=(notice,), also=tuple(row for row in rows if row != (errand.customer_id, errand.id)))


def _tells(line: Errand) -> bool:
    """Whether it tells of something that has come about by itself, and not of what somebody did."""
    return not line.data.get(QUIET) and (line.kind == ALERT_LINE or bool(line.data.get(LAPSED)))


def _seems_late(line: Errand) -> bool:
    return FELL_DUE_AT in line.data and seems_late(from_us(int(line.data[FELL_DUE_AT])), line.created_at)


def _is_any_late(desk: Desk, seem: list[Errand]) -> bool:
    """Of those that seem so, a few are looked at."""
    return any(
        was_found_late(Dossier(desk, line.ticket), from_us(int(line.data[FELL_DUE_AT])), line.created_at)
        for line in seem[:LOOKED_AT]
        if line.ticket is not None
    )


# --- what it says ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What the message tells of one ticket, under which name."""

    ticket: AlertedTicket
    about: str
    stages: tuple[AlertedStage, ...]
    ended: int | None = None
    """The log's entry of a promise that has come to its end."""


def told(desk: Desk, errand: Errand) -> Letter | None:
    """
    The message, with the worst first: what still holds of all that its row names. None where nothing does.

    An earlier try may have told of all of it: then what has ended since is struck through.
    """
    lines = list(_lines(errand))
    new = {TicketRef(PersonId(customer_id), number) for customer_id, number in errand.data["new"]}
    asked = [*new, *(line.ticket for line in lines if line.ticket is not None)]
    configuration = desk.configuration()
    alerted = {
        each.ref: each
        for each in desk.alerts_of(asked)
        if not hidden.are_private_elsewhere(configuration, each.category, errand.place)
    }
    if not alerted:
        return None
    any_ = Dossier(desk, next(iter(alerted)))
    found = [
        *_of_new(any_, errand, [alerted[ref] for ref in sorted(new, key=lambda ref: ref.number) if ref in alerted]),
        *_of_lines(any_, errand, [(line, alerted[line.ticket]) for line in lines if line.ticket in alerted]),
    ]
    if not found:
        return None
    stages = {stage.key: stage for each in found for stage in each.stages}
    ended = {each.ticket.ref: each.ended for each in found if each.ended is not None}
    group = group_of(
        desk, [each.ticket for each in found], called=_called(found), told=list(stages.values()), ended=ended
    )
    return Letter(
        about=errand.about,
        side=places.ALERT,
        message=alert_group_message(group),
        told=tuple(stages),
        owed_since=owed_since_each(desk, stages.values()),
        members=tuple((each.ticket.ref.customer_id, each.about) for each in found),
        then=(*_drawn_anew(errand, found), *_quiet_lines(errand, lines, {each.ticket.ref for each in found} - new)),
    )


def _called(found: Iterable[_Told]) -> set[tuple[str, str]]:
    return {(stage.key.stage, each.ticket.category) for each in found for stage in each.stages if stage.is_owed}


def _of_new(any_: Dossier, errand: Errand, tickets: Iterable[AlertedTicket]) -> Iterable[_Told]:
    """The tickets whose own message this is."""
    for each in tickets:
        stages = tuple(stage for stage in each.stages if not stage.is_told and _holds_now(any_, stage))
        if stages:
            yield _Told(each, places.about_alert(each.ref.number), stages)


def _holds_now(any_: Dossier, stage: AlertedStage) -> bool:
    return stage.is_owed and is_stage_time(any_, stage)


def _of_lines(any_: Dossier, errand: Errand, lines: Iterable[tuple[Errand, AlertedTicket]]) -> Iterable[_Told]:
    """Those that have messages of their own."""
    found: dict[TicketRef, _Told] = {}
    for line, each in lines:
        stage = still_true(any_, line, each)
        if stage is None:
            continue
        one = found.get(each.ref) or _Told(each, _beside(errand, each.ref), ())
        if line.kind == ALERT_LINE:
            found[each.ref] = replace(one, stages=(*one.stages, stage))
            continue
        # That a promise has lapsed is no alert of its own, but what was picked up and let lie becomes one by that.
        ended, lies = int(line.data["event"]), (own for own in each.owed if is_idle(own.key.stage) and not own.is_told)
        found[each.ref] = replace(one, about=_beside(errand, each.ref, ended), stages=(*one.stages, *lies), ended=ended)
    return found.values()


def _beside(errand: Errand, ref: TicketRef, ended: int | None = None) -> str:
    """What the message is called for a ticket that has one of its own: other downtimes' messages go on beside it."""
    return places.about_down(ref.number, errand.about.partition(":")[2], ended)


def _drawn_anew(errand: Errand, found: Iterable[_Told]) -> tuple[Notice, ...]:
    """What was answered before it was known where the message stands could not ask for it."""
    besides = (each for each in found if places.is_down(each.about))
    return tuple(
        Notice(errand.place, each.about, ALERT_LISTED, each.ticket.ref, priority=AHEAD_FROM)
        for each in itertools.islice(besides, 1)
    )


def _quiet_lines(errand: Errand, lines: Iterable[Errand], refs: set[TicketRef]) -> tuple[Notice, ...]:
    """What each thread says of it, where there are few: nobody is called once more."""
    if errand.data["homes"] > FEW:
        return ()
    matters = {matter_of(line): line for line in lines if line.ticket in refs}
    return tuple(
        Notice(
            errand.place,
            places.about_alert(line.ticket.number),
            line.kind,
            line.ticket,
            priority=AHEAD_FROM,
            data={**line.data, QUIET: True},
        )
        for line in matters.values()
        if line.ticket is not None
    )


def _lines(errand: Errand) -> Iterable[Errand]:
    for customer_id, about, kind, data in errand.data["lines"]:
        ref = TicketRef(PersonId(customer_id), int(about.partition(":")[2]))
        line: dict[str, Any] = {"customer_id": customer_id, "about": about, "kind": kind, "ticket": ref, "data": data}
        yield replace(errand, **line)


def again(dossier: Dossier, errand: Errand) -> Letter | None:
    """The same message after a change of a ticket that has another of its own."""
    stands = dossier.desk.outbox.shown(errand.customer_id, errand.place, errand.about)
    return None if stands is None else standing(dossier, errand.place, stands, errand.about)
