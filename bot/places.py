"""
The names of places and of what is shown there: how outbox rows and shown messages are found again.

A place is `p:PERSON` (that person's conversation with the app) or `c:CHANNEL`. What a message is about is `t:NUMBER` (a
ticket's card: the root of a thread), `a:NUMBER` (its alert's home), `m:NUMBER:COMMENT` (the copy of a comment) and so on.
What takes long to draw waits in a place of its own, `r:` and the place it goes to, so that nothing waits behind it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from ticketing.configuration import Configuration
from ticketing.desk.trying import trial_channel
from ticketing.model import PersonId, Ticket

CUSTOMER: Final = "customer"
AGENT: Final = "agent"
TEAM: Final = "team"
ALERT: Final = "alert"
TEAM_OUT: Final = "team_out"
PROBLEM: Final = "problem"
"""
The sides of a conversation, as `shown` holds them. What is typed in the team's thread is the team's (`team`) or goes to the
customer (`team_out`): as the setting was when the thread began, so that none changes its side under the hands of who types.
"""

REPORTS: Final = "reports"
"""The side of reports and digests: what is written below them is nobody's ticket."""

SAID_IN_THREAD: Final = "r"
"""How the natural key of a ticket begins that was opened from a message in a thread."""

_PERSON, _CHANNEL, _SLOW = "p:", "c:", "r:"


def of_person(person_id: PersonId) -> str:
    """Their conversation with the app."""
    return f"{_PERSON}{person_id}"


def of_channel(channel: str) -> str:
    return f"{_CHANNEL}{channel}"


def for_reports(place: str) -> str:
    """The same place, for what takes long to draw."""
    return f"{_SLOW}{place}"


def person_in(place: str) -> PersonId | None:
    """Whose conversation with the app it is, if it is one."""
    place = place.removeprefix(_SLOW)
    return PersonId(int(place.removeprefix(_PERSON))) if place.startswith(_PERSON) else None


def channel_in(place: str) -> str | None:
    """Which channel it is, if it is one."""
    place = place.removeprefix(_SLOW)
    return place.removeprefix(_CHANNEL) if place.startswith(_CHANNEL) else None


def origin(ticket: Ticket) -> tuple[str, str] | None:
    """
    Channel and ts of the channel message that the ticket was opened from, if it was opened from one.

    A message in a conversation with the app is no such place: there the card is a root of its own. Neither is what was said in a
    thread: nothing can be answered below it, and the thread is not the ticket's.
    """
    found = message_in(ticket.source) if not ticket.source.startswith(f"{SAID_IN_THREAD}:") else None
    return found if found is not None and is_shared(found[0]) else None


def is_shared(channel: str) -> bool:
    """Whether others read what stands there: it is no conversation with the app alone."""
    return channel[:1] in {"C", "G"}


def message_in(source: str) -> tuple[str, str] | None:
    """Channel and ts of the message that a natural key names, if it names one: outside threads, or in one."""
    kind, _, rest = source.partition(":")
    channel, _, ts = rest.partition(":")
    return (channel, ts) if kind in {"m", SAID_IN_THREAD} and channel and ts else None


def began_at(ticket: Ticket) -> tuple[str, str] | None:
    """The message that the ticket was opened from, wherever it stands; None for a form's."""
    return message_in(ticket.source)


def of_customer(ticket: Ticket, configuration: Configuration) -> str:
    """
    Where the customer's side of a ticket is: under the channel message it was opened from, else in their messages.

    A private ticket's is in a channel only if that is its category's own: elsewhere others read it.
    """
    found = origin(ticket)
    private = configuration.private_category(ticket.category)
    if found is None or (private is not None and found[0] != private.channel):
        return of_person(ticket.customer_id)
    return of_channel(found[0])


def of_origin(channel: str) -> str:
    """
    Under which name the channel message itself is remembered: the root of the customer's thread.

    The card beneath it stands in the channel's own place.
    """
    return f"o:{channel}"


def of_team(ticket: Ticket, configuration: Configuration) -> str | None:
    """The triage channel of the ticket's category; None where nobody has chosen one yet. A test ticket has its own."""
    trial = trial_channel(ticket)
    if trial is not None:
        return of_channel(trial)
    category = configuration.category(ticket.category) or configuration.private_category(ticket.category)
    channel = (category.channel if category else None) or configuration.channels.triage
    return of_channel(channel) if channel else None


def of_alerts(ticket: Ticket, configuration: Configuration) -> str | None:
    """Where its alerts go: its category's or the desk's escalation channel; a private category's stay in its own channel."""
    trial = trial_channel(ticket)
    return of_channel(trial) if trial is not None else of_alerts_in(ticket.category, configuration)


def of_alerts_in(category: str, configuration: Configuration) -> str | None:
    """Where the alerts of a category go; what is no category any more goes to the desk's channel. Not for test tickets."""
    private = configuration.private_category(category)
    if private is not None:
        return of_channel(private.channel) if private.channel else None
    known = configuration.category(category)
    channel = (known.escalations if known else None) or configuration.channels.escalations
    return of_channel(channel) if channel else None


