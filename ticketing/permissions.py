"""
Who may do what, by role: the core's own check, whichever door somebody came through.

Pure rules over values. A front may be stricter (a private category, a ticket that a person may not know of); nothing that
this refuses can be done by way of any front.
"""

from __future__ import annotations

from ticketing.errors import NotAllowed, NotAnAgent, NotTheHolder, OwnTicket
from ticketing.model import PersonId, Role, Ticket, TicketStatus


def check_team(ticket: Ticket, person_id: PersonId, role: Role, act: str) -> None:
    """
    What agents do with other people's tickets. Raises NotAnAgent or OwnTicket.

    On one's own ticket one is only its customer, whatever one's role. `act` completes "Only agents can ...".
    """
    if role < Role.AGENT:
        raise NotAnAgent(person_id, act)
    if ticket.customer_id == person_id:
        raise OwnTicket(ticket)


def may_see(ticket: Ticket, person_id: PersonId, role: Role, *, is_colleague: bool) -> bool:
    """Whether somebody may know of a ticket at all: its customer, the team, and colleagues where they read along."""
    return person_id == ticket.customer_id or role >= Role.AGENT or is_colleague


def reaches_customer(ticket: Ticket, agent_id: PersonId) -> bool:
    """Whether what an agent says under their assignment goes out: while they have the ticket, and on what they resolved."""
    had_last = ticket.assigned_agent_id or ticket.last_agent_id
    return had_last == agent_id and (ticket.is_held or ticket.status is TicketStatus.RESOLVED)


def check_reaches_customer(ticket: Ticket, agent_id: PersonId) -> None:
    """A former holder's words go to nobody. Raises NotTheHolder."""
    if not reaches_customer(ticket, agent_id):
        raise NotTheHolder(ticket)


def check_lead(role: Role, act: str) -> None:
    """What changes other people's work. Raises NotAllowed; `act` completes "Only leads can ..."."""
    if role < Role.LEAD:
        raise NotAllowed(act, "lead")


def check_admin(role: Role, act: str) -> None:
    """What changes the desk itself. Raises NotAllowed; `act` completes "Only admins can ..."."""
    if role < Role.ADMIN:
        raise NotAllowed(act, "admin")


def check_role_change(by: Role, before: Role, after: Role) -> None:
    """A lead says who is of the team; who is an admin, only an admin. Raises NotAllowed."""
    check_lead(by, "change what people may do")
    if Role.ADMIN in (before, after) and by < Role.ADMIN:
        raise NotAllowed("change who is an admin", "admin")
