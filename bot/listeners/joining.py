"""Merging, splitting, linking and moving a ticket, and who watches it: the forms, and what is sent with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import Ack, App

from bot import text
from bot.access import Grant
from bot.actions import Act, Block, Form
from bot.blocks import joining
from bot.blocks.forms import plain_view, read_choice, read_text
from bot.listeners.parts import Parts, any_of
from bot.payloads import FormSubmission
from bot.values import MalformedValue, read_said_value, read_ticket_value
from bot.views import TicketFacts, View
from bot.views.joining import LinkForm, MergeForm, MoveForm, OtherTicket, SaidLine, SplitForm, WatchForm
from bot.words import joining as words
from ticketing.desk.watchers import MOST_WATCHERS
from ticketing.errors import InvalidInput
from ticketing.model import Comment, CommentKey, LinkKind, Person, PersonId, Role, Ticket, TicketRef, TicketStatus

ACT_OF = {
    Form.MERGE: Act.MERGE,
    Form.SPLIT: Act.SPLIT,
    Form.LINK: Act.LINK,
    Form.MOVE: Act.MOVE,
    Form.WATCH: Act.WATCH,
}
_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)


def joining_forms(parts: Parts) -> dict[Act, Callable[[Grant], View]]:
    """The forms, for the buttons that open them."""
    return {
        Act.MERGE: lambda to: joining.merge_view(_merge_form(parts, to)),
        Act.SPLIT: lambda to: joining.split_view(_split_form(parts, to)),
        Act.LINK: lambda to: joining.link_view(_link_form(parts, to)),
        Act.MOVE: lambda to: joining.move_view(MoveForm(facts=_facts(parts, to), customer=_customer(parts, to))),
        Act.WATCH: lambda to: joining.watch_view(_watch_form(parts, to)),
    }


def _merge_form(parts: Parts, to: Grant) -> MergeForm:
    tickets = parts.desk.tickets_of_customer(to.ticket.customer_id, limit=joining.CHOICES)
    fitting = tuple(
        OtherTicket(number=each.number, subject=each.subject)
        for each in tickets
        if each.ref != to.ticket.ref
        and each.status is not TicketStatus.CLOSED
        and parts.access.sight.sees(to.person, each.category)
        and not _shows_elsewhere(parts, to.ticket, each)
    )
    return MergeForm(facts=_facts(parts, to), customer=_customer(parts, to), tickets=fitting)


def _split_form(parts: Parts, to: Grant) -> SplitForm:
    standing = [
        each
        for each in parts.desk.comments(to.ticket.ref, include_internal=True)
        if each.deleted_at is None and not each.is_automatic and each.text.strip()
    ]
    return SplitForm(facts=_facts(parts, to), said=tuple(_said(parts, each) for each in standing[-joining.CHOICES :]))


def _said(parts: Parts, comment: Comment) -> SaidLine:
    return SaidLine(
        ticket=comment.ticket_number,
        comment=comment.number,
        author=parts.desk.person(comment.author_id).name,
        text=comment.text,
        is_note=comment.is_internal,
    )


def _link_form(parts: Parts, to: Grant) -> LinkForm:
    linked = [parts.desk.ticket(link.other) for link in _links(parts, to.ticket)]
    seen = [each for each in linked if parts.access.sight.sees(to.person, each.category)]
    others = tuple(OtherTicket(number=each.number, subject=each.subject) for each in seen)
    return LinkForm(facts=_facts(parts, to), linked=others)


def _watch_form(parts: Parts, to: Grant) -> WatchForm:
    _check_not_private(parts, to.ticket)
    watchers = [each for each in parts.desk.watchers(to.ticket.ref) if each.role >= Role.AGENT]
    slack_ids = tuple(each.external_ref.rpartition(":")[2] for each in watchers)
    return WatchForm(facts=_facts(parts, to), watchers=slack_ids)


def _links(parts: Parts, ticket: Ticket) -> list[Any]:
    """Those that somebody made by hand, and can take out again."""
    return [link for link in parts.desk.links(ticket.ref) if link.kind is LinkKind.RELATED]


def _facts(parts: Parts, to: Grant) -> TicketFacts:
    return parts.screens.facts(to.ticket, to.person.tz)


def _customer(parts: Parts, to: Grant) -> str:
    return parts.desk.person(to.ticket.customer_id).name


def _is_private(parts: Parts, ticket: Ticket) -> bool:
    return parts.desk.configuration().private_category(ticket.category) is not None


def _shows_elsewhere(parts: Parts, ticket: Ticket, other: Ticket) -> bool:
    """
    Whether joining would bring what a private category's channel alone may read to another channel, or let those act on it who
    are in the other: what is said on a merged ticket is said on the one it was joined with.
    """
    return ticket.category != other.category and (_is_private(parts, ticket) or _is_private(parts, other))


def _check_not_private(parts: Parts, ticket: Ticket) -> None:
    """Whoever may see a private category's tickets is in its channel. Raises InvalidInput."""
    if _is_private(parts, ticket):
        raise InvalidInput(Block.AGENT, words.WATCH_PRIVATE.format(number=ticket.number))


