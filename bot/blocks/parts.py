"""
The small parts every surface is made of, within Block Kit's limits by construction.

Limits: https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot import text
from bot.actions import Act, Form, Press
from bot.values import menu_value, page_value, ticket_value
from bot.views.common import Block, Message, Possible, TicketFacts, View
from bot.words import common as words

BUTTON_TEXT = 75
ACCESSIBILITY_LABEL = 75
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OVERFLOW_LEAST = 2
OVERFLOW_MOST = 5
VIEW_TITLE = 24
PLACEHOLDER = 150
LABEL = 150  # Slack takes 2,000; a label is one line
TYPED = 3_000


def said(template: str, **values: object) -> str:
    """A template filled in for mrkdwn."""
    return template.format(**values)


def spoken(template: str, **values: object) -> str:
    """A template filled in for a message's `text`, which screen readers and notifications read: without marks."""
    return template.replace("*", "").replace("~", "").format(**values)


def counted(templates: tuple[str, str], count: int, **values: object) -> str:
    """The template for one or for several, filled in."""
    return templates[count != 1].format(count=count, **values)


def message(sentences: str | Iterable[str], blocks: Iterable[Block | None]) -> Message:
    """A message of blocks (None is left out) and the sentences that say the same."""
    parts = [sentences] if isinstance(sentences, str) else sentences
    return Message(text=" ".join(part for part in parts if part), blocks=[block for block in blocks if block])


# Blocks


def section(mrkdwn: str, accessory: Block | None = None) -> Block:
    """
    A paragraph.

    `verbatim` keeps Slack from finding mentions and links in what people wrote; ours are written out
    (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
    """
    block: Block = {"type": "section", "text": _mrkdwn(mrkdwn)}
    return block | {"accessory": accessory} if accessory else block


def context(mrkdwn: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn)]}


def divider() -> Block:
    """A line between two groups."""
    return {"type": "divider"}


def actions(*elements: Block | None) -> Block | None:
    """A row of buttons and menus; None when nothing is left of it."""
    present = [element for element in elements if element]
    return {"type": "actions", "elements": present} if present else None


def quoted(words_of_a_person: str, accessory: Block | None = None) -> Block:
    """What a person wrote, as a quote, cut to a card's length."""
    shown, _ = text.excerpt(words_of_a_person)
    return section(text.quote(shown), accessory)


def whole(words_of_a_person: str, *, prefix: str = "", most: int = 10) -> tuple[list[Block], bool]:
    """What a person wrote, in as many sections as it takes, `most` at most, and whether something is left over."""
    pieces = text.body(words_of_a_person)
    shown = pieces[:most]
    return [section(prefix * (index == 0) + piece) for index, piece in enumerate(shown)], len(pieces) > most


def _mrkdwn(content: str) -> Block:
    return {"type": "mrkdwn", "text": content, "verbatim": True}


def plain_text(content: str) -> Block:
    """A plain_text object; colons stay colons, as people typed them."""
    return {"type": "plain_text", "text": content, "emoji": False}


# Elements


def button(
    action_id: str, label: str, value: str, *, accessible: str, primary: bool = False, style: str | None = None
) -> Block:
    """A button; `accessible` is what a screen reader says instead of the label."""
    element: Block = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(text.plain(label, BUTTON_TEXT)),
        "value": value,
        "accessibility_label": text.plain(accessible, ACCESSIBILITY_LABEL),
    }
    look = "primary" if primary else style
    return element | {"style": look} if look else element


def act_button(
    act: Act,
    facts: TicketFacts,
    possible: Possible = None,
    *,
    primary: bool = False,
    customer: str = "",
    value: str | None = None,
) -> Block | None:
    """The button for an act on a ticket; None where the act is not possible now."""
    if possible is not None and act not in possible:
        return None
    return button(
        act,
        words.BUTTON[act].format(customer=text.first_name(customer, text.BUTTON_NAME)),
        value or ticket_value(facts.ref, facts.version),
        accessible=words.ACCESSIBLE[act].format(number=facts.number),
        primary=primary,
    )


def watching_act(*, is_watching: bool) -> Act:
    """What a colleague of the customer's can do about reading along."""
    return Act.STOP_READING if is_watching else Act.READ_ALONG


def withdraw_button(facts: TicketFacts, possible: Possible, question: tuple[str, str, str]) -> Block | None:
    """Withdraw, the one button that asks back; `question` is its title, its text and the way out."""
    element = act_button(Act.WITHDRAW, facts, possible)
    if element is None:
        return None
    title, sentence, deny = question
    confirm = {
        "title": plain_text(title.format(number=facts.number)),
        "text": plain_text(sentence),
        "confirm": plain_text(words.BUTTON[Act.WITHDRAW]),
        "deny": plain_text(deny),
        "style": "danger",
    }
    return element | {"style": "danger", "confirm": confirm}


def press_button(press: Press, value: str = "-", *, primary: bool = False) -> Block:
    """A button that is not about one ticket."""
    return button(press, words.PRESS[press], value, accessible=words.PRESS[press], primary=primary)


