"""
The deadlines of open tickets follow a new policy or calendar: in the background, a few tickets at a time, with progress.

A ticket whose deadlines do not move is not touched but for the version that its clocks name, so that a change for some is no
flood of cards for all. What is lost in a crash is outdated still, and is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, text

from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.together import batches
from ticketing.errors import TicketNotFound
from ticketing.model import EventKind, PersonId, TicketRef
from ticketing.tables import sla_clocks
from ticketing.transaction import Transaction

_RUNNING = select(sla_clocks.c.customer_id, sla_clocks.c.ticket_id).where(sla_clocks.c.ended_at.is_(None))
_OUTDATED = _RUNNING.where(sla_clocks.c.config_version < bindparam("version"))
OUTDATED = _OUTDATED.order_by(sla_clocks.c.config_version, sla_clocks.c.customer_id, sla_clocks.c.ticket_id)
"""In the order of the index, so that the tickets of a customer come together."""
COUNTED = 20_000
"""No progress counts further: whoever asks stands before a screen."""

COUNT_OUTDATED = select(func.count()).select_from(_OUTDATED.distinct().subquery())
COUNT_SOME_OUTDATED = select(func.count()).select_from(_OUTDATED.limit(COUNTED).subquery())
COUNT_RUNNING = select(func.count()).select_from(_RUNNING.distinct().subquery())
NOT_AT_ONCE = text("SET LOCAL synchronous_commit = off")
"""PostgreSQL: the commit does not wait for the disk."""


@dataclass(frozen=True)
class Recomputed:
    """
    How far the deadlines have followed the configuration in force: `done` of `total` tickets with clocks that run; `total`
    None where there are too many to count.
    """

    done: int
    total: int | None


class Recomputing(DeskBase):
    """See `ticketing.desk.Desk`."""

    def outdated_clocks(self) -> int:
        """How many tickets still run on clocks of an earlier configuration: what `recompute_step` has still to do."""
        with self._database.read() as connection:
            version = self._promised_since(connection)
            return int(connection.execute(COUNT_OUTDATED, {"version": version}).scalar_one())

    def recompute_progress(self) -> Recomputed | None:
        """How far `recompute_step` has come; None where there is nothing to do."""
        with self._database.read() as connection:
            version = {"version": self._promised_since(connection)}
            clocks = int(connection.execute(COUNT_SOME_OUTDATED, version).scalar_one())
            if clocks == 0:
                return None
            if clocks >= COUNTED:
                return Recomputed(0, None)
            outdated = int(connection.execute(COUNT_OUTDATED, version).scalar_one())
            total = int(connection.execute(COUNT_RUNNING).scalar_one())
        return Recomputed(max(0, total - outdated), max(total, outdated))

    def recompute_step(self, *, limit: int = 200) -> int:
        """Count the deadlines of a few tickets anew under the configuration in force; how many tickets."""
        with self._database.read() as connection:
            version = self._promised_since(connection)
            rows = connection.execute(OUTDATED.limit(limit), {"version": version})
            refs = {TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows}
        for several in batches(refs, is_sqlite=self._database.is_sqlite):
            self._recompute(several)
        return len(refs)

    @use_case
    def _recompute(self, refs: Iterable[TicketRef]) -> None:
        with self._transaction() as tx:
            if not self._database.is_sqlite:
                tx.connection.execute(NOT_AT_ONCE)
            since = self._promised_since(tx.connection)
            for ref in refs:
                _recompute_one(tx, ref, since)

    def _promised_since(self, connection: Connection) -> int:
        """The first version under which every deadline was as it is now: a new macro need not recompute every clock."""
        now = self._configuration_in_force(connection)
        since = now.version
        while since > 0 and self._configuration_of(connection, since - 1).promises_as(now):
            since -= 1
        return since


def _recompute_one(tx: Transaction, ref: TicketRef, since: int) -> None:
    try:
        ticket = tx.locked(ref)
    except TicketNotFound:
        return
    if all(not clock.is_running or clock.config_version >= since for clock in ticket.clocks):
        return
    recomputed = tx.recompute_clocks(ticket)
    if not tx.restamp_clocks(ticket, recomputed):
        tx.log(recomputed, EventKind.CLOCKS_RECOMPUTED, by=None, to_value=tx.configuration.version)
