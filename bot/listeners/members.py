"""The team: who it is, and the form in which leads change a person."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackClientError

from bot import text
from bot.actions import Form, Press
from bot.blocks.asking import question_view, team_view
from bot.listeners.parts import Parts
from bot.members import Members, Shown
from bot.payloads import ButtonPress, FormSubmission, PayloadError, SlackUser
from bot.private import reason_of
from bot.values import read_page_value, read_person_value
from bot.views import View
from bot.words import members as words
from ticketing.errors import StaleMember
from ticketing.model import Person, PersonId

log = logging.getLogger(__name__)

ACT = "change the team"


@dataclass(frozen=True)
class TeamMembers:
    """`/helpdesk team`, App Home's Team, and the form of a person."""

    parts: Parts
    members: Members

    def register(self, app: App) -> None:
        app.block_action(Press.TEAM.value)(self.open)
        app.block_action(Press.TEAM_PAGE.value)(self.turn_page)
        app.block_action(Press.TEAM_PAGE_BACK.value)(self.turn_page)
        app.block_action(Press.TEAM_EDIT.value)(self.edit)
        app.block_action(Press.TEAM_PICK.value)(self.pick)
        app.view_submission(Form.PERSON.value)(self.save)

    def show(self, user: SlackUser, trigger_id: str) -> None:
        """Open the list. Raises NotAllowed."""
        self.parts.private.open(trigger_id, self._list(self.parts.access.lead(user, ACT)))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        self.show(press.person, press.trigger_id)
        ack()

    def turn_page(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        reader = self.parts.access.lead(press.person, ACT)
        page, _, _ = read_page_value(press.value)
        if press.view is None:
            raise PayloadError("view")
        self.parts.private.redraw(press.view, self._list(reader, page))
        ack()

    def edit(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        reader = self.parts.access.lead(press.person, ACT)
        self._open_form(press, reader, read_person_value(press.value))
        ack()

    def pick(self, ack: Ack, body: dict[str, Any]) -> None:
        press = ButtonPress.read(body)
        reader = self.parts.access.lead(press.person, ACT)
        people, user_id = self.parts.access.people, press.value
        self.parts.open_and_fill(press, lambda: self._form(people.colleague(user_id).id, reader), body)
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        sent = FormSubmission.read(body)
        reader = self.parts.access.lead(sent.person, ACT)
        shown = Shown.read(sent.view.private_metadata)
        change = self.members.read(sent.view, shown)
        touched = self.members.touched(shown.person, change)
        if touched not in (0, shown.told):
            checked = self.members.checked(sent.view, shown, touched, reader)
            ack(response_action="update", view=question_view(checked))
            return
        before = self.parts.desk.member(shown.person)
        try:
            member = self.parts.desk.change_member(shown.person, change, seen=shown.seen, by=reader.id)
        except StaleMember as stale:
            ack(response_action="errors", errors={"role": self._stale(stale, reader)})
            return
        told = words.NOTHING_CHANGED if member == before else self.members.saved(member.person.name)
        self.parts.private.aside(lambda: self._redraw_below(sent, self._list(reader, told=told)), about=sent.person.id)
        ack()

    def _open_form(self, press: ButtonPress, reader: Person, person_id: PersonId) -> None:
        self.parts.private.open(press.trigger_id, self._form(person_id, reader), above=press.view)

    def _form(self, person_id: PersonId, reader: Person) -> View:
        return question_view(self.members.form(person_id, reader))

    def _redraw_below(self, sent: FormSubmission, view: View) -> None:
        """The list to which the form closes. It is no harm if it cannot be drawn: it only shows less than is so."""
        if not sent.view.below_id:
            return
        try:
            self.parts.slack.views_update(view_id=sent.view.below_id, view=view)
        except (SlackClientError, OSError) as error:
            log.info("The list under a form was not drawn anew (%s).", reason_of(error))

    def _list(self, reader: Person, page: int = 1, told: str = "") -> View:
        return team_view(self.members.list(reader, page, told))

    def _stale(self, stale: StaleMember, reader: Person) -> str:
        desk = self.parts.desk
        who = text.first_name(desk.person(stale.by).name) if stale.by is not None else words.THE_DESK
        name = text.first_name(desk.person(stale.person_id).name)
        return words.STALE.format(who=who, name=name, at=text.plain_time(stale.at, reader.tz))
