"""That the account of an agent has ended, and which tickets somebody else has to have."""

from __future__ import annotations

from bot import text
from bot.actions import Act
from bot.blocks.parts import act_button, context, counted, message, said, section
from bot.views import Message
from bot.views.accounts import EndedAccount
from bot.words import common
from bot.words import outbound as words

ROWS = 10


def ended_message(account: EndedAccount) -> Message:
    """Each ticket with Reassign, as far as they are shown."""
    head = said(words.ACCOUNT_ENDED, name=text.inline(account.name, text.NAME))
    held = counted(words.ACCOUNT_HELD, account.held) if account.held else words.ACCOUNT_HELD_NONE
    shown = account.tickets[:ROWS]
    rows = [
        section(
            said(words.ACCOUNT_ROW, number=one.number, subject=text.inline(one.subject, text.LIST_SUBJECT)),
            act_button(Act.REASSIGN, one),
        )
        for one in shown
    ]
    more = max(0, account.held - len(shown))
    return message(
        [head.replace("*", ""), held],
        [section(f"{head} {held}"), *rows, context(said(common.MORE_ROWS, count=more)) if more and shown else None],
    )
