"""Who changed a ticket last, how and with which words, as the audit log has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.refusals import LastChange
from ticketing.events import EventKind, TicketEvent
from ticketing.lifecycle import Because
from ticketing.model import CloseReason, PersonId, Ticket, TicketStatus

_ENDED: Mapping[str, str] = {
    CloseReason.WITHDRAWN: "withdrawn",
    CloseReason.NOT_A_TICKET: "put_aside",
    CloseReason.MOVED: "moved",
}

TELLING = frozenset({EventKind.STATUS, EventKind.ASSIGNED, EventKind.REOPENED})


def last_change(events: Sequence[TicketEvent]) -> LastChange | None:
    """The last change that a card shows; None where nothing but words was added. `did` is a key of `words.DID`."""
    changed = next((event for event in reversed(events) if event.kind in TELLING), None)
    if changed is None:
        return None
    to = PersonId(int(changed.to_value)) if changed.kind is EventKind.ASSIGNED and changed.to_value else None
    return LastChange(by=changed.actor_id, did=_did(changed), at=changed.at, to=to)


def resolved_by(events: Sequence[TicketEvent], ticket: Ticket) -> PersonId | None:
    """Who resolved a ticket that is resolved: not always who has it. None where it stands otherwise."""
    if ticket.status is not TicketStatus.RESOLVED:
        return None
    steps = [each for each in events if each.kind is EventKind.STATUS and each.reason != Because.UNDONE]
    return next((each.actor_id for each in reversed(steps) if each.to_value == TicketStatus.RESOLVED), None)


def comment_of_step(events: Sequence[TicketEvent], ticket: Ticket) -> int | None:
    """
    The number of the comment by which a ticket was resolved or its customer asked: what was said in that very step.

    None where that was done without a word, or the ticket stands otherwise. A step that was taken back counts no more, and
    what it led away from does again.
    """
    if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.PENDING_CUSTOMER):
        return None
    steps = [each for each in events if each.kind is EventKind.STATUS and each.reason != Because.UNDONE]
    step = next((each for each in reversed(steps) if each.to_value == ticket.status), None)
    if step is None:
        return None
    for event in reversed([each for each in events if each.seq < step.seq]):
        if (event.at, event.actor_id) != (step.at, step.actor_id):
            return None
        is_answer = event.kind is EventKind.COMMENTED and not (event.data["internal"] or event.data["automatic"])
        if is_answer:
            return int(event.data["comment"])
    return None


def _did(event: TicketEvent) -> str:
    if event.kind is EventKind.ASSIGNED:
        return "assigned"
    if event.kind is EventKind.REOPENED:
        return "reopened"
    if event.reason is not None and event.reason in _ENDED:
        return _ENDED[event.reason]
    if event.reason == Because.RELEASED:
        return "released"
    if event.to_value == TicketStatus.IN_PROGRESS and event.from_value == TicketStatus.PENDING_CUSTOMER:
        return "answered"
    by_status = {
        TicketStatus.ASSIGNED: "assigned",
        TicketStatus.IN_PROGRESS: "started",
        TicketStatus.PENDING_CUSTOMER: "waits",
        TicketStatus.RESOLVED: "resolved",
    }
    return by_status.get(TicketStatus(event.to_value or ""), "changed") if event.to_value else "changed"
