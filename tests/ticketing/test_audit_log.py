"""The audit log says who changed what, from what to what and why: for every act on a ticket that the desk has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.use_cases import ACTS, Stage, a_stage
from ticketing.desk import Desk
from ticketing.events import EventKind, TicketEvent
from ticketing.model import Ticket, TicketRef, TicketStatus

BEFORE_IT: Mapping[str, Sequence[str]] = {
    "claim": ["release"],
    "start": ["release", "claim"],
    "resume": ["wait_for_customer"],
    "reopen": ["resolve"],
    "undo": ["resolve"],
    "rate": ["resolve"],
    "unmerge": ["merge"],
    "unlink": ["link"],
    "remove_tags": ["add_tags"],
    "unlink_from_problem": ["link_to_problem"],
    "wake": ["snooze"],
}
"""What has to be done first for an act to change something."""

CHANGES_NOTHING = {
    "begin_answering": "who is writing is no change of the ticket",
    "end_answering": "as beginning to",
    "change_fields": "its category asks for nothing",
}

HISTORIES = (EventKind.STATUS, EventKind.PRIORITY, EventKind.CATEGORY, EventKind.ASSIGNED)

Shown = dict[EventKind, str | None]


def test_every_act_is_in_the_log_with_who_did_it_and_from_what_to_what(
    desk: Desk, cast: Cast, clock: MovableClock
) -> None:
    silent = set()
    for name, arguments in ACTS.items():
        stage = a_stage(desk, cast, clock)
        given = arguments(stage)
        if "ref" not in given:
            continue
        for first in BEFORE_IT.get(name, ()):
            getattr(desk, first)(**ACTS[first](stage))
        before = tickets_of(stage)
        getattr(desk, name)(**arguments(stage))
        new = {
            ref: (ticket, desk.events(ref)[before[ref].last_event if ref in before else 0 :])
            for ref, ticket in tickets_of(stage).items()
        }
        if not any(events for _, events in new.values()):
            silent.add(name)
        for ref, (ticket, events) in new.items():
            wrong = [event for event in events if event.actor_id != actor_of(event, given.get("by", stage.amir))]
            assert not wrong, (name, wrong)
            assert all(event.at == clock.now for event in events), name
            assert after(shown(before[ref]) if ref in before else None, events) == shown(ticket), name
    assert silent == CHANGES_NOTHING.keys()


def tickets_of(stage: Stage) -> dict[TicketRef, Ticket]:
    customers = (stage.mara, stage.tomas)
    return {ticket.ref: ticket for who in customers for ticket in stage.desk.tickets_of_customer(who, limit=999)}


def actor_of(event: TicketEvent, by: int) -> int | None:
    """Who did it; the desk chooses by itself who is given what nobody has given by hand."""
    return None if event.kind is EventKind.ASSIGNED and event.reason != "by_hand" else by


def shown(ticket: Ticket) -> Shown:
    holder = None if ticket.assigned_agent_id is None else str(ticket.assigned_agent_id)
    values = (ticket.status.value, str(int(ticket.priority)), ticket.category, holder)
    return dict(zip(HISTORIES, values, strict=True))


def after(before: Shown | None, events: Sequence[TicketEvent]) -> Shown:
    """What a ticket shows after the events, each of which begins where the one before has ended."""
    if before is None:
        data = events[0].data
        before = dict(zip(HISTORIES, (events[0].to_value, str(data["priority"]), data["category"], None), strict=True))
    known = dict(before)
    for event in events:
        if event.kind in HISTORIES:
            assert event.from_value == known[event.kind], event
            known[event.kind] = event.to_value
        if event.kind is EventKind.STATUS and event.to_value == TicketStatus.OPEN:
            known[EventKind.ASSIGNED] = None  # back in the queue it is nobody's
    return known


def test_an_escalation_says_why(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """By hand it is somebody's; past the limit of reopenings it is the desk's, and told once."""
    amir = cast.agent("amir")
    ticket, other = cast.ticket(), cast.ticket()
    for _ in range(4):
        desk.resolve(ticket.ref, by=amir)
        clock.advance(minutes=1)
        desk.reopen(ticket.ref, by=ticket.customer_id)
    desk.escalate(other.ref, by=amir)

    def escalations(ref: TicketRef) -> list[tuple[int | None, str | None]]:
        return [(each.actor_id, each.reason) for each in desk.events(ref) if each.kind is EventKind.ESCALATED]

    assert escalations(ticket.ref) == [(None, "reopened")]
    assert escalations(other.ref) == [(amir, None)]
    kinds = [event.kind for event in desk.events(ticket.ref)]
    assert kinds[kinds.index(EventKind.ESCALATED) - 1] is EventKind.REOPENED
