"""Tell a bare thanks from a comment that says something: the first reopens nothing (docs/configuration.md, thanks)."""

from __future__ import annotations

import re
from collections.abc import Iterable

BARE_THANKS = (
    "thanks",
    "thank you",
    "thanks a lot",
    "many thanks",
    "thanks so much",
    "thank you so much",
    "thank you very much",
    "thx",
    "ty",
    "cheers",
    "great",
    "perfect",
    "ok",
    "👍",
    "🙏",
    ":+1:",
    ":pray:",
)

GREETINGS = (
    "hi",
    "hello",
    "hey",
    "morning",
    "good morning",
    "good afternoon",
    "good evening",
    "good night",
    "welcome",
    "bye",
    "have a nice day",
    "have a nice weekend",
    "there",
    "all",
    "everyone",
    "everybody",
    "team",
    "folks",
    "👋",
    ":wave:",
)
"""What opens nothing where every message is a ticket, alone or one after the other ("Good morning everybody")."""

_LONGEST = 80  # a longer comment says more than thanks, whatever its words
_SKIN_TONES = re.compile(r":skin-tone-\d:|[\U0001F3FB-\U0001F3FF\uFE0F]")
_WORDS = re.compile(r":[\w+'-]+:|\w+(?:'\w+)*|[^\w\s.,:;!()~*…-]")


def is_bare_thanks(text: str, phrases: Iterable[str]) -> bool:
    """
    Whether the text is nothing but phrases of the list, one after the other ("Ok, thanks a lot! :+1:").

    Case, spaces, skin tones and marks like . , ! do not count; any other word does, and so does a question mark.
    """
    words = _words(text)
    if not words or len(text) > _LONGEST:
        return False

    listed = {tuple(_words(phrase)) for phrase in phrases}
    reachable = {0}  # how many words can be covered by phrases from the beginning
    for at in range(len(words)):
        if at in reachable:
            reachable |= {at + len(phrase) for phrase in listed if phrase and words[at : at + len(phrase)] == [*phrase]}
    return len(words) in reachable


def _words(text: str) -> list[str]:
    return _WORDS.findall(_SKIN_TONES.sub("", text.casefold().replace("’", "'")))
