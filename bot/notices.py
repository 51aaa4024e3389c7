"""
Who is shown what, for each entry of the audit log: the observer that fills the outbox.

It is called inside the ticket's transaction, so that what people are told commits or vanishes with what happened. Cards are
asked for once a transaction, at its last entry; what is said goes to those who did not say it. Nobody is told what they
themselves just did except by their card.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet

from sqlalchemy import String, bindparam, cast, func, or_, select

from bot import places
from bot.alerting import ALERT_PRIORITY, alerted, is_alerted, redraw_alert, somebody_sees_to
from bot.delivery import emoji
from bot.escalating import tell_leads
from ticketing.events import EventKind, TicketEvent
from ticketing.lanes import BEHIND
from ticketing.model import HELD, PersonId, Ticket, TicketStatus
from ticketing.prepared import run
from ticketing.shown import (
    ALERT_CARD,
    ALERT_LISTED,
)
from ticketing.tables import outbox, shown, ticket_events, ticket_watchers
from ticketing.transaction import Transaction

BACKGROUND = BEHIND - 1
"""What a new policy changes on many cards lets everything else go first; it is no report, which has a lane of its own."""

_CARDS = select(shown.c.place, shown.c.side).where(
    shown.c.customer_id == bindparam("customer_id"), shown.c.about == bindparam("about")
)
_AGENTS_CARDS = select(shown.c.place).where(
    shown.c.customer_id == bindparam("customer_id"),
    shown.c.about == bindparam("about"),
    shown.c.side == places.AGENT,
)


_WATCHERS = select(ticket_watchers.c.person_id).where(
    ticket_watchers.c.customer_id == bindparam("customer_id"), ticket_watchers.c.ticket_id == bindparam("ticket_id")
)

_TOLD_OF = select(outbox.c.place, outbox.c.kind).where(
    outbox.c.customer_id == bindparam("customer_id"), outbox.c.about == bindparam("about")
)


_WOKEN = (
    select(ticket_events.c.seq)
    .where(
        ticket_events.c.customer_id == bindparam("customer_id"),
        ticket_events.c.ticket_id == bindparam("ticket_id"),
        ticket_events.c.kind == EventKind.WOKEN.value,
    )
    .order_by(ticket_events.c.seq)
)
_IS_SHOWN = select(shown.c.ts).where(
    shown.c.customer_id == bindparam("customer_id"),
    shown.c.place == bindparam("place"),
    shown.c.about == bindparam("about"),
)

# A name says what the message is, and behind that of which ticket (`bot.places`).
_name = func.substr(shown.c.about, 3)
_SHOWN_OF = select(shown.c.place, shown.c.about).where(
    shown.c.customer_id == bindparam("customer_id"),
    or_(
        _name == cast(bindparam("number"), String), _name.like(bindparam("more")), shown.c.about.like(bindparam("down"))
    ),
)


class Notices:
    """Give an instance to `desk.subscribe`."""

    def __init__(self) -> None:
        # Transactions in which somebody said something: what follows from that needs no further words.
        self._said: WeakSet[Transaction] = WeakSet()
        self._tell: dict[EventKind, Callable[[Transaction, Ticket, TicketEvent], None]] = {
            EventKind.COMMENTED: self._commented,
            EventKind.COMMENT_EDITED: self._amended,
            EventKind.COMMENT_DELETED: self._amended,
            EventKind.STATUS: self._moved,
            EventKind.ASSIGNED: self._assigned,
            EventKind.REOPENED: self._reopened,
            EventKind.NUDGED: self._nudged,
            EventKind.SNOOZED: self._snoozed,
            EventKind.WOKEN: self._woken,
            EventKind.ESCALATED: tell_leads,
            EventKind.THANKED: self._thanked,
            EventKind.RATED: self._rated,
            EventKind.RECEIVED_MERGE: self._joined,
            EventKind.RETURNED_MERGE: self._joined,
            EventKind.CATEGORY: self._recategorized,
            EventKind.PRIORITY: self._reads_otherwise,
            EventKind.WATCHED: self._watched,
            EventKind.UNWATCHED: self._watched,
            EventKind.WARNED: alerted,
            EventKind.BREACHED: alerted,
            EventKind.ALERT_STEP: alerted,
            EventKind.ALERT_TAKEN: somebody_sees_to,
            EventKind.ALERT_RELEASED: somebody_sees_to,
            EventKind.ALERT_LAPSED: somebody_sees_to,
        }

    def __call__(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """`ticket` is as it will be committed."""
        if event.kind is EventKind.ERASED and event.reason is None:
            self._erased(tx, ticket)
            return
        tell = self._tell.get(event.kind)
        if tell is not None:
            tell(tx, ticket, event)
        is_last = event.seq == ticket.last_event
        if is_last and not (event.kind is EventKind.COMMENTED and event.data.get("internal")):
            self._cards(tx, ticket, BACKGROUND if event.kind is EventKind.CLOCKS_RECOMPUTED else 0)
        elif is_last and is_alerted(tx, ticket):
            redraw_alert(tx, ticket)  # who makes a note has touched it

    def _erased(self, tx: Transaction, ticket: Ticket) -> None:
        """
        What the app has shown of the ticket is taken away, wherever it stands.

        A message of alerts may be of others as well: it is drawn anew, without the words.
        """
        number = ticket.number
        key = {
            "customer_id": ticket.customer_id,
            "number": number,
            "more": f"{number}:%",
            "down": places.every_down(number),
        }
        for row in tx.connection.execute(_SHOWN_OF, key):
            if row.about == places.about_alert(ticket.number):
                tx.tell(row.place, row.about, ALERT_CARD, ticket=ticket.ref)
            elif places.is_down(row.about):
                tx.tell(row.place, row.about, ALERT_LISTED, ticket=ticket.ref)
            elif row.about == places.about_listed(ticket.number):
                continue  # a list of many says nothing but its number
            elif row.place.partition(":")[0] in {"p", "c"}:
                tx.tell(row.place, row.about, "take_away", ticket=ticket.ref)

    # --- cards --------------------------------------------------------------------------------------------------------

    def _cards(self, tx: Transaction, ticket: Ticket, priority: int = 0) -> None:
        about = places.about_ticket(ticket.number)
        tx.tell(
            places.of_customer(ticket, tx.configuration), about, "customer_card", ticket=ticket.ref, priority=priority
        )
        agent_id = ticket.assigned_agent_id or ticket.last_agent_id
        if agent_id is not None:
            tx.tell(places.of_person(agent_id), about, "assignment_card", ticket=ticket.ref, priority=priority)
        team = places.of_team(ticket, tx.configuration)
        if team is not None:
            tx.tell(team, about, "triage_card", ticket=ticket.ref, priority=priority)
        if is_alerted(tx, ticket):
            redraw_alert(tx, ticket)

    # --- words --------------------------------------------------------------------------------------------------------

    def _commented(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        self._said.add(tx)
        number = int(event.data["comment"])
        about, data = places.about_comment(ticket.number, number), {"comment": number}
        if event.data.get("internal"):
            self._to_team(tx, ticket, event, "note")
        elif event.actor_id == ticket.customer_id:
            tx.tell(places.of_customer(ticket, tx.configuration), about, "own", ticket=ticket.ref, data=data)
            self._to_team(tx, ticket, event, "from_customer")
        else:
            kind = "reply"
            if event.seq < ticket.last_event:
                # The comment is part of a further step, which is what the customer reads of first.
                kind = {TicketStatus.RESOLVED: "solution", TicketStatus.PENDING_CUSTOMER: "question"}.get(
                    ticket.status, kind
                )
            tx.tell(places.of_customer(ticket, tx.configuration), about, kind, ticket=ticket.ref, data=data)
            self._to_team(tx, ticket, event, "sent")
        self._to_watchers(tx, ticket, event, number)

    def _to_watchers(self, tx: Transaction, ticket: Ticket, event: TicketEvent, number: int) -> None:
        """Whoever reads along, and did not say it, and has no other card of it. What they may read is asked when it is drawn."""
        about, data = f"{places.about_watched(ticket.number)}:{number}", {"comment": number}
        for place in self._watchers(tx, ticket):
            if place not in (places.of_person(event.actor_id or PersonId(0)), self._holder(ticket)):
                tx.tell(place, about, "watched", ticket=ticket.ref, data=data)

    def _holder(self, ticket: Ticket) -> str:
        return places.of_person(ticket.assigned_agent_id or PersonId(0))

    def _watchers(self, tx: Transaction, ticket: Ticket) -> list[str]:
        key = {"customer_id": ticket.customer_id, "ticket_id": ticket.number}
        return [places.of_person(PersonId(row.person_id)) for row in run(tx.connection, _WATCHERS, key)]

    def _to_team(self, tx: Transaction, ticket: Ticket, event: TicketEvent, kind: str) -> None:
        """Into the triage thread, and under the assignment; where it was written is asked when it is drawn."""
        number = int(event.data["comment"])
        about, data = places.about_comment(ticket.number, number), {"comment": number}
        team = places.of_team(ticket, tx.configuration)
        if team is not None:
            tx.tell(team, about, kind, ticket=ticket.ref, data=data)
        holder = ticket.assigned_agent_id
        if holder is not None:
            tx.tell(places.of_person(holder), about, kind, ticket=ticket.ref, data=data)

    def _amended(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Wherever the comment is shown or is still to be shown, its copy follows; behind the first, in its order."""
        number = int(event.data["comment"])
        about, data = places.about_comment(ticket.number, number), {"comment": number, "again": True}
        told = tx.connection.execute(_TOLD_OF, {"customer_id": ticket.customer_id, "about": about})
        for place, kind in sorted({(row.place, row.kind) for row in told}):
            tx.tell(place, about, kind, ticket=ticket.ref, data=data)
        if event.kind is EventKind.COMMENT_DELETED and event.actor_id != ticket.customer_id:
            place, mark = places.of_customer(ticket, tx.configuration), places.about_mark(ticket.number, number)
            tx.tell(place, mark, emoji.SENT, ticket=ticket.ref, priority=emoji.LAST, data={"comment": number})
        for watcher in self._watchers(tx, ticket):
            tx.tell(watcher, f"{places.about_watched(ticket.number)}:{number}", "watched", ticket=ticket.ref, data=data)

    # --- steps --------------------------------------------------------------------------------------------------------

    def _moved(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        self._reads_otherwise(tx, ticket, event)
        if event.to_value == TicketStatus.RESOLVED and tx not in self._said:
            self._to_customer(tx, ticket, event, "resolved")
        before, after = (TicketStatus(str(one)) for one in (event.from_value, event.to_value))
        if before in HELD and after not in HELD:
            self._reminders_over(tx, ticket, ticket.assigned_agent_id or ticket.last_agent_id)
        place = places.of_beginning(ticket)
        if place is not None and emoji.of_status(before) != emoji.of_status(after):
            mirror = places.about_mirror(ticket.number)
            tx.tell(place, mirror, "mirror_card", ticket=ticket.ref, priority=emoji.LAST)

    def _reads_otherwise(self, tx: Transaction, ticket: Ticket, _event: TicketEvent) -> None:
        """The cards of those who read along say it, too."""
        if ticket.version == 1:
            return  # opened just now: nobody reads along yet
        for watcher in self._watchers(tx, ticket):
            about, data = places.about_watched(ticket.number), {"again": True}
            tx.tell(watcher, about, "watch_card", ticket=ticket.ref, data=data)

    def _assigned(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Whoever has a card of it sees who has it now; one whose own card stands already is told besides."""
        if ticket.version == 1:
            return  # opened just now: nobody has a card yet
        place, about = places.of_person(PersonId(int(event.to_value or 0))), places.about_ticket(ticket.number)
        key = {"customer_id": ticket.customer_id, "about": about}
        have_cards = {row.place for row in tx.connection.execute(_AGENTS_CARDS, key)}
        if event.from_value:
            self._reads_otherwise(tx, ticket, event)
            have_cards.add(places.of_person(PersonId(int(event.from_value))))
            self._reminders_over(tx, ticket, PersonId(int(event.from_value)))
        for other in sorted(have_cards - {place}):
            tx.tell(other, about, "assignment_card", ticket=ticket.ref)
        if place in have_cards and event.actor_id != ticket.assigned_agent_id:
            # An edit of the card would notify nobody.
            tx.tell(place, about, "assigned_again", ticket=ticket.ref, data={"event": event.seq})

    def _recategorized(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Among others now: where one of both is private, each card that stands says what may be read there."""
        if not any(tx.configuration.private_category(str(key)) for key in (event.from_value, event.to_value)):
            self._reads_otherwise(tx, ticket, event)
            return
        kinds = {places.CUSTOMER: "customer_card", places.AGENT: "assignment_card"}
        for about in (places.about_ticket(ticket.number), places.about_watched(ticket.number)):
            of_team = "watch_card" if places.watched_in(about) is not None else "triage_card"
            key = {"customer_id": ticket.customer_id, "about": about}
            for row in tx.connection.execute(_CARDS, key):
                if places.person_in(row.place) is not None or places.channel_in(row.place) is not None:
                    kind = kinds.get(row.side, of_team)
                    tx.tell(row.place, about, kind, ticket=ticket.ref, data={"again": True})
        about = places.about_alert(ticket.number)
        for row in tx.connection.execute(_CARDS, {"customer_id": ticket.customer_id, "about": about}):
            tx.tell(row.place, about, ALERT_CARD, ticket=ticket.ref, priority=ALERT_PRIORITY)

    def _reopened(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        if event.actor_id == ticket.customer_id and tx not in self._said:
            self._to_customer(tx, ticket, event, "reopened")

    def _nudged(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        self._to_customer(tx, ticket, event, "closes_soon")

    def _snoozed(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        self._reminders_over(tx, ticket, event.actor_id)

    def _reminders_over(self, tx: Transaction, ticket: Ticket, agent_id: PersonId | None) -> None:
        """What said there that the ticket is back says no longer what can be done: it is put off again, or not theirs."""
        if agent_id is None:
            return
        place = places.of_person(agent_id)
        for woken in run(tx.connection, _WOKEN, {"customer_id": ticket.customer_id, "ticket_id": ticket.number}):
            about = places.about_reminder(ticket.number, woken.seq)
            if run(tx.connection, _IS_SHOWN, {"customer_id": ticket.customer_id, "place": place, "about": about}):
                tx.tell(place, about, "woken", ticket=ticket.ref, data={"event": woken.seq, "again": True})

    def _woken(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """By time: whoever has it is reminded. By its customer: what they wrote does that."""
        if event.actor_id is None and ticket.assigned_agent_id is not None:
            about = places.about_ticket(ticket.number)
            place = places.of_person(ticket.assigned_agent_id)
            tx.tell(place, about, "woken", ticket=ticket.ref, data={"event": event.seq})

    def _thanked(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        self._to_customer(tx, ticket, event, "thanked")

    def _rated(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """One line a resolution, in the team's thread and under the assignment, which follows if it is thought over."""
        resolution = int(event.data["resolution"])
        about, data = places.about_rating(ticket.number, resolution), {"resolution": resolution}
        holder = ticket.assigned_agent_id or ticket.last_agent_id
        team = places.of_team(ticket, tx.configuration)
        for place in (team, places.of_person(holder) if holder is not None else None):
            if place is not None:
                tx.tell(place, about, "rated", ticket=ticket.ref, data=data)

    def _joined(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Another ticket was joined with this one, or taken apart from it: one line in the team's threads, which follows."""
        number = int(event.from_value or event.to_value or 0)
        about, data = places.about_joined(ticket.number, number), {"joined": number}
        team = places.of_team(ticket, tx.configuration)
        holder = ticket.assigned_agent_id
        for place in (team, places.of_person(holder) if holder is not None else None):
            if place is not None:
                tx.tell(place, about, "joined", ticket=ticket.ref, data=data)

    def _watched(self, tx: Transaction, ticket: Ticket, event: TicketEvent) -> None:
        """Somebody reads along from now on, or no longer; what holds is asked when it is shown."""
        watcher = PersonId(int(event.to_value or event.from_value or 0))
        if watcher != ticket.customer_id:
            place, about = places.of_person(watcher), places.about_watched(ticket.number)
            tx.tell(place, about, "watch_card", ticket=ticket.ref)

    def _to_customer(self, tx: Transaction, ticket: Ticket, event: TicketEvent, kind: str) -> None:
        about = places.about_ticket(ticket.number)
        tx.tell(places.of_customer(ticket, tx.configuration), about, kind, ticket=ticket.ref, data={"event": event.seq})
