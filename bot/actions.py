"""
Every id that Slack hands back to us, written once, and what buttons carry.

A button's value is input like any other: whoever reads it gets a MalformedValue for what we never wrote, and the desk
still has to find the ticket (a forged pair of customer and number finds nothing).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from ticketing.model import PersonId, TicketRef

COMMAND_TICKET = "/ticket"
COMMAND_HELPDESK = "/helpdesk"
SHORTCUT_OPEN_FROM_MESSAGE = "open_ticket_from_message"
SHORTCUT_OPEN = "open_ticket"
SHORTCUT_PULL_BACK = "pull_back"

_BIGGEST = 2**63 - 1  # what a BIGINT holds


class Act(StrEnum):
    """What can be done to a ticket by a press. The member's value is the button's action_id and a menu option's act."""

    # agents and the team
    START = "ticket.start"
    CLAIM = "ticket.claim"
    CLAIM_ANYWAY = "ticket.claim_anyway"
    ASSIGN = "ticket.assign"
    REPLY = "ticket.reply"
    NOTE = "ticket.note"
    WAIT = "ticket.wait"
    RESUME = "ticket.resume"
    RESOLVE = "ticket.resolve"
    REOPEN = "ticket.reopen"
    UNDO = "ticket.undo"
    TAKE_BACK = "ticket.take_back"
    RELEASE = "ticket.release"
    REASSIGN = "ticket.reassign"
    SNOOZE = "ticket.snooze"
    PRIORITY = "ticket.priority"
    CATEGORY = "ticket.category"
    TAGS = "ticket.tags"
    FIELDS = "ticket.fields"
    LINK_PROBLEM = "ticket.link_problem"
    MERGE = "ticket.merge"
    UNMERGE = "ticket.unmerge"
    SPLIT = "ticket.split"
    LINK = "ticket.link"
    MOVE = "ticket.move"
    WATCH = "ticket.watch"
    NOT_A_TICKET = "ticket.not_a_ticket"
    ESCALATE = "ticket.escalate"
    WHY = "ticket.why"
    MORE = "ticket.more"
    OPEN = "ticket.open"
    READ_ALL = "ticket.read_all"
    PULL_BACK = "ticket.pull_back"
    TRY_AGAIN = "ticket.try_again"
    KEEP_AS_NOTE = "ticket.keep_as_note"
    # the customer
    ANSWER = "ticket.answer"
    WITHDRAW = "ticket.withdraw"
    WITHDRAW_UNDO = "ticket.withdraw_undo"
    HELPFUL = "ticket.helpful"
    NOT_HELPFUL = "ticket.not_helpful"
    RATING_COMMENT = "ticket.rating_comment"
    NOT_SOLVED = "ticket.not_solved"
    READ_SIMILAR = "ticket.read_similar"
    THAT_SOLVED_IT = "ticket.that_solved_it"
    # alerts
    TAKE = "alert.take"
    SEEN = "alert.seen"
    ALERT_RELEASE = "alert.release"


