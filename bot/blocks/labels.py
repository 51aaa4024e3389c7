"""Tags and a category's own questions: their forms, and the line that shows them on the team's cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import text
from bot.actions import Block as Field
from bot.actions import Form, Press
from bot.blocks.parts import context, field, initial, modal, option, said, section, select, text_field
from bot.values import ticket_value
from bot.views import FieldKind, FieldSpec, TicketFacts, View
from bot.views.common import Block
from bot.views.labels import FieldsForm, Labels, TagsForm
from bot.words import common
from bot.words import customer as customer_words
from bot.words import forms as form_words
from bot.words import labels as words
from ticketing.tagging import read_tags

LINE = 380  # with every character escaped it stays under the 2,000 of a context
TAGS_TYPED = 1000


def labels_block(labels: Labels) -> Block | None:
    """ "Invoice number: 4711. Tags: outage, vpn." """
    parts = [words.ANSWER.format(label=label, answer=answer) for label, answer in labels.answers]
    if labels.tags:
        parts.append(words.TAGS.format(tags=", ".join(labels.tags)))
    if labels.problem:
        parts.append(words.PROBLEM.format(problem=labels.problem))
    return context(text.inline(" ".join(parts), LINE)) if parts else None


def tags_view(form: TagsForm) -> View:
    """All of a ticket's tags, to be changed."""
    written = text_field(
        Field.TAGS,
        words.TAGS_LABEL,
        hint=words.TAGS_HINT,
        most=TAGS_TYPED,
        initial=", ".join(form.tags),
        is_optional=True,
    )
    in_use = said(words.TAGS_IN_USE, tags=text.inline(", ".join(form.in_use), LINE)) if form.in_use else ""
    return modal(
        Form.TAGS,
        words.TAGS_TITLE.format(number=form.facts.number),
        [_about(form.facts), written, context(in_use) if in_use else None],
        submit=words.TAGS_SUBMIT,
        metadata=ticket_value(form.facts.ref, form.facts.version),
    )


def shown_tags(view: View) -> list[str]:
    """The tags with which the form was drawn."""
    known = initial(view, Field.TAGS, "initial_value")
    return read_tags(known) if isinstance(known, str) else []


def fields_view(form: FieldsForm) -> View:
    """A category's own questions, answered so far."""
    title = words.FIELDS_TITLE.format(number=form.facts.number)
    if not form.fields:
        return modal(Form.FIELDS, title, [_about(form.facts), section(words.FIELDS_NONE)], close=common.CLOSE)
    by_key = {spec.key: _question(spec, answer) for spec, answer in form.fields}
    return modal(
        Form.FIELDS,
        title,
        [_about(form.facts), *by_key.values()],
        submit=common.SAVE,
        metadata=ticket_value(form.facts.ref, form.facts.version),
    )


def read_fields(view: View) -> dict[str, str]:
    """What every question of the form is answered with; empty where the answer was taken away."""
    values: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    asked = [str(block.get("block_id")) for block in view.get("blocks", []) if block.get("type") == "input"]
    return {
        block_id.split(".", 1)[1]: _answer(next(iter(values.get(block_id, {}).values()), {}))
        for block_id in asked
        if block_id.startswith(f"{Field.FIELD}.")
    }


def _question(spec: FieldSpec, answer: str) -> Block:
    # The key comes last, so that a fault stands at its question.
    block_id = f"{Field.FIELD}.{spec.key}"
    if spec.kind is FieldKind.CHOICE and spec.options:
        options = [option(label, value) for value, label in spec.options]
        element = select(Press.VALUE, customer_words.FIELD_PLACEHOLDER.format(label=spec.label), options, answer)
        return field(block_id, spec.label, element, is_optional=not spec.is_required)
    return text_field(block_id, spec.label, initial=answer, is_optional=not spec.is_required)


def _about(facts: TicketFacts) -> Block:
    subject = text.inline(facts.subject, text.LIST_SUBJECT)
    return context(said(form_words.ABOUT, number=facts.number, subject=text.ended(subject)))


def _answer(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option")
    found = chosen.get("value") if isinstance(chosen, Mapping) else element.get("value")
    return found if isinstance(found, str) else ""
