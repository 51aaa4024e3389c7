"""The first run in an admin's App Home, and what is missing."""

from __future__ import annotations

from bot.blocks.parts import button, context, divider, said, section
from bot.views.common import Block
from bot.views.first_run import Guide, Step
from bot.words import common
from bot.words import first_run as words

STEPS, MISSING, LONG = 6, 6, 2_000


def guide_blocks(guide: Guide) -> list[Block]:
    """The steps up to the one that is to be answered, and what is missing; nothing where nothing is."""
    shown: list[Block] = []
    steps = guide.steps[:STEPS]
    for number, step in enumerate(steps):
        if number < guide.at:
            answered = said(words.DONE, question=step.question, answer=step.answer)[:LONG]
            shown.append(section(answered, _button(step)))
        elif number == guide.at:
            head = said(words.STEP, step=number + 1, steps=len(steps), question=step.question)
            shown.append(section(head, _button(step, now=True)))
            shown.append(context(step.hint or words.SO_FAR))
    shown += [context(said(words.MISSING, what=what)[:LONG]) for what in guide.missing[:MISSING]]
    return [*shown, divider()] if shown else []


def _button(step: Step, *, now: bool = False) -> Block:
    label = common.PRESS[step.press] if now else common.CHANGE
    return button(step.press, label, step.value[:LONG], accessible=f"{label}: {step.question}", primary=now)
