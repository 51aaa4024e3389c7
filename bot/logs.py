"""
The process's log: one line an entry, as text or as JSON.

What people write never stands in it at INFO or above. Libraries are heard from WARNING on; Bolt, which quotes payloads
there too, from ERROR on (`bot.app`).
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

CHATTY = ("alembic", "waitress", "sqlalchemy")
OF_THE_POOL = "sqlalchemy.pool"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class OneLine(logging.Formatter):
    """Text for people: control characters are shown, so that nobody's words can begin a line or colour it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = _visible(record.getMessage()).replace("\n", "\\n")
        line = f"{at} {record.levelname:<7} {record.name}: {said}"
        if record.exc_info:
            line += "\n" + _visible(self.formatException(record.exc_info))
        return line


class JsonLine(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True)


def lost_connection_in_one_line(record: logging.LogRecord) -> bool:
    """A connection that broke is replaced, and its user met the error in their own call: the pool need not show where."""
    if record.name.startswith(OF_THE_POOL) and record.exc_info and record.exc_info[0] is not None:
        record.msg = f"{record.getMessage()} ({record.exc_info[0].__name__})"
        record.args = record.exc_info = None
    return True


def set_up(level: str, how: Literal["text", "json"]) -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine() if how == "json" else OneLine())
    handler.addFilter(lost_connection_in_one_line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns whenever a job is asked for while it runs, which the ticker sees to.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # What fails in a call of Slack is raised as well, and whoever called says what it means.
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)


def _visible(text: str) -> str:
    return CONTROLS.sub(lambda found: repr(found.group())[1:-1], text)
