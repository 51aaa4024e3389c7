"""How far a desk is set up, as its admin's App Home leads through it: read from the desk, with Slack asked about channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import text
from bot.actions import Press
from bot.blocks.parts import counted, said
from bot.channel_checks import ChannelChecks
from bot.members import skill_names
from bot.views.first_run import Guide, Step
from bot.words import first_run as words
from ticketing.calendars import ALWAYS
from ticketing.configuration import Configuration, SetUpStep
from ticketing.desk import Desk
from ticketing.model import Agent, Person, Role

KEPT = timedelta(seconds=30)
"""How long an answer of Slack's counts, in machine time."""

CHANNELS = 5
NAMES = 5


def _machine_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class FirstRun:
    """Reads the guide. `clock` is machine time."""

    desk: Desk
    checks: ChannelChecks
    clock: Callable[[], datetime] = _machine_time
    _known: dict[tuple[str, bool], tuple[str | None, datetime]] = field(init=False, default_factory=dict)

    def guide(self, reader: Person) -> Guide | None:
        """What this person is to be led through or told: only an admin can do something about it."""
        if reader.role < Role.ADMIN:
            return None
        configuration, agents = self.desk.configuration(), self.desk.agents()
        steps = _steps(configuration, agents)
        at = next((number for number, step in enumerate(steps) if not step.answered and not step.put_off), len(steps))
        # Every question is asked, whatever has been opened meanwhile; trying it out is over with the first ticket of any kind.
        is_over = at == len(steps) or (at == len(steps) - 1 and self.desk.has_tickets())
        missing = tuple(self._missing(configuration, agents))
        if is_over:
            return Guide(missing=missing) if missing else None
        # What has not been asked yet is not missing yet.
        return Guide(steps=steps, at=at, missing=tuple(self._unready(configuration)))

    def _missing(self, configuration: Configuration, agents: list[Agent]) -> list[str]:
        channels = configuration.channels
        found = [] if channels.triage else [words.NO_TICKETS_CHANNEL]
        found += [] if channels.escalations else [words.NO_ALERTS_CHANNEL]
        found += self._unready(configuration)
        skills = {skill for agent in agents for skill in agent.skills}
        bare = [text.inline(one.name, text.NAME) for one in configuration.categories if one.skill not in skills]
        if bare:
            names, rest = ", ".join(bare[:NAMES]), len(bare) - NAMES
            names = said(words.AND_MORE, names=names, count=rest) if rest > 0 else names
            found.append(said(words.NOBODY_ANSWERS, names=names))
        return found

    def _unready(self, configuration: Configuration) -> list[str]:
        """The channels in which the desk cannot do what it is to do."""
        channels, found = configuration.channels, []
        asked: list[tuple[str, str, str | None, bool]] = [
            (words.FOR_TICKETS, "", channels.triage, False),
            (words.FOR_ALERTS, "", channels.escalations, False),
            (words.FOR_FOLLOW, "", configuration.follow.channel, True),
        ]
        for each in configuration.categories:
            if each.channel != channels.triage:
                asked.append((words.FOR_CATEGORY, each.name, each.channel, each.private))
            if not each.private and each.escalations != channels.escalations:
                asked.append((words.FOR_ALERTS_OF, each.name, each.escalations, False))
        for template, name, channel, private in [one for one in asked if one[2]][:CHANNELS]:
            fault = self._fault(str(channel), private=private)
            if fault:
                found.append(said(template, fault=text.escape(fault), name=text.inline(name, text.NAME)))
        return found

    def _fault(self, channel: str, *, private: bool) -> str | None:
        now, key = self.clock(), (channel, private)
        known = self._known.get(key)
        if known is not None and now < known[1]:
            return known[0]
        fault = self.checks.fault(channel, private=private)
        if fault is not None:
            return fault  # it is looked at again, so that what was done about it shows at once
        self._known[key] = (None, now + KEPT)
        return None


def _steps(configuration: Configuration, agents: list[Agent]) -> tuple[Step, ...]:
    channels = configuration.channels
    return (
        Step(
            asks=words.WHERE_TICKETS,
            answered=_in(channels.triage),
            opens=Press.SETTINGS_STEP,
            value="tickets_channel",
        ),
        Step(
            asks=words.WHERE_ALERTS,
            answered=_in(channels.escalations),
            opens=Press.SETTINGS_STEP,
            value="alerts_channel",
            **_may_wait(configuration, SetUpStep.ALERTS),
        ),
        Step(asks=words.WHO, answered=_who(configuration, agents), opens=Press.TEAM),
        Step(
            asks=words.WHEN,
            answered=_when(configuration),
            opens=Press.SETTINGS_STEP,
            value="hours",
            small=words.WHEN_HINT,
            **_may_wait(configuration, SetUpStep.HOURS),
        ),
        Step(
            asks=words.TEST,
            opens=Press.TEST_TICKET,
            small=words.TEST_HINT,
            **_may_wait(configuration, SetUpStep.TEST),
        ),
    )


def _may_wait(configuration: Configuration, step: SetUpStep) -> dict[str, Any]:
    return {"later": step.value, "put_off": step in configuration.set_up_later}


def _in(channel: str | None) -> str:
    return said(words.IN_CHANNEL, channel=text.channel(channel)) if channel else ""


def _who(configuration: Configuration, agents: list[Agent]) -> str:
    names = skill_names(configuration)
    held = [name for skill, name in names.items() if any(skill in agent.skills for agent in agents)]
    skills = ", ".join(text.inline(name, text.NAME) for name in held[:NAMES])
    count = sum(any(skill in names for skill in agent.skills) for agent in agents)
    return counted(words.AGENTS, count, skills=skills) if held else ""


def _when(configuration: Configuration) -> str:
    """The hours of the promise for all; nothing where nobody has said any."""
    policy = next((one for one in configuration.policies if one.category is None and one.tier is None), None)
    name = policy.calendar if policy else None
    if name == ALWAYS.name:
        return words.AROUND_THE_CLOCK
    calendars = [one for one in configuration.calendars if name in {None, one.name}]
    if not calendars:
        return ""
    hours = "; ".join(f"{days} {', '.join(times)}" for days, times in calendars[0].windows.items())
    return said(words.IN_HOURS, name=text.inline(calendars[0].name, text.NAME), hours=text.inline(hours, 200))
