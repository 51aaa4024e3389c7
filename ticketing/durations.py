"""Lengths of time as a person writes them in the settings: 30m, 8h, 3d, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WRITTEN = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """
    Read days, hours, minutes and seconds, in that order and without spaces; each may be left out, not all.

    A day is 24 hours, also of working time (docs/sla.md). Raises ValueError for anything else.
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    if found is None or not any(found.groups()):
        raise ValueError(f"A length of time is written like 30m, 8h, 3d or 1h30m, not {text!r}.")
    return timedelta(
        seconds=sum(int(figure or 0) * unit for figure, unit in zip(found.groups(), _UNITS.values(), strict=True))
    )


def read_duration(written: object) -> timedelta:
    """Of the settings: text, or a length already read. Raises ValueError for all else, since a bare number has no unit."""
    if isinstance(written, str):
        return parse_duration(written)
    if isinstance(written, timedelta):
        return written
    raise ValueError(f"A length of time is written like 30m, 8h or 3d, not {written!r}.")


def format_duration(length: timedelta) -> str:
    """The shortest way to write it that `parse_duration` reads back; parts of a second are dropped."""
    rest = int(length.total_seconds())
    written = ""
    for letter, unit in _UNITS.items():
        figure, rest = divmod(rest, unit)
        if figure:
            written += f"{figure}{letter}"
    return written or "0s"
