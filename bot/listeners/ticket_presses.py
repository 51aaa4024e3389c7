"""The buttons and menus under every card of a ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_bolt import Ack, App

from bot import places
from bot.access import ALLOWED, IN_WORDS, OF_THE_HOLDER, Grant, holds
from bot.actions import Act, Form, Press
from bot.assigning import assign_form
from bot.blocks.forms import (
    assign_view,
    more_actions_view,
    plain_view,
    rating_view,
    read_all_view,
    release_view,
    why_view,
)
from bot.blocks.taking import take_view
from bot.last_change import comment_of_step
from bot.listeners.answering import Answering
from bot.listeners.joining import joining_forms
from bot.listeners.parts import Parts, any_of, is_over
from bot.listeners.problems import problem_forms
from bot.listeners.ticket_choices import choice_forms
from bot.listeners.ticket_labels import label_forms
from bot.payloads import ButtonPress, PayloadError
from bot.possible_acts import possible_acts
from bot.values import is_menu_value_of, read_comment_value, read_menu_value, read_page_value, read_ticket_value
from bot.views import MoreActions, RatingForm, TakeForm, TicketFacts, View
from bot.words import inbound as words
from ticketing.desk.rating import RATE_FIRST
from ticketing.desk.undo import TEAM_ENDS
from ticketing.errors import (
    HelpdeskError,
    NotAnAgent,
    NotRatable,
    NotTheHolder,
    StaleTicket,
    TicketClosed,
    TicketNotFound,
    TransitionNotAllowed,
)
from ticketing.model import Role, TicketRef, TicketStatus

OPENS_TEXT_FORM: Mapping[Act, Form] = {
    Act.REPLY: Form.REPLY,
    Act.NOTE: Form.NOTE,
    Act.RESOLVE: Form.RESOLVE,
    Act.WAIT: Form.WAIT,
    Act.ANSWER: Form.ANSWER,
}
"""The acts that ask for a text first."""

OPENS = frozenset(OPENS_TEXT_FORM) | {
    Act.ASSIGN,
    Act.REASSIGN,
    Act.RELEASE,
    Act.WHY,
    Act.OPEN,
    Act.MORE,
    Act.READ_ALL,
    Act.TAKE,
    Act.SEEN,
    Act.PRIORITY,
    Act.CATEGORY,
    Act.SNOOZE,
    Act.MERGE,
    Act.SPLIT,
    Act.LINK,
    Act.MOVE,
    Act.WATCH,
    Act.RATING_COMMENT,
    Act.TAGS,
    Act.FIELDS,
    Act.LINK_PROBLEM,
}
"""All acts that open a view and commit nothing."""


STEPS = frozenset(
    {Act.WAIT, Act.RESOLVE, Act.RELEASE, Act.ASSIGN, Act.REASSIGN, Act.PRIORITY, Act.CATEGORY, Act.SNOOZE}
)
"""Forms that end in a step of a ticket at work: over one that is done, nobody is asked to write in vain."""

GOES_ELSEWHERE = frozenset({Act.MERGE, Act.MOVE})
"""Forms about a ticket that is not closed yet: a closed one goes nowhere."""

UNDOES = frozenset({Act.UNDO, Act.TAKE_BACK})
"""What takes back the last step: on an older card, one that is not the last any more."""

TAKES = frozenset({Act.CLAIM, Act.CLAIM_ANYWAY})
"""What stands in the queue of one's App Home is one's own by it, also where it was offered above that."""

SHOWS_ELSEWHERE = frozenset({Act.ESCALATE, Act.READ_ALONG, Act.STOP_READING})
"""What is done by it does not show in what was pressed, or not everywhere, and so is said."""

DONE = frozenset({TicketStatus.RESOLVED, TicketStatus.CLOSED})


ELSEWHERE = frozenset(
    {
        *(Act.MEANT, Act.READ_ALL, Act.READ_SIMILAR, Act.THAT_SOLVED_IT, Act.TRY_AGAIN),
        *(Act.PULL_BACK, Act.KEEP_AS_NOTE),
    }
)
"""The acts whose buttons carry more, or whose ticket is shown to who has no part in it; and those upon something said."""


class NotPossibleNow(HelpdeskError):
    """A button of a card that the app does not answer."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(words.NOT_POSSIBLE_YET.format(number=number))