def are_alerts_elsewhere(before: Configuration, now: Configuration) -> bool:
    """Whether alerts of some category go elsewhere now than they did before."""
    keys = {each.key for one in (before, now) for each in (*one.categories, *one.private_categories)} | {""}
    return any(of_alerts_in(key, before) != of_alerts_in(key, now) for key in keys)


def all_of_alerts(configuration: Configuration) -> frozenset[str]:
    """Every channel in which alerts are read by the settings in force."""
    of_categories = (each.escalations for each in configuration.categories if not each.private)
    of_private = (each.channel for each in configuration.private_categories)
    channels = (configuration.channels.escalations, *of_categories, *of_private)
    return frozenset(of_channel(each) for each in channels if each)


def about_ticket(number: int) -> str:
    return f"t:{number}"


def about_alert(number: int) -> str:
    return f"a:{number}"


def about_listed(number: int) -> str:
    """That a ticket is in a list of many alerts, besides having a message of its own."""
    return f"i:{number}"


def about_down(number: int, row: str, ended: int | None = None) -> str:
    """
    That a ticket is in a message of what fell due while nothing ran, besides having one of its own.

    Each downtime's message has its own name for it, by the message's row of the outbox: all of them follow the ticket. `ended`
    is the entry of the log of a promise of which it tells that it has come to its end.
    """
    return f"d:{row}:{number}" if ended is None else f"d:{row}.{ended}:{number}"


def ended_in(about: str) -> int | None:
    """The entry of the log of the promise that a name of that kind says has come to its end."""
    ended = about.partition(":")[2].partition(":")[0].partition(".")[2]
    return int(ended) if is_down(about) and ended else None


def every_down(number: int) -> str:
    """The pattern of all of a ticket's names of that kind."""
    return about_down(number, "%")


def is_down(about: str) -> bool:
    return about.startswith("d:")


def about_list(row: int) -> str:
    """A list of many alerts, by the row of the outbox in whose place it came."""
    return f"il:{row}"


def about_together(ts: str) -> str:
    """What a message says that shows several matters together, under a name of the desk's own."""
    return f"g:{ts}"


def about_comment(number: int, comment: int) -> str:
    return f"m:{number}:{comment}"


def about_problem(problem: int) -> str:
    return f"b:{problem}"


def about_reminder(number: int, event: int) -> str:
    """The line that says that a snooze is over, by the entry of the log."""
    return f"z:{number}:{event}"


def about_escalated(number: int, event: int) -> str:
    """What tells the leads that somebody has escalated it, by the entry of the log."""
    return f"f:{number}:{event}"


def about_rating(number: int, resolution: int) -> str:
    return f"q:{number}:{resolution}"


def about_mark(number: int, comment: int) -> str:
    """The check mark on what an agent typed."""
    return f"k:{number}:{comment}"


def about_unsent(number: int, comment: int) -> str:
    """What tells an agent that their answer did not go out."""
    return f"w:{number}:{comment}"


def is_unsent(about: str) -> bool:
    return about.startswith("w:")


def about_mirror(number: int) -> str:
    """The emoji on the message that a ticket was opened from."""
    return f"e:{number}"


def of_beginning(ticket: Ticket) -> str | None:
    """In whose order the emoji on that message are set; None where it began in a form."""
    found = began_at(ticket)
    if found is None:
        return None
    return of_channel(found[0]) if origin(ticket) is not None else of_person(ticket.customer_id)


def about_ended(person_id: PersonId, day: date) -> str:
    """That somebody's account has ended, once a day."""
    return f"x:{person_id}:{day.isoformat()}"


def about_joined(number: int, joined: int) -> str:
    return f"j:{number}:{joined}"


def about_watched(number: int) -> str:
    """The card of somebody who reads along: the root of what they are shown, which is the team's side."""
    return f"v:{number}"


def card_side(customer_id: PersonId, place: str, about: str, configuration: Configuration) -> str | None:
    """Where what is typed below a ticket's card goes that is the root of a thread that just begins; None for no such card."""
    if watched_in(about) is not None:
        return TEAM
    if ticket_in(about) is None:
        return None
    if channel_in(place) is not None:
        return TEAM_OUT if configuration.channels.replies_from_triage else TEAM
    return CUSTOMER if person_in(place) == customer_id else AGENT


def watched_in(about: str) -> int | None:
    """The number of the ticket whose watcher's card it is; None where it is about something else."""
    kind, _, number = about.partition(":")
    return int(number) if kind == "v" and number.isdigit() else None


def comment_in(about: str) -> tuple[int, int] | None:
    """Ticket number and comment number of the reverse; None where it is about something else."""
    kind, _, rest = about.partition(":")
    number, _, comment = rest.partition(":")
    return (int(number), int(comment)) if kind == "m" and number.isdigit() and comment.isdigit() else None


def ticket_in(about: str) -> int | None:
    """The number of the ticket whose card it is; None where it is about something else."""
    kind, _, number = about.partition(":")
    return int(number) if kind == "t" and number.isdigit() else None
