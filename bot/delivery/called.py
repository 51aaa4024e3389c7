"""Whom an alert calls: the person that a step of the ladder names, or a few of the senior agents who could take it."""

from __future__ import annotations

import re

from bot.delivery.posts import slack_id
from bot.text import escape
from ticketing.desk import Desk
from ticketing.ladder import step_of
from ticketing.model import PersonId

_IS_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")

SENIORS = 3
"""How many of the senior agents a line calls."""


def by_stage(desk: Desk, stage: str, category: str) -> list[str]:
    """The mentions of whom the step of a stage calls, by the settings in force."""
    step = step_of(desk.configuration().ladder, stage)
    return [] if step is None else by_step(desk, category, person=step.person, escalate=step.escalate)


def by_step(desk: Desk, category: str, *, person: str | None, escalate: bool) -> list[str]:
    """The same of a step that names a person, or goes to the senior agents."""
    references = [person] if person else _seniors(desk, category) if escalate else []
    return [_mention(each) for each in references]


def mention_of(desk: Desk, person_id: PersonId) -> str:
    return _mention(desk.person(person_id).external_ref)


def _mention(reference: str) -> str:
    """Whoever is nobody of Slack's, such as a name in the settings file, is named without a mention."""
    person = slack_id(reference)
    return f"<@{person}>" if _IS_PERSON.fullmatch(person) else escape(person)


def _seniors(desk: Desk, category: str) -> list[str]:
    """A few senior agents who are there and could take it."""
    known = desk.configuration().category(category)
    skill = known.skill if known else category
    agents = [each for each in desk.agents() if each.is_senior and each.is_available and each.skills.get(skill)]
    return [desk.person(each.id).external_ref for each in agents[:SENIORS]]
