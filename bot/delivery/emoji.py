"""
What is said without a message: the state of a ticket on the message where it began, a check mark on what was sent.

An emoji is set again without harm and no count of them is kept, so nothing is written down; those that may stand there are told
by the log. People's own emoji are theirs: Slack takes away only ours.
"""

from __future__ import annotations

from bot import places
from bot.delivery.letters import Reactions
from bot.delivery.reading import Dossier
from ticketing.events import EventKind
from ticketing.model import Comment, TicketRef, TicketStatus
from ticketing.outbox import Errand, Notice

SOMEBODY_HAS_IT = "eyes"
DONE = "white_check_mark"

SENT = "sent_mark"
"""The kind of row that sets the check mark."""

LAST = -10
"""Emoji go after everything else."""


def of_status(status: TicketStatus) -> str | None:
    """The emoji that a ticket's state is shown by; None where there is none."""
    if status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return DONE
    return None if status is TicketStatus.OPEN else SOMEBODY_HAS_IT


def mirror(dossier: Dossier, errand: Errand) -> Reactions | None:
    """The ticket's state on the message that it was opened from."""
    ticket = dossier.ticket
    began = places.began_at(ticket)
    if began is None:
        return None
    now = of_status(ticket.status)
    if ticket.status is TicketStatus.CLOSED and ticket.resolved_at is None:
        now = None  # withdrawn or put aside: nothing was done
    before = {SOMEBODY_HAS_IT for each in dossier.events if each.kind is EventKind.ASSIGNED}
    before |= {DONE for each in dossier.events if each.to_value == TicketStatus.RESOLVED.value}
    return Reactions(*began, wanted=frozenset({now} if now else ()), unwanted=frozenset(before - {now}))


def mark_of(ticket: TicketRef, place: str, comment: Comment) -> tuple[Notice, ...]:
    """What is to follow once a comment stands before the customer in `place`: nothing for what was typed in a form."""
    if places.message_in(comment.source) is None or comment.author_id == ticket.customer_id:
        return ()
    data = {"comment": comment.number}
    return (Notice(place, places.about_mark(ticket.number, comment.number), SENT, ticket, priority=LAST, data=data),)


def sent(dossier: Dossier, errand: Errand) -> Reactions | None:
    """A check mark on what an agent typed, once it stands before the customer; none any more when it was pulled back."""
    number = int(errand.data["comment"])
    said = next((each for each in dossier.comments if each.number == number), None)
    typed = places.message_in(said.source) if said is not None else None
    if said is None or typed is None:
        return None
    if said.deleted_at is not None:
        return Reactions(*typed, unwanted=frozenset({DONE}))
    stands = dossier.desk.outbox.shown_everywhere(
        dossier.ref.customer_id, places.about_comment(dossier.ref.number, number)
    )
    is_there = any(each.side == places.CUSTOMER for each in stands)
    return Reactions(*typed, wanted=frozenset({DONE})) if is_there else None
