"""What a tag may be, and how it is written: one spelling for what people type in many."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ticketing.errors import InvalidInput

LONGEST_TAG = 40
MOST_TAGS = 20
"""How many tags one ticket takes."""

_BETWEEN = re.compile(r"[\s/]+")
_ALLOWED = re.compile(r"[^\W_][\w.-]*")


def normalised(written: str) -> str:
    """
    The tag as it is stored: "#VPN access" is "vpn-access".

    Raises InvalidInput for what has no letter or figure to begin with, holds other signs, or is too long.
    """
    folded = unicodedata.normalize("NFKC", written).casefold().strip()
    tag = _BETWEEN.sub("-", folded.removeprefix("#").strip())
    if _ALLOWED.fullmatch(tag) is None:
        raise InvalidInput("tags", "A tag is letters, figures, - and . and begins with one of the first two.")
    if len(tag) > LONGEST_TAG:
        raise InvalidInput("tags", f"A tag has {LONGEST_TAG} characters at most.")
    return tag


def read_tags(written: str) -> list[str]:
    """The tags of a list with commas, each once, in its order. Raises InvalidInput."""
    return normalised_all(part for part in written.split(",") if part.strip())


def normalised_all(written: Iterable[str]) -> list[str]:
    """Each tag as it is stored, once. Raises InvalidInput."""
    return list(dict.fromkeys(normalised(tag) for tag in written))
