"""Keeping macros: `/helpdesk macros`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.actions import Block, Form, Press
from bot.blocks.macros import NONE, macro_view, macros_view, read_macro_form
from bot.listeners.parts import Parts
from bot.listeners.replies import in_view
from bot.listeners.reply_forms import macro_row
from bot.listeners.typed import HELP, NOTED, SENT
from bot.payloads import FormSubmission, SlackUser
from bot.values import read_macro_value, read_page_value
from bot.views import View
from bot.views.macros import MacroForm, MacroList
from bot.words import macros as words
from ticketing.desk.macros import Whose
from ticketing.errors import InvalidInput
from ticketing.model import Person, Role
from ticketing.tagging import read_tags

ROWS = 8
TAKEN = SENT | NOTED | {HELP}
"""Words that mean something else when they are typed with a question mark."""


@dataclass(frozen=True)
class MacroScreens:
    """Listing and writing macros."""

    parts: Parts

    def register(self, app: App) -> None:
        app.block_action(Press.MACRO_NEW.value)(self.write_new)
        app.block_action(Press.MACRO_MENU.value)(self.change)
        app.block_action(Press.MACROS_PAGE.value)(self.turn_page)
        app.block_action(Press.MACROS_PAGE_BACK.value)(self.turn_page)
        app.view_submission(Form.MACRO.value)(self.save)

    def show(self, user: SlackUser, trigger_id: str) -> None:
        """`/helpdesk macros`. Raises NotAnAgent."""
        person = self.parts.access.agent(user, "use macros")
        self.parts.private.open(trigger_id, self._list(person))

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press, view = in_view(body)
        person = self.parts.access.agent(press.person, "use macros")
        self.parts.private.redraw(view, self._list(person, read_page_value(press.value)[0]))
        ack()

    def write_new(self, ack: Ack, body: dict[str, Any]) -> None:
        press, view = in_view(body)
        person = self.parts.access.agent(press.person, "keep macros")
        self.parts.private.redraw(view, macro_view(MacroForm(is_lead=person.role >= Role.LEAD)))
        ack()

    def change(self, ack: Ack, body: dict[str, Any]) -> None:
        """Change or delete one of the list."""
        press, view = in_view(body)
        act, is_shared, key = read_macro_value(press.value)
        person = self._may_change(press.person, is_shared=is_shared)
        if act == "edit":
            known = self.parts.desk.macro(key, person.id)
            self.parts.private.redraw(view, macro_view(MacroForm(macro=macro_row(known, person))))
        else:
            delete = self.parts.desk.delete_shared_macro if is_shared else self.parts.desk.delete_macro
            delete(key, by=person.id)
            self.parts.private.repaint(press, lambda: self._list(person), done=words.DELETED.format(key=key))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        written = read_macro_form(sent.view.payload)
        is_shared, key = written.get(Block.WHOSE) == Whose.SHARED, written.get(Block.KEY, "").strip().lstrip("?")
        if sent.view.private_metadata:
            _, is_shared, key = read_macro_value(sent.view.private_metadata)
        elif key in TAKEN:
            raise InvalidInput(Block.KEY, words.KEY_TAKEN.format(key=key))
        person = self._may_change(sent.person, is_shared=is_shared)
        save = self.parts.desk.save_shared_macro if is_shared else self.parts.desk.save_macro
        save(_document(written, key), by=person.id)
        ack(response_action="update", view=self._list(person))

    def _may_change(self, user: SlackUser, *, is_shared: bool) -> Person:
        if is_shared:
            return self.parts.access.lead(user, "change the team's macros")
        return self.parts.access.agent(user, "keep macros")

    def _list(self, person: Person, page: int = 1) -> View:
        rows = [macro_row(known, person) for known in self.parts.desk.macros(person.id)]
        pages = max(1, -(-len(rows) // ROWS))
        page = min(max(1, page), pages)
        shown = tuple(rows[(page - 1) * ROWS : page * ROWS])
        return macros_view(MacroList(rows=shown, page=page, pages=pages))


def _document(written: dict[str, str], key: str) -> dict[str, Any]:
    """The macro as the desk reads it. Raises InvalidInput for tags that are none."""
    document: dict[str, Any] = {
        "key": key,
        "title": written.get(Block.TITLE, ""),
        "text": written.get(Block.TEXT, ""),
        "tags": read_tags(written.get(Block.TAGS, "")),
    }
    for name in (Block.STATUS, Block.PRIORITY):
        if written.get(name, NONE) not in ("", NONE):
            document[name.value] = written[name]
    return document
