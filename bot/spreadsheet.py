"""
Tickets as a table for somebody's own tools: CSV in UTF-8, one row a ticket.

What people wrote may look like a formula, and spreadsheets would run it
(https://owasp.org/www-community/attacks/CSV_Injection): such a cell begins with an apostrophe, which spreadsheets hide and
which `original` takes away again. Where a semicolon or a tab divides cells (in Germany or France), or a line ends within a
cell that is quoted for others, a cell begins in the middle of ours: an apostrophe stands there too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from ticketing.desk.reporting import ExportRow
from ticketing.model import Priority

_BEGINNING = r"(^|[;\t\r\n])"
_DANGEROUS = re.compile(_BEGINNING + r"(?=\s*[=+\-@\t\r\n＝＋－＠'])")
_DISARMED = re.compile(_BEGINNING + "'")
COLUMNS = tuple(field.name for field in fields(ExportRow))


def tickets_csv(rows: Iterable[ExportRow], zone: str) -> bytes:
    """The rows with a head line; instants are local times of `zone` with their offset, in ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    here = ZoneInfo(zone)
    for row in rows:
        writer.writerow([cell(getattr(row, column), here) for column in COLUMNS])
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def cell(value: Any, zone: ZoneInfo) -> str | int:
    """A value as it stands in a table; text never runs."""
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case Priority():
            return value.name.lower()
        case Enum():
            return str(value.value)
        case bool():
            return "yes" if value else "no"
        case int():
            return value
        case _:
            return harmless(str(value))


def harmless(text: str) -> str:
    """The text, in a form that no spreadsheet takes for a formula."""
    return _DANGEROUS.sub(r"\1'", text.replace("\x00", ""))


def original(cell_text: str) -> str:
    """What `harmless` was given."""
    return _DISARMED.sub(r"\1", cell_text)
