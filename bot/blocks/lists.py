"""What commands answer with: lists, one ticket in a line, help."""

from __future__ import annotations

from datetime import datetime

from bot import text
from bot.actions import Act
from bot.blocks.parts import (
    act_button,
    actions,
    context,
    counted,
    facts_line,
    message,
    said,
    section,
    spoken,
    watching_act,
)
from bot.views import AgentList, AgentRow, CustomerList, CustomerRow, ListKind, Message, Page
from bot.views.common import Block
from bot.words import common
from bot.words import lists as words
from ticketing.model import TicketStatus

ROWS = 25  # more are counted


def customer_list(listed: CustomerList) -> Message:
    """`/ticket list`."""
    rows = [customer_block(row) for row in listed.rows[:ROWS]]
    first = customer_sentence(listed.rows[0], spoken=True) if rows else ""
    more = listed.more + max(0, len(listed.rows) - ROWS)
    own = _list(
        ListKind.MY_TICKETS, rows, first, more, _turn(listed.page, words.LIST_NEXT) if listed.page.of > 1 else None
    )
    if not listed.of_colleagues:
        return own
    theirs = [customer_block(row) for row in listed.of_colleagues[:ROWS]]
    return message(own.text, [*own.blocks, section(words.LIST_OF_COLLEAGUES), *theirs])


def agent_list(listed: AgentList) -> Message:
    """`/helpdesk queue` with a Claim each, and `/helpdesk mine`."""
    in_queue = listed.kind is ListKind.QUEUE
    block = queue_block if in_queue else agent_block
    rows = [block(row, listed.now, listed.zone) for row in listed.rows[:ROWS]]
    sentence = queue_sentence if in_queue else agent_sentence
    first = sentence(listed.rows[0], listed.now, listed.zone).replace("*", "") if rows else ""
    more = listed.more + max(0, len(listed.rows) - ROWS)
    return _list(listed.kind, rows, first, more, _turn(listed.page, words.QUEUE_NEXT) if listed.page.of > 1 else None)


def _turn(page: Page, following: str) -> str:
    shown = said(common.PAGE, page=page.number, pages=page.of)
    return f"{shown}. {said(following, page=page.number + 1)}" if page.number < page.of else shown


def customer_line(row: CustomerRow) -> Message:
    """`/ticket 42`: the ticket in one line."""
    watch = None if row.is_watching is None else act_button(watching_act(is_watching=row.is_watching), row.facts)
    return message(customer_sentence(row, spoken=True), [customer_block(row), actions(watch)])


def agent_line(row: AgentRow, *, now: datetime, zone: str) -> Message:
    """`/helpdesk 42`: the ticket in one line, with what can be done first."""
    sentence = agent_sentence(row, now, zone)
    block = queue_block if row.status is TicketStatus.OPEN else agent_block
    return message(sentence.replace("*", ""), [block(row, now, zone)])


def ticket_help() -> Message:
    """`/ticket help`."""
    return _help(words.TICKET_HELP_HEAD, words.TICKET_HELP, words.TICKET_HELP_FOOT)


def helpdesk_help() -> Message:
    """`/helpdesk help`."""
    return _help(words.HELPDESK_HELP_HEAD, words.HELPDESK_HELP, words.HELPDESK_HELP_FOOT)


# Rows, which App Home shows too


def customer_block(row: CustomerRow) -> Block:
    """A customer's ticket with Open."""
    return section(customer_sentence(row), act_button(Act.OPEN, row.facts))


def agent_block(row: AgentRow, now: datetime, zone: str) -> Block:
    """A ticket in an agent's list, with Open."""
    return section(agent_sentence(row, now, zone), act_button(Act.OPEN, row.facts))


def queue_block(row: AgentRow, now: datetime, zone: str) -> Block:
    """A waiting ticket, with Claim."""
    return section(queue_sentence(row, now, zone), act_button(Act.CLAIM, row.facts))


def customer_sentence(row: CustomerRow, *, spoken: bool = False) -> str:
    """ "#42 Cannot open the invoice. Amir is working on it." """
    agent = text.first(row.agent) if row.agent else common.SOMEBODY
    template = words.CUSTOMER_ROW if row.customer is None else words.COLLEAGUE_ROW
    states = words.CUSTOMER_STATE if row.customer is None else words.CUSTOMER_STATE | words.COLLEAGUE_STATE
    customer = text.first(row.customer) if row.customer else ""
    return said(
        template.replace("*", "") if spoken else template,
        number=row.facts.number,
        subject=text.ended(text.inline(row.facts.subject, text.LIST_SUBJECT)),
        customer=customer,
        state=said(states[row.state], agent=agent, customer=customer),
    )


def agent_sentence(row: AgentRow, now: datetime, zone: str) -> str:
    """ "#42 due in 16 min. Mara waits for your answer. Cannot open the invoice" """
    return said(
        words.AGENT_ROW if row.due_at else words.AGENT_ROW_NO_DUE,
        number=row.facts.number,
        due=text.due(row.due_at, now, zone) if row.due_at else "",
        turn=turn_of(row),
        subject=text.inline(row.facts.subject, text.LIST_SUBJECT),
    )


def turn_of(row: AgentRow) -> str:
    """Whose turn it is: the reader's, the customer's, or who else has it."""
    is_begun = row.status in (TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS)
    if row.agent is not None and row.status in words.TURN_OF_ANOTHER:
        template = words.TURN_OF_ANOTHER[row.status]
    else:
        template = words.TURN_ANSWERED if row.is_answered and is_begun else words.TURN[row.status]
    return said(template, customer=text.first(row.customer), agent=text.first(row.agent) if row.agent else "")


def queue_sentence(row: AgentRow, now: datetime, zone: str) -> str:
    """ "#42 Cannot open the invoice. High, billing, Mara. Due in 16 min." """
    due = text.due(row.due_at, now, zone) if row.due_at else ""
    return said(
        words.QUEUE_ROW,
        number=row.facts.number,
        subject=text.ended(text.inline(row.facts.subject, text.LIST_SUBJECT)),
        facts=facts_line(row.facts),
        customer=text.first(row.customer),
        due=f"{due[:1].upper()}{due[1:]}." if due else "",
    ).rstrip()


def _list(kind: ListKind, rows: list[Block], first: str, more: int, turn: str | None = None) -> Message:
    if not rows:
        return message(words.LIST_EMPTY[kind], [section(words.LIST_EMPTY[kind])])
    count = len(rows) + more
    rest = context(turn or said(common.MORE_ROWS, count=more)) if turn or more else None
    return message(counted(words.LIST_SPOKEN[kind], count, first=first), [section(words.LIST_HEAD[kind]), *rows, rest])


def _help(head: str, rows: tuple[tuple[str, str], ...], foot: str) -> Message:
    lines = [said(words.HELP_ROW, command=command, what=what) for command, what in rows]
    sentences = [f"{spoken(head)}: {', '.join(command for command, _ in rows)}.", foot]
    return message(sentences, [section("\n".join([head, *lines])), context(foot)])
