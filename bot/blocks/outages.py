"""That alerts cannot be told in their channel, what to do about it, and that it is over."""

from __future__ import annotations

from bot import text
from bot.actions import Press
from bot.blocks.parts import actions, message, press_button, said, section
from bot.views import Message
from bot.views.outages import Outage, OutageState
from bot.words import outages as words
from bot.words import sections

NAMES = 5


def outage_message(outage: Outage) -> Message:
    """With a button to the set-up as long as it lasts."""
    channel = text.channel(outage.channel)
    if outage.state is not OutageState.CLOSED:
        sentence = said(words.OVER if outage.state is OutageState.OPEN else words.ELSEWHERE, channel=channel)
        return message(sentence, [section(sentence)])
    why, undo = (words.ARCHIVED, words.UNARCHIVE) if outage.is_archived else (words.NOT_IN, words.INVITE)
    head = said(words.HELD, what=_what(outage.categories), channel=channel)
    where = sections.SECTION["categories" if outage.categories else "channels"]
    then = said(words.CHOOSE, undo=undo, section=where)
    parts = [f"{head} {why}", then, words.UNTIL_THEN]
    return message(
        [head.replace("*", ""), why, then, words.UNTIL_THEN],
        [section("\n".join(parts)), actions(press_button(Press.SETTINGS))],
    )


def _what(categories: tuple[str, ...]) -> str:
    if not categories:
        return words.ALERTS
    names = ", ".join(text.inline(name, text.NAME) for name in categories[:NAMES])
    rest = len(categories) - NAMES
    return said(words.ALERTS_OF, names=said(sections.AND_MORE, shown=names, count=rest) if rest > 0 else names)
