"""
What is owed where alerts were read before: looked through once for each change of a channel of alerts, a page at a time.

How far that has come is a row: the version of the configuration up to which all that is owed was looked through. So neither a
start nor a change of other settings costs more than reading it; whoever is interrupted begins again, and asks for nothing that
waits already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import String, and_, bindparam, cast, literal, literal_column, select

from ticketing.categories import TRIAL_CATEGORY
from ticketing.configuration import Configuration
from ticketing.desk.alerting import (
    ALERT_COLUMNS,
    CLOCK_OF_ALERT,
    IS_ALERT_CARD,
    TICKET_OF_ALERT,
    alerted_tickets,
)
from ticketing.desk.base import DeskBase
from ticketing.desk.open_tickets import ON_PAGE, Spot, looked_at, note_looked_at, page_after
from ticketing.model import PersonId, TicketRef
from ticketing.tables import alerts, outbox, shown, sla_clocks, tickets

_LOOKED_AT = "alerts_looked_at"

_row = outbox.c
_STANDS = and_(
    shown.c.customer_id == ON_PAGE.c.customer_id,
    shown.c.place.in_(bindparam("places", expanding=True)),
    shown.c.about == literal("a:") + cast(ON_PAGE.c.id, String),
)
PAGE = select(*ALERT_COLUMNS, shown.c.place).select_from(
    ON_PAGE.join(alerts, and_(alerts.c.customer_id == ON_PAGE.c.customer_id, alerts.c.ticket_id == ON_PAGE.c.id))
    .outerjoin(shown, _STANDS)
    .outerjoin(sla_clocks, CLOCK_OF_ALERT)
    .join(tickets, TICKET_OF_ALERT)
)
WAITING_CARDS = select(_row.place, _row.customer_id, _row.ticket_id).where(
    _row.state == literal_column("'waiting'"), _row.place == bindparam("at_place"), IS_ALERT_CARD
)


@dataclass(frozen=True)
class Owed:
    """A ticket of which some alert still holds, and in which places (of those asked for) its message stands."""

    ref: TicketRef
    category: str
    stands: frozenset[str]


@dataclass(frozen=True)
class OwedPage:
    """Some of those tickets; `goes_on` after there, or nowhere: then these were the last."""

    tickets: tuple[Owed, ...]
    goes_on: Spot | None


class Rehousing(DeskBase):
    """See `ticketing.desk.Desk`."""

    def alert_settings_since(self) -> tuple[Configuration, ...]:
        """
        Every configuration that was in force since all that is owed was last looked through, oldest first, the one of then
        included; every one there was where nobody has looked yet.
        """
        with self._database.read() as connection:
            now = self._configuration_in_force(connection)
            looked = looked_at(connection, _LOOKED_AT)
            first = 0 if looked is None else min(looked, now.version)
            return tuple(self._configuration_of(connection, version) for version in range(first, now.version + 1))

    def note_alerts_looked_at(self, version: int) -> None:
        """All that is owed was looked through under that version of the configuration. Never goes back."""
        with self._database.write() as connection:
            note_looked_at(connection, _LOOKED_AT, version)

    def owed_alerts(self, after: Spot, *, places: Collection[str], rows: int) -> OwedPage:
        """
        The tickets of which some alert still holds among the next so many open ones, whether they have alerts or not.

        Test tickets are left out: where their alerts go no setting changes.
        """
        with self._database.read() as connection:
            page, goes_on = page_after(connection, after, rows)
            found = connection.execute(PAGE, {**page, "places": sorted(places)}).all()
        stands: dict[TicketRef, set[str]] = {}
        for row in found:
            of_ticket = stands.setdefault(TicketRef(PersonId(row.customer_id), row.ticket_id), set())
            of_ticket |= {row.place} if row.place is not None else set()
        owed = [
            Owed(each.ref, each.category, frozenset(stands[each.ref]))
            for each in alerted_tickets(found)
            if each.is_owed and each.category != TRIAL_CATEGORY
        ]
        return OwedPage(tuple(owed), goes_on)

    def alert_cards_waiting(self, place: str) -> set[TicketRef]:
        """The tickets whose alert's message is asked for in a place already."""
        with self._database.read() as connection:
            rows = connection.execute(WAITING_CARDS, {"at_place": place})
            return {TicketRef(PersonId(row.customer_id), row.ticket_id) for row in rows}
