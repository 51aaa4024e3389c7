"""Forms of questions, the team and the settings as modals: what leads and admins change things with."""

from __future__ import annotations

import re

from bot import text
from bot.actions import Form, Press
from bot.blocks.parts import (
    OPTIONS,
    TYPED,
    button,
    context,
    field,
    modal,
    option,
    pages,
    plain_text,
    said,
    section,
    select,
    text_field,
)
from bot.values import person_value
from bot.views.asking import Entry, EntryList, Kind, Question, QuestionForm, TeamList, TeamMember
from bot.views.common import Block, View
from bot.words import common
from bot.words import members as words

_CHANNELS = frozenset({Kind.CHANNEL, Kind.CHANNELS, Kind.PRIVATE_CHANNEL})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LINES = 10
LINE, SMALL = 2_900, 1_900  # of a section and of small print Slack takes 3,000 and 2,000
LONG = 200
VALUE = 2_000
LINES_SHOWN = 12
QUESTIONS = 40
ROWS = 30


def question_view(form: QuestionForm) -> View:
    """A form of questions, or for whoever may only read them the answers."""
    questions = _distinct(form.questions)
    return modal(
        form.form,
        form.title,
        [
            *(section(text.within(line, LINE)) for line in form.lines[:LINES]),
            *((_answer(one) if form.is_read_only else _question(one)) for one in questions),
            *(context(text.within(line, SMALL)) for line in form.below[:LINES]),
            None if questions or form.lines else section(common.NONE_YET),
        ],
        submit=(form.submit or common.SAVE) if questions and not form.is_read_only else None,
        close=common.CLOSE if form.is_read_only else common.CANCEL,
        metadata=form.remembered,
    )


def team_view(team: TeamList) -> View:
    """Who is of the team, each with Edit; and a way to anybody else."""
    anybody: Block = {
        "type": "users_select",
        "action_id": Press.TEAM_PICK,
        "placeholder": plain_text(words.PICK_PERSON),
    }
    rows = [section(text.within(member.line, LINE), _edit(member)) for member in team.members[:ROWS]]
    return modal(
        Form.TEAM,
        words.TEAM_TITLE,
        [
            *(section(text.within(line, LINE)) for line in team.lines[:LINES]),
            *(rows or [section(words.TEAM_EMPTY)]),
            *pages(team.page.number, team.page.of, Press.TEAM_PAGE_BACK, Press.TEAM_PAGE),
            section(words.TEAM_ANYBODY, anybody),
        ],
        close=common.CLOSE,
        metadata=str(team.page.number),
    )


def entries_view(entries: EntryList) -> View:
    """Settings to choose from, each with its button."""
    return modal(
        Form.SETTINGS,
        entries.title,
        [
            *(section(text.within(line, LINE)) for line in entries.lines[:LINES]),
            *(_entry(one) for one in entries.entries[:ROWS]),
            None if entries.lines or entries.entries else section(common.NONE_YET),
            *pages(entries.page.number, entries.page.of, Press.SETTINGS_PAGE_BACK, Press.SETTINGS_PAGE),
        ],
        close=common.CLOSE,
        metadata=entries.remembered,
    )


def _entry(entry: Entry) -> Block:
    if entry.press is None:
        return section(text.within(entry.line, LINE))
    label = common.PRESS[entry.press]
    return section(
        text.within(entry.line, LINE),
        button(
            entry.press, label, text.cut(entry.value, VALUE) or common.NO_VALUE, accessible=f"{label} {entry.spoken}"
        ),
    )


def _edit(member: TeamMember) -> Block:
    label = common.PRESS[Press.TEAM_EDIT]
    return button(Press.TEAM_EDIT, label, person_value(member.id), accessible=f"{label} {member.name}")


def _question(one: Question) -> Block:
    if one.kind in {Kind.TEXT, Kind.LINES}:
        return text_field(
            one.block,
            one.label,
            hint=one.hint,
            multiline=one.kind is Kind.LINES,
            most=TYPED,
            initial=one.value,
            is_optional=one.is_optional,
        )
    return field(one.block, one.label, _element(one), hint=one.hint, is_optional=one.is_optional)


def _element(one: Question) -> Block:
    if one.kind is Kind.CHOICE:
        options = [option(label, value) for value, label in one.options[:OPTIONS]]
        return select(Press.VALUE, one.label, options or [option(common.NONE_YET, "-")], one.value)
    if one.kind in _CHANNELS:
        return _channels(one)
    element: Block = {"type": "datepicker", "action_id": Press.VALUE, "placeholder": plain_text(words.CHOOSE_DAY)}
    return element | ({"initial_date": one.value} if _DAY.fullmatch(one.value) else {})


def _channels(one: Question) -> Block:
    """
    Slack's own picker, of channels alone
    (https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element#conversation_multi_select).
    """
    several = one.kind is Kind.CHANNELS
    element: Block = {
        "type": "multi_conversations_select" if several else "conversations_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(words.CHOOSE_CHANNELS if several else words.CHOOSE_CHANNEL),
        "filter": {
            "include": ["private"] if one.kind is Kind.PRIVATE_CHANNEL else ["public", "private"],
            "exclude_bot_users": True,
        },
    }
    if not one.value:
        return element
    chosen = {"initial_conversations": one.value.split()} if several else {"initial_conversation": one.value}
    return element | chosen


def _answer(one: Question) -> Block:
    shown = dict(one.options).get(one.value, one.value) if one.kind is Kind.CHOICE else one.value
    if one.kind in _CHANNELS:
        shown = " ".join(text.channel(channel) for channel in one.value.split()[:LINES_SHOWN])
        return section(said(words.ANSWER, label=text.inline(one.label, text.NAME), value=shown or common.NONE_YET))
    lines = [text.inline(line, LONG) for line in shown.splitlines()[:LINES_SHOWN] if line.strip()]
    value = ("\n" if len(lines) > 1 else "") + "\n".join(lines) if lines else common.NONE_YET
    return section(text.within(said(words.ANSWER, label=text.inline(one.label, text.NAME), value=value), LINE))


def _distinct(questions: tuple[Question, ...]) -> list[Question]:
    return list({one.block: one for one in questions}.values())[:QUESTIONS]
