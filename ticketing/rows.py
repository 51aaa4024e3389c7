"""Between rows and frozen values: one function each way, and nothing else knows the columns' representation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us, to_us
from ticketing.model import (
    DESK_ITSELF,
    Attachment,
    ClockKind,
    CloseReason,
    Comment,
    CommentKey,
    Link,
    LinkKind,
    Outcome,
    Person,
    PersonId,
    Priority,
    Role,
    SlaClock,
    Ticket,
    TicketRef,
    TicketStatus,
    Tier,
)

_TICKET_INSTANTS = (
    "opened_at",
    "sla_start_at",
    "assigned_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "snoozed_until",
    "last_activity_at",
    "stepped_at",
    "nudged_at",
)
_TICKET_PLAIN = (
    "source",
    "subject",
    "description",
    "category",
    "organization_id",
    "opened_by",
    "assigned_agent_id",
    "last_agent_id",
    "version",
    "reopened_count",
    "is_escalated",
    "follows_number",
    "merged_into",
    "queue_rank",
    "promised_version",
    "last_event",
    "last_comment",
)
_CLOCK_INSTANTS = ("started_at", "due_at", "warn_at", "paused_at", "ended_at", "warned_at", "breached_at")


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    values = vars(ticket)
    row: dict[str, Any] = {name: values[name] for name in _TICKET_PLAIN}
    for name in _TICKET_INSTANTS:
        row[name] = _us(values[name])
    row.update(
        customer_id=ticket.customer_id,
        id=ticket.number,
        priority=int(ticket.priority),
        status=ticket.status.value,
        tier=ticket.tier.value,
        close_reason=ticket.close_reason and ticket.close_reason.value,
        fields=dict(ticket.fields),
    )
    return row


def ticket_from(row: RowMapping | Mapping[str, Any], clocks: Iterable[SlaClock], as_of: datetime) -> Ticket:
    values: dict[str, Any] = {name: row[name] for name in _TICKET_PLAIN}
    values.update((name, from_us(row[name])) for name in _TICKET_INSTANTS)
    return Ticket(
        **values,
        customer_id=PersonId(row["customer_id"]),
        number=row["id"],
        priority=Priority(row["priority"]),
        status=TicketStatus(row["status"]),
        tier=Tier(row["tier"]),
        close_reason=CloseReason(row["close_reason"]) if row["close_reason"] else None,
        fields=row["fields"],
        clocks=tuple(sorted(clocks, key=lambda clock: (clock.kind, clock.run))),
        as_of=as_of,
    )


def clock_row(ref: TicketRef, clock: SlaClock) -> dict[str, Any]:
    values = vars(clock)
    row: dict[str, Any] = {name: _us(values[name]) for name in _CLOCK_INSTANTS}
    row.update(
        customer_id=ref.customer_id,
        ticket_id=ref.number,
        kind=clock.kind.value,
        run=clock.run,
        target_s=clock.target_s,
        outcome=clock.outcome and clock.outcome.value,
        config_version=clock.config_version,
    )
    return row


def clock_from(row: RowMapping | Mapping[str, Any]) -> SlaClock:
    values: dict[str, Any] = {name: from_us(row[name]) for name in _CLOCK_INSTANTS}
    return SlaClock(
        **values,
        kind=ClockKind(row["kind"]),
        run=row["run"],
        target_s=row["target_s"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        config_version=row["config_version"],
    )


def comment_row(comment: Comment) -> dict[str, Any]:
    row = {field.name: getattr(comment, field.name) for field in dataclass_fields(comment)}
    row["ticket_id"], row["id"] = row.pop("ticket_number"), row.pop("number")
    del row["origin"]  # a row of its own
    for name in ("said_at", "edited_at", "deleted_at"):
        row[name] = _us(row[name])
    return row


def comment_from(row: RowMapping | Mapping[str, Any]) -> Comment:
    return Comment(
        customer_id=PersonId(row["customer_id"]),
        ticket_number=row["ticket_id"],
        number=row["id"],
        author_id=PersonId(row["author_id"]),
        text=row["text"],
        is_internal=row["is_internal"],
        is_automatic=row["is_automatic"],
        said_at=from_us(row["said_at"]),
        source=row["source"],
        edited_at=from_us(row["edited_at"]),
        deleted_at=from_us(row["deleted_at"]),
        origin=_origin(row),
    )


def _origin(row: RowMapping | Mapping[str, Any]) -> CommentKey | None:
    """What the comment is a copy of, where that was read along with it."""
    if row.get("origin_ticket_id") is None:
        return None
    return CommentKey(PersonId(row["origin_customer_id"]), row["origin_ticket_id"], row["origin_comment_id"])


def origin_row(copy: CommentKey, origin: CommentKey) -> dict[str, Any]:
    return {
        "customer_id": copy.customer_id,
        "ticket_id": copy.ticket_number,
        "comment_id": copy.number,
        "origin_customer_id": origin.customer_id,
        "origin_ticket_id": origin.ticket_number,
        "origin_comment_id": origin.number,
    }


def link_row(ref: TicketRef, link: Link) -> dict[str, Any]:
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "other_customer_id": link.other.customer_id,
        "other_ticket_id": link.other.number,
        "kind": link.kind.value,
        "linked_at": to_us(link.linked_at),
        "linked_by": link.linked_by,
    }


def link_from(row: RowMapping | Mapping[str, Any]) -> Link:
    other = TicketRef(PersonId(row["other_customer_id"]), row["other_ticket_id"])
    return Link(other, LinkKind(row["kind"]), from_us(row["linked_at"]), row["linked_by"])


def attachment_row(ref: TicketRef, comment: int, file: Attachment, position: int) -> dict[str, Any]:
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "comment_id": comment,
        "file_ref": file.file_ref,
        "position": position,
        "name": file.name,
        "size": file.size,
        "mimetype": file.mimetype,
        "url": file.url,
    }


def attachment_from(row: RowMapping | Mapping[str, Any]) -> Attachment:
    return Attachment(row["file_ref"], row["name"], row["size"], row["mimetype"], row["url"])


def event_row(event: TicketEvent) -> dict[str, Any]:
    return {
        "customer_id": event.customer_id,
        "ticket_id": event.ticket_number,
        "seq": event.seq,
        "at": to_us(event.at),
        "actor_id": event.actor_id,
        "kind": event.kind.value,
        "from_value": event.from_value,
        "to_value": event.to_value,
        "reason": event.reason,
        "data": dict(event.data),
    }


def alert_row(ref: TicketRef, clock: SlaClock, stage: str, *, due_at: datetime, at: datetime) -> dict[str, Any]:
    """An alert that is not yet shown anywhere."""
    return {
        "customer_id": ref.customer_id,
        "ticket_id": ref.number,
        "kind": clock.kind.value,
        "run": clock.run,
        "stage": stage,
        "due_at": to_us(due_at),
        "created_at": to_us(at),
        "home": None,
    }


def errand_row(
    place: str,
    about: str,
    kind: str,
    *,
    ticket: TicketRef | None,
    priority: int,
    data: Mapping[str, Any] | None,
    at: datetime,
) -> dict[str, Any]:
    """A row of the outbox that nobody has sent yet, without its number."""
    return {
        "customer_id": ticket.customer_id if ticket else DESK_ITSELF,
        "place": place,
        "about": about,
        "kind": kind,
        "ticket_id": ticket.number if ticket else None,
        "priority": priority,
        "data": dict(data or {}),
        "created_at": to_us(at),
        "attempts": 0,
        "retry_after": None,
        "lease_until": None,
        "fence": 0,
        "state": "waiting",
        "reason": None,
    }


def event_from(row: RowMapping | Mapping[str, Any]) -> TicketEvent:
    return TicketEvent(
        customer_id=PersonId(row["customer_id"]),
        ticket_number=row["ticket_id"],
        seq=row["seq"],
        at=from_us(row["at"]),
        actor_id=row["actor_id"],
        kind=EventKind(row["kind"]),
        from_value=row["from_value"],
        to_value=row["to_value"],
        reason=row["reason"],
        data=row["data"],
    )


def person_from(row: RowMapping | Mapping[str, Any]) -> Person:
    return Person(
        id=PersonId(row["id"]),
        external_ref=row["external_ref"],
        name=row["name"],
        email=row["email"],
        tz=row["tz"],
        role=Role(row["role"]),
    )
