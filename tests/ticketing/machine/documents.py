"""The settings that the machine changes between, what they promise in a table of its own, and what rules draw from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.ticketing.replay import Promise
from ticketing.calendars import Calendar
from ticketing.model import (
    ClockKind,
    Priority,
    Strategy,
)
from ticketing.opening_hours import parse_windows

STRATEGIES = {
    "billing": Strategy.LEAST_LOADED,
    "technical": Strategy.MOST_SKILLED,
    "account": Strategy.ROUND_ROBIN,
}
WINDOWS = {"mon-fri": ["09:00-12:00", "13:00-17:00"]}
OFFICE = Calendar("office", "Europe/Vienna", parse_windows(WINDOWS))
MINUTES = timedelta(minutes=1)
RESPONSE = {Priority.URGENT: 1, Priority.HIGH: 4, Priority.MEDIUM: 8, Priority.LOW: 24}
RESOLUTION = {Priority.URGENT: 4, Priority.HIGH: 24, Priority.MEDIUM: 72, Priority.LOW: 168}

FLOORS = ("Ground", "First")
_ASKED = {"account": [{"key": "floor", "label": "Floor", "type": "select", "options": FLOORS}]}
"""What categories ask."""
QUIET = (20, 6)
"""From which hour to which alerts wait, unless URGENT; in UTC."""
UNASSIGNED_AFTER, UNTOUCHED_AFTER = timedelta(hours=3), timedelta(hours=4)
_LADDER = {"quiet": {"mon-sun": ["20:00-06:00"]}, "unassigned_after": "3h", "untouched_after": "4h"}
_CATEGORIES = [
    {"key": key, "name": key.title(), "strategy": strategy.value, "fields": _ASKED.get(key, [])}
    for key, strategy in STRATEGIES.items()
]
DOCUMENTS: list[dict[str, Any]] = [
    {"categories": _CATEGORIES, "ladder": _LADDER},
    {
        "categories": _CATEGORIES,
        "ladder": _LADDER,
        "calendars": [{"name": "office", "zone": "Europe/Vienna", "windows": WINDOWS}],
        "policies": [
            {
                "category": "technical",
                "calendar": "office",
                "warn_before": "10m",
                "time_to_claim": {"high": "20m", "medium": "1h"},
                "resolution": {"low": "none", "medium": "16h"},
            },
            {"category": "billing", "first_response": {"medium": "none"}, "next_response": {"medium": "45m"}},
        ],
    },
]


def promised(version: int, priority: Priority, category: str, kind: ClockKind) -> Promise:
    """What DOCUMENTS promise, in a table of its own. Odd versions are the first document."""
    hours = {
        ClockKind.TIME_TO_CLAIM: None,
        ClockKind.FIRST_RESPONSE: RESPONSE[priority],
        ClockKind.NEXT_RESPONSE: RESPONSE[priority],
        ClockKind.RESOLUTION: RESOLUTION[priority],
    }[kind]
    target = None if hours is None else timedelta(hours=hours)
    if version % 2 == 1 or category == "account":
        return Promise(target)
    if category == "technical":
        own = {
            (ClockKind.TIME_TO_CLAIM, Priority.HIGH): 20 * MINUTES,
            (ClockKind.TIME_TO_CLAIM, Priority.MEDIUM): 60 * MINUTES,
            (ClockKind.RESOLUTION, Priority.LOW): None,
            (ClockKind.RESOLUTION, Priority.MEDIUM): timedelta(hours=16),
        }
        return Promise(own.get((kind, priority), target), 10 * MINUTES, OFFICE)
    own = {
        (ClockKind.FIRST_RESPONSE, Priority.MEDIUM): None,
        (ClockKind.NEXT_RESPONSE, Priority.MEDIUM): 45 * MINUTES,
    }
    return Promise(own.get((kind, priority), target))


NUMBERS = st.integers(0, 11)
PRIORITIES = st.sampled_from(Priority)
KEYS = st.sampled_from(sorted(STRATEGIES))
DELAYS = st.sampled_from([timedelta(0), timedelta(seconds=1), 7 * MINUTES, 45 * MINUTES, timedelta(hours=5)])
