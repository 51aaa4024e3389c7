"""The audit log of the team: who changed what about whom, written in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ticketing.instants import from_us, to_us
from ticketing.model import PersonId
from ticketing.tables import team_changes


class Changed(StrEnum):
    """What was changed about a person."""

    ROLE = "role"
    AGENT = "agent"
    AVAILABLE = "available"
    SHIFTS = "shifts"
    LEAVE = "leave"
    TIER = "tier"
    ORGANIZATION = "organization"
    FOLLOWS = "follows"


@dataclass(frozen=True)
class TeamChange:
    """One change. `before` and `after` are what the use case knew of it, as JSON; `by` None is the desk itself."""

    number: int
    person_id: PersonId
    at: datetime
    by: PersonId | None
    what: Changed
    before: Any
    after: Any


OF_PERSON = (
    select(team_changes)
    .where(team_changes.c.person_id == bindparam("person"))
    .order_by(team_changes.c.id.desc())
    .limit(bindparam("rows"))
)


def record(
    connection: Connection,
    person_id: PersonId,
    what: Changed,
    change: tuple[Any, Any],
    *,
    by: PersonId | None,
    now: datetime,
) -> None:
    """Write a change down; one that changes nothing is none."""
    before, after = change
    if before == after:
        return
    row = {"person_id": person_id, "changed_at": to_us(now), "by_id": by, "what": what.value}
    connection.execute(insert(team_changes), row | {"before": before, "after": after})


def changes(connection: Connection, person_id: PersonId, limit: int) -> list[TeamChange]:
    """The last changes of a person, the newest first."""
    return [
        TeamChange(
            number=row.id,
            person_id=PersonId(row.person_id),
            at=from_us(row.changed_at),
            by=None if row.by_id is None else PersonId(row.by_id),
            what=Changed(row.what),
            before=row.before,
            after=row.after,
        )
        for row in connection.execute(OF_PERSON, {"person": person_id, "rows": limit})
    ]
