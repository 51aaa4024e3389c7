"""The subject of a ticket that is opened from what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable

from bot.payloads import SaidMessage

SUBJECT_LENGTH = 150


def first_line(text: str) -> str:
    """What a message says first, short enough to be a subject."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def subject_of(said: Iterable[SaidMessage], words: str) -> str:
    """The first of the words of several messages; of what came without any the first file's name, and not its address."""
    first = next((each for each in said if not each.is_empty), None)
    if first is not None and not first.text.strip():
        return first_line(first.files[0].name)
    return first_line(words)
