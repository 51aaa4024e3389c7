"""Take it, and Seen: until when does somebody see to an alert, of one ticket or of several."""

from __future__ import annotations

from bot import text
from bot.actions import Block as Field
from bot.actions import Form, Press
from bot.blocks.forms import about, metadata, titled, value_of
from bot.blocks.parts import distinct, field, modal, option, said, section
from bot.values import ticket_value
from bot.views import Alert, TakeForm, TakeSeveral, View
from bot.views.common import Block
from bot.words import common, team
from bot.words import forms as words

OFFERED = 10
"""How many boxes one form may have (https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element)."""


def take_view(form: TakeForm) -> View:
    """Take it or Seen: until when?"""
    what = words.TAKE_TEXT
    if form.is_seen:
        holder = text.first(form.holder) if form.holder else None
        what = said(words.SEEN_TEXT if form.holder else words.SEEN_TEXT_NOBODY, holder=holder)
    return modal(
        Form.SEEN if form.is_seen else Form.TAKE,
        titled(words.SEEN_TITLE if form.is_seen else words.TAKE_TITLE, form.facts),
        [
            about(form.facts, what),
            _question(form),
            *until_fields(),
        ],
        submit=words.SEEN_SUBMIT if form.is_seen else words.TAKE_SUBMIT,
        metadata=metadata(form.facts),
    )


def _question(form: TakeForm) -> Block | None:
    """Whether to take the place of whoever sees to it by now, who hears of that."""
    if not form.promised_by or form.promised_until is None:
        return None
    until = text.until(form.promised_until, form.facts.zone)
    question = words.SEE_INSTEAD if form.is_seen else words.TAKE_FROM
    return section(said(question, by=text.first(form.promised_by), until=until))


def until_fields() -> list[Block]:
    """Until when: one of a few lengths, or a time of day."""
    choices = {
        "type": "radio_buttons",
        "action_id": Press.VALUE,
        "options": [option(label, value) for value, label in words.TAKE_OPTIONS],
        "initial_option": option(words.TAKE_OPTIONS[1][1], words.TAKE_OPTIONS[1][0]),
    }
    at = {"type": "timepicker", "action_id": Press.VALUE}
    return [
        field(Field.UNTIL, words.TAKE_LABEL, choices),
        field(Field.UNTIL_TIME, words.TAKE_TIME, at, hint=words.TAKE_TIME_HINT, is_optional=True),
    ]


def read_until(view: View) -> tuple[int | None, str]:
    """How many minutes were chosen, or None and the time of day "HH:MM" in the person's zone (empty if none)."""
    chosen = value_of(view, Field.UNTIL)
    if chosen in {value for value, _ in words.TAKE_OPTIONS if value.isdecimal()}:
        return int(chosen), ""
    return None, value_of(view, Field.UNTIL_TIME)


def take_several_view(form: TakeSeveral) -> View:
    """Which of them, and until when? As many as a list of boxes holds."""
    options = distinct(
        option(_several_option(alert), ticket_value(alert.facts.ref, alert.facts.version))
        for alert in form.alerts[:OFFERED]
    )
    if not options:
        return modal(Form.TAKE_SEVERAL, team.SEVERAL_TITLE, [section(team.SEVERAL_NONE)], close=common.CLOSE)
    boxes: Block = {"type": "checkboxes", "action_id": Press.VALUE, "options": options}
    hint = team.SEVERAL_HINT.format(count=len(options), total=form.total) if form.total > len(options) else ""
    return modal(
        Form.TAKE_SEVERAL,
        team.SEVERAL_TITLE,
        [field(Field.TICKETS, team.SEVERAL_LABEL, boxes, hint=hint), *until_fields()],
        submit=words.TAKE_SUBMIT,
        metadata=form.key,
    )


def read_chosen(view: View) -> list[str]:
    """The values of the boxes that were ticked."""
    answers = view.get("state", {}).get("values", {}).get(Field.TICKETS, {})
    element: Block = next(iter(answers.values()), {})
    return [str(each.get("value")) for each in element.get("selected_options") or ()]


def _several_option(alert: Alert) -> str:
    return team.SEVERAL_OPTION.format(
        number=alert.facts.number, subject=text.plain(alert.facts.subject, text.LIST_SUBJECT)
    )
