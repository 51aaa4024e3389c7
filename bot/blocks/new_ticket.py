"""The new-ticket form, its receipt, and answers that may help before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import text
from bot.actions import Act, Form, Press
from bot.actions import Block as Field
from bot.blocks.parts import button, context, field, modal, option, plain_text, said, section, select, text_field, whole
from bot.values import form_state, read_form_state, ticket_value
from bot.views import FieldErrors, NewTicketAnswers, NewTicketForm, Promise, Receipt, SimilarAnswer, View
from bot.views.common import Block
from bot.views.customer import FieldKind, FieldSpec
from bot.words import common
from bot.words import customer as words
from ticketing.model import Priority

SIMILAR_MOST = 3
FIELDS_MOST = 50  # of a category; a form has room for 100 blocks
SUBJECT_LENGTH = 150
DESCRIPTION_LENGTH = 3_000  # Slack's limit for a field to write in


def new_ticket_view(form: NewTicketForm) -> View:
    """The form. What was typed stays when it is drawn again, because those fields keep their block ids."""
    blocks: list[Block | None] = [
        _on_behalf(form),
        _for_whom(form),
        _subject(form),
        _description(form),
        _category(form),
    ]
    if form.chosen:
        by_key = {spec.key: spec for spec in form.chosen.fields}
        blocks += [_own_field(spec) for spec in list(by_key.values())[:FIELDS_MOST]]
    blocks += [_priority(form), *_similar(form)]
    if form.promise:
        blocks.append(context(promise_sentence(form.promise, form.zone)))
    shown = replace(form.state, priority_shown=int(form.priority))
    return modal(Form.NEW_TICKET, words.NEW_TICKET, blocks, submit=common.SEND, metadata=form_state(shown))


def choose_category(form: NewTicketForm, category: str, *, priority_in_form: Priority | None) -> NewTicketForm:
    """
    The form after its category was chosen, which sets the priority unless the person has set it.

    `priority_in_form` is what stands in the form now. The priority's block gets a new id when the default sets it, since
    Slack keeps what stood under an old one.
    """
    state = form.state
    chosen = next((one for one in form.categories if one.key == category), None)
    touched = state.priority_chosen or (priority_in_form is not None and priority_in_form != state.priority_shown)
    if touched or chosen is None:
        kept = priority_in_form or form.priority
        return replace(form, category=category, priority=kept, state=replace(state, priority_chosen=touched))
    priority = chosen.default_priority
    return replace(form, category=category, priority=priority, state=replace(state, priority_from=category))


def read_new_ticket(view: View) -> NewTicketAnswers:
    """
    What a new-ticket view of a payload says now, submitted or on a choice in it.

    Raises MalformedValue when its private_metadata is not ours.
    """
    values: Mapping[str, Mapping[str, Any]] = view.get("state", {}).get("values", {})
    found = {block_id: _answer(next(iter(answers.values()), {})) for block_id, answers in values.items()}
    own = {key.split(".", 2)[2]: value for key, value in found.items() if key.startswith(f"{Field.FIELD}.") and value}
    level = next((value for key, value in found.items() if key.split(".")[0] == Field.PRIORITY), "")
    return NewTicketAnswers(
        subject=found.get(Field.SUBJECT, "").strip(),
        description=found.get(Field.DESCRIPTION, "").strip(),
        category=found.get(Field.CATEGORY) or None,
        priority=Priority(int(level)) if level in {str(one.value) for one in Priority} else None,
        fields=own,
        state=read_form_state(view.get("private_metadata", "")),
        customer=found.get(Field.CUSTOMER) or None,
    )


def new_ticket_errors(view: View, faults: Mapping[str, str]) -> FieldErrors:
    """
    `errors` for the form: `faults` maps subject, description, category, priority or a category's own field to a sentence.

    A fault of something the form does not ask for stands at the subject, so that it is seen.
    """
    present = [block["block_id"] for block in view.get("blocks", []) if block.get("type") == "input"]
    errors: dict[str, str] = {}
    for name, sentence in faults.items():
        own = (one for one in present if one == name or one.split(".")[-1] == name or one.split(".")[0] == name)
        errors[next(own, Field.SUBJECT)] = sentence
    return errors


def missing_answers(form: NewTicketForm, answers: NewTicketAnswers) -> Mapping[str, str]:
    """What has to be filled in yet, as faults for `new_ticket_errors`."""
    faults: dict[str, str] = {}
    if not answers.subject:
        faults[Field.SUBJECT] = words.SUBJECT_MISSING
    chosen = next((one for one in form.categories if one.key == answers.category), None)
    if chosen is None:
        return faults | {Field.CATEGORY: words.CATEGORY_MISSING}
    for spec in chosen.fields:
        if spec.is_required and not answers.fields.get(spec.key):
            faults[spec.key] = words.FIELD_MISSING.format(label=text.plain(spec.label, text.NAME))
    return faults


def receipt_view(receipt: Receipt) -> View:
    """What stands in the form's place: the number and the promise."""
    lines = [said(words.RECEIPT, number=receipt.number)]
    if receipt.promise:
        lines.append(promise_sentence(receipt.promise, receipt.zone, receipt.customer))
    if receipt.is_in_thread or receipt.customer is not None:
        lines.append(_where_it_goes_on(receipt))
    elif receipt.link and receipt.link.startswith("https://"):
        lines.append(said(words.RECEIPT_LINK, link=text.escape(receipt.link).replace("|", "%7C")[:1000]))
    else:
        lines.append(words.RECEIPT_THREAD)
    return modal(Form.RECEIPT, words.NEW_TICKET, [section("\n".join(lines))], close=common.CLOSE)


