"""Who changed a ticket last, and how, as the audit log has it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.refusals import LastChange
from ticketing.lifecycle import Because
from ticketing.model import CloseReason, EventKind, TicketEvent, TicketStatus

TELLING = frozenset({EventKind.STATUS, EventKind.ASSIGNED, EventKind.REOPENED})


def last_change(events: Sequence[TicketEvent]) -> LastChange | None:
    """The last change that a card shows; None where nothing but words was added. `did` is a key of `words.DID`."""
    changed = next((event for event in reversed(events) if event.kind in TELLING), None)
    return LastChange(by=changed.actor_id, did=_did(changed), at=changed.at) if changed else None


def _did(event: TicketEvent) -> str:
    if event.kind is EventKind.ASSIGNED:
        return "assigned"
    if event.kind is EventKind.REOPENED:
        return "reopened"
    if event.reason == CloseReason.WITHDRAWN:
        return "withdrawn"
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
