"""What is read out of a message that somebody of the team types."""

from __future__ import annotations

import pytest

from bot.listeners.named import numbers_in


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
