"""`/ticket`: a form, or what one's tickets are doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import COMMAND_TICKET, Act
from bot.blocks.lists import customer_list, ticket_help
from bot.blocks.new_ticket import new_ticket_view
from bot.listeners.named import line_of
from bot.listeners.parts import Parts
from bot.payloads import SlashCommand
from bot.subjects import first_line
from bot.views import Message


@dataclass(frozen=True)
class TicketCommand:
    """What a customer types anywhere."""

    parts: Parts

    def register(self, app: App) -> None:
        app.command(COMMAND_TICKET)(self.answer)

    def answer(self, ack: Ack, body: dict[str, Any]) -> None:
        command = SlashCommand.read(body)
        word = command.text.lower().removeprefix("#")
        listed, page = word.split()[:1] == ["list"], word.removeprefix("list").strip()
        if word == "help":
            reply(ack, ticket_help())
        elif listed and (not page or (page.isascii() and page.isdecimal() and len(page) <= 9)):
            self._list(ack, command, int(page or 1))
        elif word.isascii() and word.isdigit() and len(word) <= 18:
            self._one(ack, command, int(word))
        else:
            self._open(command)
            ack()

    def _open(self, command: SlashCommand) -> None:
        """The form, with what was typed: a line that is too long to be a subject is the description as well."""
        subject = first_line(command.text)
        description = command.text if subject != command.text else ""
        form = self.parts.screens.new_ticket(command.person, subject=subject, description=description)
        self.parts.private.open(command.trigger_id, new_ticket_view(form))

    def _list(self, ack: Ack, command: SlashCommand, page: int) -> None:
        person = self.parts.access.acting(command.person)
        reply(ack, customer_list(self.parts.screens.tickets_of(person, page)))

    def _one(self, ack: Ack, command: SlashCommand, number: int) -> None:
        grant = self.parts.access.to_numbered(Act.OPEN, command.person, number)
        reply(ack, line_of(self.parts.screens, grant))


def reply(ack: Ack, message: Message) -> None:
    """Answer a command within its ack, to its person only."""
    if message.blocks:
        ack(text=message.text, blocks=message.blocks, response_type="ephemeral")
    else:
        ack(text=message.text, response_type="ephemeral")
