"""The standing board: one message a day in the escalation channel, kept up to date by edits."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.boards import keep_board
from tests.bot.outbound import DOCUMENT, ESCALATIONS, World, shown_text
from ticketing.model import Priority


def _keep(world: World) -> None:
    """A minute later the job runs, and what it asks for is shown."""
    world.machine.advance(seconds=61)
    keep_board(world.desk, world.clock(), world.machine())
    world.deliver_all()


def _boards(world: World) -> list[str]:
    return [text for one in world.seen("lena", ESCALATIONS) if "Open and late" in (text := shown_text(one))]


def test_the_board_is_posted_once_a_day_and_edited_where_it_stands(world: World) -> None:
    _keep(world)
    (empty,) = _boards(world)
    assert "0 overdue, 0 due within 1 h, 0 without an agent" in empty

    ticket = world.ticket(priority=Priority.URGENT)
    world.clock.advance(minutes=10)
    _keep(world)
    (waiting,) = _boards(world)
    assert "0 overdue, 1 due within 1 h, 1 without an agent" in waiting
    assert f"#{ticket.number} due in 50 min. Nobody has it." in waiting

    world.clock.advance(days=1)
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())  # an alert waits for the steps of the ladder that fell due with it
    _keep(world)
    boards = _boards(world)
    assert len(boards) == 2
    assert "1 overdue, 0 due within 1 h" in boards[1]


def test_more_than_ten_are_counted(world: World) -> None:
    for _ in range(14):
        world.ticket(priority=Priority.URGENT)
    world.clock.advance(minutes=5)
    _keep(world)
    (board,) = _boards(world)
    assert "14 due within 1 h" in board
    assert "and 4 more" in board


def test_private_categories_are_only_counted(world: World) -> None:
    private = {"key": "hr", "name": "People", "channel": "C0TRIAGE01", "private": True}
    world.desk.configure(DOCUMENT | {"categories": [private]}, by=None)
    ticket = world.ticket(category="hr", priority=Priority.URGENT)
    _keep(world)
    (board,) = _boards(world)
    assert "1 due within 1 h" in board
    assert f"#{ticket.number}" not in board


def test_no_board_is_kept_where_none_is_wanted(world: World) -> None:
    world.desk.configure(DOCUMENT | {"board_at": "never"}, by=None)
    assert keep_board(world.desk, world.clock(), world.machine()) is None
    _keep(world)
    assert _boards(world) == []


def test_its_next_posting_is_known(world: World) -> None:
    due = keep_board(world.desk, world.clock(), world.machine())
    assert due is not None
    assert timedelta(0) < due - world.clock() <= timedelta(hours=25)
