"""
Open tickets follow a new policy, calendar, weight of the queue or time to lie: in the background, a few at a time, with progress.

A ticket whose deadlines do not move is not touched but for its place in line and the version that it names, so that a change
for some is no flood of cards for all. Tickets with nothing promised so far are among those looked at: perhaps something is now.
What is lost in a crash is outdated still, and is looked at anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from ticketing.configuration import OF_OPEN_TICKETS, OF_OPEN_TICKETS_IN_LADDER, default_document, parse
from ticketing.desk.base import DOCUMENT, DeskBase, use_case
from ticketing.desk.foreseeing import watch_for_idleness
from ticketing.desk.together import NOT_AT_ONCE, on_all
from ticketing.errors import TicketNotFound
from ticketing.events import EventKind
from ticketing.model import OVER, PersonId, TicketRef
from ticketing.tables import IS_NOT_OVER, tickets
from ticketing.transaction import Transaction

_ticket = tickets.c
_NOT_OVER = select(_ticket.customer_id, _ticket.id).where(IS_NOT_OVER)
_OUTDATED = _NOT_OVER.where(_ticket.promised_version < bindparam("version"))
OUTDATED = _OUTDATED.order_by(_ticket.promised_version, _ticket.customer_id, _ticket.id)
"""In the order of the index, so that the tickets of a customer come together."""
COUNT_OUTDATED = select(func.count()).select_from(_OUTDATED.subquery())
COUNT_NOT_OVER = select(func.count()).select_from(_NOT_OVER.subquery())


@dataclass(frozen=True)
class Recomputed:
    """How far open tickets have followed the configuration in force: `done` of `total`."""

    done: int
    total: int


class Recomputing(DeskBase):
    """See `ticketing.desk.Desk`."""

    def outdated_clocks(self) -> int:
        """How many open tickets still go by an earlier configuration: what `recompute_step` has still to do."""
        with self._database.read() as connection:
            version = self._promised_since(connection)
            return int(connection.execute(COUNT_OUTDATED, {"version": version}).scalar_one())

    def recompute_progress(self) -> Recomputed | None:
        """How far `recompute_step` has come; None where there is nothing to do."""
        with self._database.read() as connection:
            version = {"version": self._promised_since(connection)}
            outdated = int(connection.execute(COUNT_OUTDATED, version).scalar_one())
            if outdated == 0:
                return None
            total = int(connection.execute(COUNT_NOT_OVER).scalar_one())
        return Recomputed(max(0, total - outdated), max(total, outdated))

    def recompute_step(self, *, limit: int = 200) -> int:
        """
        Work out a few tickets anew under the configuration in force; how many.

        A ticket on which that fails keeps no other from it, stays as it is, and waits.
        """
        setbacks = self.setbacks("recompute")
        look = setbacks.look(self._clock())
        with self._database.read() as connection:
            version = self._promised_since(connection)
            rows = connection.execute(OUTDATED.limit(limit + len(setbacks)), {"version": version})
            outdated = [TicketRef(PersonId(row.customer_id), row.id) for row in rows]
        refs = look.free(outdated)[:limit]
        look.all_of(refs, on_all(refs, self._recompute, is_sqlite=self._database.is_sqlite))
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
        """
        The first version under which all that is promised was as it is now: a new macro need not recompute every clock.

        Versions never change, so what was found of one is remembered: each is compared with the one before it once.
        """
        latest = since = self._configuration_in_force(connection).version
        while since > 0 and since not in self._promised_since_then and _promises_as_before(connection, since):
            since -= 1
        since = self._promised_since_then.get(since, since)
        self._promised_since_then[latest] = since
        return since


def _promises_as_before(connection: Connection, version: int) -> bool:
    """Whether that version promises what the one before it did. A version is parsed only where its words are others."""
    before, now = (
        connection.execute(DOCUMENT, {"version": each}).scalar_one_or_none() or default_document()
        for each in (version - 1, version)
    )
    return _of_open_tickets(before) == _of_open_tickets(now) or parse(now).promises_as(parse(before))


def _of_open_tickets(document: Mapping[str, Any]) -> list[Any]:
    ladder = document.get("ladder", {})
    return [document.get(name) for name in OF_OPEN_TICKETS] + [ladder.get(name) for name in OF_OPEN_TICKETS_IN_LADDER]


def _recompute_one(tx: Transaction, ref: TicketRef, since: int) -> None:
    try:
        ticket = tx.locked(ref)
    except TicketNotFound:
        return
    if ticket.status in OVER or ticket.promised_version >= since:
        return
    recomputed = tx.recompute_clocks(ticket)
    if tx.restamp_clocks(ticket, recomputed):
        watch_for_idleness(tx, tx.final(ref))
    else:
        tx.log(recomputed, EventKind.CLOCKS_RECOMPUTED, by=None, to_value=tx.configuration.version)
