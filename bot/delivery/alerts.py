"""
Alerts: a home message for a ticket or for several that fell due together, edited with each step.

Which tickets stand in one message is written in `shown`: each has its row, and all name the same message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot import places
from bot.blocks.alert_groups import ROWS, alert_group_message
from bot.blocks.alerts import alert_message
from bot.delivery import hidden
from bot.delivery.alert_facts import (
    is_resting,
    is_stage_time,
    is_time,
    owed_since,
    owed_since_each,
    worst,
)
from bot.delivery.called import by_stage
from bot.delivery.lateness import down_since, ends_found_at
from bot.delivery.letters import Letter, NotYet
from bot.delivery.reading import Dossier
from bot.views import Alert, AlertGroup, AlertState
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage, AlertedTicket
from ticketing.desk.trying import trial_channel
from ticketing.instants import from_us
from ticketing.ladder import calls_somebody, has_no_deadline
from ticketing.model import TicketRef
from ticketing.outbox import Errand
from ticketing.shown import Shown

RETRY_S = 0.25
"""How long a message waits for what else has fallen due, before it is drawn again."""


def home(dossier: Dossier, place: str, errand: Errand | None = None) -> Letter | None:
    """
    The ticket's message in the escalation channel, alone or with what fell due together with it.

    It is about what is worst and still owed, else about what was settled last. Once nothing is owed it is edited only. A step
    that calls somebody is left to its line, which names whom.
    Raises NotYet while more is just falling due.
    """
    desk, ref = dossier.desk, dossier.ref
    if errand is not None:
        let_gather(desk, errand)
    stands = desk.outbox.shown(ref.customer_id, place, places.about_alert(ref.number))
    if stands is not None:
        several = standing(dossier, place, stands, stands.about)
        if several is not None:
            return several
    elif hidden.is_private_elsewhere(dossier, place):
        return None
    elif errand is not None:
        waiting = [each for each in readable(dossier, desk.untold_alerts(errand), place) if told_now(dossier, each)]
        if len(waiting) > 1 and any(each.ref == ref for each in waiting):
            return _new_group(dossier, errand, waiting)
    letter = alone(dossier)
    if letter is None or stands is not None or errand is None:
        return letter
    return replace(letter, also=tuple(desk.lines_telling(place, letter.told)))


def alone(dossier: Dossier, *, is_optional: bool = False) -> Letter | None:
    """The message of one ticket; with `is_optional` it only edits, and tells nothing new."""
    rows = dossier.desk.outbox.alerts(dossier.ref)
    if not rows:
        return None
    alert = worst(dossier, rows)
    untold = [row for row in rows if row.home is None and not is_resting(dossier, row)]
    due = [row for row in untold if is_time(dossier, row) and not is_optional]
    told = [row for row in due if not calls_somebody(dossier.configuration.ladder, row.key.stage)]
    is_owed = alert.state not in (AlertState.ANSWERED, AlertState.VOID, AlertState.PICKED_UP)
    return Letter(
        about=places.about_alert(dossier.ref.number),
        side=places.ALERT,
        message=alert_message(alert),
        only_edit=is_optional or not is_owed or not (due or any(row.home for row in rows)),
        is_optional=is_optional,
        told=tuple(row.key for row in told),
        owed_since=tuple(since for row in told if (since := owed_since(dossier, row)) is not None),
    )


def let_gather(desk: Desk, errand: Errand) -> None:
    """
    Wait a moment while the watch is still marking what fell due at the same time, so that it is told together.

    Before anything is read: what is marked by then is found, and nothing told of that was not drawn. Raises NotYet.
    """
    if desk.is_gathering(errand):
        raise NotYet(RETRY_S)


# --- several together -------------------------------------------------------------------------------------------------


def readable(dossier: Dossier, several: list[AlertedTicket], place: str) -> list[AlertedTicket]:
    """Those that whoever reads in the place may see."""
    configuration = dossier.configuration
    return [each for each in several if not hidden.are_private_elsewhere(configuration, each.category, place)]


def _new_group(dossier: Dossier, errand: Errand, waiting: list[AlertedTicket]) -> Letter:
    untold = [
        stage
        for each in waiting
        for stage in each.stages
        if not stage.is_told and stage.is_owed
        if not calls_somebody(dossier.configuration.ladder, stage.key.stage)
    ]
    own = (errand.customer_id, errand.id)
    told = [stage.key for stage in untold]
    rows: list[tuple[int, int]] = [(each.ref.customer_id, row) for each in waiting for row in each.rows]
    rows += dossier.desk.lines_telling(errand.place, told)
    return Letter(
        about=places.about_alert(dossier.ref.number),
        side=places.ALERT,
        message=alert_group_message(group_of(dossier.desk, waiting, told=untold)),
        told=tuple(told),
        owed_since=owed_since_each(dossier.desk, untold),
        also=tuple(row for row in rows if row != own),
        members=tuple((each.ref.customer_id, places.about_alert(each.ref.number)) for each in waiting),
    )


def standing(dossier: Dossier, place: str, stands: Shown, about: str) -> Letter | None:
    """
    A message that stands, as it is to be now, if it is about several tickets, or shows one that has another of its own.

    What is owed and is told in another channel by now is not in it: it says where that is.
    """
    desk = dossier.desk
    # In this order: what is asked for after it was drawn is not shown yet, and has to be drawn anew.
    asked = desk.cards_waiting_for(place, stands.channel, stands.ts)
    members = desk.alerts_in_message(stands.channel, stands.ts)
    may_be_read = readable(dossier, members, place)
    if not may_be_read:
        return replace(hidden.alert(dossier.ref.number), about=about)
    if len(members) <= 1 and about == places.about_alert(dossier.ref.number):
        return None
    here, elsewhere = _split(dossier, may_be_read, place)
    home = f"{stands.channel}:{stands.ts}"
    called = {(each.key.stage, one.category) for one in here for each in one.owed if each.home == home}
    told = [each for one in here for each in one.stages if each.home == home]
    ended = {each.ref: seq for each in here if (seq := places.ended_in(each.about)) is not None}
    group = group_of(desk, here, called=called, told=told, ended=ended)
    return Letter(
        about=about,
        side=places.ALERT,
        message=alert_group_message(replace(group, elsewhere=elsewhere)),
        only_edit=True,
        also=tuple(asked),
        members=tuple((each.ref.customer_id, each.about) for each in members),
    )


def _split(
    dossier: Dossier, tickets: list[AlertedTicket], place: str
) -> tuple[list[AlertedTicket], tuple[tuple[str, tuple[int, ...]], ...]]:
    """Those whose alerts are read in the place or are over, and of the rest where: the channel and their numbers."""
    if trial_channel(dossier.ticket) is not None:
        return tickets, ()
    here: list[AlertedTicket] = []
    away: dict[str, list[int]] = {}
    for each in tickets:
        now = places.of_alerts_in(each.category, dossier.configuration)
        channel = places.channel_in(now) if now is not None and now != place and each.is_owed else None
        if channel is None:
            here.append(each)
        else:
            away.setdefault(channel, []).append(each.ref.number)
    return here, tuple((channel, tuple(sorted(numbers))) for channel, numbers in sorted(away.items()))


def group_of(
    desk: Desk,
    tickets: Sequence[AlertedTicket],
    *,
    page: int = 1,
    size: int = ROWS,
    zone: str | None = None,
    key: str = "",
    called: Iterable[tuple[str, str]] = (),
    told: Sequence[AlertedStage] = (),
    ended: Mapping[TicketRef, int] | None = None,
) -> AlertGroup:
    """
    A page of several alerts, the worst first, with the counts of all. `zone` is the reader's; in channels the desk's.

    `called` are the stages of steps (and the categories) that it calls somebody by, and `told` all that it tells of itself;
    `ended` are the log's entries of promises of which it says that they have come to their end.
    """
    ranked = sorted(tickets, key=lambda each: each.rank)
    pages = max(1, -(-len(ranked) // size))
    page = min(max(1, page), pages)
    part = ranked[(page - 1) * size : page * size]
    owed = [each for each in ranked if each.is_owed]
    lying = [each for each in owed if not any(_has_deadline(stage) for stage in each.owed)]
    late = [each for each in owed if each.is_late and any(_has_deadline(stage) for stage in each.owed)]
    untouched = sum(each.is_held for each in lying)
    zone = zone or desk.configuration().zone
    since, told_at = down_since(desk, told)
    lapsed = ended or {}
    mentions = dict.fromkeys(one for stage, of in sorted(called) for one in by_stage(desk, stage, of))
    return AlertGroup(
        alerts=tuple(_member(Dossier(desk, each.ref), zone, lapsed.get(each.ref)) for each in part),
        overdue=len(late),
        due_soon=len(owed) - len(lying) - len(late),
        over=len(ranked) - len(part) if page == 1 and size == ROWS else 0,
        page=page,
        pages=pages,
        can_take_several=len(owed) > 1,
        zone=zone,
        waiting=len(lying) - untouched,
        untouched=untouched,
        settled=len(ranked) - len(owed),
        due_since=since if any(_has_deadline(stage) for stage in told) else None,
        told_at=told_at or ends_found_at(desk, lapsed),
        called=tuple(mentions),
        key=key,
    )


def _has_deadline(stage: AlertedStage) -> bool:
    return not has_no_deadline(stage.key.stage)


def _member(dossier: Dossier, zone: str, ended: int | None) -> Alert:
    """With whose promise has come to its end, unless somebody has seen to it since."""
    alert = alert_of(dossier, zone)
    last = next((each for each in dossier.events if each.seq == ended), None)
    if last is None or alert.until is not None:
        return alert
    return replace(alert, ended_by=dossier.name(last.data["person"]), ended_at=from_us(int(last.data["until"])))


def alert_of(dossier: Dossier, zone: str | None = None) -> Alert:
    """What stands worst with one ticket, or how it ended."""
    return worst(dossier, dossier.desk.outbox.alerts(dossier.ref), zone)


def told_now(dossier: Dossier, each: AlertedTicket) -> bool:
    """Whether it has something to tell that holds, and it is time; what a message told that is gone is told again."""
    return any(is_stage_time(dossier, stage) for stage in each.owed)
