"""The beginning and the end of an agent's shift: My day, Hand over, Away."""

from __future__ import annotations

from collections.abc import Iterable

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.forms import is_ticked
from bot.blocks.lists import turn_of
from bot.blocks.parts import (
    act_button,
    context,
    counted,
    distinct,
    field,
    message,
    modal,
    option,
    said,
    searched,
    section,
    select,
)
from bot.values import handover_block as block_id_of
from bot.values import person_value, read_handover_block, read_person_value
from bot.views import AgentRow, Message, View
from bot.views.common import Block
from bot.views.day import HandoverForm, HandoverResult, HandoverRow, MyDay
from bot.views.forms import AgentChoice
from bot.words import common
from bot.words import day as words
from ticketing.model import PersonId, TicketRef, TicketStatus

ROWS = 10
HANDED_AT_MOST = 40
"""Rows of the form: each has its own choice of agents, and all of them together have to stay under a view's 250 KB."""

TAKERS, TAKERS_OF_ALL = 98, 480
"""Agents to choose from in a row, and in all of them together; of more one types a name."""

NAMED = 12
NUMBERS_SHOWN = 60
QUEUE, KEEP = "queue", "keep"


def my_day(day: MyDay) -> Message:
    """The one message at the start of a shift. It says no minutes left, for it stands."""
    queued = counted(words.QUEUED, day.queued) if day.queued else ""
    if not day.rows:
        return message(
            said(words.SPOKEN_NOTHING, queued=queued).strip(),
            [section(" ".join(part for part in (words.NOTHING, queued) if part))],
        )
    counts = said(words.COUNTS, due_today=day.due_today, waiting=day.waiting, overdue=day.overdue)
    rows = [section(_day_row(row, day), act_button(Act.OPEN, row.facts)) for row in day.rows[:ROWS]]
    more = day.more + max(0, len(day.rows) - ROWS)
    first = _day_row(day.rows[0], day).replace("*", "")
    return message(
        said(words.SPOKEN, counts=counts.replace("*", ""), first=first),
        [
            section(counts),
            *rows,
            context(said(common.MORE_ROWS, count=more)) if more else None,
            context(queued) if queued else None,
        ],
    )


def _day_row(row: AgentRow, day: MyDay) -> str:
    late = row.due_at is not None and row.due_at < day.now
    due = ""
    if row.due_at is not None:
        due = said(words.OVERDUE, since=text.since(row.due_at, day.zone)) if late else ""
        due = due or said(words.DUE, by=text.by(row.due_at, day.zone))
    return said(
        words.ROW if due else words.ROW_NO_DUE,
        number=row.facts.number,
        due=due,
        turn=turn_of(row),
        subject=text.inline(row.facts.subject, text.LIST_SUBJECT),
    )


def handover_view(form: HandoverForm) -> View:
    """Hand over: a choice for each ticket, filled in so that one press does it."""
    rows = list({row.row.facts.ref: row for row in form.rows}.values())[:HANDED_AT_MOST]  # a ticket's fields stand once
    if not rows:
        return modal(Form.HANDOVER, words.TITLE, [section(words.NOTHING_TO_HAND_OVER)], close=common.CLOSE)
    more = form.more + len(form.rows) - len(rows)
    return modal(
        Form.HANDOVER,
        words.TITLE,
        [
            section(words.LEAD_IN),
            *(_handover_row(row, form) for row in rows),
            context(said(words.MORE, count=more)) if more else None,
            _away_after() if form.can_go_away else None,
        ],
        submit=words.SUBMIT,
    )


def read_handover(view: View) -> dict[TicketRef, PersonId | None]:
    """What was chosen for each ticket that does not stay. Raises MalformedValue for what the form never offered."""
    plan: dict[TicketRef, PersonId | None] = {}
    for block_id, answers in (view.get("state", {}).get("values") or {}).items():
        if block_id == Field.AWAY:
            continue
        chosen = (next(iter(answers.values()), None) or {}).get("selected_option") or {}
        value = str(chosen.get("value") or KEEP)
        if value != KEEP:
            plan[read_handover_block(block_id)] = None if value == QUEUE else read_person_value(value)
    return plan


def _away_after() -> Block:
    """Never ticked by itself: some hand over and stay."""
    boxes = {"type": "checkboxes", "action_id": Press.VALUE, "options": [option(words.AWAY_AFTER_OPTION, Field.AWAY)]}
    return field(Field.AWAY, words.AWAY_AFTER, boxes, is_optional=True)


