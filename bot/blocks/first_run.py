"""The first run in an admin's App Home, and what is missing."""

from __future__ import annotations

from bot import text
from bot.actions import Press
from bot.blocks.parts import actions, button, context, divider, said, section
from bot.views.common import Block
from bot.views.first_run import Guide, Step
from bot.words import common
from bot.words import first_run as words

STEPS, MISSING = 6, 6
LONG, SMALL, VALUE = 2_900, 1_900, 2_000


def guide_blocks(guide: Guide) -> list[Block]:
    """The steps up to the one that is to be answered, and what is missing; nothing where nothing is."""
    shown: list[Block] = []
    steps = guide.steps[:STEPS]
    for number, step in enumerate(steps):
        if number < guide.at:
            answered = said(words.DONE, question=step.asks, answer=step.answered or words.PUT_OFF)
            shown.append(section(text.within(answered, LONG), _button(step)))
        elif number == guide.at:
            head = said(words.STEP, step=number + 1, steps=len(steps), question=step.asks)
            shown.append(section(text.within(head, LONG), _button(step, now=True)))
            shown.append(context(text.within(step.small or words.SO_FAR, SMALL)))
            shown += [row for row in (actions(_later(step)),) if row]
    shown += [context(text.within(said(words.MISSING, what=what), SMALL)) for what in guide.missing[:MISSING]]
    return [*shown, divider()] if shown else []


def _later(step: Step) -> Block | None:
    if not step.later:
        return None
    label = common.PRESS[Press.STEP_LATER]
    return button(Press.STEP_LATER, label, text.cut(step.later, VALUE), accessible=f"{label}: {step.asks}")


def _button(step: Step, *, now: bool = False) -> Block:
    label = common.PRESS[step.opens] if now else common.CHANGE
    return button(
        step.opens,
        label,
        text.cut(step.value, VALUE) or common.NO_VALUE,
        accessible=f"{label}: {step.asks}",
        primary=now,
    )
