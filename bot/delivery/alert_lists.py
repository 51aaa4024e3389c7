"""
Many alerts at once whose tickets have messages of their own: one list, instead of a line in the thread of each.

Such as after hours in which nothing ran. A list is a row of the outbox of its own that names what it tells, so that whoever
draws it again lists the same. The messages of the tickets are edited as ever.
"""

from __future__ import annotations

from dataclasses import replace

from bot import places
from bot.blocks.alert_lines import alert_list_message
from bot.delivery import hidden
from bot.delivery.alert_lines import (
    LAPSED,
    LINES_DRAWN,
    QUIET,
    Drawn,
    called_besides,
    drawn,
    keys_of,
    matter_of,
    since_of,
    still_true,
)
from bot.delivery.alerts import let_gather
from bot.delivery.letters import Instead, Letter
from bot.delivery.reading import Dossier
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage, AlertedTicket
from ticketing.model import PersonId, TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_LINE, ALERT_SAID, WARNING

KIND = "alert_list"

FEW = 5
"""So many messages may get a line of their own at once; of more there is one list."""


def instead_of_lines(dossier: Dossier, errand: Errand) -> Instead | None:
    """
    The list of what waits to be told in the threads of many messages; None where a line in each is few enough.

    Raises NotYet while more is just falling due.
    """
    desk = dossier.desk
    if errand.is_doubtful or not calls(errand):
        return None
    let_gather(desk, errand)
    own = desk.outbox.shown(errand.customer_id, errand.place, places.about_alert(dossier.ref.number))
    waiting = [(each, ts) for each, ts in desk.lines_in_threads(errand.place) if calls(each)]
    if own is None or len({own.ts, *(ts for _, ts in waiting)}) <= FEW:
        return None
    others = [each for each, _ in waiting]
    lines = [[each.customer_id, each.about, each.kind, dict(each.data)] for each in (errand, *others)]
    # Ahead of the edits of all these messages, for which Slack may have to be waited for.
    priority, about = errand.priority + 1, places.about_list(errand.id)
    return Instead(
        by=(Notice(errand.place, about, KIND, priority=priority, data={"lines": lines}),),
        also=tuple((each.customer_id, each.id) for each in others),
    )


def calls(errand: Errand) -> bool:
    """Whether its line goes to the channel as well: a breach, a step of the ladder, a promise that has lapsed."""
    if errand.data.get(QUIET):
        return False
    return bool(errand.data.get(LAPSED)) if errand.kind == ALERT_SAID else errand.data.get("stage") != WARNING


def listed(desk: Desk, errand: Errand) -> Letter | None:
    """The list: the worst first, ten with a sentence each, the rest counted. Each can be opened from it."""
    told: list[Drawn] = []
    counted: list[tuple[Errand, AlertedTicket, AlertedStage]] = []
    members: dict[TicketRef, None] = {}
    matters = set[str]()
    first: Dossier | None = None
    for line, ticket in _ranked(desk, errand):
        if matter_of(line) in matters:
            continue
        dossier = Dossier(desk, ticket.ref) if first is None or len(told) < LINES_DRAWN else first
        first = first or dossier
        if len(told) < LINES_DRAWN:
            one = drawn(dossier, line)
            told += [one] if one is not None else []
            is_told = one is not None
        else:
            stage = still_true(dossier, line, ticket)
            counted += [(line, ticket, stage)] if stage is not None else []
            is_told = stage is not None
        if is_told:
            members[ticket.ref] = None
            matters.add(matter_of(line))
    if first is None or not told:
        return None
    stages = [stage for line, _, stage in counted if line.kind == ALERT_LINE]
    drawn_ = [one.alert for one in told]
    mentions = called_besides(desk, drawn_, ((line, ticket) for line, ticket, _ in counted))
    return Letter(
        about=errand.about,
        side=places.ALERT,
        message=alert_list_message(drawn_, len(counted), mentions),
        members=tuple((ref.customer_id, places.about_listed(ref.number)) for ref in members),
        told=keys_of(told, stages),
        owed_since=since_of(desk, told, stages),
    )


def _ranked(desk: Desk, errand: Errand) -> list[tuple[Errand, AlertedTicket]]:
    """The lines of the list with their tickets, the worst first; without those whose tickets others may see by now."""
    configuration = desk.configuration()
    lines = [
        (TicketRef(PersonId(customer_id), int(about.partition(":")[2])), about, kind, data)
        for customer_id, about, kind, data in errand.data["lines"]
    ]
    alerted = {
        each.ref: each
        for each in desk.alerts_of(ref for ref, *_ in lines)
        if not hidden.are_private_elsewhere(configuration, each.category, errand.place)
    }
    found = [
        (replace(errand, customer_id=ref.customer_id, about=about, kind=kind, ticket=ref, data=data), alerted[ref])
        for ref, about, kind, data in lines
        if ref in alerted
    ]
    return sorted(found, key=lambda each: each[1].rank)