def is_away_after(view: View) -> bool:
    """Whether the box was ticked."""
    return is_ticked(view, Field.AWAY)


def handover_result_view(result: HandoverResult) -> View:
    """What became of it, in the form's place."""
    return modal(Form.HANDOVER, words.TITLE, [section("\n".join(_result_lines(result)))], close=common.CLOSE)


def handover_notice(result: HandoverResult) -> Message:
    """The same as a message, where nobody was there to see the form's answer."""
    lines = _result_lines(result)
    return message(" ".join(lines).replace("*", ""), [section("\n".join(lines))])


def away_view() -> View:
    """Away: until when?"""
    choices = {
        "type": "radio_buttons",
        "action_id": Press.VALUE,
        "options": [option(label, value) for value, label in words.AWAY_OPTIONS],
        "initial_option": option(words.AWAY_OPTIONS[0][1], words.AWAY_OPTIONS[0][0]),
    }
    at = {"type": "timepicker", "action_id": Press.VALUE}
    return modal(
        Form.AWAY,
        words.AWAY_TITLE,
        [
            section(words.AWAY_TEXT),
            field(Field.UNTIL, words.AWAY_LABEL, choices),
            field(Field.UNTIL_TIME, words.AWAY_TIME_LABEL, at, hint=words.AWAY_TIME_HINT, is_optional=True),
        ],
        submit=words.AWAY_SUBMIT,
    )


def _handover_row(row: HandoverRow, form: HandoverForm) -> Block:
    shown = row.row
    most = min(TAKERS, TAKERS_OF_ALL // max(1, min(len(form.rows), HANDED_AT_MOST)))
    options = taker_options(row.takers, most)
    chosen = KEEP if row.is_kept else QUEUE if row.suggested is None else person_value(row.suggested)
    if len(row.takers) > most:
        filled_in = next((one for one in options if one["value"] == chosen), None)
        element = searched(Press.AGENT_FOUND, words.CHOOSE, filled_in)
    else:
        element = select(Press.VALUE, words.CHOOSE, options, chosen)
    is_begun = shown.status in (TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS)
    waits = words.TURN_ANSWERED if shown.is_answered and is_begun else words.TURN.get(shown.status, "")
    turn = waits.format(customer=text.first_name(shown.customer))
    due = text.due_plain(shown.due_at, form.now, form.zone) if shown.due_at else ""
    hint = (words.ROW_HINT if due else words.ROW_HINT_NO_DUE).format(due=due[:1].upper() + due[1:], turn=turn)
    label = words.ROW_LABEL.format(
        number=shown.facts.number, subject=text.plain(shown.facts.subject, text.LIST_SUBJECT)
    )
    return field(block_id_of(shown.facts.ref), label, element, hint=hint)


def taker_options(takers: Iterable[AgentChoice], most: int = TAKERS) -> list[Block]:
    """Where a ticket can go: to an agent, the first of them, to the queue, or nowhere."""
    options = distinct((_taker(taker) for taker in takers), most)
    return [*options, option(words.TO_QUEUE, QUEUE), option(words.KEEP, KEEP)]


def _taker(taker: AgentChoice) -> Block:
    template = words.TO_AGENT if taker.is_available else words.TO_AGENT_AWAY
    name = text.plain(taker.name, 24)
    return option(template.format(agent=name, load=taker.load, max_load=taker.max_load), person_value(taker.id))


def _result_lines(result: HandoverResult) -> list[str]:
    lines = [
        said(words.GIVEN, agent=text.first(each.agent), numbers=_numbers(each.numbers)) for each in result.given[:NAMED]
    ]
    named = (
        (words.QUEUE, result.queued),
        (words.KEPT, result.kept),
        (words.REFUSED, result.refused),
        (words.GONE, result.gone),
        (words.PENDING, result.pending),
    )
    lines += [said(template, numbers=_numbers(numbers)) for template, numbers in named if numbers]
    is_done = result.given or result.queued
    away = [words.AWAY_NOW] if result.is_away else []
    return [words.DONE if is_done else words.NOTHING_DONE, *lines, *away]


def _numbers(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(f"#{number}" for number in numbers[:NUMBERS_SHOWN])
    left = len(numbers) - NUMBERS_SHOWN
    return f"{shown} {said(common.MORE_ROWS, count=left)}" if left > 0 else shown
