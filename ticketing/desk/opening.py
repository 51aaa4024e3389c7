"""Opening a ticket: from what somebody wrote to a number, a promise, and somebody who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from ticketing import sla
from ticketing.categories import TRIAL_CATEGORY, Category
from ticketing.desk.assignment import assign_or_say_that_nobody_can
from ticketing.desk.attachments import OF_TICKET, checked_files
from ticketing.desk.base import DeskBase, checked_instant, checked_key, checked_text, use_case
from ticketing.desk.people import CUSTOMER, customer_from, customer_of
from ticketing.desk.roles import role_of
from ticketing.errors import InvalidInput, NotAnAgent, PersonNotFound, TooManyTickets
from ticketing.events import EventKind
from ticketing.fields import check_fields
from ticketing.instants import from_us, is_id, to_us
from ticketing.model import Attachment, ClockKind, Customer, PersonId, Priority, Role, Ticket, TicketRef, TicketStatus
from ticketing.prepared import run
from ticketing.statements import CONFIG_VERSION, NEXT_NUMBER
from ticketing.tables import tickets
from ticketing.transaction import Transaction

LONGEST_SUBJECT = 150
LONGEST_DESCRIPTION = 40_000
AT_OPENING = (ClockKind.TIME_TO_CLAIM, ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)

TRIED = Category(key=TRIAL_CATEGORY, name="Test")
"""What test tickets carry (`ticketing.desk.trying`)."""

RATED_OVER = timedelta(hours=1)

_own = tickets.c.customer_id == bindparam("person")
# A ticket that was opened since then was active since then: a range of the index by customer.
_lately = (_own, tickets.c.last_activity_at > bindparam("since"), tickets.c.opened_at > bindparam("since"))
_by_themselves = tickets.c.opened_by == bindparam("person")
WHO_OPENS = CUSTOMER.add_columns(
    select(tickets.c.id).where(_own, tickets.c.source == bindparam("source")).scalar_subquery().label("known"),
    select(func.count()).select_from(tickets).where(*_lately, _by_themselves).scalar_subquery().label("lately"),
    select(func.min(tickets.c.opened_at)).where(*_lately, _by_themselves).scalar_subquery().label("first_at"),
    CONFIG_VERSION,
)
"""Everything that opening asks for before it decides: one way to the database instead of four."""
WHO_OPENS_NUMBERED = WHO_OPENS.add_columns(NEXT_NUMBER)
"""The same with a number for the ticket, on PostgreSQL: what is then not opened leaves a gap."""


class Opening(DeskBase):
    """See `ticketing.desk.Desk`."""

    def promise(self, customer_id: PersonId, *, category: str, priority: Priority | None = None) -> datetime | None:
        """When a first answer would be due, were the ticket opened now; None where none is promised."""
        with self._database.read() as connection:
            configuration = self._configuration_in_force(connection)
            tier = customer_of(connection, customer_id).tier
        known = configuration.category(category)
        asked = priority or (known.default_priority if known else Priority.MEDIUM)
        terms = sla.terms(configuration, priority=asked, tier=tier, category=category)
        return sla.due(terms[ClockKind.FIRST_RESPONSE], self._clock())

    @use_case
    def open_ticket(
        self,
        customer_id: PersonId,
        *,
        subject: str,
        description: str,
        category: str,
        priority: Priority | None = None,
        source: str,
        opened_by: PersonId | None = None,
        at: datetime | None = None,
        fields: Mapping[str, Any] | None = None,
        files: Sequence[Attachment] = (),
    ) -> Ticket:
        """
        Open a ticket for a customer, start its clocks, and give it to whom the rules choose.

        `source` is the natural key of what it was opened from: the same again returns the same ticket. `at` is when it
        was asked for, if that was earlier than now; clocks count from then. `opened_by` is the agent who opens it on the
        customer's behalf. `fields` are the answers to the category's own questions, None where nobody was asked them. Raises
        InvalidInput, PersonNotFound, NotAnAgent, TooManyTickets.
        """
        checked_key("source", source)
        if not is_id(customer_id):
            raise PersonNotFound(customer_id)
        with self._transaction() as tx:
            asked = {"person": customer_id, "source": source, "since": to_us(tx.now - RATED_OVER)}
            found = run(tx.connection, WHO_OPENS if self._database.is_sqlite else WHO_OPENS_NUMBERED, asked)
            if not found:
                raise PersonNotFound(customer_id)
            tx.configured(found[0].config_version)
            if found[0].known is not None:
                return tx.locked(TicketRef(customer_id, found[0].known))
            if opened_by is None or opened_by == customer_id:
                _check_rate(tx, found[0].lately, found[0].first_at)
            elif role_of(tx.connection, opened_by) < Role.AGENT:
                raise NotAnAgent(opened_by, "open tickets for others")
            ticket = new_ticket(
                tx,
                customer_from(found[0]),
                subject=subject,
                description=description,
                category=category,
                priority=priority,
                source=source,
                opened_by=opened_by or customer_id,
                at=at,
                fields=fields,
                files=files,
                number=None if self._database.is_sqlite else found[0].number,
            )
            return settle_new_ticket(tx, ticket)


def _check_rate(tx: Transaction, lately: int, first_at: int) -> None:
    """Nobody floods the desk: what one opens for oneself is counted, what the team opens on one's behalf is not."""
    most = tx.configuration.open_rate_per_hour
    if lately >= most:
        raise TooManyTickets(most, from_us(first_at) + RATED_OVER - tx.now)


