"""The desk's configuration: versions that are stored and never changed, and the clocks that follow a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from ticketing import sla
from ticketing.configuration import Configuration, parse
from ticketing.desk.base import DeskBase, use_case
from ticketing.desk.roles import as_admin
from ticketing.errors import InvalidConfiguration, StaleConfiguration
from ticketing.instants import from_us
from ticketing.model import PersonId, Priority, TicketStatus, Tier
from ticketing.tables import configurations, tickets

NOT_OVER = (
    select(tickets.c.category, tickets.c.tier, tickets.c.priority, tickets.c.status, func.count().label("tickets"))
    .where(tickets.c.status.in_(["open", "assigned", "in_progress", "pending_customer"]))
    .group_by(tickets.c.category, tickets.c.tier, tickets.c.priority, tickets.c.status)
)
NOT_OVER_OF_ORGANIZATIONS = (
    select(tickets.c.category, func.count().label("tickets"))
    .where(tickets.c.status.in_(["open", "assigned", "in_progress", "pending_customer"]))
    .where(tickets.c.organization_id.is_not(None))
    .group_by(tickets.c.category)
)
CARRIED = select(func.count()).select_from(tickets).where(tickets.c.category == bindparam("category"))
NOT_CLOSED = CARRIED.where(tickets.c.status != "closed")
LAST_VERSION = (
    select(configurations.c.version, configurations.c.created_at, configurations.c.created_by)
    .order_by(configurations.c.version.desc())
    .limit(1)
)

WOULD_OPEN = (
    "{count} private ticket of {name} would be open to every agent. Keep it private, and add a category for what all may see.",
    "{count} private tickets of {name} would be open to every agent. Keep it private, and add a category for what all may see.",
)
NOT_OVER_YET = (
    "{count} ticket of {name} is not closed. Close it or give it another category first; what is closed stays private.",
    "{count} tickets of {name} are not closed. Close them or give them another category first; what is closed stays private.",
)
"""Why a private category has to stay what it is: of one ticket, and of several."""


@dataclass(frozen=True)
class Preview:
    """
    What a configuration would do to the tickets that are not over: `touched` of them would be promised something else, or
    chosen, shown or told of in another way; `recounted` have deadlines that would be counted anew. Colleagues of their customers
    could read `opened` of them that they cannot read now, and no longer read `hidden`.
    """

    touched: int
    recounted: int
    opened: int = 0
    hidden: int = 0


@dataclass(frozen=True)
class StoredVersion:
    """A version of the configuration: when it was stored and by whom; `by` None is the command line or the settings file."""

    version: int
    at: datetime
    by: PersonId | None


class Settings(DeskBase):
    """See `ticketing.desk.Desk`."""

    @use_case
    def configure(self, document: Mapping[str, Any], *, by: PersonId | None, seen: int | None = None) -> int:
        """
        Put a configuration in force and return its version; open clocks follow by `recompute_step`.

        `seen` is the version that was read and changed: StaleConfiguration if another is in force by now. Raises
        InvalidConfiguration (also where tickets of a private category would come before others) or NotAllowed, and then the
        one before stays in force.
        """
        new = parse(document)
        with self._database.write() as connection:
            as_admin(connection, by, "change the settings")
            self._configuring_alone(connection)
            last = _last_version(connection)
            if seen is not None and last is not None and last.version != seen:
                raise StaleConfiguration(last.version, last.by, last.at)
            before = self._configuration_in_force(connection)
            _check_private(connection, before, new)
            version = self._store(connection, document, by=by)
        for callback in (*self._after_commit, *self._after_configured):
            callback()
        return version

    def last_version(self) -> StoredVersion | None:
        """Who put the configuration in force and when; None for the built-in one."""
        with self._database.read() as connection:
            return _last_version(connection)

    def preview(self, document: Mapping[str, Any]) -> Preview:
        """What a configuration would touch. Raises InvalidConfiguration."""
        new = parse(document)
        with self._database.read() as connection:
            now = self._configuration_in_force(connection)
            _check_private(connection, now, new)
            groups = connection.execute(NOT_OVER).all()
            of_organizations = (
                connection.execute(NOT_OVER_OF_ORGANIZATIONS).all() if _colleagues_differ(now, new) else ()
            )
        touched = recounted = 0
        for group in groups:
            key = {"priority": Priority(group.priority), "tier": Tier(group.tier), "category": group.category}
            is_recounted = _promised(now, **key) != _promised(new, **key)
            is_shown_otherwise = _home(now, group.category) != _home(new, group.category)
            ranks_otherwise = group.status == TicketStatus.OPEN and now.queue != new.queue
            ages_otherwise = _ages(now, group.status) != _ages(new, group.status)
            recounted += group.tickets * is_recounted
            touched += group.tickets * (is_recounted or is_shown_otherwise or ranks_otherwise or ages_otherwise)
        read = [
            (_colleagues_read(now, each.category), _colleagues_read(new, each.category)) for each in of_organizations
        ]
        counts = [each.tickets for each in of_organizations]
        opened = sum(count for count, (before, after) in zip(counts, read, strict=True) if after and not before)
        hidden = sum(count for count, (before, after) in zip(counts, read, strict=True) if before and not after)
        return Preview(touched, recounted, opened, hidden)


def _colleagues_differ(now: Configuration, new: Configuration) -> bool:
    """Whether it may be other tickets that colleagues of their customers can read."""
    private = [{each.key for each in one.private_categories} for one in (now, new)]
    return now.colleagues_see_tickets != new.colleagues_see_tickets or (
        new.colleagues_see_tickets and private[0] != private[1]
    )


def _colleagues_read(configuration: Configuration, category: str) -> bool:
    return configuration.colleagues_see_tickets and configuration.private_category(category) is None


def _check_private(connection: Connection, before: Configuration, new: Configuration) -> None:
    """No ticket that was written as private comes before others by a change of settings. Raises InvalidConfiguration."""
    places = {
        category.key: at for configuration in (before, new) for at, category in enumerate(configuration.categories)
    }
    faults = []
    for each in before.private_categories:
        now = new.category(each.key)
        if now.private if now is not None else before.category(each.key) is None:
            continue
        counted, sentences = (NOT_CLOSED, NOT_OVER_YET) if now is None else (CARRIED, WOULD_OPEN)
        count = connection.execute(counted, {"category": each.key}).scalar_one()
        if count:
            said = sentences[count > 1].format(count=count, name=each.name)
            faults.append(f"categories[{places[each.key]}]{'' if now is None else '.private'}: {said}")
    if faults:
        raise InvalidConfiguration("\n".join(faults))


def _last_version(connection: Connection) -> StoredVersion | None:
    row = connection.execute(LAST_VERSION).one_or_none()
    return None if row is None else StoredVersion(row.version, from_us(row.created_at), _person(row.created_by))


def _person(stored: int | None) -> PersonId | None:
    return None if stored is None else PersonId(stored)


def _promised(configuration: Configuration, **ticket: Any) -> list[Any]:
    """What such a ticket is promised, whatever the policy is called."""
    return [replace(terms, policy="") for terms in sla.terms(configuration, **ticket).values()]


def _ages(configuration: Configuration, status: str) -> timedelta | None:
    """After how long a ticket of that status is told of because it lies; None: never, as while it is the customer's turn."""
    ladder = configuration.ladder
    after = {
        TicketStatus.OPEN: ladder.unassigned_after,
        TicketStatus.ASSIGNED: ladder.untouched_after,
        TicketStatus.IN_PROGRESS: ladder.untouched_after,
    }
    return after.get(TicketStatus(status))


def _home(configuration: Configuration, key: str) -> tuple[Any, ...]:
    """Where and among whom a category's tickets are: its own definition, or without one the desk's channels."""
    category = configuration.category(key)
    channels = configuration.channels
    shown = (
        (category and category.channel) or channels.triage,
        (category and category.escalations) or channels.escalations,
    )
    return category, *shown
