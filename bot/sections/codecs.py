"""
How a setting is written in one field of a form, and read again.

Each pair reads back what it wrote. What cannot be read raises ValueError with a sentence for whoever wrote it. An empty
field of a single value says nothing, and the setting's default is in force; an empty list is an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from bot.words import sections as words
from bot.written import hours_text, read_hours, read_skills, skills_text

NOTHING = "-"
"""The value of an option that says nothing: Slack takes no empty one."""

UNSAID = object()
"""What an empty field reads as where the default is to be in force."""


@dataclass(frozen=True)
class Around:
    """What a field is read with: the document it stands in, the names of skills, and the team's names by outside reference."""

    document: Mapping[str, Any]
    skills: Mapping[str, str]
    people: Mapping[str, str]


@dataclass(frozen=True)
class Codec:
    """`write` makes text of what the document has, `read` the reverse."""

    write: Callable[[Any, Around], str]
    read: Callable[[str, Around], Any]


def _line(value: Any, _around: Around) -> str:
    return "" if value is None else str(value)


def _read_line(text: str, _around: Around) -> Any:
    return text or UNSAID


def _choice(value: Any, _around: Around) -> str:
    return NOTHING if value is None else str(value)


def _read_choice(text: str, _around: Around) -> Any:
    return UNSAID if text in {"", NOTHING} else text


def _read_number(text: str, _around: Around) -> Any:
    if not text:
        return UNSAID
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(words.NO_NUMBER)
    return int(text)


def _decimal(value: Any, _around: Around) -> str:
    return "" if value is None else f"{float(value):g}"


def _read_decimal(text: str, _around: Around) -> Any:
    if not text:
        return UNSAID
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text.replace(",", "."), re.ASCII):
        raise ValueError(words.NO_DECIMAL)
    return float(text.replace(",", "."))


def _yes(value: Any, _around: Around) -> str:
    return "yes" if value else "no"


def _read_yes(text: str, _around: Around) -> bool:
    return text == "yes"


def _lines(value: Any, _around: Around) -> str:
    return "\n".join(map(str, value or ()))


def _read_lines(text: str, _around: Around) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _words(value: Any, _around: Around) -> str:
    return " ".join(value or ())


def _read_words(text: str, _around: Around) -> list[str]:
    return text.split()


def _read_dates(text: str, around: Around) -> list[str]:
    days = _read_lines(text, around)
    try:
        return [date.fromisoformat(day).isoformat() for day in days]
    except ValueError:
        raise ValueError(words.NO_DATE) from None


def _hours(value: Any, _around: Around) -> str:
    return hours_text(value)


def _read_hours(text: str, _around: Around) -> Any:
    return read_hours(text)


def _skills(value: Any, around: Around) -> str:
    return skills_text(value or {}, around.skills)


def _read_skills(text: str, around: Around) -> Any:
    return read_skills(text, around.skills)


# Targets, a line each such as "urgent 30m"

_TARGET = re.compile(r"(urgent|high|medium|low)[\s:=]+(\S+)", re.IGNORECASE)
PRIORITIES = ("urgent", "high", "medium", "low")


def _targets(value: Any, _around: Around) -> str:
    return "\n".join(f"{priority} {value[priority]}" for priority in PRIORITIES if (value or {}).get(priority))


def _read_targets(text: str, around: Around) -> Any:
    targets: dict[str, str] = {}
    for line in _read_lines(text.replace(",", "\n").replace(";", "\n"), around):
        found = _TARGET.fullmatch(line)
        if found is None:
            raise ValueError(words.TARGET_UNREADABLE)
        priority = found[1].lower()
        if priority in targets:
            raise ValueError(words.TARGET_TWICE.format(priority=priority.capitalize()))
        targets[priority] = found[2].lower()
    return targets


# A category's own questions: "Invoice number; text up to 20; required"


def _questions(value: Any, _around: Around) -> str:
    return "\n".join(_question(asked) for asked in value or ())


def _question(asked: Mapping[str, Any]) -> str:
    parts = [str(asked["label"])]
    if asked.get("options"):
        parts.append(f"{words.FIELD_ONE_OF} {', '.join(asked['options'])}")
    elif asked.get("type") == words.FIELD_NUMBER:
        parts.append(words.FIELD_NUMBER)
    elif asked.get("max_length"):
        parts.append(f"{words.FIELD_UP_TO} {asked['max_length']}")
    return "; ".join([*parts, *([words.FIELD_REQUIRED] if asked.get("required") else [])])