def _where_it_goes_on(receipt: Receipt) -> str:
    if receipt.customer is None:
        return words.RECEIPT_IN_THREAD
    template = words.RECEIPT_IN_THEIR_THREAD if receipt.is_in_thread else words.RECEIPT_ON_BEHALF
    return said(template, customer=text.first(receipt.customer))


def similar_view(answer: SimilarAnswer) -> View:
    """A solution from before, on top of the form."""
    solution, _ = whole(answer.solution)
    value = ticket_value(answer.ref, answer.version)
    solved = button(
        Act.THAT_SOLVED_IT,
        common.BUTTON[Act.THAT_SOLVED_IT],
        value,
        accessible=common.ACCESSIBLE[Act.THAT_SOLVED_IT].format(number=answer.ref.number),
        primary=True,
    )
    head = section(f"*{text.inline(answer.subject, text.CARD_SUBJECT)}*")
    blocks = [head, *solution, {"type": "actions", "elements": [solved]}]
    return modal(Form.SIMILAR, words.SIMILAR_TITLE, blocks, close=common.CLOSE)


def promise_sentence(promise: Promise, zone: str, customer: str | None = None) -> str:
    """
    When an answer comes, honestly out of hours. In the reader's zone, and only for what is drawn on request.

    `customer` is who gets it where that is not the reader.
    """
    here, later = (
        (words.PROMISE, words.PROMISE_LATER) if customer is None else (words.PROMISE_TO, words.PROMISE_TO_LATER)
    )
    name = text.first(customer) if customer is not None else ""
    if promise.back_at is None:
        return said(here, customer=name, by=text.by(promise.due_at, zone))
    back = _day_and_time(promise.back_at, promise.now, zone, (words.ON_WEEKDAY_AT, words.ON_DATE_AT))
    due = _day_and_time(promise.due_at, promise.now, zone, (words.WEEKDAY_AT, words.DATE_AT))
    return said(later, customer=name, back=back, by=due)


def _day_and_time(instant: datetime, now: datetime, zone: str, forms: tuple[str, str]) -> str:
    here, time = text.local(instant, zone), text.clock_time(instant, zone)
    days = (here.date() - text.local(now, zone).date()).days
    if days in (0, 1):
        return said((words.TODAY_AT, words.TOMORROW_AT)[days], time=time)
    on_weekday, on_date = forms
    if 0 < days < 7:
        return said(on_weekday, weekday=common.WEEKDAYS[here.weekday()], time=time)
    return said(on_date, date=f"{here.day} {common.MONTHS[here.month - 1]}", time=time)


