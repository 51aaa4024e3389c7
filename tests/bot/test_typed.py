"""What is read out of a message that somebody of the team types."""

from __future__ import annotations

import pytest

from bot.listeners.named import numbers_in
from bot.listeners.typed import Typed, read_typed


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
