"""
Who may press, choose and send what: data for `test_every_act_by_everybody.py`, written apart from `bot.access`.

A new Act, Press or Form has to be named here, else a test fails. Say who may (TEAM, OWNER, EITHER, ANYBODY, or NOBODY while
nothing answers it), and how its payload carries the ticket, if not as `ticket_value` or in a form's `private_metadata`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.actions import SHORTCUT_OPEN, SHORTCUT_OPEN_FROM_MESSAGE, SHORTCUT_PULL_BACK, Act, Block, Form, Press
from bot.setup import entry_value
from bot.values import (
    comment_value,
    macro_value,
    offer_value,
    page_value,
    problem_menu_value,
    problem_page_value,
    reply_value,
    ticket_value,
)
from ticketing.model import TicketRef


class Who(Enum):
    """Somebody who presses. The ticket is Mara's; Amir holds it or held it last."""

    OWNER = "its customer"
    OTHER = "another customer"
    COLLEAGUE = "a customer of the same organization, where such may read along"
    AGENT = "an agent"
    LEAD = "a lead"
    ADMIN = "an admin"
    GUEST = "a guest of another organisation"
    GONE = "an agent whose account is deactivated"


TEAM = frozenset({Who.AGENT, Who.LEAD, Who.ADMIN})
LEADS = frozenset({Who.LEAD, Who.ADMIN})
ADMINS = frozenset({Who.ADMIN})
OWNER = frozenset({Who.OWNER})
EITHER = TEAM | OWNER
READERS = EITHER | {Who.COLLEAGUE}
ANYBODY = READERS | {Who.OTHER}
NOBODY: frozenset[Who] = frozenset()
SEE_IT = READERS
"""Who may know of the ticket at all: to all others it is as if there were none."""

Value = Callable[[TicketRef, int], str]
MESSAGE = "m:C0SOMEWHERE:1795440000.000100"


def on_ticket(ref: TicketRef, version: int) -> str:
    return ticket_value(ref, version)


@dataclass(frozen=True)
class Row:
    """Who may, and what the button or the form's `private_metadata` carries."""

    may: frozenset[Who]
    value: Value = on_ticket
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What is put into a form's blocks."""
    names_a_ticket: bool = True
    in_view: Value | None = None
    """The `private_metadata` of the modal in which it is pressed; None for a button under a message."""
    is_whole: bool = True
    """Whether the payload is enough for those who may; if not, what they can do is proved elsewhere."""


def _nothing(_ref: TicketRef, _version: int) -> str:
    return ""


def _comment(ref: TicketRef, version: int) -> str:
    return comment_value(ref, version, 1)


def _offer(ref: TicketRef, _version: int) -> str:
    return offer_value(MESSAGE, ref)


def _own(ref: TicketRef, version: int) -> str:
    return ticket_value(ref, version)


def _page(ref: TicketRef, _version: int) -> str:
    return page_value(1, ref, 1)


ACTS: Mapping[Act, Row] = {
    Act.START: Row(TEAM),
    Act.CLAIM: Row(TEAM),
    Act.CLAIM_ANYWAY: Row(TEAM),
    Act.ASSIGN: Row(TEAM),
    Act.REPLY: Row(TEAM),
    Act.NOTE: Row(TEAM),
    Act.WAIT: Row(TEAM),
    Act.RESUME: Row(TEAM),
    Act.RESOLVE: Row(TEAM),
    Act.REOPEN: Row(TEAM),
    Act.UNDO: Row(TEAM),
    Act.TAKE_BACK: Row(TEAM),
    Act.RELEASE: Row(TEAM),
    Act.REASSIGN: Row(TEAM),
    Act.SNOOZE: Row(TEAM),
    Act.WAKE: Row(TEAM),
    Act.PRIORITY: Row(TEAM),
    Act.CATEGORY: Row(TEAM),
    Act.TAGS: Row(TEAM),
    Act.FIELDS: Row(TEAM),
    Act.LINK_PROBLEM: Row(TEAM),
    Act.MERGE: Row(TEAM),
    Act.UNMERGE: Row(TEAM),
    Act.SPLIT: Row(TEAM),
    Act.LINK: Row(TEAM),
    Act.MOVE: Row(TEAM),
    Act.WATCH: Row(TEAM),
    Act.NOT_A_TICKET: Row(TEAM),
    Act.ESCALATE: Row(TEAM),
    Act.WHY: Row(TEAM),
    Act.MORE: Row(TEAM),
    Act.OPEN: Row(READERS),
    Act.READ_ALL: Row(READERS, _comment),
    Act.PULL_BACK: Row(TEAM, _comment),
    Act.TRY_AGAIN: Row(TEAM, _comment, is_whole=False),
    Act.KEEP_AS_NOTE: Row(TEAM, _offer),
    Act.MEANT: Row(TEAM, _offer),
    Act.ANSWER: Row(OWNER),
    Act.WITHDRAW: Row(OWNER),
    Act.WITHDRAW_UNDO: Row(OWNER),
    Act.HELPFUL: Row(OWNER),
    Act.NOT_HELPFUL: Row(OWNER),
    Act.RATING_COMMENT: Row(OWNER),
    Act.NOT_SOLVED: Row(OWNER),
    Act.READ_SIMILAR: Row(OWNER, _own, is_whole=False),
    Act.READ_ALONG: Row(frozenset({Who.COLLEAGUE})),
    Act.STOP_READING: Row(frozenset({Who.COLLEAGUE})),
    Act.TAKE: Row(TEAM),
    Act.SEEN: Row(TEAM),
    Act.ALERT_RELEASE: Row(TEAM),
}
STORES_NOTHING = {Act.THAT_SOLVED_IT: "closes one's own form, whoever one is"}


