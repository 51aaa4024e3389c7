"""`/helpdesk`: the team's command line."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import text
from bot.actions import COMMAND_HELPDESK, Act
from bot.blocks.day import my_day
from bot.blocks.explanation import explanation_message
from bot.blocks.lists import agent_list, helpdesk_help, ticket_help
from bot.delivery.days import day_of
from bot.listeners.macros import MacroScreens
from bot.listeners.members import TeamMembers
from bot.listeners.named import line_of
from bot.listeners.parts import Parts
from bot.listeners.problems import ProblemScreens
from bot.listeners.reports import Reports
from bot.listeners.settings import SettingsForms
from bot.listeners.ticket_command import reply
from bot.payloads import SlackUser, SlashCommand
from bot.until import until_typed
from bot.views import ListKind, Message
from bot.words import inbound, lists, refusals, reports
from ticketing.model import Person, Role

WORDS = (
    *("queue", "mine", "day", "search", "macros", "problem", "away", "back", "report", "export", "team", "settings"),
    "help",
)


@dataclass(frozen=True)
class HelpdeskCommand:
    """What agents and leads type."""

    parts: Parts
    team: TeamMembers
    settings: SettingsForms
    macros: MacroScreens
    problems: ProblemScreens
    reports: Reports

    def register(self, app: App) -> None:
        app.command(COMMAND_HELPDESK)(self.answer)

    def answer(self, ack: Ack, body: dict[str, Any]) -> None:
        command = SlashCommand.read(body)
        first, _, rest = command.text.lower().removeprefix("#").partition(" ")
        if first in {"", "help"}:
            # To customers their own command: of this one nearly all is refused to them.
            asks = self.parts.desk.person_by_ref(command.person.external_ref)
            reply(ack, helpdesk_help() if asks is not None and asks.role >= Role.AGENT else ticket_help())
            return
        if first.isascii() and first.isdigit() and len(first) <= 18:
            if rest.strip() not in {"", "why"}:
                reply(ack, Message(_unknown_of(first, _after_first(command.text)), []))
                return
            reply(ack, self._one(command, int(first), why=rest.strip() == "why"))
            return
        opening: dict[str, Callable[[SlackUser, str], None]] = {
            "team": self.team.show,
            "settings": self.settings.show,
            "macros": self.macros.show,
            "problem": lambda user, trigger_id: self.problems.show(user, trigger_id, _after_first(command.text)),
        }
        if first in opening:
            opening[first](command.person, command.trigger_id)
            ack()
            return
        known: dict[str, Callable[[Person], Message]] = {
            "queue": lambda person: self._queue(person, rest.strip()),
            "mine": self._mine,
            "day": self._day,
            "search": lambda person: self._search(person, _after_first(command.text)),
            "away": lambda person: self._away(person, rest.strip()),
            "back": self._back,
        }
        of_leads = {"report": self.reports.report, "export": self.reports.export}
        if first in of_leads:
            lead = self.parts.access.lead(command.person, reports.ACT)
            reply(ack, of_leads[first](lead, rest))
        elif first in known:
            person = self.parts.access.agent(command.person, "use this command")
            reply(ack, known[first](person))
        else:
            reply(ack, Message(_unknown(command.text.split()[0]), []))

    def _queue(self, person: Person, page: str) -> Message:
        number = int(page) if page.isascii() and page.isdecimal() and len(page) <= 9 else 1
        return agent_list(self.parts.screens.agent_list(ListKind.QUEUE, person, page=number))

    def _mine(self, person: Person) -> Message:
        return agent_list(self.parts.screens.agent_list(ListKind.MINE, person))

    def _day(self, person: Person) -> Message:
        hidden = self.parts.access.hidden(person)
        return my_day(day_of(self.parts.desk, person, self.parts.clock(), hidden=hidden))

    def _search(self, person: Person, words: str) -> Message:
        if not words:
            return Message(lists.SEARCH_WHAT, [])
        return agent_list(self.parts.screens.found(words, person))

    def _away(self, person: Person, until: str) -> Message:
        if not until:
            self.parts.desk.set_available(person.id, available=False, by=person.id)
            return Message(lists.AWAY_SET, [])
        end = until_typed(until, self.parts.clock(), person.tz)
        if end is None:
            return Message(lists.AWAY_WRONG, [])
        self.parts.desk.set_available(person.id, available=False, by=person.id, until=end)
        return Message(lists.AWAY_UNTIL_SET.format(until=text.until(end, person.tz)), [])

    def _back(self, person: Person) -> Message:
        agent = self.parts.desk.set_available(person.id, available=True, by=person.id)
        return Message(lists.BACK_SET.format(load=agent.current_load, max_load=agent.max_load), [])

    def _one(self, command: SlashCommand, number: int, *, why: bool) -> Message:
        act = Act.WHY if why else Act.OPEN
        grant = self.parts.access.to_numbered(act, command.person, number)
        if why:
            explained = self.parts.explaining.explanations(grant.ticket, grant.person.tz)
            return (
                explanation_message(*explained)
                if explained
                else Message(inbound.NOTHING_PROMISED.format(number=number), [])
            )
        return line_of(self.parts.screens, grant)


def _after_first(typed: str) -> str:
    """What stands after the first word, as it was typed."""
    return typed.strip().partition(" ")[2].strip()


def _unknown_of(number: str, typed: str) -> str:
    """Something of one ticket that there is not: the one thing there is may be meant."""
    sentence = refusals.UNKNOWN_COMMAND.format(word=text.inline(typed, 40))
    return f"{sentence} {refusals.DID_YOU_MEAN.format(command=f'{COMMAND_HELPDESK} {number} why')}"


def _unknown(word: str) -> str:
    sentence = refusals.UNKNOWN_COMMAND.format(word=text.inline(word, 40))
    nearest = difflib.get_close_matches(word.lower(), WORDS, n=1)
    if nearest:
        return f"{sentence} {refusals.DID_YOU_MEAN.format(command=f'{COMMAND_HELPDESK} {nearest[0]}')}"
    return f"{sentence} {refusals.TRY_HELP.format(command=COMMAND_HELPDESK)}"
