"""Tags of a ticket, and the answers to its category's own questions: the forms, and what is sent with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.access import Grant
from bot.actions import Act, Block, Form
from bot.blocks.labels import fields_view, read_fields, shown_tags, tags_view
from bot.fields import answers
from bot.listeners.parts import Parts
from bot.payloads import FormSubmission
from bot.values import read_ticket_value
from bot.views import View
from bot.views.labels import FieldsForm, TagsForm
from ticketing.tagging import read_tags

IN_USE = 30


def label_forms(parts: Parts) -> dict[Act, Callable[[Grant], View]]:
    """The forms, for the buttons that open them."""

    def tags(to: Grant) -> View:
        facts = parts.screens.facts(to.ticket, to.person.tz)
        in_use = tuple(parts.desk.tag_names(limit=IN_USE, hidden=parts.access.hidden(to.person)))
        return tags_view(TagsForm(facts=facts, tags=tuple(parts.desk.tags(to.ticket.ref)), in_use=in_use))

    def fields(to: Grant) -> View:
        facts = parts.screens.facts(to.ticket, to.person.tz)
        return fields_view(FieldsForm(facts=facts, fields=answers(to.ticket, parts.desk.configuration())))

    return {Act.TAGS: tags, Act.FIELDS: fields}


@dataclass(frozen=True)
class TicketLabels:
    """One form, one act."""

    parts: Parts

    def register(self, app: App) -> None:
        app.view_submission(Form.TAGS.value)(self.save_tags)
        app.view_submission(Form.FIELDS.value)(self.save_fields)

    def save_tags(self, ack: Ack, body: dict[str, Any]) -> None:
        sent, to = self._sent(Act.TAGS, body)
        seen, wanted = shown_tags(sent.view.payload), read_tags(sent.view.text(Block.TAGS))
        self.parts.desk.set_tags(to.ticket.ref, wanted, by=to.person.id, seen=seen)
        ack(response_action="clear")

    def save_fields(self, ack: Ack, body: dict[str, Any]) -> None:
        sent, to = self._sent(Act.FIELDS, body)
        self.parts.desk.change_fields(to.ticket.ref, read_fields(sent.view.payload), by=to.person.id)
        ack(response_action="clear")

    def _sent(self, act: Act, body: dict[str, Any]) -> tuple[FormSubmission, Grant]:
        sent = FormSubmission.read(body)
        ref, _version = read_ticket_value(sent.view.private_metadata)
        return sent, self.parts.access.to(act, sent.person, ref)
