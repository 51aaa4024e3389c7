"""What is read out of a message that somebody of the team types."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.listeners.named import numbers_in
from bot.listeners.typed import Typed, read_typed
from bot.until import until_typed


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("#42", [42]),
        ("see #42, #7 and #42 again", [42, 7]),
        ("(#42)", [42]),
        ("<https://example.com/#42|#42> and <#C42|general>", []),
        ("https://example.com/#42 page#42 a/#42 &#42;", []),
        ("#42nd #x42 # 42 #", []),
        ("#1234567890123456789", []),  # more than any number of ours
    ],
)
def test_numbers_of_tickets_are_read_and_nothing_else(text: str, numbers: list[int]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("message", "word", "rest"),
    [
        ("?resolve It was the font.", "resolve", "It was the font."),
        ("?RESOLVE  two\nlines ", "resolve", "two\nlines"),
        (" ?wait", "wait", ""),
        ("?note\nbelow", "note", "below"),
        ("?thank-you", "thank-you", ""),
        ("?resolve, please", "resolve,", "please"),
    ],
)
def test_a_question_mark_and_a_word_is_a_shortcut(message: str, word: str, rest: str) -> None:
    assert read_typed(message) == Typed(word, rest)


@pytest.mark.parametrize("message", ["", "?", "??", "? resolve", "Really?", "what ?note is", "?!", "?42"])
def test_anything_else_is_a_message(message: str) -> None:
    assert read_typed(message) is None


@pytest.mark.parametrize(
    ("typed", "now", "until"),
    [
        ("1h30m", "10-25T00:00", "10-25T01:30"),
        ("02:30", "10-25T00:00", "10-25T00:30"),  # summer time still
        ("02:30", "10-25T00:45", "10-25T01:30"),  # the clocks are put back at 01:00 UTC: it comes again
        ("2:30", "10-25T01:45", "10-26T01:30"),
        ("0h", "10-25T00:00", None),
        ("0h 0m", "10-25T00:00", None),
        ("25:00", "10-25T00:00", None),
    ],
)
def test_until_when_is_the_next_time_that_their_clocks_show(typed: str, now: str, until: str | None) -> None:
    def instant(at: str) -> datetime:
        return datetime.fromisoformat(f"2026-{at}").replace(tzinfo=UTC)

    assert until_typed(typed, instant(now), "Europe/Berlin") == (until and instant(until))