@dataclass(frozen=True)
class Joining:
    """What is sent with the forms: a value is input like any other, and what was never offered is refused."""

    parts: Parts
    _send: dict[Form, Callable[[Grant, FormSubmission], View | None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._send.update(
            {
                Form.MERGE: self._merge,
                Form.SPLIT: self._split,
                Form.LINK: self._link,
                Form.MOVE: self._move,
                Form.WATCH: self._watch,
            }
        )

    def register(self, app: App) -> None:
        app.view_submission(any_of(ACT_OF))(self.submit)

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        form = Form(sent.view.callback_id)
        ref, version = read_ticket_value(sent.view.private_metadata)
        to = self.parts.access.to(ACT_OF[form], sent.person, ref)
        with self.parts.as_of(ref, version):
            shown = self._send[form](to, sent)
        if shown is None:
            ack(response_action="clear")
        else:
            # What it was chosen from, More actions, is of a ticket that is not there any more as it shows it.
            ack(response_action="update", view={**shown, "clear_on_close": True})

    def _merge(self, to: Grant, sent: FormSubmission) -> None:
        chosen = read_choice(sent.view.payload)
        if not chosen:
            raise InvalidInput(Block.CHOICE, words.MERGE_MISSING)
        into = TicketRef(to.ticket.customer_id, _number(chosen))
        other = self.parts.access.to(Act.MERGE, sent.person, into).ticket
        if _shows_elsewhere(self.parts, to.ticket, other):
            raise InvalidInput(Block.CHOICE, words.OTHER_CHANNEL.format(target=other.number))
        self.parts.desk.merge(to.ticket.ref, into, by=to.person.id)

    def _split(self, to: Grant, sent: FormSubmission) -> View:
        chosen = [_key(to.ticket, value) for value in joining.read_chosen(sent.view.payload)]
        if not chosen:
            raise InvalidInput(Block.TICKETS, words.SPLIT_MISSING)
        new = self.parts.desk.split(
            to.ticket.ref, chosen, subject=joining.read_subject(sent.view.payload), by=to.person.id, source=sent.source
        )
        return plain_view(words.SPLIT_DONE.format(new=new.number, number=to.ticket.number))

    def _link(self, to: Grant, sent: FormSubmission) -> None:
        typed = read_text(sent.view.payload)
        kept = {_number(value) for value in joining.read_chosen(sent.view.payload)}
        others = {link.other.number: link.other for link in _links(self.parts, to.ticket)}
        # What was not shown, because it may not be seen or was linked since, is not taken out.
        shown = {_number(value) for value in joining.shown_tickets(sent.view.payload)}
        gone = [other for number, other in others.items() if number in shown - kept]
        if not typed and not shown:
            raise InvalidInput(Block.TEXT, words.LINK_MISSING)
        new = self._typed_ticket(sent, typed) if typed else None
        gone = [self.parts.access.to(Act.LINK, sent.person, each).ticket.ref for each in gone if each != new]
        if new is not None:
            self.parts.desk.link(to.ticket.ref, new, by=to.person.id)
        for each in gone:
            self.parts.desk.unlink(to.ticket.ref, each, by=to.person.id)

    def _typed_ticket(self, sent: FormSubmission, typed: str) -> TicketRef:
        found = _NUMBER.fullmatch(typed)
        if found is None:
            raise InvalidInput(Block.TEXT, words.LINK_MISSING)
        return self.parts.access.to_numbered(Act.LINK, sent.person, int(found[1])).ticket.ref

    def _move(self, to: Grant, sent: FormSubmission) -> View:
        chosen = joining.read_user(sent.view.payload)
        if not chosen:
            raise InvalidInput(Block.AGENT, words.MOVE_MISSING)
        customer = self.parts.access.people.chosen(chosen, Block.AGENT)
        new = self.parts.desk.move_to_customer(to.ticket.ref, customer.id, by=to.person.id, source=sent.source)
        done = words.MOVE_DONE.format(new=new.number, customer=text.first(customer.name), number=to.ticket.number)
        return plain_view(done)

    def _watch(self, to: Grant, sent: FormSubmission) -> None:
        """Only of the team: customers and their colleagues read along in their own way."""
        _check_not_private(self.parts, to.ticket)
        people = self.parts.access.people
        before = {each.id: each for each in self.parts.desk.watchers(to.ticket.ref)}
        after: dict[PersonId, Person] = {}
        for user in joining.read_users(sent.view.payload):
            person = people.heard_of(user)
            if person is None or person.role < Role.AGENT:
                name = text.first(person.name) if person else words.WATCH_SOMEBODY
                raise InvalidInput(Block.AGENT, words.WATCH_TEAM_ONLY.format(person=name))
            after[person.id] = person
        # Who reads along since the form was opened goes on, and who no longer does is not put back.
        heard = map(people.heard_of, joining.shown_users(sent.view.payload))
        shown = {person.id for person in heard if person is not None}
        gone, new = shown & before.keys() - after.keys(), after.keys() - shown - before.keys()
        if len(before) - len(gone) + len(new) > MOST_WATCHERS:
            raise InvalidInput(Block.AGENT, words.WATCH_MOST.format(most=MOST_WATCHERS))
        for person_id in sorted(gone):
            self.parts.desk.unwatch(to.ticket.ref, person_id, by=to.person.id)
        for person_id in sorted(new):
            self.parts.desk.watch(to.ticket.ref, person_id, by=to.person.id)


def _number(value: str) -> int:
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise MalformedValue(value)
    return int(found[1])


def _key(ticket: Ticket, value: str) -> CommentKey:
    return CommentKey(ticket.customer_id, *read_said_value(value))