def _on_behalf(form: NewTicketForm) -> Block | None:
    if form.for_customer is None:
        return None
    return context(said(words.ON_BEHALF, customer=text.inline(form.for_customer, text.NAME)))


def _for_whom(form: NewTicketForm) -> Block | None:
    if not form.asks_for_whom or form.for_customer is not None:
        return None
    people = {
        "type": "users_select",
        "action_id": Press.VALUE,
        "placeholder": plain_text(words.FOR_WHOM_PLACEHOLDER),
    }
    return field(Field.CUSTOMER, words.FOR_WHOM, people, hint=words.FOR_WHOM_HINT, is_optional=True)


def _subject(form: NewTicketForm) -> Block:
    subject = text.plain(form.subject, SUBJECT_LENGTH) if form.subject.strip() else ""
    return text_field(Field.SUBJECT, words.SUBJECT, hint=words.SUBJECT_HINT, most=SUBJECT_LENGTH, initial=subject)


def _description(form: NewTicketForm) -> Block:
    return text_field(
        Field.DESCRIPTION,
        words.DESCRIPTION,
        hint=words.DESCRIPTION_HINT,
        multiline=True,
        most=DESCRIPTION_LENGTH,
        initial=form.description,
    )


def _category(form: NewTicketForm) -> Block | None:
    if not form.categories:
        return None
    options = [option(one.label, one.key) for one in form.categories]
    element = select(Press.CATEGORY_CHOSEN, words.CATEGORY_PLACEHOLDER, options, form.category)
    return field(Field.CATEGORY, words.CATEGORY, element) | {"dispatch_action": True}


def _priority(form: NewTicketForm) -> Block:
    options = [option(words.PRIORITY_OPTION[one], str(one.value)) for one in Priority]
    element = select(Press.VALUE, words.PRIORITY_PLACEHOLDER, options, str(form.priority.value))
    return field(f"{Field.PRIORITY}.{form.state.priority_from}", words.PRIORITY, element)


def _own_field(spec: FieldSpec) -> Block:
    block_id = f"{Field.FIELD}.{spec.kind}.{spec.key}"
    if spec.kind is FieldKind.CHOICE and spec.options:
        options = [option(label, value) for value, label in spec.options]
        element = select(Press.VALUE, words.FIELD_PLACEHOLDER.format(label=spec.label), options)
        return field(block_id, spec.label, element, hint=spec.hint, is_optional=not spec.is_required)
    if spec.kind is FieldKind.DATE:
        element = {"type": "datepicker", "action_id": Press.VALUE}
        return field(block_id, spec.label, element, hint=spec.hint, is_optional=not spec.is_required)
    is_long = spec.kind is FieldKind.LONG_TEXT
    return text_field(block_id, spec.label, hint=spec.hint, multiline=is_long, is_optional=not spec.is_required)


def _similar(form: NewTicketForm) -> list[Block]:
    if not form.similar:
        return []
    return [context(words.SIMILAR), *(_similar_row(one) for one in form.similar[:SIMILAR_MOST])]


def _similar_row(answer: SimilarAnswer) -> Block:
    read = button(
        Act.READ_SIMILAR,
        common.BUTTON[Act.READ_SIMILAR],
        ticket_value(answer.ref, answer.version),
        accessible=common.ACCESSIBLE[Act.READ_SIMILAR].format(number=answer.ref.number),
    )
    return section(text.inline(answer.subject, text.LIST_SUBJECT), read)


def _answer(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option")
    if isinstance(chosen, Mapping):
        found = chosen.get("value")
    else:
        found = next((element[key] for key in ("selected_date", "selected_user", "value") if element.get(key)), None)
    return found if isinstance(found, str) else ""