@dataclass(frozen=True)
class TicketPresses:
    """One press, one use case or one form."""

    parts: Parts
    answering: Answering
    acts: dict[Act, Callable[[Grant], object]] = field(init=False, default_factory=dict)
    _opens: dict[Act, Callable[[Grant], View]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        desk = self.parts.desk
        self.acts.update(
            {
                Act.START: lambda to: desk.start(to.ticket.ref, by=to.person.id),
                Act.CLAIM: lambda to: desk.claim(to.ticket.ref, by=to.person.id),
                Act.CLAIM_ANYWAY: lambda to: desk.claim(to.ticket.ref, by=to.person.id, beyond_capacity=True),
                Act.RESUME: lambda to: desk.resume(to.ticket.ref, by=to.person.id),
                Act.WAKE: lambda to: desk.wake(to.ticket.ref, by=to.person.id),
                Act.REOPEN: lambda to: desk.reopen(to.ticket.ref, by=to.person.id),
                Act.NOT_SOLVED: lambda to: desk.reopen(to.ticket.ref, by=to.person.id),
                Act.UNDO: lambda to: desk.undo(to.ticket.ref, by=to.person.id),
                Act.TAKE_BACK: lambda to: desk.undo(to.ticket.ref, by=to.person.id),
                Act.WITHDRAW: lambda to: desk.withdraw(to.ticket.ref, by=to.person.id),
                Act.WITHDRAW_UNDO: lambda to: desk.undo(to.ticket.ref, by=to.person.id),
                Act.UNMERGE: lambda to: desk.unmerge(to.ticket.ref, by=to.person.id),
                Act.NOT_A_TICKET: lambda to: desk.put_aside(to.ticket.ref, by=to.person.id, unless_begun=True),
                Act.ESCALATE: lambda to: desk.escalate(to.ticket.ref, by=to.person.id),
                Act.HELPFUL: lambda to: desk.rate(to.ticket.ref, by=to.person.id, is_helpful=True),
                Act.NOT_HELPFUL: lambda to: desk.rate(to.ticket.ref, by=to.person.id, is_helpful=False),
                Act.ALERT_RELEASE: lambda to: desk.release_alert(to.ticket.ref, by=to.person.id),
                Act.READ_ALONG: lambda to: desk.watch(to.ticket.ref, to.person.id, by=to.person.id),
                Act.STOP_READING: lambda to: desk.unwatch(to.ticket.ref, to.person.id, by=to.person.id),
            }
        )
        self._opens.update(
            {
                Act.ASSIGN: self._assign_form,
                Act.REASSIGN: self._assign_form,
                Act.RELEASE: lambda to: release_view(self._facts(to)),
                Act.WHY: lambda to: why_view(self.parts.explaining.why(to.ticket, self._facts(to))),
                Act.OPEN: self._open,
                Act.TAKE: lambda to: take_view(self._take_form(to, is_seen=False)),
                Act.SEEN: lambda to: take_view(self._take_form(to, is_seen=True)),
                Act.MORE: self._more,
                Act.RATING_COMMENT: self._rating_form,
                **choice_forms(self.parts),
                **label_forms(self.parts),
                **problem_forms(self.parts),
                **joining_forms(self.parts),
            }
        )

    def register(self, app: App) -> None:
        app.block_action(any_of(act for act in Act if act not in ELSEWHERE))(self.press)
        app.block_action(Press.TICKET_MENU.value)(self.choose)
        app.block_action(Act.READ_ALL.value)(self.read_all)
        app.block_action(any_of([Press.READ_PAGE, Press.READ_PAGE_BACK]))(self.turn_page)

    def press(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        ref, version = read_ticket_value(press.value)
        self._do(press, Act(press.action_id), ref, version)
        ack()

    def choose(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        act, ref, version = read_menu_value(press.value)
        if act is Act.READ_ALL:
            self._show_text(press, ref, comment=0)
        else:
            self._do(press, act, ref, version)
        ack()

    def read_all(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        if press.value.count(":") == 2:  # of the ticket as a whole: its description
            ref, comment = read_ticket_value(press.value)[0], 0
        else:
            ref, _version, comment = read_comment_value(press.value)
        self._show_text(press, ref, comment=comment)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        page, ref, comment = read_page_value(press.value)
        if ref is None or press.view is None:
            raise PayloadError("value")
        grant = self.parts.access.to(Act.READ_ALL, press.person, ref)
        text = self.parts.screens.whole_text(grant, comment, page=page)
        self.parts.private.redraw(press.view, read_all_view(text))
        ack()

    def _do(self, press: ButtonPress, act: Act, ref: TicketRef, version: int) -> None:
        if act not in ALLOWED or act in ELSEWHERE:
            self.parts.access.to(Act.OPEN, press.person, ref)
            raise NotPossibleNow(ref.number)
        grant = self._granted(press, act, ref)
        if act in UNDOES and grant.ticket.close_reason in TEAM_ENDS and grant.ticket.version > version:
            raise StaleTicket(grant.ticket)  # somebody else's step, which that card does not show
        if act in self.acts:
            try:
                self.acts[act](grant)
            except (TransitionNotAllowed, NotTheHolder) as error:
                # The card showed what is no longer so: say what is.
                raise self._stale(error, grant, version) from error
            self._follow(press, act, grant)
            return
        if act in STEPS and grant.ticket.status in DONE:
            raise StaleTicket(grant.ticket)
        if act is Act.REPLY and is_over(grant.ticket):
            raise StaleTicket(grant.ticket)
        if act in OF_THE_HOLDER and not holds(grant.person, grant.ticket):
            raise NotTheHolder(grant.ticket)
        if act in GOES_ELSEWHERE and grant.ticket.status is TicketStatus.CLOSED:
            raise TicketClosed(grant.ticket)
        form = OPENS_TEXT_FORM.get(act)
        if form is not None:
            self.answering.open(press, form, grant)
        else:
            view = self._more(grant, press.beside) if act is Act.MORE else self._opens[act](grant)
            self.parts.private.open(press.trigger_id, view, above=press.view)

    def _granted(self, press: ButtonPress, act: Act, ref: TicketRef) -> Grant:
        """Whoever stands before a ticket's card and is not of the team is told so: that there is one is no secret to them."""
        try:
            return self.parts.access.to(act, press.person, ref)
        except TicketNotFound:
            person = self.parts.access.acting(press.person)
            if person.role < Role.AGENT and self._stands_before(press, ref):
                raise NotAnAgent(person.id, IN_WORDS.get(act, "do this")) from None
            raise

    def _stands_before(self, press: ButtonPress, ref: TicketRef) -> bool:
        """Whether what was pressed is the team's card of that very ticket, and its category is not private."""
        if press.place is None or press.place.ts is None:
            return False
        shown = self.parts.desk.outbox.shown_by_message(press.place.channel, press.place.ts)
        if shown is None or shown.side not in (places.TEAM, places.TEAM_OUT):
            return False
        if (shown.customer_id, places.ticket_in(shown.about)) != (ref.customer_id, ref.number):
            return False
        return self.parts.desk.configuration().private_category(self.parts.desk.ticket(ref).category) is None

    def _follow(self, press: ButtonPress, act: Act, grant: Grant) -> None:
        """A card follows by itself, where it shows what was done; App Home is drawn anew, and a modal says that it is done."""
        done = words.DONE_NOW.get(act, words.DONE_ELSE).format(number=grant.ticket.number)
        if press.view is None:
            if act in SHOWS_ELSEWHERE:
                self.parts.private.say(press.person, done, place=press.place, trigger_id=press.trigger_id)
            return
        at_home = press.view.kind == "home"
        if act in TAKES and not at_home:
            self.parts.redraw_home(press.person, grant.person)
        self.parts.private.repaint(
            press, lambda: self.parts.screens.home(grant.person) if at_home else plain_view(done), done=done
        )

    def _stale(self, error: HelpdeskError, grant: Grant, version: int) -> HelpdeskError:
        now = self.parts.desk.ticket(grant.ticket.ref)
        return error if now.version == version else StaleTicket(now)

    def _show_text(self, press: ButtonPress, ref: TicketRef, *, comment: int) -> None:
        grant = self.parts.access.to(Act.READ_ALL, press.person, ref)
        text = self.parts.screens.whole_text(grant, comment)
        self.parts.private.open(press.trigger_id, read_all_view(text), above=press.view)

    def _rating_form(self, grant: Grant) -> View:
        """What they said already, to be changed or said more of. Raises NotRatable once there is nothing to rate."""
        rating = self.parts.desk.rating(grant.ticket.ref)
        if rating is None:
            raise NotRatable(grant.ticket, RATE_FIRST)
        return rating_view(RatingForm(facts=self._facts(grant), is_helpful=rating.is_helpful, comment=rating.comment))

    def _take_form(self, grant: Grant, *, is_seen: bool) -> TakeForm:
        """Until when? Raises OwnTicket, and NoAlert where no alert stands."""
        ticket = grant.ticket
        self.parts.desk.check_alert(ticket.ref, seen=is_seen)
        holder = self.parts.desk.person(ticket.assigned_agent_id).name if ticket.assigned_agent_id else None
        form = TakeForm(facts=self._facts(grant), is_seen=is_seen, holder=holder)
        promise = self.parts.desk.standing_promise(ticket.ref)
        if promise is None or promise.person_id == grant.person.id:
            return form
        return replace(form, promised_by=self.parts.desk.person(promise.person_id).name, promised_until=promise.until)

    def _assign_form(self, grant: Grant) -> View:
        return assign_view(assign_form(self.parts.screens, grant.ticket, grant.person.tz))

    def _open(self, grant: Grant) -> View:
        """
        For the team, what can be done with it; for its customer, what they are asked, else what they wrote; for their
        colleagues, what was said.
        """
        if grant.is_for_team:
            return self._more(grant)
        asked = 0
        if grant.person.id == grant.ticket.customer_id and grant.ticket.status is TicketStatus.PENDING_CUSTOMER:
            asked = comment_of_step(self.parts.desk.events(grant.ticket.ref), grant.ticket) or 0
        try:
            return read_all_view(self.parts.screens.whole_text(grant, asked))
        except TicketNotFound:  # the question was pulled back
            return read_all_view(self.parts.screens.whole_text(grant, 0))

    def _more(self, grant: Grant, beside: frozenset[str] = frozenset()) -> View:
        """What can be done and is not offered `beside`, on the card from which it was asked."""
        possible = possible_acts(grant.ticket, grant.person, self.parts.desk.configuration())
        acts = tuple(
            act for act in possible if not any(is_menu_value_of(act, grant.ticket.ref, each) for each in beside)
        )
        customer = self.parts.desk.person(grant.ticket.customer_id).name
        return more_actions_view(MoreActions(facts=self._facts(grant), acts=acts, customer=customer))

    def _facts(self, grant: Grant) -> TicketFacts:
        return self.parts.screens.facts(grant.ticket, grant.person.tz)


def opens_a_form(press: ButtonPress) -> bool:
    """Whether the press asks for a form or a text to read, and so changes nothing by itself."""
    pressed = press.value.partition(":")[0] if press.action_id == Press.TICKET_MENU else press.action_id
    return pressed in {act.value for act in OPENS}
