"""The desk's configuration: versions that are stored and never changed, and the clocks that follow a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from ticketing.configuration import parse
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.roles import as_lead
from ticketing.model import EventKind, PersonId, TicketRef
from ticketing.tables import sla_clocks, tickets

OUTDATED = (
    select(sla_clocks.c.customer_id, sla_clocks.c.ticket_id)
    .where(sla_clocks.c.ended_at.is_(None), sla_clocks.c.config_version < bindparam("version"))
    .order_by(sla_clocks.c.config_version)
)
COUNT_OUTDATED = select(func.count()).select_from(OUTDATED.order_by(None).distinct().subquery())
NOT_OVER = select(func.count()).where(tickets.c.status.in_(["open", "assigned", "in_progress", "pending_customer"]))


class Settings(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def configure(self, document: Mapping[str, Any], *, by: PersonId | None) -> int:
        """
        Put a configuration in force and return its version; open clocks follow by `recompute_step`.

        Raises InvalidConfiguration or NotAllowed, and then the one before stays in force.
        """
        parse(document)
        with self._database.write() as connection:
            as_lead(connection, by, "change the settings")
            return self._store(connection, document, by=by)

    def preview(self, document: Mapping[str, Any]) -> int:
        """How many tickets that are not over a configuration would touch. Raises InvalidConfiguration."""
        parse(document)
        with self._database.read() as connection:
            return int(connection.execute(NOT_OVER).scalar_one())

    def outdated_clocks(self) -> int:
        """How many tickets still run on clocks of an earlier configuration: the progress of `recompute_step`."""
        with self._database.read() as connection:
            version = self._promised_since(connection)
            return int(connection.execute(COUNT_OUTDATED, {"version": version}).scalar_one())

    def recompute_step(self, *, limit: int = 200) -> int:
        """Count the deadlines of a few tickets anew under the configuration in force; how many tickets."""
        with self._database.read() as connection:
            version = self._promised_since(connection)
            rows = connection.execute(OUTDATED.limit(limit), {"version": version})
            refs = dict.fromkeys(TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows)
        for ref in refs:
            self._recompute(ref)
        return len(refs)

    @use_case
    def _recompute(self, ref: TicketRef) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            since = self._promised_since(tx.connection)
            if all(not clock.is_running or clock.config_version >= since for clock in ticket.clocks):
                return
            ticket = tx.recompute_clocks(ticket)
            tx.log(ticket, EventKind.CLOCKS_RECOMPUTED, by=None, to_value=tx.configuration.version)

    def _promised_since(self, connection: Connection) -> int:
        """The first version under which every deadline was as it is now: a new macro need not recompute every clock."""
        now = self._configuration_in_force(connection)
        since = now.version
        while since > 0 and self._configuration_of(connection, since - 1).promises_as(now):
            since -= 1
        return since
