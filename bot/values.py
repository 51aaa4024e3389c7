"""
What buttons, menus and forms carry: written here, and read again.

A button's value is input like any other: whoever reads it gets a MalformedValue for what we never wrote, and the desk
still has to find the ticket (a forged pair of customer and number finds nothing).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.actions import Act, Block
from ticketing.model import PersonId, TicketRef
from ticketing.paging import Spot

_BIGGEST = 2**63 - 1  # what a BIGINT holds


class MalformedValue(ValueError):
    """A button's value that this app never wrote."""

    def __init__(self, value: object) -> None:
        self.value = value
        super().__init__(f"Not a value of ours: {str(value)[:80]!r}")


@dataclass(frozen=True)
class NewTicketState:
    """What the new-ticket form remembers between its drawings. `source` is the message it was opened from, if any."""

    source: str | None = None
    permalink: str | None = None
    on_behalf_of: PersonId | None = None
    priority_from: str = ""
    priority_shown: int | None = None
    priority_chosen: bool = False
    offer: str | None = None


def ticket_value(ref: TicketRef, version: int) -> str:
    """What a button on a ticket's card carries: the ticket, and the version it was drawn for."""
    return f"{ref.customer_id}:{ref.number}:{version}"


def read_ticket_value(value: str) -> tuple[TicketRef, int]:
    """The reverse of `ticket_value`. Raises MalformedValue."""
    customer_id, number, version = _numbers(value, 3)
    return TicketRef(PersonId(customer_id), number), version


def holder_value(ref: TicketRef, version: int, holder: PersonId | None) -> str:
    """What a form remembers in which another holder is chosen: its ticket, and who had it; 0 for nobody."""
    return f"{ticket_value(ref, version)}|{holder or 0}"


def read_holder_value(value: str) -> PersonId | None:
    """Who had the ticket, of what `holder_value` wrote. Raises MalformedValue."""
    ticket, bar, holder = _text(value).partition("|")
    read_ticket_value(ticket)
    if not bar:
        raise MalformedValue(value)
    number = _numbers(holder, 1)[0]
    return PersonId(number) if number else None


def menu_value(act: Act, ref: TicketRef, version: int) -> str:
    """What an option of a ticket's overflow menu carries."""
    return f"{act.value}:{ticket_value(ref, version)}"


def read_menu_value(value: str) -> tuple[Act, TicketRef, int]:
    """The reverse of `menu_value`. Raises MalformedValue."""
    act, _, rest = _text(value).partition(":")
    if act not in set(Act):
        raise MalformedValue(value)
    ref, version = read_ticket_value(rest)
    return Act(act), ref, version


def is_menu_value_of(act: Act, ref: TicketRef, value: str) -> bool:
    """Whether a menu's option, or a button's action id and value, is about that act on that ticket, of whatever version."""
    return value.startswith(f"{act.value}:{ref.customer_id}:{ref.number}:")


def comment_value(ref: TicketRef, version: int, comment: int) -> str:
    """What a button about one comment carries; comment 0 is the ticket's description."""
    return f"{ticket_value(ref, version)}:{comment}"


def read_comment_value(value: str) -> tuple[TicketRef, int, int]:
    """The reverse of `comment_value`: ticket, version, comment number. Raises MalformedValue."""
    customer_id, number, version, comment = _numbers(value, 4)
    return TicketRef(PersonId(customer_id), number), version, comment


def reply_value(ref: TicketRef, version: int, macro: str, drawn: int) -> str:
    """What a reply's form remembers: its ticket, the macro chosen in it (empty for none), how often it was drawn."""
    return f"{ticket_value(ref, version)}|{macro}|{drawn}"


def read_reply_value(value: str) -> tuple[TicketRef, int, str, int]:
    """The reverse of `reply_value`: ticket, version, macro, drawn. Raises MalformedValue."""
    parts = _text(value).split("|")
    if len(parts) != 3:
        raise MalformedValue(value)
    return *read_ticket_value(parts[0]), parts[1], _numbers(parts[2], 1)[0]


def read_problem_value(value: str) -> int:
    """The number of the problem that a button stands for. Raises MalformedValue."""
    return _numbers(value, 1)[0]


def problem_menu_value(act: str, problem: int) -> str:
    """What an option of a problem's menu carries: what to do, and with which."""
    return f"{act}:{problem}"


def read_problem_menu_value(value: str) -> tuple[str, int]:
    """The reverse of `problem_menu_value`. Raises MalformedValue."""
    act, _, number = _text(value).partition(":")
    return act, _numbers(number, 1)[0]


def problem_page_value(problem: int, page: int, *, is_left: bool) -> str:
    """Which page of a problem's tickets, or of those that were left alone."""
    return f"{problem}:{page}:{int(is_left)}"


def read_problem_page_value(value: str) -> tuple[int, int, bool]:
    """The reverse of `problem_page_value`. Raises MalformedValue."""
    problem, page, is_left = _numbers(value, 3)
    return problem, page, bool(is_left)


