"""
Places that are closed to the desk though alerts are to be told there: who finds it first, in whichever process, says so once.

An outage is a row until it is over; what is to be shown about it commits with its beginning and with its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql

from ticketing.desk.base import DeskBase, use_case
from ticketing.instants import from_us, to_us
from ticketing.outbox import Notice, errand_rows
from ticketing.tables import dated_jobs
from ticketing.writing import write_errands

_OF_PLACE = dated_jobs.c.job == bindparam("named")
_SINCE = select(dated_jobs.c.ran_at).where(_OF_PLACE).order_by(dated_jobs.c.ran_at).limit(1)
_BEGIN = postgresql.insert(dated_jobs).on_conflict_do_nothing().returning(dated_jobs.c.job)
_END = delete(dated_jobs).where(_OF_PLACE).returning(dated_jobs.c.job)


class Outages(DeskBase):
    """See `ticketing.desk.Desk`."""

    def closed_since(self, place: str) -> datetime | None:
        """Since when nothing can be told in a place, as far as it was noted; business time."""
        with self._database.read() as connection:
            return from_us(connection.execute(_SINCE, {"named": _name(place)}).scalar())

    @use_case
    def note_closed(self, place: str, notices: Iterable[Notice], *, at: datetime) -> bool:
        """Nothing can be told in a place; `notices` go into the outbox, unless that is known already. Whether it was news."""
        # A date of all outages, so that of two who find it at once one is the first.
        row = {"job": _name(place), "local_date": "", "ran_at": to_us(at)}
        with self._database.write() as connection:
            if connection.execute(_BEGIN, row).first() is None:
                return False
            write_errands(connection, errand_rows(notices, at), is_sqlite=self._database.is_sqlite)
            return True

    @use_case
    def note_open(self, place: str, notices: Iterable[Notice], *, at: datetime) -> bool:
        """It is over, or concerns nobody any more; `notices` as above. Whether it was news."""
        with self._database.write() as connection:
            if connection.execute(_END, {"named": _name(place)}).first() is None:
                return False
            write_errands(connection, errand_rows(notices, at), is_sqlite=self._database.is_sqlite)
            return True


def _name(place: str) -> str:
    return f"closed:{place}"
