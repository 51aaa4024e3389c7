"""The entries of the audit log, which a ticket writes about all that happens to it, and what each can be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ticketing.model import PersonId


class EventKind(StrEnum):
    """What an entry of the audit log is about. The log holds ids, codes and numbers, never a person's words."""

    OPENED = "opened"
    STATUS = "status"
    ASSIGNED = "assigned"
    UNASSIGNABLE = "unassignable"
    COMMENTED = "commented"
    COMMENT_EDITED = "comment_edited"
    COMMENT_DELETED = "comment_deleted"
    PRIORITY = "priority"
    CATEGORY = "category"
    TIER = "tier"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    CLOCKS_RECOMPUTED = "clocks_recomputed"
    WARNED = "warned"
    BREACHED = "breached"
    ALERT_DISPROVED = "alert_disproved"
    ALERT_TAKEN = "alert_taken"
    ALERT_RELEASED = "alert_released"
    ALERT_LAPSED = "alert_lapsed"
    ALERT_STEP = "alert_step"
    NUDGED = "nudged"
    THANKED = "thanked"
    FOLLOWED_UP = "followed_up"
    LINKED = "linked"
    UNDONE = "undone"
    RATED = "rated"
    WATCHED = "watched"
    UNWATCHED = "unwatched"
    FILES_CHANGED = "files_changed"
    FIELDS_CHANGED = "fields_changed"
    MERGED = "merged"
    RECEIVED_MERGE = "received_merge"
    UNMERGED = "unmerged"
    RETURNED_MERGE = "returned_merge"
    SPLIT_TO = "split_to"
    SPLIT_FROM = "split_from"
    UNLINKED = "unlinked"
    MOVED_TO = "moved_to"
    MOVED_FROM = "moved_from"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    PROBLEM_LINKED = "problem_linked"
    PROBLEM_UNLINKED = "problem_unlinked"
    MACRO_APPLIED = "macro_applied"
    ERASED = "erased"
    SHARED = "shared"


@dataclass(frozen=True)
class TicketEvent:
    """One entry of the append-only audit log: who, what, when, from what to what, why."""

    customer_id: PersonId
    ticket_number: int
    seq: int
    at: datetime
    actor_id: PersonId | None
    kind: EventKind
    from_value: str | None = None
    to_value: str | None = None
    reason: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
