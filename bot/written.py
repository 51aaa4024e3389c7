"""
What people write in one field of a form for what the desk keeps as a table: skills, hours, targets, days.

Each pair reads back what it wrote. What cannot be read raises ValueError with a sentence for whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.words import members as words

_SKILL = re.compile(r"(?P<name>.*?)[\s:=]+(?P<level>[1-5])", re.ASCII)
_DAYS_AND_HOURS = re.compile(r"(?P<days>[A-Za-z][A-Za-z,\s-]*?)[\s:]+(?P<hours>\d.*)", re.ASCII)
KNOWN_SHOWN = 8


def skills_text(skills: Mapping[str, int], names: Mapping[str, str]) -> str:
    """A line for each skill, by the name that `names` has for its key."""
    return "\n".join(f"{names.get(key, key)} {level}" for key, level in sorted(skills.items()))


def read_skills(text: str, names: Mapping[str, str]) -> dict[str, int]:
    """The reverse: keys and levels. A skill may be written by name or by key, whatever its capitals."""
    keys = {name.casefold(): key for key, name in names.items()} | {key.casefold(): key for key in names}
    skills: dict[str, int] = {}
    for line in _lines(text.replace(",", "\n").replace(";", "\n")):
        found = _SKILL.fullmatch(line)
        if found is None:
            raise ValueError(words.SKILL_UNREADABLE)
        key = keys.get(found["name"].strip().casefold())
        if key is None:
            known = ", ".join(list(names.values())[:KNOWN_SHOWN])
            raise ValueError(words.SKILL_UNKNOWN.format(skill=found["name"].strip()[:40], known=known))
        if key in skills:
            raise ValueError(words.SKILL_TWICE.format(skill=names[key]))
        skills[key] = int(found["level"])
    return skills


def hours_text(windows: Mapping[str, Sequence[str]] | None) -> str:
    """A line for each group of days: `mon-fri 09:00-12:00, 13:00-17:00`."""
    return "\n".join(f"{days} {', '.join(hours)}" for days, hours in (windows or {}).items())


def read_hours(text: str) -> dict[str, list[str]]:
    """The reverse. Whether these are days and times is for `ticketing.opening_hours` to say."""
    windows: dict[str, list[str]] = {}
    for line in _lines(text):
        found = _DAYS_AND_HOURS.fullmatch(line)
        if found is None:
            raise ValueError(words.HOURS_UNREADABLE)
        days = re.sub(r"\s+", "", found["days"].lower())
        hours = [piece.strip().replace(" ", "") for piece in found["hours"].split(",") if piece.strip()]
        windows.setdefault(days, []).extend(hours)
    return windows


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