def macro_value(act: str, is_shared: bool, key: str) -> str:  # noqa: FBT001 - read by its own reverse alone
    """What stands for a macro in a list: what to do (`edit` or `delete`), whose it is, its key."""
    return f"{act}:{'shared' if is_shared else 'own'}:{key}"


def read_macro_value(value: str) -> tuple[str, bool, str]:
    """The reverse of `macro_value`. Raises MalformedValue."""
    act, _, rest = _text(value).partition(":")
    whose, _, key = rest.partition(":")
    if act not in {"edit", "delete"} or whose not in {"shared", "own"} or not key:
        raise MalformedValue(value)
    return act, whose == "shared", key


def said_value(ticket: int, comment: int) -> str:
    """What an option that stands for something said carries: the ticket on which it was said, and its number there."""
    return f"{ticket}:{comment}"


def read_said_value(value: str) -> tuple[int, int]:
    """The reverse of `said_value`. Raises MalformedValue."""
    ticket, comment = _numbers(value, 2)
    return ticket, comment


def page_value(page: int, ref: TicketRef | None = None, comment: int = 0) -> str:
    """What a paging button carries: the page to show, and whose text it is in Read all."""
    return f"{page}" if ref is None else f"{page}:{ref.customer_id}:{ref.number}:{comment}"


def read_page_value(value: str) -> tuple[int, TicketRef | None, int]:
    """The reverse of `page_value`. Raises MalformedValue."""
    parts = _text(value).split(":")
    if len(parts) == 1:
        return _numbers(value, 1)[0], None, 0
    page, customer_id, number, comment = _numbers(value, 4)
    return page, TicketRef(PersonId(customer_id), number), comment


def home_page_value(mine: int, page: int, spot: Spot | None = None) -> str:
    """What the paging buttons of App Home carry: the page of what one holds, that of the long list, and where it begins."""
    if spot is None:
        return f"{mine}:{page}"
    return ":".join([str(mine), str(page), "b" if spot.is_back else "a", *(str(part) for part in spot.key)])


def read_home_page_value(value: str) -> tuple[int, int, Spot | None]:
    """The reverse of `home_page_value`. Raises MalformedValue."""
    parts = _text(value).split(":")
    if len(parts) == 1:  # of a Home that was drawn before its lists had keys
        _numbers(value, 1)
        return 1, 1, None
    mine, page = _numbers(":".join(parts[:2]), 2)
    if len(parts) == 2:
        return mine, page, None
    if parts[2] not in {"a", "b"} or not 2 <= len(parts) - 3 <= 3:
        raise MalformedValue(value)
    signs = [-1 if part.startswith("-") else 1 for part in parts[3:]]
    key = _numbers(":".join(part.removeprefix("-") for part in parts[3:]), len(parts) - 3)
    spot = Spot(tuple(sign * part for sign, part in zip(signs, key, strict=True)), is_back=parts[2] == "b")
    return mine, page, spot


def offer_value(source: str, ref: TicketRef | None = None) -> str:
    """What a button of an offer carries: the natural key of the first message it is about, and the ticket to add it to."""
    return source if ref is None else f"{source}|{ref.customer_id}:{ref.number}"


def read_offer_value(value: str) -> tuple[str, TicketRef | None]:
    """The reverse of `offer_value`. Raises MalformedValue."""
    source, bar, ref = _text(value).partition("|")
    if not source.startswith("m:") or source.count(":") != 2:
        raise MalformedValue(value)
    if not bar:
        return source, None
    customer_id, number = _numbers(ref, 2)
    return source, TicketRef(PersonId(customer_id), number)


def person_value(person_id: PersonId) -> str:
    """What an option that stands for a person carries."""
    return str(person_id)


def read_person_value(value: str) -> PersonId:
    """The reverse of `person_value`. Raises MalformedValue."""
    return PersonId(_numbers(value, 1)[0])


def handover_block(ref: TicketRef) -> str:
    """The block_id of one ticket's choice in the hand-over form."""
    return f"{Block.HANDOVER}.{ref.customer_id}:{ref.number}"


def read_handover_block(block_id: str) -> TicketRef:
    """The reverse of `handover_block`. Raises MalformedValue."""
    kind, _, rest = _text(block_id).partition(".")
    if kind != Block.HANDOVER:
        raise MalformedValue(block_id)
    customer_id, number = _numbers(rest, 2)
    return TicketRef(PersonId(customer_id), number)


def form_state(state: NewTicketState) -> str:
    """The new-ticket form's `private_metadata`."""
    return json.dumps({key: value for key, value in vars(state).items() if value}, separators=(",", ":"))


def read_form_state(text: str) -> NewTicketState:
    """The reverse of `form_state`. Raises MalformedValue."""
    try:
        return NewTicketState(**json.loads(text or "{}"))
    except (TypeError, ValueError) as error:
        raise MalformedValue(text) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedValue(value)
    return value


def _numbers(value: object, count: int) -> list[int]:
    parts = _text(value).split(":")
    if len(parts) != count or not all(part.isascii() and part.isdecimal() and len(part) <= 19 for part in parts):
        raise MalformedValue(value)
    numbers = [int(part) for part in parts]
    if max(numbers) > _BIGGEST:
        raise MalformedValue(value)
    return numbers
