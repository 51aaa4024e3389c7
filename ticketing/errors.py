"""What the desk refuses, one class a reason. Facts are attributes; the message is a sentence fit to show to a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from ticketing.model import OVER, PersonId, Ticket, TicketStatus


class HelpdeskError(Exception):
    """The base of everything the desk refuses."""


class TicketNotFound(HelpdeskError):
    """There is no such ticket, or the person may not know of it: the two must look the same."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no ticket #{number} that you can see.")


class CommentNotFound(HelpdeskError):
    """There is no such comment, or it is not the person's to change: the two must look the same."""

    def __init__(self, ticket_number: int, number: int) -> None:
        self.ticket_number, self.number = ticket_number, number
        super().__init__("There is no such comment of yours.")


class PersonNotFound(HelpdeskError):
    """Nobody with that id or reference is known."""

    def __init__(self, person: object) -> None:
        self.person = person
        super().__init__(f"Nobody is known as {person}.")


class NotAnAgent(HelpdeskError):
    """The person is no agent, or one who may not do this."""

    def __init__(self, person_id: PersonId, act: str = "do this") -> None:
        self.person_id, self.act = person_id, act
        super().__init__(f"Only agents can {act}.")


class StillOfTheTeam(HelpdeskError):
    """Somebody is to be erased who can still act for the desk."""

    def __init__(self, person_id: PersonId) -> None:
        self.person_id = person_id
        super().__init__("They are of the team: take their role and their tickets from them first.")


class NotAMember(HelpdeskError):
    """The agent is not among those who can be given this category's tickets; asking for them anew would not help."""

    def __init__(self, agent_id: PersonId, number: int) -> None:
        self.agent_id, self.number = agent_id, number
        super().__init__(f"#{number} is private, and only members of its channel can be given it.")


class NotAllowed(HelpdeskError):
    """The person's role does not reach that far."""

    def __init__(self, act: str, needed: str) -> None:
        self.act, self.needed = act, needed
        super().__init__(f"Only {needed}s can {act}.")


class OwnTicket(HelpdeskError):
    """On one's own ticket one is only its customer."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__("This is your own ticket. Another agent has to take it.")


class NotTheHolder(HelpdeskError):
    """Only the agent who holds the ticket may do this."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__(f"You do not hold #{ticket.number}.")


class AlreadyHeld(HelpdeskError):
    """Somebody else was faster. `since` is when they got it."""

    def __init__(self, ticket: Ticket, since: datetime | None) -> None:
        self.ticket, self.since = ticket, since
        super().__init__(f"#{ticket.number} is held by somebody else already.")


class AgentFull(HelpdeskError):
    """The agent holds as many tickets as they take; by hand they may go beyond, knowingly."""

    def __init__(self, ticket: Ticket, agent_id: PersonId, load: int, max_load: int) -> None:
        self.ticket, self.agent_id, self.load, self.max_load = ticket, agent_id, load, max_load
        super().__init__(f"You hold {load} of {max_load} tickets.")


class TransitionNotAllowed(HelpdeskError):
    """The lifecycle has no such step."""

    def __init__(self, number: int, from_status: TicketStatus, to_status: TicketStatus) -> None:
        self.number, self.from_status, self.to_status = number, from_status, to_status
        names = from_status.value.replace("_", " "), to_status.value.replace("_", " ")
        super().__init__(f"#{number} is {names[0]} and cannot become {names[1]}.")


class StaleTicket(HelpdeskError):
    """The ticket has changed since the card was drawn; nothing was changed by this."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__(f"#{ticket.number} has changed in the meantime. Nothing was changed.")


class NoAlert(HelpdeskError):
    """No alert about the ticket stands that anybody could see to: none yet, or no more."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        number, is_over = ticket.number, ticket.status in OVER
        super().__init__(
            f"Nothing about #{number} needs anybody any more." if is_over else f"No alert about #{number} stands open."
        )


class NoPromise(HelpdeskError):
    """Nobody has promised to see to an alert about the ticket that still stands."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        super().__init__(f"Nobody sees to an alert about #{ticket.number}, so there is nothing to release.")


class SameTicket(HelpdeskError):
    """A ticket is to be joined or linked with itself."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"That is #{number} itself. Choose another ticket.")


class OtherCustomersTicket(HelpdeskError):
    """Only tickets of one customer are joined: what one customer wrote is not another's to read."""

    def __init__(self, number: int, other: int) -> None:
        self.number, self.other = number, other
        super().__init__(f"#{other} is another customer's ticket. Link the two instead.")


class TicketClosed(HelpdeskError):
    """The ticket is closed, so nothing can be joined with it, and it goes nowhere; `ticket` says where it went."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        where = f"joined with #{ticket.merged_into} already" if ticket.merged_into else "closed"
        super().__init__(f"#{ticket.number} is {where}.")


class InvalidInput(HelpdeskError):
    """A value that cannot be stored. `field` names it; the message says what to write instead."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class TooManyTickets(HelpdeskError):
    """Somebody opens more tickets an hour than the desk takes from one person. `wait` is how long until the next."""

    def __init__(self, most: int, wait: timedelta) -> None:
        self.most, self.wait = most, wait
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(
            f"You have opened {most} tickets within an hour, which is the most. "
            f"Write in one of them, or open the next in {minutes} min."
        )


class TooLateToUndo(HelpdeskError):
    """The window has passed, or something else has happened since."""

    def __init__(self, ticket: Ticket, why: str) -> None:
        self.ticket, self.why = ticket, why
        super().__init__(f"Too late to undo: {why}.")


class NotRatable(HelpdeskError):
    """There is no resolution that its customer could rate now. `why` completes "#42 cannot be rated: ..."."""

    def __init__(self, ticket: Ticket, why: str) -> None:
        self.ticket, self.why = ticket, why
        super().__init__(f"#{ticket.number} cannot be rated: {why}.")


class MacroNotFound(HelpdeskError):
    """There is no macro of that key among the team's and one's own."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("There is no such macro.")


class ProblemNotFound(HelpdeskError):
    """There is no problem of that number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no problem {number}.")


class ProblemIsResolved(HelpdeskError):
    """The problem is resolved: reopen it before anything further is done with it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"Problem {number} is resolved. Reopen it first.")


class InvalidConfiguration(HelpdeskError):
    """A configuration that would not work; the message names each fault, one a line, as `faults` takes them apart."""

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """Of each fault its place ("categories[0].name") and a sentence; the place is empty where it is the whole."""
        parted = (line.partition(": ") for line in str(self).splitlines())
        return tuple((place, said) if colon else ("", place) for place, colon, said in parted)


class StaleConfiguration(HelpdeskError):
    """Somebody has stored another configuration since the one that was changed was read; nothing was changed."""

    def __init__(self, version: int, by: PersonId | None, at: datetime) -> None:
        self.version, self.by, self.at = version, by, at
        super().__init__("Somebody changed the settings meanwhile. Nothing was changed.")


class StaleMember(HelpdeskError):
    """Somebody has changed this person since they were read; nothing was changed."""

    def __init__(self, person_id: PersonId, by: PersonId | None, at: datetime) -> None:
        self.person_id, self.by, self.at = person_id, by, at
        super().__init__("Somebody changed this person meanwhile. Nothing was changed.")


class LeaseLost(HelpdeskError):
    """Another process has taken over what this one was working on; its late write was refused."""


class DatabaseUnavailable(HelpdeskError):
    """The database does not answer. Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Not saved: the database does not answer.")