class Press(StrEnum):
    """action_ids of what is not about one ticket, or needs more than one to be said."""

    TICKET_MENU = "ticket.menu"  # the overflow menu of any card; its options carry `menu_value`
    OFFER_ADD = "offer.add"
    OFFER_NEW = "offer.new"
    OFFER_DISMISS = "offer.dismiss"
    OFFER_MENU = "offer.menu"
    NEW_TICKET = "home.new_ticket"
    HOME_PAGE = "home.page"
    HOME_PAGE_BACK = "home.page_back"
    HOME_REFRESH = "home.refresh"
    TAKE_NEXT = "home.take_next"
    HAND_OVER = "home.hand_over"
    AWAY = "home.away"
    BACK = "home.back"
    BOARD = "home.board"
    BOARD_REFRESH = "home.board_refresh"
    MY_WORK = "home.my_work"
    REPORT = "home.report"
    TEAM = "home.team"
    SETTINGS = "home.settings"
    TAKE_SEVERAL = "alerts.take_several"
    SHOW_ALL = "alerts.show_all"
    ALERTS_PAGE = "alerts.page"
    ALERTS_PAGE_BACK = "alerts.page_back"
    REPORT_CSV = "report.csv"  # its value is the period
    OPEN_ALL = "open.show_all"
    OPEN_PAGE = "open.page"
    OPEN_PAGE_BACK = "open.page_back"
    READ_PAGE = "read.page"
    READ_PAGE_BACK = "read.page_back"
    TAKE_UNTIL = "take.until"
    # the team and the settings
    TEAM_EDIT = "team.edit"  # its value is the person's number
    TEAM_PICK = "team.pick"
    TEAM_PAGE = "team.page"
    TEAM_PAGE_BACK = "team.page_back"
    SETTINGS_EDIT = "settings.edit"  # its value is the section, and which entry of it
    SETTINGS_OPEN = "settings.open"  # the same
    SETTINGS_ADD = "settings.add"
    SETTINGS_PAGE = "settings.page"
    SETTINGS_PAGE_BACK = "settings.page_back"
    SETTINGS_STEP = "settings.step"
    TEST_TICKET = "settings.test_ticket"
    MACRO_NEW = "macros.new"
    MACRO_MENU = "macros.menu"  # its options carry `macro_value`
    MACROS_PAGE = "macros.page"
    MACROS_PAGE_BACK = "macros.page_back"
    PROBLEM_NEW = "problems.new"
    PROBLEM_OPEN = "problems.open"
    PROBLEMS_PAGE = "problems.page"
    PROBLEMS_PAGE_BACK = "problems.page_back"
    PROBLEM_ANSWER = "problem.answer"
    PROBLEM_RESOLVE = "problem.resolve"
    PROBLEM_REOPEN = "problem.reopen"
    PROBLEM_TICKETS = "problem.tickets"
    PROBLEM_MENU = "problem.menu"  # its options carry `problem_menu_value`
    PROBLEM_TICKETS_PAGE = "problem.tickets_page"
    PROBLEM_TICKETS_PAGE_BACK = "problem.tickets_page_back"
    # a field that changes its own form
    MACRO_CHOSEN = "reply.macro"
    CATEGORY_CHOSEN = "new_ticket.category"
    # any other field; what it is says its block_id
    VALUE = "value"


class Form(StrEnum):
    """callback_ids of modals and of App Home."""

    NEW_TICKET = "form.new_ticket"
    RECEIPT = "form.receipt"
    SIMILAR = "form.similar"
    REPLY = "form.reply"
    NOTE = "form.note"
    RESOLVE = "form.resolve"
    WAIT = "form.wait"
    ANSWER = "form.answer"
    OFFER = "form.offer"
    RELEASE = "form.release"
    ASSIGN = "form.assign"
    TAKE = "form.take"
    SEEN = "form.seen"
    WITHDRAW = "form.withdraw"
    RATING = "form.rating"
    HANDOVER = "form.handover"
    AWAY = "form.away"
    PRIORITY = "form.priority"
    CATEGORY = "form.category"
    SNOOZE = "form.snooze"
    TAGS = "form.tags"
    FIELDS = "form.fields"
    MACROS = "form.macros"
    MACRO = "form.macro"
    PROBLEMS = "form.problems"
    PROBLEM = "form.problem"
    PROBLEM_CARD = "form.problem_card"
    PROBLEM_ANSWER = "form.problem_answer"
    PROBLEM_RESOLVE = "form.problem_resolve"
    PROBLEM_TICKETS = "form.problem_tickets"
    LINK_PROBLEM = "form.link_problem"
    MERGE = "form.merge"
    SPLIT = "form.split"
    LINK = "form.link"
    MOVE = "form.move"
    WATCH = "form.watch"
    READ_ALL = "form.read_all"
    MORE = "form.more"
    WHY = "form.why"
    ALERTS = "form.alerts"
    TAKE_SEVERAL = "form.take_several"
    LONGEST_OPEN = "form.longest_open"
    PLAIN = "form.plain"
    TEAM = "form.team"
    PERSON = "form.person"
    SETTINGS = "form.settings"
    SETTING = "form.setting"
    TRIAL = "form.trial"
    HOME = "home"


class Block(StrEnum):
    """block_ids of fields: what an error stands at, and under what `view.state.values` answers."""

    SUBJECT = "subject"
    DESCRIPTION = "description"
    CATEGORY = "category"
    PRIORITY = "priority"
    FIELD = "field"
    TEXT = "text"
    AGENT = "agent"
    UNTIL = "until"
    UNTIL_TIME = "until_time"
    TICKETS = "tickets"
    CHOICE = "choice"
    CUSTOMER = "customer"
    SHARE = "share"
    HANDOVER = "handover"  # and whose ticket it is about: see `handover_block`
    TAGS = "tags"
    KEY = "key"
    TITLE = "title"
    STATUS = "status"
    WHOSE = "whose"


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
