"""The escalation channel."""

from __future__ import annotations

from bot.views import Alert, AlertGroup, Board, Message, View


def alert_message(alert: Alert) -> Message:
    raise NotImplementedError


def alert_line(alert: Alert) -> Message:
    raise NotImplementedError


def is_broadcast(alert: Alert) -> bool:
    raise NotImplementedError


def alert_group_message(group: AlertGroup) -> Message:
    raise NotImplementedError


def alert_group_view(group: AlertGroup) -> View:
    raise NotImplementedError


def board_message(board: Board) -> Message:
    raise NotImplementedError
