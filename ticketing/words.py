"""The words of a text as the search index holds them and as they are asked for: folded, without those not worth keeping."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Stemming(StrEnum):
    """Which endings of words do not matter: what both databases can do."""

    ENGLISH = "english"
    OFF = "off"


LONGEST_WORD = 64
LONGEST_TEXT = 40_000
MOST_WORDS = 8
"""The first so many words of a search count."""

COMMON_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "do", "for", "from", "had", "has", "have"}
    | {
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "so",
        "that",
        "the",
    }
    | {"their", "them", "there", "they", "this", "to", "was", "we", "were", "what", "when", "which", "will", "with"}
    | {"you", "your"}
)
"""Not worth keeping: they stand in nearly every ticket."""

_NO_WORD = re.compile(r"[\W_]+")
_STROKED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


def fold(written: str) -> list[str]:
    """The words of a text without case, accents and punctuation, in their order; compatible forms become plain ones."""
    written = written[:LONGEST_TEXT].casefold()
    if not written.isascii():
        decomposed = unicodedata.normalize("NFKD", written).casefold()
        written = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_STROKED)
    return [word[:LONGEST_WORD] for word in _NO_WORD.split(written[:LONGEST_TEXT]) if word]


def searchable(written: str) -> str:
    """A text as the index holds it: a space before each word worth keeping."""
    return "".join(f" {word}" for word in fold(written) if word not in COMMON_WORDS)


def asked_words(written: str, *, at_most: int = MOST_WORDS) -> list[str]:
    """The words of a search that can find anything, each once."""
    return list(dict.fromkeys(word for word in fold(written) if word not in COMMON_WORDS))[:at_most]