def _read_questions(keys: Mapping[str, str], text: str, around: Around) -> Any:
    """`keys` has the key of each question that is asked already, by what is asked: answers are kept under it."""
    asked: list[dict[str, Any]] = []
    taken = set(keys.values())
    for line in _read_lines(text, around):
        label, *parts = [part.strip() for part in line.split(";")]
        if not label:
            raise ValueError(words.FIELD_NO_LABEL)
        one: dict[str, Any] = {"label": label}
        for part in filter(None, parts):
            one |= _part(part)
        one["key"] = keys.get(label) or _free(key_of(label), taken)
        taken.add(one["key"])
        asked.append(one)
    return asked


def _part(part: str) -> dict[str, Any]:
    small = part.lower()
    if small == words.FIELD_REQUIRED:
        return {"required": True}
    if small in {words.FIELD_TEXT, words.FIELD_NUMBER}:
        return {"type": small}
    if small.startswith(words.FIELD_UP_TO):
        return {"max_length": _read_number(part[len(words.FIELD_UP_TO) :].strip(), Around({}, {}, {}))}
    if small.startswith(words.FIELD_ONE_OF):
        options = [option.strip() for option in part[len(words.FIELD_ONE_OF) :].split(",") if option.strip()]
        return {"type": "select", "options": options}
    raise ValueError(words.FIELD_UNREADABLE.format(part=part[:40]))


def key_of(name: str) -> str:
    """A key made of a name: "Invoice number" is invoice-number."""
    key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].rstrip("-")
    return key if key[:1].isalpha() else f"k-{key}".rstrip("-")[:40]


def _free(key: str, taken: set[str]) -> str:
    tries = (f"{key[:36]}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(one for one in tries if one not in taken)


# Steps of the ladder: "1h; senior agents first; tell Lena Fischer"


def _steps(value: Any, around: Around) -> str:
    return "\n".join(_step(step, around) for step in value or ())


def _step(step: Mapping[str, Any], around: Around) -> str:
    parts = [str(step["after"])]
    if step.get("escalate"):
        parts.append(words.STEP_SENIOR)
    if step.get("person"):
        parts.append(f"{words.STEP_TELL} {around.people.get(step['person'], step['person'])}")
    return "; ".join(parts)


def _read_steps(text: str, around: Around) -> Any:
    steps: list[dict[str, Any]] = []
    for line in _read_lines(text, around):
        after, *parts = [part.strip() for part in line.split(";")]
        step: dict[str, Any] = {"after": after.lower().removeprefix("after ").strip()}
        for part in filter(None, parts):
            if part.lower() == words.STEP_SENIOR:
                step["escalate"] = True
            elif part.lower().startswith(f"{words.STEP_TELL} "):
                step["person"] = _named(part[len(words.STEP_TELL) :].strip(), around)
            else:
                raise ValueError(words.STEP_UNREADABLE)
        steps.append(step)
    return steps


def _named(name: str, around: Around) -> str:
    """A person by name or by id."""
    if name in around.people:
        return name
    found = [ref for ref, known in around.people.items() if known.casefold() == name.casefold()]
    if found or re.fullmatch(r"(\w+:)?[UW][A-Z0-9]{2,}", name):
        return found[0] if found else name
    raise ValueError(words.STEP_NOBODY.format(name=name[:40]))


LINE = Codec(_line, _read_line)
CHOICE = Codec(_choice, _read_choice)
NUMBER = Codec(_line, _read_number)
DECIMAL = Codec(_decimal, _read_decimal)
YES_NO = Codec(_yes, _read_yes)
LINES = Codec(_lines, _read_lines)
WORDS = Codec(_words, _read_words)
DATES = Codec(_lines, _read_dates)
HOURS = Codec(_hours, _read_hours)
SKILLS = Codec(_skills, _read_skills)
TARGETS = Codec(_targets, _read_targets)
STEPS = Codec(_steps, _read_steps)


def questions(keys: Mapping[str, str]) -> Codec:
    """A category's own questions; see `_read_questions` for the keys."""
    return Codec(_questions, partial(_read_questions, keys))


QUESTIONS = questions({})
