"""What the leads read when a ticket is escalated, other than by the ladder, whose step says so itself."""

from __future__ import annotations

from bot import text
from bot.actions import Act
from bot.blocks.parts import act_button, actions, counted, facts_line, message, said, section
from bot.views import Escalated, Message
from bot.words import common
from bot.words import team as words


def escalated_message(escalated: Escalated) -> Message:
    """Who and why, which ticket, and what can be done; it names no holder, for it stands."""
    facts = escalated.facts
    named = {"number": facts.number, "subject": text.inline(facts.subject, text.CARD_SUBJECT)}
    if escalated.by is not None:
        head = said(words.ESCALATED_BY, by=text.first(escalated.by), **named)
    else:
        head = counted(words.ESCALATED_REOPENED, escalated.reopened, **named)
    customer = text.inline(escalated.customer, text.NAME)
    about = said(words.ABOUT, facts=facts_line(facts), customer=customer, tier=common.TIER[escalated.tier])
    rest = f"{about} {words.SENIORS_FIRST}"
    acts = (Act.REASSIGN if escalated.is_held else Act.ASSIGN, Act.WHY, Act.MORE)
    buttons = (act_button(act, facts, escalated.possible) for act in acts)
    return message([f"{head.replace('*', '')}.", rest], [section(f"{head}\n{rest}"), actions(*buttons)])
