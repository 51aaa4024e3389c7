"""Which of the jobs that run by themselves are alive, whichever process runs them: what an operator's check reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.dialects import postgresql

from ticketing.desk.base import DeskBase
from ticketing.instants import from_us, to_us
from ticketing.tables import leases

_PREFIX = "job:"

FAR_OFF_US = 20 * 60 * 1_000_000
"""Nothing is expected so long after anything else: it was noted before the machine's clock was set back."""

_new = postgresql.insert(leases)  # SQLite writes the clause in the same words
_NOTE = _new.on_conflict_do_update(
    index_elements=["name"],
    set_={"lease_until": _new.excluded.lease_until},
    where=or_(
        leases.c.lease_until < _new.excluded.lease_until,
        leases.c.lease_until > _new.excluded.lease_until + literal_column(str(FAR_OFF_US)),
    ),
)
_NOTED = (
    select(leases.c.name, leases.c.lease_until)
    .where(leases.c.name.like(bindparam("prefix")))
    .order_by(leases.c.lease_until, leases.c.name)
)


@dataclass(frozen=True)
class JobRun:
    """A job, and by when (machine time) it is to have run well once more."""

    name: str
    expected_by: datetime


class JobRuns(DeskBase):
    """See `ticketing.desk.Desk`."""

    def note_job_runs(self, expected_by: Mapping[str, datetime]) -> None:
        """Jobs have run, in this process; each is to run again by an instant of machine time. The latest word counts."""
        rows = [
            {"name": f"{_PREFIX}{name}", "fence": 0, "lease_until": to_us(at)}
            for name, at in sorted(expected_by.items())
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(_NOTE, rows)

    def job_runs(self) -> list[JobRun]:
        """Every job that ever ran, the longest overdue first."""
        with self._database.read() as connection:
            rows = connection.execute(_NOTED, {"prefix": f"{_PREFIX}%"}).all()
        return [JobRun(row.name.removeprefix(_PREFIX), from_us(row.lease_until)) for row in rows]
