"""The set-up: sections and their entries, and the form in which admins change one; leads read."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot import text
from bot.actions import Form, Press
from bot.blocks.asking import entries_view, question_view
from bot.listeners.parts import Parts
from bot.payloads import ButtonPress, FormSubmission, PayloadError, SlackUser
from bot.private import reason_of
from bot.sections.catalogue import SECTIONS, Section
from bot.sections.editing import NEW, FieldFaults, digest
from bot.setup import Editing, SetUp, read_entry_value
from bot.values import MalformedValue, read_page_value
from bot.views import View
from bot.words import sections as words
from ticketing.errors import NotAllowed, StaleConfiguration
from ticketing.model import Person, Role

log = logging.getLogger(__name__)

READ, CHANGE = "see the set-up", "change the set-up"


@dataclass(frozen=True)
class SettingsForms:
    """`/helpdesk settings`, App Home's Set-up, and the forms of its sections."""

    parts: Parts
    set_up: SetUp

    def register(self, app: App) -> None:
        app.block_action(Press.SETTINGS.value)(self.open)
        app.block_action(Press.SETTINGS_OPEN.value)(self.enter)
        app.block_action(Press.SETTINGS_EDIT.value)(self.enter)
        app.block_action(Press.SETTINGS_ADD.value)(self.enter)
        app.block_action(Press.SETTINGS_STEP.value)(self.enter)
        app.block_action(Press.SETTINGS_PAGE.value)(self.turn_page)
        app.block_action(Press.SETTINGS_PAGE_BACK.value)(self.turn_page)
        app.view_submission(Form.SETTING.value)(self.send)

    def show(self, user: SlackUser, trigger_id: str) -> None:
        """Open the list of sections. Raises NotAllowed."""
        reader = self.parts.access.lead(user, READ)
        self.parts.private.open(trigger_id, entries_view(self.set_up.sections(reader)))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self.show(press.person, press.trigger_id)
        ack()

    def enter(self, ack: Ack, body: dict[str, Any]) -> None:
        """A section's entries, or the form of a section or of an entry."""
        press = ButtonPress.read(body)
        reader = self.parts.access.lead(press.person, READ)
        section, index = read_entry_value(press.value)
        if section.is_list and index is None:
            shown = entries_view(self.set_up.entries(section, reader))
        else:
            shown = question_view(self.set_up.form(section, NEW if index is None else index, reader))
        self.parts.private.open(press.trigger_id, shown, above=press.view)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        reader = self.parts.access.lead(press.person, READ)
        page, _, _ = read_page_value(press.value)
        if press.view is None:
            raise PayloadError("view")
        section = _listed(press.view.private_metadata)
        self.parts.private.redraw(press.view, entries_view(self.set_up.entries(section, reader, page)))
        ack()

    def send(self, ack: Ack, body: dict[str, Any]) -> None:
        """First the form is checked and says what it would touch; sent once more with the same answers, it is stored."""
        sent = FormSubmission.read(body)
        admin = self._admin(sent.person)
        state = Editing.read(sent.view.private_metadata)
        try:
            self._not_stale(state)
            proposal = self.set_up.proposed(sent.view, state)
            if digest(proposal.given) != state.checked:
                view = question_view(self.set_up.checked(state, proposal, admin))
                ack(response_action="update", view=view)
                return
            version = self.parts.desk.configure(proposal.document, by=admin.id, seen=state.version)
        except FieldFaults as faults:
            ack(response_action="errors", errors=faults.faults)
        except StaleConfiguration as stale:
            ack(response_action="errors", errors={_first_field(sent): self._stale(stale, admin)})
        else:
            self.parts.private.aside(lambda: self._shown_anew(sent, state, admin, version), about=sent.person.id)
            ack()

    def _not_stale(self, state: Editing) -> None:
        last = self.parts.desk.last_version()
        if last is not None and last.version != state.version:
            raise StaleConfiguration(last.version, last.by, last.at)

    def _admin(self, user: SlackUser) -> Person:
        person = self.parts.access.acting(user)
        if person.role < Role.ADMIN:
            raise NotAllowed(CHANGE, "admin")
        return person

    def _shown_anew(self, sent: FormSubmission, state: Editing, admin: Person, version: int) -> None:
        """What the form closes to. It is no harm if it cannot be drawn: it only shows less than is so."""
        section = SECTIONS[state.section]
        try:
            if not sent.view.below_id:
                home = self.parts.screens.home(admin)
                self.parts.slack.views_publish(user_id=sent.person.id, view=home)
                return
            below = self.set_up.entries(section, admin, saved=version) if section.is_list else None
            view: View = entries_view(below or self.set_up.sections(admin, saved=version))
            self.parts.slack.views_update(view_id=sent.view.below_id, view=view)
        except (SlackClientError, OSError) as error:
            log.info("What is under a form was not drawn anew (%s).", reason_of(error))

    def _stale(self, stale: StaleConfiguration, reader: Person) -> str:
        desk = self.parts.desk
        who = words.THE_FILE if stale.by is None else text.first_name(desk.person(stale.by).name)
        return words.STALE.format(who=who, at=text.plain_time(stale.at, reader.tz))


def _listed(metadata: str) -> Section:
    section = SECTIONS.get(metadata)
    if section is None or not section.is_list:
        raise MalformedValue(metadata)
    return section


def _first_field(sent: FormSubmission) -> str:
    blocks = sent.view.payload.get("blocks") or []
    return next((str(block.get("block_id")) for block in blocks if block.get("type") == "input"), "")
