"""
The names of places and of what is shown there: how outbox rows and shown messages are found again.

A place is `p:PERSON` (that person's conversation with the app) or `c:CHANNEL`. What a message is about is `t:NUMBER` (a
ticket's card: the root of a thread), `a:NUMBER` (its alert's home), `m:NUMBER:COMMENT` (the copy of a comment) and so on.
"""

from __future__ import annotations

from typing import Final

from ticketing.configuration import Configuration
from ticketing.model import PersonId, Ticket

CUSTOMER: Final = "customer"
AGENT: Final = "agent"
TEAM: Final = "team"
ALERT: Final = "alert"
"""The sides of a conversation, as `shown` holds them."""

_PERSON, _CHANNEL = "p:", "c:"


def of_person(person_id: PersonId) -> str:
    """Their conversation with the app."""
    return f"{_PERSON}{person_id}"


def of_channel(channel: str) -> str:
    return f"{_CHANNEL}{channel}"


def person_in(place: str) -> PersonId | None:
    """Whose conversation with the app it is, if it is one."""
    return PersonId(int(place.removeprefix(_PERSON))) if place.startswith(_PERSON) else None


def channel_in(place: str) -> str | None:
    """Which channel it is, if it is one."""
    return place.removeprefix(_CHANNEL) if place.startswith(_CHANNEL) else None


def origin(ticket: Ticket) -> tuple[str, str] | None:
    """
    Channel and ts of the channel message that the ticket was opened from, if it was opened from one.

    A message in a conversation with the app is no such place: there the card is a root of its own.
    """
    kind, _, rest = ticket.source.partition(":")
    channel, _, ts = rest.partition(":")
    return (channel, ts) if kind == "m" and channel[:1] in {"C", "G"} and ts else None


def of_customer(ticket: Ticket) -> str:
    """Where the customer's side of a ticket is: under the channel message it was opened from, else in their messages."""
    found = origin(ticket)
    return of_person(ticket.customer_id) if found is None else of_channel(found[0])


def of_origin(channel: str) -> str:
    """
    Under which name the channel message itself is remembered: the root of the customer's thread.

    The card beneath it stands in the channel's own place.
    """
    return f"o:{channel}"


def of_team(ticket: Ticket, configuration: Configuration) -> str | None:
    """The triage channel of the ticket's category; None where nobody has chosen one yet."""
    category = configuration.category(ticket.category)
    channel = (category.channel if category else None) or configuration.channels.triage
    return of_channel(channel) if channel else None


def of_alerts(ticket: Ticket, configuration: Configuration) -> str | None:
    """Where its alerts go: its category's or the desk's escalation channel; a private category's stay in its own channel."""
    category = configuration.category(ticket.category)
    if category is not None and category.private:
        return of_channel(category.channel) if category.channel else None
    channel = (category.escalations if category else None) or configuration.channels.escalations
    return of_channel(channel) if channel else None


def about_ticket(number: int) -> str:
    return f"t:{number}"


def about_alert(number: int) -> str:
    return f"a:{number}"


def about_comment(number: int, comment: int) -> str:
    return f"m:{number}:{comment}"


def about_rating(number: int, resolution: int) -> str:
    return f"q:{number}:{resolution}"


def comment_in(about: str) -> tuple[int, int] | None:
    """Ticket number and comment number of the reverse; None where it is about something else."""
    kind, _, rest = about.partition(":")
    number, _, comment = rest.partition(":")
    return (int(number), int(comment)) if kind == "m" and number.isdigit() and comment.isdigit() else None


def ticket_in(about: str) -> int | None:
    """The number of the ticket whose card it is; None where it is about something else."""
    kind, _, number = about.partition(":")
    return int(number) if kind == "t" and number.isdigit() else None
