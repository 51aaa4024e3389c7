"""Problems in Slack: `/helpdesk problem`, the card in the triage channel, and to which one a ticket belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import text
from bot.access import Grant
from bot.actions import Act, Block, Form, Press
from bot.blocks.problems import (
    NONE,
    for_all_view,
    link_view,
    nothing_left_view,
    problem_form_view,
    problem_tickets_view,
    problem_view,
    problems_view,
)
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, SlackUser
from bot.problems import ProblemReading, left_of
from bot.values import (
    MalformedValue,
    read_page_value,
    read_problem_menu_value,
    read_problem_page_value,
    read_problem_value,
    read_ticket_value,
)
from bot.views import View
from bot.views.problems import ForAllForm, LinkForm, ProblemForm, ProblemList, ProblemTickets
from bot.words import forms as form_words
from bot.words import problems as words
from ticketing.desk.problems import Problem
from ticketing.errors import InvalidInput, ProblemIsResolved, ProblemNotFound
from ticketing.model import Person

ROWS = 10
OFFERED = 90
"""How many open problems a ticket can be linked to by choice; Slack shows a hundred."""


def problem_forms(parts: Parts) -> dict[Act, Callable[[Grant], View]]:
    """The form that links a ticket, for the buttons that open it."""

    def link(to: Grant) -> View:
        reading = ProblemReading(parts.desk)
        linked = parts.desk.problem_of(to.ticket.ref)
        return link_view(
            LinkForm(
                facts=parts.screens.facts(to.ticket, to.person.tz),
                problems=tuple(reading.facts(one, to.person.tz) for one in parts.desk.problems(limit=OFFERED)),
                linked=reading.facts(linked, to.person.tz) if linked else None,
            )
        )

    return {Act.LINK_PROBLEM: link}


@dataclass(frozen=True)
class ProblemScreens:
    """Lists, cards and forms of problems; agents only, whatever was pressed."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.PROBLEM_NEW.value)(self.write_new)
        app.block_action(Press.PROBLEM_OPEN.value)(self.open_one)
        for press in (Press.PROBLEMS_PAGE, Press.PROBLEMS_PAGE_BACK):
            app.block_action(press.value)(self.turn_list)
        for press in (Press.PROBLEM_ANSWER, Press.PROBLEM_RESOLVE):
            app.block_action(press.value)(self.write_to_all)
        app.block_action(Press.PROBLEM_REOPEN.value)(self.reopen)
        app.block_action(Press.PROBLEM_TICKETS.value)(self.show_tickets)
        app.block_action(Press.PROBLEM_MENU.value)(self.choose)
        for press in (Press.PROBLEM_TICKETS_PAGE, Press.PROBLEM_TICKETS_PAGE_BACK):
            app.block_action(press.value)(self.turn_tickets)
        app.view_submission(Form.PROBLEM.value)(self.save)
        for form in (Form.PROBLEM_ANSWER, Form.PROBLEM_RESOLVE):
            app.view_submission(form.value)(self.send_to_all)
        app.view_submission(Form.LINK_PROBLEM.value)(self.link)

    @property
    def _reading(self) -> ProblemReading:
        return ProblemReading(self.parts.desk)

    # --- the command --------------------------------------------------------------------------------------------------

    def show(self, user: SlackUser, trigger_id: str, rest: str = "") -> None:
        """`/helpdesk problem`: the list; with a number that one, with words a new one of that title."""
        person = self.parts.access.agent(user, "use problems")
        number = rest.removeprefix("#")
        if number.isascii() and number.isdecimal() and len(number) <= 18:
            view = self._one(person, self.parts.desk.problem(int(number)))
        elif rest:
            view = problem_form_view(ProblemForm(title=rest))
        else:
            view = self._list(person)
        self.parts.private.open(trigger_id, view)

    def _list(self, person: Person, page: int = 1) -> View:
        """Those open come first, then as many that are resolved."""
        desk, most = self.parts.desk, 10 * ROWS
        rows = [*desk.problems(limit=most), *desk.problems(resolved=True, limit=most)]
        pages = max(1, -(-len(rows) // ROWS))
        page = min(max(1, page), pages)
        shown = tuple(self._reading.facts(one, person.tz) for one in rows[(page - 1) * ROWS : page * ROWS])
        return problems_view(ProblemList(rows=shown, page=page, pages=pages))

    def _one(self, person: Person, problem: Problem) -> View:
        return problem_view(self._reading.card(problem, person.tz))

    # --- presses ------------------------------------------------------------------------------------------------------

    def turn_list(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person = self._agent(press)
        self._redraw(press, self._list(person, read_page_value(press.value)[0]))
        ack()

    def write_new(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self._agent(press)
        self._redraw(press, problem_form_view(ProblemForm()))
        ack()

    def open_one(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, problem = self._pressed(press)
        self._redraw(press, self._one(person, problem))
        ack()

    def write_to_all(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, problem = self._pressed(press)
        if problem.is_resolved:
            raise ProblemIsResolved(problem.id)
        form = ForAllForm(
            facts=self._reading.facts(problem, person.tz), resolves=press.action_id == Press.PROBLEM_RESOLVE
        )
        self.parts.private.open(press.trigger_id, for_all_view(form), above=press.view)
        ack()

    def reopen(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, problem = self._pressed(press)
        reopened = self.parts.desk.reopen_problem(problem.id, by=person.id)
        self.parts.private.repaint(
            press, lambda: self._one(person, reopened), done=self._done(words.REOPENED_NOW, reopened)
        )
        ack()

    def show_tickets(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        person, problem = self._pressed(press)
        self.parts.private.open(press.trigger_id, self._tickets(person, problem), above=press.view)
        ack()

    def choose(self, ack: Ack, body: dict[str, Any]) -> None:
        """What the card's menu has: another title, another owner, what was left alone."""
        press = ButtonPress.read(body)
        kind, number = read_problem_menu_value(press.value)
        person = self._agent(press)
        problem = self.parts.desk.problem(number)
        facts = self._reading.facts(problem, person.tz)
        if kind == "rename":
            view = problem_form_view(ProblemForm(facts=facts))
            self.parts.private.open(press.trigger_id, view, above=press.view)
        elif kind == "left":
            self.parts.private.open(press.trigger_id, self._left_alone(person, problem), above=press.view)
        elif kind == "own":
            owned = self.parts.desk.set_problem_owner(number, person.id, by=person.id)
            self.parts.private.repaint(press, lambda: self._one(person, owned), done=self._done(words.OWNED_NOW, owned))
        else:
            raise MalformedValue(press.value)
        ack()

    def turn_tickets(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        number, page, is_left = read_problem_page_value(press.value)
        person = self._agent(press)
        problem = self.parts.desk.problem(number)
        show = self._left_alone if is_left else self._tickets
        self._redraw(press, show(person, problem, page))
        ack()

    def _tickets(self, person: Person, problem: Problem, page: int = 1) -> View:
        """Of private categories only those whose members one is; the rest are counted."""
        desk, hidden = self.parts.desk, self.parts.access.hidden(person)
        count = desk.count_tickets_of_problem(problem.id, hidden=hidden)
        page, pages = _paged(page, count)
        shown = desk.tickets_of_problem(problem.id, limit=ROWS, offset=(page - 1) * ROWS, hidden=hidden)
        return problem_tickets_view(
            ProblemTickets(
                facts=self._reading.facts(problem, person.tz),
                rows=tuple(self.parts.screens.agent_row(ticket, person) for ticket in shown),
                now=self.parts.clock(),
                hidden=max(0, problem.tickets - count),
                page=page,
                pages=pages,
            )
        )

    def _left_alone(self, person: Person, problem: Problem, page: int = 1) -> View:
        facts, desk = self._reading.facts(problem, person.tz), self.parts.desk
        act, hidden = desk.last_act_for_all(problem.id), self.parts.access.hidden(person)
        count = desk.count_undone_tickets(act.id, hidden=hidden) if act else 0
        if act is None or act.left == 0:
            return nothing_left_view(facts)
        page, pages = _paged(page, count)
        shown = desk.undone_tickets(act.id, limit=ROWS, offset=(page - 1) * ROWS, hidden=hidden)
        return problem_tickets_view(
            ProblemTickets(
                facts=facts,
                rows=tuple(self.parts.screens.agent_row(desk.ticket(ref), person) for ref, _ in shown),
                why=tuple(left_of(outcome) for _, outcome in shown),
                now=self.parts.clock(),
                hidden=max(0, act.left - count),
                page=page,
                pages=pages,
            )
        )

    # --- forms --------------------------------------------------------------------------------------------------------

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        person = self.parts.access.agent(sent.person, "use problems")
        title = sent.view.text(Block.TITLE)
        if sent.view.private_metadata:
            number = read_problem_value(sent.view.private_metadata)
            problem = self.parts.desk.rename_problem(number, title, by=person.id)
        else:
            problem = self.parts.desk.open_problem(title, by=person.id, source=sent.source)
        ack(response_action="update", view=self._one(person, problem))

    def send_to_all(self, ack: Ack, body: dict[str, Any]) -> None:
        """The plan is stored; the tickets follow by themselves, and the card tells how far it is."""
        sent = FormSubmission.read(body)
        person = self.parts.access.agent(sent.person, "use problems")
        number = read_problem_value(sent.view.private_metadata)
        said = sent.view.text(Block.TEXT)
        resolves = sent.view.callback_id == Form.PROBLEM_RESOLVE
        if not said:
            form = Form.RESOLVE if resolves else Form.REPLY
            raise InvalidInput(Block.TEXT, form_words.MISSING[form])
        plan = self.parts.desk.plan_resolve_all if resolves else self.parts.desk.plan_answer_to_all
        plan(number, said, by=person.id, source=sent.source)
        ack(response_action="clear")

    def link(self, ack: Ack, body: dict[str, Any]) -> None:
        """A title opens a problem and links the ticket to it; else the chosen one, or none."""
        sent = FormSubmission.read(body)
        ref, _version = read_ticket_value(sent.view.private_metadata)
        to = self.parts.access.to(Act.LINK_PROBLEM, sent.person, ref)
        desk, by = self.parts.desk, to.person.id
        chosen, title = sent.view.text(Block.CHOICE), sent.view.text(Block.TITLE)
        if title:
            problem = desk.open_problem(title, by=by, source=sent.source)
            desk.link_to_problem(ref, problem.id, by=by)
        elif chosen in ("", NONE):
            desk.unlink_from_problem(ref, by=by)
        else:
            try:
                desk.link_to_problem(ref, read_problem_value(chosen), by=by)
            except (ProblemNotFound, ProblemIsResolved) as error:
                raise InvalidInput(Block.CHOICE, str(error)) from error
        ack(response_action="clear")

    # --- within -------------------------------------------------------------------------------------------------------

    def _agent(self, press: ButtonPress) -> Person:
        return self.parts.access.agent(press.person, "use problems")

    def _pressed(self, press: ButtonPress) -> tuple[Person, Problem]:
        person = self._agent(press)
        return person, self.parts.desk.problem(read_problem_value(press.value))

    def _done(self, template: str, problem: Problem) -> str:
        return template.format(title=text.inline(problem.title, text.LIST_SUBJECT))

    def _redraw(self, press: ButtonPress, view: View) -> None:
        if press.view is None:
            raise MalformedValue(press.value)
        self.parts.private.redraw(press.view, view)


def _paged(page: int, count: int) -> tuple[int, int]:
    """The page that there is, and of how many."""
    pages = max(1, -(-count // ROWS))
    return min(max(1, page), pages), pages