def new_ticket(
    tx: Transaction,
    customer: Customer,
    *,
    subject: str,
    description: str,
    category: str,
    priority: Priority | None,
    source: str,
    opened_by: PersonId,
    at: datetime | None = None,
    fields: Mapping[str, Any] | None = None,
    follows_number: int | None = None,
    files: Sequence[Attachment] = (),
    number: int | None = None,
    is_trial: bool = False,
) -> Ticket:
    """
    A new OPEN ticket with its clocks running, not yet given to anybody.

    `fields` are the answers to the category's questions; None where nobody was asked them. `number` if one was drawn for it
    already. Raises InvalidInput.
    """
    configured = TRIED if is_trial else tx.configuration.category(category)
    if configured is None and follows_number is not None:
        configured = tx.configuration.private_category(category)  # what follows a private matter is as private
    if configured is None:
        raise InvalidInput("category", "Choose one of the categories.")
    subject = checked_text(
        "subject", subject, longest=LONGEST_SUBJECT, empty="Write one line, so that we find it again."
    )
    description = checked_text("description", description, longest=LONGEST_DESCRIPTION)
    began = min(checked_instant("at", at), tx.now) if at is not None else tx.now
    ticket = tx.create(
        Ticket(
            customer_id=customer.id,
            number=tx.next_ticket_number() if number is None else number,
            subject=" ".join(subject.split()),
            description=description,
            category=category,
            priority=priority or configured.default_priority,
            status=TicketStatus.OPEN,
            tier=customer.tier,
            organization_id=customer.organization_id,
            opened_by=opened_by,
            opened_at=began,
            sla_start_at=began,
            last_activity_at=tx.now,
            version=1,
            as_of=tx.now,
            source=source,
            follows_number=follows_number,
            fields={} if fields is None else check_fields(configured.fields, fields),
        ),
        customer_name=customer.name,
    )
    if files:
        tx.keep_files(ticket, OF_TICKET, checked_files(files))
    ticket = tx.start_clocks(ticket, AT_OPENING, run=0, at=began)
    judged_by = _judged_by(tx, ticket)
    return tx.log(ticket, EventKind.OPENED, by=opened_by, to_value=TicketStatus.OPEN, data=judged_by)


def _judged_by(tx: Transaction, ticket: Ticket) -> dict[str, Any]:
    """What the clocks began by, so that they can be worked out again from the log alone."""
    return {
        "at": to_us(ticket.opened_at),
        "priority": int(ticket.priority),
        "tier": ticket.tier.value,
        "category": ticket.category,
        "config_version": tx.configuration.version,
    }


def settle_new_ticket(tx: Transaction, ticket: Ticket) -> Ticket:
    """Give an OPEN ticket to somebody, or say that nobody can take it."""
    assign_or_say_that_nobody_can(tx, ticket)
    return tx.final(ticket.ref)
