"""The way out: rows of the outbox become messages in Slack, each once, in order, drawn from current state."""

from bot.delivery.pace import Pace
from bot.delivery.slack import Slack
from bot.delivery.worker import Delivery

__all__ = ["Delivery", "Pace", "Slack"]
