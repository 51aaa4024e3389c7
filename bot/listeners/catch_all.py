"""
What no other listener wanted.

Bolt answers 404 to what nothing matches, and over Socket Mode leaves it without an ack, so that Slack sends it again and
counts the app as failing (tried with slack_bolt 1.30). These answer quietly instead.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt import Ack, App

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)


class CatchAll:
    """Acknowledges and does nothing."""

    def register(self, app: App) -> None:
        """To be called after every other listener is registered."""
        app.event(ANYTHING)(self.ignore)
        app.view_closed(ANYTHING)(self.ignore)
        app.view_submission(ANYTHING)(self.ignore)
        app.block_action(ANYTHING)(self.ignore)
        app.shortcut(ANYTHING)(self.ignore)
        app.options(ANYTHING)(self.no_options)
        app.command(ANYTHING)(self.unknown_command)

    def ignore(self, ack: Ack, body: dict[str, Any]) -> None:
        log.debug("Nothing listens to this %s.", body.get("type"))
        ack()

    def no_options(self, ack: Ack) -> None:
        ack(options=[])

    def unknown_command(self, ack: Ack) -> None:
        ack("The app does not know this command.")
