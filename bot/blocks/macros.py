"""The screens of macros: chosen in a reply, listed, written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import text
from bot.actions import Block as Field
from bot.actions import Form, Press
from bot.blocks.others import others_blocks
from bot.blocks.parts import (
    context,
    distinct,
    field,
    listed_under,
    modal,
    option,
    pages,
    said,
    section,
    select,
    text_field,
)
from bot.values import macro_value, reply_value
from bot.views import View
from bot.views.common import Block
from bot.views.macros import MacroForm, MacroList, MacroRow, ReplyForm
from bot.words import common
from bot.words import forms as form_words
from bot.words import macros as words
from ticketing.macros import LONGEST_TEXT, Placeholder
from ticketing.model import Priority

NONE = "-"
PREVIEW = 150
KEY_LENGTH = 40
TITLE_LENGTH = 60
TAGS_TYPED = 1000


def reply_view(form: ReplyForm) -> View:
    """A reply: a macro to begin with, if there are any, and the text."""
    customer = text.first_name(form.customer)
    subject = text.inline(form.facts.subject, text.LIST_SUBJECT)
    written = text_field(
        f"{Field.TEXT}.{form.drawn}",
        form_words.LABEL[Form.REPLY],
        hint=form_words.HINT[Form.REPLY].format(customer=customer),
        multiline=True,
        initial=form.text,
    )
    besides = effects(form.chosen) if form.chosen else ""
    return modal(
        Form.REPLY,
        form_words.TITLE[Form.REPLY].format(number=form.facts.number),
        [
            context(said(form_words.ABOUT, number=form.facts.number, subject=text.ended(subject))),
            *others_blocks(form.others, form.answer, form.facts.zone),
            _choice(form),
            written,
            context(said(words.BESIDES, effects=besides)) if besides else None,
        ],
        submit=form_words.SUBMIT[Form.REPLY],
        metadata=reply_value(form.facts.ref, form.facts.version, form.chosen.key if form.chosen else "", form.drawn),
    ) | {"notify_on_close": True}


def read_reply(view: View) -> str:
    """What is written in a reply's form, wherever its text stands by now; stripped."""
    values: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    found = (answers for block_id, answers in values.items() if block_id.split(".")[0] == Field.TEXT)
    element: Mapping[str, Any] = next(iter(next(found, {}).values()), {})
    written = element.get("value")
    return written.strip() if isinstance(written, str) else ""


def _choice(form: ReplyForm) -> Block | None:
    if not form.macros:
        return None
    options = [option(words.CHOOSE_NONE, NONE), *(option(one.title, one.key) for one in form.macros)]
    element = select(
        Press.MACRO_CHOSEN, words.CHOOSE_PLACEHOLDER, distinct(options), form.chosen.key if form.chosen else None
    )
    return field(Field.CHOICE, words.CHOOSE, element, is_optional=True) | {"dispatch_action": True}


def effects(macro: MacroRow) -> str:
    """What a macro does besides its words, for mrkdwn; empty where that is nothing."""
    found = [words.SETS_STATUS[macro.status]] if macro.status in words.SETS_STATUS else []
    if macro.priority is not None:
        found.append(said(words.SETS_PRIORITY, priority=common.PRIORITY[macro.priority].lower()))
    if macro.tags:
        found.append(said(words.SETS_TAGS, tags=text.inline(", ".join(macro.tags), 300)))
    return ", ".join(found)


def macros_view(listed: MacroList) -> View:
    """All that somebody can use, with what they may change."""
    rows = [_row(row) for row in listed.rows]
    turn = pages(listed.page, listed.pages, Press.MACROS_PAGE_BACK, Press.MACROS_PAGE)
    return modal(
        Form.MACROS,
        words.TITLE,
        listed_under(Press.MACRO_NEW, rows, empty=words.EMPTY, turn=turn),
        close=common.CLOSE,
    )


def _row(row: MacroRow) -> Block:
    does = effects(row)
    shown = " ".join(
        part for part in (text.inline(row.text, PREVIEW), said(words.BESIDES, effects=does) if does else "") if part
    )
    whose = words.WHOSE_SHARED if row.is_shared else ""
    line = said(words.ROW, title=text.inline(row.title, TITLE_LENGTH), key=row.key, whose=whose, text=shown)
    return section(line, _menu(row) if row.may_change else None)


def _menu(row: MacroRow) -> Block:
    options = [
        option(words.EDIT, macro_value("edit", row.is_shared, row.key)),
        option(words.DELETE, macro_value("delete", row.is_shared, row.key)),
    ]
    return {"type": "overflow", "action_id": Press.MACRO_MENU, "options": options}


def macro_view(form: MacroForm) -> View:
    """A macro to be written or changed. Its short name stays: it is what people type by heart."""
    macro = form.macro
    placeholders = ", ".join(f"{{{one}}}" for one in Placeholder)
    name: Block = text_field(Field.KEY, words.KEY, hint=words.KEY_HINT, most=KEY_LENGTH)
    if macro is not None:
        name = context(said(words.HINT, key=macro.key))
    return modal(
        Form.MACRO,
        words.FORM_CHANGE if macro else words.FORM_NEW,
        [
            name,
            text_field(
                Field.TITLE, words.MACRO_TITLE, most=TITLE_LENGTH, initial=text.plain(macro.title, 60) if macro else ""
            ),
            text_field(
                Field.TEXT,
                words.TEXT,
                hint=words.TEXT_HINT.format(placeholders=placeholders),
                multiline=True,
                most=LONGEST_TEXT,
                initial=macro.text if macro else "",
            ),
            _status(macro),
            _priority(macro),
            text_field(
                Field.TAGS,
                words.TAGS,
                hint=words.TAGS_HINT,
                most=TAGS_TYPED,
                initial=", ".join(macro.tags) if macro else "",
                is_optional=True,
            ),
            _whose() if form.is_lead and macro is None else None,
        ],
        submit=words.SAVE,
        metadata=macro_value("edit", macro.is_shared, macro.key) if macro else "",
    )


def read_macro_form(view: View) -> dict[str, str]:
    """What was written and chosen, by block; empty or "-" where nothing was."""
    values: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    return {block_id: _answer(next(iter(answers.values()), {})) for block_id, answers in values.items()}


def _status(macro: MacroRow | None) -> Block:
    options = [option(label, value) for value, label in words.STATUS_OPTIONS]
    chosen = macro.status.value if macro is not None and macro.status is not None else NONE
    element = select(Press.VALUE, words.STATUS_PLACEHOLDER, options, chosen)
    return field(Field.STATUS, words.STATUS, element)


def _priority(macro: MacroRow | None) -> Block:
    options = [option(words.PRIORITY_SAME, NONE)]
    options += [option(common.PRIORITY[one], one.name.lower()) for one in Priority]
    chosen = macro.priority.name.lower() if macro is not None and macro.priority is not None else NONE
    return field(Field.PRIORITY, words.PRIORITY, select(Press.VALUE, words.PRIORITY_PLACEHOLDER, options, chosen))


def _whose() -> Block:
    options = [option(label, value) for value, label in words.WHOSE_OPTIONS]
    element = {"type": "radio_buttons", "action_id": Press.VALUE, "options": options, "initial_option": options[0]}
    return field(Field.WHOSE, words.WHOSE, element)


def _answer(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option")
    found = chosen.get("value") if isinstance(chosen, Mapping) else element.get("value")
    return found if isinstance(found, str) else ""
