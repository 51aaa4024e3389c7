"""Who else of the team is answering: in the forms that answer too."""

from __future__ import annotations

from bot import text
from bot.blocks.parts import said, section
from bot.views.common import Block, OtherAnswer
from bot.words import forms as words

NAMED = 5


def others_blocks(others: tuple[OtherAnswer, ...], answer: OtherAnswer | None, zone: str) -> list[Block]:
    """Who is writing an answer too, and what one of them has just sent: to be read before one sends as well."""
    shown = []
    if answer is not None:
        head = said(words.HAS_ANSWERED, agent=text.first(answer.name), at=text.at(answer.at, zone))
        shown.append(section(f"{head}\n{text.quote(text.excerpt(answer.text)[0])}"))
    lines = (
        said(words.IS_ANSWERING, agent=text.first(each.name), since=text.since(each.at, zone))
        for each in others[:NAMED]
    )
    return [*shown, *map(section, lines)]
