"""The standing board of the escalation channel: what is open and late, in one message that is kept up to date."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot import places
from bot.blocks.alert_groups import ROWS
from bot.blocks.board import board_message
from bot.delivery.letters import Letter
from bot.views import Board, BoardRow
from ticketing import dates
from ticketing.categories import TRIAL_CATEGORY
from ticketing.desk import Desk
from ticketing.outbox import Errand, Notice

BOARD = "board"
EVERY_S = 60.0


def board(desk: Desk, errand: Errand) -> Letter | None:
    """The board as it stands now; posted anew by the row of the day, edited by all others."""
    now, configuration = errand.created_at, desk.configuration()
    hidden = [category.key for category in configuration.private_categories]
    hidden.append(TRIAL_CATEGORY)
    message = board_message(board_of(desk, now, hidden=hidden, zone=configuration.zone))
    return Letter(about=errand.about, side=places.ALERT, message=message, only_edit=not errand.data.get("is_new"))


def board_of(desk: Desk, now: datetime, *, hidden: Collection[str], zone: str) -> Board:
    """What is open and late at `now`; of the categories `hidden` only counts."""
    found = desk.open_and_late(now, limit=ROWS, hidden=hidden)
    rows = tuple(
        BoardRow(
            ref=row.ref,
            due_at=row.due_at,
            agent=desk.person(row.agent_id).name if row.agent_id is not None else None,
        )
        for row in found.rows
    )
    return Board(
        now=now,
        overdue=found.overdue,
        due_within_hour=found.due_soon,
        without_agent=found.unassigned,
        rows=rows,
        more=max(0, found.overdue + found.due_soon - len(rows)),
        zone=zone,
    )


def keep_board(desk: Desk, now: datetime, machine_now: datetime) -> datetime | None:
    """
    Post the board of the day once, and ask for an edit of it at most once a minute of machine time, whoever asks.

    Returns the business instant of the next posting; None where no board is wanted.
    """
    configuration = desk.configuration()
    at, channel = configuration.board_time, configuration.channels.escalations
    if at is None or channel is None:
        return None
    if desk.outbox.take_turn(BOARD, machine_now, EVERY_S):
        day = dates.last_date(now, at, configuration.zone)
        notice = Notice(places.of_channel(channel), f"{BOARD}:{day.isoformat()}", "board_card")
        new = replace(notice, data={"is_new": True})
        if not desk.outbox.add_on_date([new], job=BOARD, local_date=day, at=now):
            desk.outbox.add(notice, at=now)
    return dates.next_instant(now, at, configuration.zone)
