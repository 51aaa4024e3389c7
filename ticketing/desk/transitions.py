"""A ticket to another status by naming the status: the one door to the acts that lead there."""

from __future__ import annotations

from collections.abc import Callable

from ticketing import lifecycle, permissions
from ticketing.desk.assignment import Assignment
from ticketing.desk.base import use_case
from ticketing.desk.progress import Progress, closed
from ticketing.desk.reading import Reading
from ticketing.desk.roles import as_team, role_of
from ticketing.errors import InvalidInput, StaleTicket
from ticketing.model import CloseReason, PersonId, Ticket, TicketRef, TicketStatus

Step = Callable[..., Ticket]
"""A use case that is only given the ticket and who acts."""


class Transitions(Assignment, Progress, Reading):
    """See `ticketing.desk.Desk`."""

    def transition(self, ref: TicketRef, to: TicketStatus, *, by: PersonId) -> Ticket:
        """
        Take a ticket to another status, by the act that leads there from where it is: claim, release, start,
        wait_for_customer, resume, resolve, reopen, withdraw (its customer), put_aside (an agent). A resolved ticket that
        the team closes is closed as one that was solved.

        What a person cannot ask for stays out: an undo, and the status that it has. Who gets a reopened ticket is the
        desk's decision, so it may come back as IN_PROGRESS, ASSIGNED or OPEN: the ticket that is returned says which.
        Raises TransitionNotAllowed for a pair that the tables do not have, InvalidInput for no status at all, and
        whatever the act itself refuses.
        """
        to = _status(to)
        ticket = self.ticket(ref)
        # Its customer ends it and has it reopened; all else is the team's, and the role comes before the status.
        if by != ticket.customer_id or (to is not TicketStatus.CLOSED and ticket.status is not TicketStatus.RESOLVED):
            with self._database.read() as connection:
                permissions.check_team(ticket, by, role_of(connection, by), "work on tickets")
        lifecycle.check_asked(ticket.number, ticket.status, to)
        # What happens in between meets the act's own guard, under the lock.
        return self._act_to(ticket, to, by=by)(ref, by=by)

    def _act_to(self, ticket: Ticket, to: TicketStatus, *, by: PersonId) -> Step:
        if to is TicketStatus.CLOSED:
            return self._closing(ticket, by=by)
        if ticket.status is TicketStatus.RESOLVED:
            return self.reopen
        steps: dict[TicketStatus, Step] = {
            TicketStatus.OPEN: self.release,
            TicketStatus.ASSIGNED: self.claim,
            TicketStatus.IN_PROGRESS: self.start if ticket.status is TicketStatus.ASSIGNED else self.resume,
            TicketStatus.PENDING_CUSTOMER: self.wait_for_customer,
            TicketStatus.RESOLVED: self.resolve,
        }
        return steps[to]

    def _closing(self, ticket: Ticket, *, by: PersonId) -> Step:
        if by == ticket.customer_id:
            return self.withdraw
        return self._close_solved if ticket.status is TicketStatus.RESOLVED else self.put_aside

    @use_case
    def _close_solved(self, ref: TicketRef, *, by: PersonId) -> Ticket:
        """What closing by time does, before its time. Raises StaleTicket, NotAnAgent, OwnTicket, TicketNotFound."""
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            as_team(tx, ticket, by, "close tickets")
            if ticket.status is not TicketStatus.RESOLVED:
                raise StaleTicket(ticket)
            return closed(tx, ticket, CloseReason.TIME, by=by)


def _status(to: object) -> TicketStatus:
    try:
        return TicketStatus(to)  # type: ignore[arg-type]
    except ValueError:
        raise InvalidInput("to", "This is not a status that a ticket can have.") from None
