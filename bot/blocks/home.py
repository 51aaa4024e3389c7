"""App Home: a customer's tickets, or an agent's work and the queue; a lead also finds the other places."""

from __future__ import annotations

from collections.abc import Callable

from bot import text
from bot.actions import Form, Press
from bot.blocks.board import board_message
from bot.blocks.first_run import guide_blocks
from bot.blocks.lists import agent_block, customer_block, queue_block
from bot.blocks.parts import actions, context, divider, pages, press_button, said, section
from bot.blocks.reports import percent
from bot.values import home_page_value
from bot.views import AgentHome, Board, CustomerHome, CustomerRow, CustomerState, OwnNumbers, Page, View
from bot.views.common import Block
from bot.words import lists as words
from ticketing.paging import Spot

ROWS = 10
_LEAD = (Press.MY_WORK, Press.BOARD, Press.REPORT, Press.TEAM, Press.SETTINGS)
_RESOLVED = frozenset({CustomerState.RESOLVED, CustomerState.CLOSED, CustomerState.WITHDRAWN, CustomerState.MERGED})


def customer_home(home: CustomerHome) -> View:
    """A customer's tickets in plain words, with whose turn it is."""
    rows = home.rows[:ROWS]
    shown: list[Block | None] = []
    group = ""
    for row in rows:
        if _group(row) != group:
            group = _group(row)
            shown.append(section(group))
        shown.append(customer_block(row))
    return home_view(
        [
            section(words.HOME_HEAD if rows else words.HOME_EMPTY),
            actions(press_button(Press.NEW_TICKET, primary=True), press_button(Press.HOME_REFRESH)),
            *shown,
            *pages(home.page.number, home.page.of, Press.HOME_PAGE_BACK, Press.HOME_PAGE, _turning(home.page)),
            context(text.as_of(home.now, home.zone)),
        ]
    )


def agent_home(home: AgentHome) -> View:
    """An agent's work by deadline, the queue, and whether new tickets come."""
    places = lead_places(home.presses) if home.is_lead else None
    leave = Press.AWAY if home.is_available else Press.BACK
    mine = [agent_block(row, home.now, home.zone) for row in home.mine[:ROWS]]
    queue = [queue_block(row, home.now, home.zone) for row in home.queue[:ROWS]]
    waiting = said(words.HOME_QUEUE, count=home.queued) if home.queued else words.HOME_QUEUE_EMPTY
    page, line = home.page, home.queue_page
    counts = said(words.HOME_COUNTS, due_today=home.due_today, waiting=home.waiting_for_me, overdue=home.overdue)
    return home_view(
        [
            places,
            *(guide_blocks(home.guide) if home.guide else []),
            section(counts),
            _row(home, (Press.TAKE_NEXT, Press.HAND_OVER, leave, Press.HOME_REFRESH), primary=Press.TAKE_NEXT),
            context(_availability(home)) if home.max_load else None,
            context(_own(home.own)) if home.own and home.own.solved else None,
            section(words.HOME_MINE if mine else words.HOME_MINE_EMPTY),
            *mine,
            *pages(page.number, page.of, Press.HOME_PAGE_BACK, Press.HOME_PAGE, _turning_mine(home)),
            context(said(words.HOME_SNOOZED, count=home.snoozed)) if home.snoozed else None,
            divider(),
            section(waiting),
            *queue,
            *pages(
                line.number, line.of, Press.HOME_QUEUE_PAGE_BACK, Press.HOME_QUEUE_PAGE, _turning(line, page.number)
            ),
            divider(),
            _own_tickets(home),
            *(customer_block(row) for row in home.own_tickets),
            context(text.as_of(home.now, home.zone)),
        ]
    )


def _turning_mine(home: AgentHome) -> Callable[[int], str]:
    """The queue stays where it is: behind the number before its first row."""
    line = home.queue_page
    spot = Spot((*line.first[:-1], line.first[-1] - 1)) if line.first and line.number > 1 else None
    return lambda page: home_page_value(page, line.number, spot)


def _turning(line: Page, mine: int = 1) -> Callable[[int], str]:
    """Behind the last row that is shown, or before the first."""

    def value(to: int) -> str:
        key = line.last if to > line.number else line.first
        return home_page_value(mine, to, Spot(key, is_back=to < line.number) if key else None)

    return value


def board_home(board: Board, presses: frozenset[Press] | None = None) -> View:
    """What is open and late, in the place of a lead's own work."""
    return home_view([lead_places(presses), *board_message(board).blocks, actions(press_button(Press.BOARD_REFRESH))])


def _group(row: CustomerRow) -> str:
    if row.state is CustomerState.THEIR_TURN:
        return words.HOME_GROUP_THEIR_TURN
    return words.HOME_GROUP_RESOLVED if row.state in _RESOLVED else words.HOME_GROUP_WITH_US


def lead_places(presses: frozenset[Press] | None) -> Block | None:
    """The row of places that a lead can go to; `presses` are the buttons that work, None for all."""
    return actions(*(press_button(press) for press in _LEAD if presses is None or press in presses))


def _row(home: AgentHome, presses: tuple[Press, ...], *, primary: Press | None) -> Block | None:
    working = [press for press in presses if home.presses is None or press in home.presses]
    return actions(*(press_button(press, primary=press is primary) for press in working))


def _own_tickets(home: AgentHome) -> Block:
    """What an agent has opened as a customer, and the way to open more."""
    works = home.presses is None or Press.NEW_TICKET in home.presses
    head = words.HOME_OWN if home.own_tickets else words.HOME_OWN_NONE
    return section(head, press_button(Press.NEW_TICKET) if works else None)


def _availability(home: AgentHome) -> str:
    templates = (words.AWAY, words.AWAY_UNTIL), (words.AVAILABLE, words.AVAILABLE_UNTIL)
    template = templates[home.is_available][home.until is not None]
    until = text.until(home.until, home.zone) if home.until else ""
    return said(template, load=home.load, max_load=home.max_load, until=until)


def _own(own: OwnNumbers) -> str:
    """ "Your last 7 days: 12 resolved, first answers met 94 %." """
    shares = (
        (words.OWN_FIRST, own.first_answers_met),
        (words.OWN_SOLUTIONS, own.solutions_met),
        (words.OWN_HELPFUL, own.helpful),
    )
    parts = [said(template, share=percent(share)) for template, share in shares if share is not None]
    return f"{', '.join([said(words.OWN_SOLVED, solved=own.solved), *parts])}."


def home_view(blocks: list[Block | None]) -> View:
    """An App Home of these blocks; None is left out."""
    return {"type": "home", "callback_id": Form.HOME, "blocks": [block for block in blocks if block]}
