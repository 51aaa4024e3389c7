"""The standing board: what is open and late; the one message in which minutes are counted, because it is kept up to date."""

from __future__ import annotations

from bot import text
from bot.blocks.alert_groups import ROWS
from bot.blocks.parts import message, said, section, spoken
from bot.views import Board, BoardRow, Message
from bot.words import common
from bot.words import team as words


def board_message(board: Board) -> Message:
    """The board of a channel."""
    counts = {
        "as_of": text.as_of(board.now, board.zone),
        "overdue": board.overdue,
        "due_soon": board.due_within_hour,
        "without": board.without_agent,
    }
    rows = [_board_row(row, board) for row in board.rows[:ROWS]]
    more = board.more + max(0, len(board.rows) - ROWS)
    if more:
        rows.append(said(common.MORE_ROWS, count=more))
    return message(
        [spoken(words.BOARD, **counts) + ".", rows[0] if rows else ""],
        [section(said(words.BOARD, **counts)), section("\n".join(rows)) if rows else None],
    )


def _board_row(row: BoardRow, board: Board) -> str:
    return said(
        words.BOARD_ROW,
        number=row.ref.number,
        due=text.due(row.due_at, board.now, board.zone),
        who=text.first(row.agent) if row.agent else words.NOBODY_HAS_IT,
    )
