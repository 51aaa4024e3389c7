"""Periods as people type them: `7d`, `30d`, `2026-11-01..2026-11-15`, one day. Days are local ones of the desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ticketing.errors import InvalidInput
from ticketing.reports import local_day

LONGEST_DAYS = 366
DEFAULT = "7d"
_LAST = re.compile(r"(\d{1,4})\s*d(?:ays?)?", re.ASCII)
WRONG = "Write a period as 7d, 30d or 2026-11-01..2026-11-15; at most a year."


@dataclass(frozen=True)
class Period:
    """From the first to the last local day, both included."""

    first: date
    last: date

    def instants(self, zone: str) -> tuple[datetime, datetime]:
        """Where it begins and ends."""
        return local_day(self.first, zone)[0], local_day(self.last, zone)[1]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        """As `read` understands it."""
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


def read(typed: str, today: date) -> Period:
    """The period that somebody means; nothing typed is the last seven days with today. Raises InvalidInput."""
    text = typed.strip().lower() or DEFAULT
    counted = _LAST.fullmatch(text)
    if counted:
        return _checked(today - timedelta(days=max(1, int(counted[1])) - 1), today)
    first, found, last = text.partition("..")
    begins = _day(first)
    return _checked(begins, _day(last) if found else begins)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("period", WRONG) from None


def _checked(first: date, last: date) -> Period:
    period = Period(first, last)
    if not 1 <= period.days <= LONGEST_DAYS or first.year < 2000 or last.year > 2200:
        raise InvalidInput("period", WRONG)
    return period