def _list_of_alerts(_ref: TicketRef, _version: int) -> str:
    return "C0SOMEWHERE:1"


def _reply(ref: TicketRef, version: int) -> str:
    return reply_value(ref, version, "", 0)


def _macro(_ref: TicketRef, _version: int) -> str:
    return macro_value("edit", False, "hello")


def _shared_macro(_ref: TicketRef, _version: int) -> str:
    return macro_value("delete", True, "hello")


def _section(_ref: TicketRef, _version: int) -> str:
    return entry_value("categories")


def _a_person(ref: TicketRef, _version: int) -> str:
    return str(ref.customer_id)


def _first_page(_ref: TicketRef, _version: int) -> str:
    return page_value(1)


def _problem(_ref: TicketRef, _version: int) -> str:
    return "7"


def _on_a_problem(value: Value) -> Row:
    """Of a problem that there is not: who may is told so, all others that they may not."""
    return Row(TEAM, value, names_a_ticket=False, in_view=_nothing)


PRESSES: Mapping[Press, Row] = {
    Press.READ_PAGE: Row(READERS, _page, in_view=_nothing),
    Press.READ_PAGE_BACK: Row(READERS, _page, in_view=_nothing),
    # An offer is its author's own: nobody here has one, so nothing may come of it.
    Press.OFFER_ADD: Row(NOBODY, _offer),
    Press.OFFER_NEW: Row(NOBODY, _offer, names_a_ticket=False),
    Press.OFFER_DISMISS: Row(NOBODY, _offer, names_a_ticket=False),
    Press.OFFER_MENU: Row(NOBODY, _offer),
    Press.NEW_TICKET: Row(ANYBODY, _nothing, names_a_ticket=False),
    Press.HOME_PAGE: Row(ANYBODY, _first_page, names_a_ticket=False),
    Press.HOME_PAGE_BACK: Row(ANYBODY, _first_page, names_a_ticket=False),
    Press.HOME_QUEUE_PAGE: Row(ANYBODY, _first_page, names_a_ticket=False),
    Press.HOME_QUEUE_PAGE_BACK: Row(ANYBODY, _first_page, names_a_ticket=False),
    Press.HOME_REFRESH: Row(ANYBODY, _nothing, names_a_ticket=False),
    Press.MY_WORK: Row(ANYBODY, _nothing, names_a_ticket=False),
    Press.TAKE_NEXT: Row(TEAM, _nothing, names_a_ticket=False),
    Press.AWAY: Row(TEAM, _nothing, names_a_ticket=False),
    Press.BACK: Row(TEAM, _nothing, names_a_ticket=False),
    Press.TAKE_SEVERAL: Row(TEAM, _nothing, names_a_ticket=False),
    Press.SHOW_ALL: Row(TEAM, _nothing, names_a_ticket=False),
    Press.ALERTS_PAGE: Row(TEAM, _first_page, names_a_ticket=False, in_view=_list_of_alerts),
    Press.ALERTS_PAGE_BACK: Row(TEAM, _first_page, names_a_ticket=False, in_view=_list_of_alerts),
    Press.MACRO_CHOSEN: Row(TEAM, _nothing, in_view=_reply),
    Press.MACRO_NEW: Row(TEAM, _nothing, names_a_ticket=False, in_view=_nothing),
    Press.MACRO_MENU: Row(TEAM, _macro, names_a_ticket=False, in_view=_nothing),
    Press.MACROS_PAGE: Row(TEAM, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.MACROS_PAGE_BACK: Row(TEAM, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.HAND_OVER: Row(TEAM, _nothing, names_a_ticket=False),
    Press.PROBLEM_NEW: _on_a_problem(_nothing),
    Press.PROBLEM_OPEN: _on_a_problem(_problem),
    Press.PROBLEMS_PAGE: _on_a_problem(_first_page),
    Press.PROBLEMS_PAGE_BACK: _on_a_problem(_first_page),
    Press.PROBLEM_ANSWER: _on_a_problem(_problem),
    Press.PROBLEM_RESOLVE: _on_a_problem(_problem),
    Press.PROBLEM_REOPEN: _on_a_problem(_problem),
    Press.PROBLEM_TICKETS: _on_a_problem(_problem),
    Press.PROBLEM_MENU: _on_a_problem(lambda *_: problem_menu_value("rename", 7)),
    Press.PROBLEM_TICKETS_PAGE: _on_a_problem(lambda *_: problem_page_value(7, 1, is_left=False)),
    Press.PROBLEM_TICKETS_PAGE_BACK: _on_a_problem(lambda *_: problem_page_value(7, 1, is_left=False)),
    Press.BOARD: Row(LEADS, _nothing, names_a_ticket=False),
    Press.BOARD_REFRESH: Row(LEADS, _nothing, names_a_ticket=False),
    Press.TEST_TICKET: Row(ADMINS, _nothing, names_a_ticket=False),
    Press.REPORT: Row(LEADS, _nothing, names_a_ticket=False),
    Press.REPORT_CSV: Row(LEADS, lambda *_: "7d", names_a_ticket=False),
    Press.OPEN_ALL: Row(TEAM, _nothing, names_a_ticket=False),
    Press.OPEN_PAGE: Row(TEAM, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.OPEN_PAGE_BACK: Row(TEAM, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.TEAM: Row(LEADS, _nothing, names_a_ticket=False),
    Press.TEAM_EDIT: Row(LEADS, _a_person, names_a_ticket=False),
    Press.TEAM_PICK: Row(LEADS, _a_person, names_a_ticket=False),
    Press.TEAM_PAGE: Row(LEADS, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.TEAM_PAGE_BACK: Row(LEADS, _first_page, names_a_ticket=False, in_view=_nothing),
    Press.SETTINGS: Row(LEADS, _nothing, names_a_ticket=False),
    Press.SETTINGS_OPEN: Row(LEADS, _section, names_a_ticket=False),
    Press.SETTINGS_EDIT: Row(LEADS, _section, names_a_ticket=False),
    Press.SETTINGS_ADD: Row(LEADS, _section, names_a_ticket=False),
    Press.SETTINGS_STEP: Row(LEADS, _section, names_a_ticket=False),
    Press.STEP_LATER: Row(ADMINS, lambda *_: "hours", names_a_ticket=False),
    Press.SETTINGS_PAGE: Row(LEADS, _first_page, names_a_ticket=False, in_view=_section),
    Press.SETTINGS_PAGE_BACK: Row(LEADS, _first_page, names_a_ticket=False, in_view=_section),
}
FIELDS = {
    Press.TICKET_MENU: "each act is tried through the menu as well",
    Press.CATEGORY_CHOSEN: "a field of the form for a new ticket, which is its own person's",
    Press.AGENT_FOUND: "a field; what it offers: test_forged_forms.py::test_agents_are_offered_to_nobody_but_the_team",
    Press.VALUE: "a field",
    Press.TAKE_UNTIL: "a field",
}
"""What is no press of its own, and why."""
UNANSWERED: frozenset[Press] = frozenset()
"""Presses that nothing answers yet: whoever presses is told so, and nothing happens."""

_TEXT: Mapping[str, str] = {Block.TEXT: "Some words"}
_UNTIL: Mapping[str, str] = {Block.UNTIL: "60"}


def _chosen(value: str) -> Mapping[str, str]:
    return {Block.CHOICE: value}


FORMS: dict[Form, Row] = {
    Form.REPLY: Row(TEAM, _reply, _TEXT),
    Form.NOTE: Row(TEAM, chosen=_TEXT),
    Form.RESOLVE: Row(TEAM, chosen=_TEXT),
    Form.WAIT: Row(TEAM, chosen=_TEXT),
    Form.ANSWER: Row(OWNER, chosen=_TEXT),
    Form.RELEASE: Row(TEAM, chosen=_TEXT),
    Form.ASSIGN: Row(TEAM, chosen={**_TEXT, Block.AGENT: "jo"}),
    Form.TAKE: Row(TEAM, chosen=_UNTIL),
    Form.SEEN: Row(TEAM, chosen=_UNTIL),
    Form.TAGS: Row(TEAM),
    Form.FIELDS: Row(TEAM),
    Form.MERGE: Row(TEAM, is_whole=False),
    Form.SPLIT: Row(TEAM, is_whole=False),
    Form.LINK: Row(TEAM, is_whole=False),
    Form.MOVE: Row(TEAM, is_whole=False),
    Form.WATCH: Row(TEAM, is_whole=False),
    Form.RATING: Row(OWNER, chosen=_TEXT),
    Form.PRIORITY: Row(TEAM, chosen=_chosen("1")),
    Form.CATEGORY: Row(TEAM, chosen=_chosen("account")),
    Form.SNOOZE: Row(TEAM, chosen=_chosen("1795500000")),
}
_OWN_MACRO = {Block.WHOSE: "own", Block.KEY: "mine", Block.TITLE: "Mine", Block.TEXT: "Hello."}
NO_TICKETS_FORM: dict[Form, Row] = {
    Form.MACRO: Row(TEAM, _nothing, {str(block): value for block, value in _OWN_MACRO.items()}, names_a_ticket=False),
    Form.HANDOVER: Row(TEAM, _nothing, names_a_ticket=False, is_whole=False),
    Form.AWAY: Row(TEAM, _nothing, names_a_ticket=False, is_whole=False),
    Form.PROBLEM: Row(TEAM, _nothing, {"title": "Printers", "subject": "Printers"}, names_a_ticket=False),
    Form.PROBLEM_ANSWER: Row(TEAM, _problem, _TEXT, names_a_ticket=False),
    Form.PROBLEM_RESOLVE: Row(TEAM, _problem, _TEXT, names_a_ticket=False),
    Form.LINK_PROBLEM: Row(TEAM, on_ticket, _chosen("7")),
    # An offer is its author's own: nobody here has one, so nothing may come of it.
    Form.OFFER: Row(NOBODY, lambda *_: offer_value(MESSAGE), _chosen("1"), names_a_ticket=False, is_whole=False),
    Form.TRIAL: Row(ADMINS, _nothing, names_a_ticket=False, is_whole=False),
    Form.PERSON: Row(LEADS, _nothing, names_a_ticket=False, is_whole=False),
    Form.SETTING: Row(ADMINS, _nothing, names_a_ticket=False, is_whole=False),
}
"""Forms that are not about a ticket."""
ELSEWHERE = {
    # Whose it becomes is decided by who sends it.
    Form.NEW_TICKET: "test_forged_forms.py::test_a_customer_opens_for_nobody_else_whatever_the_form_remembers",
    # Each ticket by itself, through the act of taking one.
    Form.TAKE_SEVERAL: "test_forged_forms.py::test_several_alerts_are_taken_by_nobody_but_the_team",
}
"""Forms that name no one ticket, and where it is proved who may send them."""
ONLY_SHOWN = frozenset(
    {
        *(Form.RECEIPT, Form.SIMILAR, Form.READ_ALL, Form.MORE, Form.WHY, Form.ALERTS, Form.PLAIN, Form.HOME),
        *(Form.MACROS, Form.TEAM, Form.SETTINGS, Form.PROBLEMS, Form.PROBLEM_CARD, Form.PROBLEM_TICKETS),
        Form.LONGEST_OPEN,
    }
)
"""Views without anything to send: sending one all the same does nothing."""

HELPDESK: Mapping[str, frozenset[Who]] = {
    "{number}": SEE_IT,
    "{number} why": TEAM,
    **dict.fromkeys(("queue", "mine", "day", "search payroll", "macros", "problem", "away", "back"), TEAM),
    **dict.fromkeys(("report", "export 7d", "team", "settings"), LEADS),
}
"""What is typed after `/helpdesk`; help is anybody's."""

SHORTCUTS: Mapping[str, frozenset[Who]] = {
    SHORTCUT_OPEN: ANYBODY,
    SHORTCUT_OPEN_FROM_MESSAGE: ANYBODY,
    SHORTCUT_PULL_BACK: TEAM,
}
"""Who may begin what from the menu of a message, or of the whole workspace; on somebody else's, the team opens for them."""

TYPED = (
    "resolve",
    "wait",
    "reply",
    "note",
    "claim",
    "release",
    "start",
    "snooze",
    "wake",
    "undo",
    "reopen",
    "help",
    "hello",
)
"""What the team types after a question mark in a ticket's threads; the last is nobody's order."""

Payload = dict[str, Any]


def press(team: str, user: str, action: Mapping[str, Any], *, of: str, in_view: str | None = None) -> Payload:
    """A `block_actions` payload as Slack sends it for a button under a message; with a view for what stands in one."""
    body: Payload = {
        "type": "block_actions",
        "team": {"id": of, "domain": "example"},
        "user": {"id": user, "username": "somebody", "team_id": team},
        "api_app_id": "A0HELPDESK",
        "container": {"type": "message", "message_ts": "1795440000.000100", "channel_id": "C0SOMEWHERE"},
        "channel": {"id": "C0SOMEWHERE", "name": "somewhere"},
        "message": {"type": "message", "ts": "1795440000.000100", "text": ""},
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/actions/T/1/x",
        "actions": [{"block_id": "b1", "action_ts": "1795440001.000100"} | dict(action)],
    }
    if in_view is not None:
        body["view"] = view("form.some", in_view, {})
        del body["message"], body["channel"]
        body["container"] = {"type": "view", "view_id": "V0FORGED"}
    return body


def command(team: str, user: str, name: str, text: str) -> Payload:
    """A slash command as Slack sends it."""
    return {
        "command": name,
        "text": text,
        "team_id": team,
        "user_id": user,
        "channel_id": "C0SOMEWHERE",
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/commands/T/1/x",
        "api_app_id": "A0HELPDESK",
    }


def shortcut(team: str, user: str, callback_id: str, author: str, *, of: str) -> Payload:
    """A shortcut as Slack sends it, from the menu of a message of `author`'s."""
    return {
        "type": "message_action",
        "callback_id": callback_id,
        "team": {"id": of, "domain": "example"},
        "user": {"id": user, "username": "somebody", "team_id": team},
        "channel": {"id": "C0SOMEWHERE", "name": "somewhere"},
        "message": {"type": "message", "user": author, "ts": "1795440000.000100", "text": "the export hangs"},
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/app/T/1/x",
    }


def typed(team: str, user: str, text: str, channel: str, ts: str, *, of: str) -> Payload:
    """A message in a thread as Slack tells of it; `ts` is also when it was written."""
    event = {
        "type": "message",
        "channel": channel,
        "channel_type": "channel",
        "user": user,
        "user_team": team,
        "text": text,
        "ts": ts,
        "thread_ts": "1795440000.000100",
        "parent_user_id": "U0BOT",
    }
    return {"type": "event_callback", "team_id": of, "api_app_id": "A0HELPDESK", "event": event, "event_id": "Ev1"}


def button(action_id: str, value: str) -> Payload:
    return {"type": "button", "action_id": action_id, "value": value}


def menu(value: str) -> Payload:
    return {"type": "overflow", "action_id": Press.TICKET_MENU.value, "selected_option": {"value": value}}


def submission(team: str, user: str, form: Form, metadata: str, chosen: Mapping[str, str], *, of: str) -> Payload:
    """A `view_submission` payload as Slack sends it."""
    return {
        "type": "view_submission",
        "team": {"id": of, "domain": "example"},
        "user": {"id": user, "username": "somebody", "team_id": team},
        "api_app_id": "A0HELPDESK",
        "trigger_id": "1.2.abc",
        "view": view(form.value, metadata, chosen),
        "response_urls": [],
    }


def view(callback_id: str, metadata: str, chosen: Mapping[str, str]) -> Payload:
    def state(block: str, value: str) -> Payload:
        if block == Block.TEXT:
            return {"type": "plain_text_input", "value": value}
        return {"type": "static_select", "selected_option": {"value": value}}

    return {
        "id": "V0FORGED",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "hash": "1.abc",
        "root_view_id": "V0FORGED",
        "blocks": [],
        "state": {"values": {block: {"value": state(block, value)} for block, value in chosen.items()}},
    }