def pages(
    page: int, of: int, back: Press, onward: Press, value: Callable[[int], str] = page_value
) -> list[Block | None]:
    """Which page it is, and a button to the one before and after it where there is one; nothing for a single page."""
    if of <= 1:
        return []
    turns = (press_button(press, value(to)) for press, to in ((back, page - 1), (onward, page + 1)) if 1 <= to <= of)
    return [context(said(words.PAGE, page=page, pages=of)), actions(*turns)]


def listed_under(new: Press, rows: Sequence[Block], *, empty: str, turn: Sequence[Block | None]) -> list[Block | None]:
    """What there is under the button for a new one, or that there is none; and behind it how to turn the pages."""
    return [actions(press_button(new, primary=not rows)), *(rows or [section(empty)]), *turn]


def menu(acts: Sequence[Act], facts: TicketFacts, possible: Possible = None, *, customer: str = "") -> Block | None:
    """
    An overflow menu of a ticket's further acts.

    Slack wants two to five options: a single one left over becomes a button.
    """
    left = [act for act in acts if possible is None or act in possible]
    if len(left) < OVERFLOW_LEAST:
        return act_button(left[0], facts, possible, customer=customer) if left else None
    name = text.first_name(customer, text.BUTTON_NAME)
    options = [
        option(words.BUTTON[act].format(customer=name), menu_value(act, facts.ref, facts.version))
        for act in left[:OVERFLOW_MOST]
    ]
    return {"type": "overflow", "action_id": Press.TICKET_MENU, "options": options}


def option(label: str, value: str) -> Block:
    """An option of a select or a menu."""
    return {"text": plain_text(text.plain(label, OPTION_TEXT)), "value": value[:OPTION_VALUE] or "-"}


def distinct(options: Iterable[Block], most: int = OPTIONS) -> list[Block]:
    """The options, each value once, since Slack refuses a list with two alike."""
    return list({one["value"]: one for one in options}.values())[:most]


# Fields


def text_field(
    block_id: str,
    label: str,
    *,
    hint: str | None = None,
    multiline: bool = False,
    most: int = TYPED,
    initial: str = "",
    is_optional: bool = False,
) -> Block:
    """A field to write in."""
    element: Block = {"type": "plain_text_input", "action_id": Press.VALUE, "multiline": multiline, "max_length": most}
    if initial:
        element["initial_value"] = text.cut(text.clean(initial), most)
    return field(block_id, label, element, hint=hint, is_optional=is_optional)


def select(action_id: str, placeholder: str, options: Iterable[Block], chosen: str | None = None) -> Block:
    """A list to choose one from; Slack shows 100."""
    shown = distinct(options)
    element: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text(text.plain(placeholder, PLACEHOLDER)),
        "options": shown,
    }
    initial = next((one for one in shown if one["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def searched(action_id: str, placeholder: str, chosen: Block | None = None) -> Block:
    """
    A list to choose one from by typing, for more than Slack shows: what it offers, the app is asked each time
    (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select).
    """
    element: Block = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain_text(text.plain(placeholder, PLACEHOLDER)),
        "min_query_length": 0,
    }
    return element | {"initial_option": chosen} if chosen else element


def field(block_id: str, label: str, element: Block, *, hint: str | None = None, is_optional: bool = False) -> Block:
    """An input block."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(text.plain(label, LABEL)),
        "element": element,
        "optional": is_optional,
    }
    return block | {"hint": plain_text(text.plain(hint, LABEL))} if hint else block


# Views


def modal(
    form: Form,
    title: str,
    blocks: Iterable[Block | None],
    *,
    submit: str | None = None,
    close: str = words.CANCEL,
    metadata: str = "",
) -> View:
    """A modal; without `submit` it is only read."""
    view: View = {
        "type": "modal",
        "callback_id": form,
        "title": plain_text(text.plain(title, VIEW_TITLE)),
        "close": plain_text(text.plain(close, VIEW_TITLE)),
        "blocks": [block for block in blocks if block],
        "private_metadata": metadata,
    }
    return view | {"submit": plain_text(text.plain(submit, VIEW_TITLE))} if submit else view


# Phrases


def title(facts: TicketFacts) -> str:
    """A card's first line."""
    return said(words.TITLE, number=facts.number, subject=text.inline(facts.subject, text.CARD_SUBJECT))


def spoken_title(facts: TicketFacts) -> str:
    """The same for a message's `text`."""
    return said(words.SPOKEN_TITLE, number=facts.number, subject=text.inline(facts.subject, text.LIST_SUBJECT))


def facts_line(facts: TicketFacts) -> str:
    """Priority and category: "High, billing"."""
    return said(
        words.PRIORITY_AND_CATEGORY,
        priority=words.PRIORITY[facts.priority],
        category=text.inline(facts.category, text.NAME),
    )


def spoken_text(words_of_a_person: str) -> str:
    """What a person wrote, in one line short enough for a message's `text`."""
    return text.inline(words_of_a_person, text.SPOKEN_TEXT)


def initial(view: Mapping[str, Any], block_id: str, what: str) -> Any:
    """With what a field of a form that was sent had been drawn, such as its `initial_users`; None where it had nothing."""
    for block in view.get("blocks") or ():
        element = block.get("element")
        if block.get("block_id") == block_id and isinstance(element, Mapping):
            return element.get(what)
    return None
