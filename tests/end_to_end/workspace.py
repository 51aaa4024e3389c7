"""
The workspace of an end-to-end test. A test takes the fixture `workspace` and acts through people:

    team = workspace.new_team(agents=1)
    mara = workspace.new_person()
    mara.command("/ticket", channel="support")
    mara.fill(subject="Cannot open the invoice", description="...", category=team.name)
    mara.submit()
    card = team.agents[0].sees("Cannot open the invoice")
    team.agents[0].press("Start", on=card)
    mara.sees_change(..., "is working on it")

The fixture runs each test in two combinations, `sqlite-socket` and `postgresql-http`. Sandbox and bot start once for all
tests of a combination, so a test shares them with others and must not disturb them: it takes people nobody else has
(`new_person`), a team whose category nobody else uses (`new_team`: only its agents have the skill, and its category has a
triage channel of its own), and words nobody else writes. A test that moves time, stops the bot, or counts what stands in
#escalations or on a lead's App Home takes `own_workspace` instead: the same, started for it alone, for a few seconds more.

Looking waits: `sees` and its like ask again whenever something has changed in the workspace, for 90 real seconds at most,
and then fail with what the person sees and what the app said. Nothing sleeps.

What is read right after an act may be what stood there before it: the app shows what a press has done beside its answer, and
messages come when they come. So a test waits for what it goes on from: `sees`, `sees_change` and `view_says` for what is to
come, `loses`, `sees_lost` and `view_loses` for what is to go; then it may look at `view`, `now` or `messages`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tests.end_to_end.bot import RunningBot
from tests.end_to_end.cast import Cast
from tests.end_to_end.person import Failed, Message, Person, Submission, View
from tests.end_to_end.sandbox import JSON, Refused, Sandbox

__all__ = ["Failed", "Message", "Person", "Refused", "Submission", "Team", "View", "Workspace"]

WAIT_S = 90.0
"""Longer than what a killed bot was sending is left to it."""
Found = TypeVar("Found")


@dataclass(frozen=True)
class Team:
    """A category with a skill and a triage channel of its own, and the agents who alone have that skill."""

    key: str
    name: str
    """The category as people see it."""
    channel: str
    agents: list[Person]


class Workspace:
    """A running sandbox with, perhaps, a bot that is connected to it."""

    def __init__(self, sandbox: Sandbox, cast: Cast | None = None, bot: RunningBot | None = None) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self._cast = cast
        shown = sandbox.get("/control/workspace")
        self._people = {str(raw["name"]): Person(self, raw) for raw in shown["people"]}
        self.mentionable = {name.lower(): person.id for name, person in self._people.items()}
        self.mentionable[shown["app"]["name"].lower()] = shown["app"]["bot_user_id"]

    # Who and where

    def person(self, name: str) -> Person:
        """The person of that handle (`mara`) or real name."""
        by_real_name = {person.real_name: person for person in self._people.values()}
        found = self._people.get(name) or by_real_name.get(name)
        assert found is not None, f"There is no {name!r} in this workspace."
        return found

    def new_person(self, role: str = "customer", *, tier: str = "standard") -> Person:
        """Somebody no other test has: a `customer` of that tier, a `lead` or an `admin`. Agents come with `new_team`."""
        return self.person(self._spare.take_person(role, tier))

    def new_team(self, agents: int = 1) -> Team:
        """A category no other test uses, with 0 to 3 agents who can take its tickets and no others."""
        team = self._spare.take_team(agents)
        return Team(team.key, team.name, team.channel, [self.person(name) for name in team.agents])

    @property
    def _spare(self) -> Cast:
        assert self._cast is not None, "This workspace was started without a cast."
        return self._cast

    @property
    def runs_short(self) -> bool:
        """Whether there may be too few people left for the next test."""
        return self._spare.runs_short

    def channel(self, name: str) -> str:
        """The id of a channel, by name with or without #, or by id."""
        shown = self.sandbox.get("/control/workspace")["channels"]
        found = next((one["id"] for one in shown if name.removeprefix("#") in {one["name"], one["id"]}), None)
        assert found is not None, f"There is no channel {name!r} in this workspace."
        return str(found)

    def invite(self, who: Person | str, channel: str, *, present: bool = True) -> None:
        """Add somebody to a channel or take them out; `app` is the app."""
        user = self.sandbox.get("/control/workspace")["app"]["bot_user_id"] if who == "app" else None
        if isinstance(who, Person):
            user = who.id
        self.sandbox.post(f"/control/channels/{self.channel(channel)}/members", {"user": user, "present": present})

    # Time

    @property
    def now(self) -> datetime:
        """The workspace's present instant, aware UTC."""
        return datetime.fromtimestamp(self.sandbox.get("/control/clock")["now"], UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move the workspace's clock ahead, and with it the bot's."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self.sandbox.put("/control/clock", {"advance": step.total_seconds()})

    def rate(self, rate: float) -> None:
        """Let the clock run `rate` times as fast as the real one."""
        self.sandbox.put("/control/clock", {"rate": rate})

    # Trouble

    def faults(self, **faults: object) -> None:
        """Set faults, as `PUT /control/faults` takes them."""
        self.sandbox.put("/control/faults", dict(faults))

    def disconnect(self, reason: str | None = None) -> None:
        """Cut the app's connections, without a word or with Slack's reason."""
        self.sandbox.post("/control/disconnect", {"reason": reason})

    # Waiting

    def wait_for(self, look: Callable[[], Found | None], failure: Callable[[], str], timeout: float = WAIT_S) -> Found:
        """
        Look again after every change in the workspace until there is something.

        `timeout` is in real seconds. Raises AssertionError with what `failure` says and what the app did last.
        """
        deadline = time.monotonic() + timeout
        seq = self.sandbox.get("/control/changes", timeout=0)["seq"]
        while True:
            found = look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"After {timeout:.0f} s: {failure()}\n{self.describe_app()}")
            seq = self.sandbox.get("/control/changes", since=seq, timeout=round(left, 3))["seq"]

    def at_once(self, *acts: Callable[[], object]) -> None:
        """Do all of these at the same time, each in a thread, and raise the first error of them."""
        gate = threading.Barrier(len(acts))
        errors: list[BaseException] = []

        def run(act: Callable[[], object]) -> None:
            gate.wait()
            try:
                act()
            except BaseException as error:  # noqa: BLE001  raised again below, in the test's own thread
                errors.append(error)

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def log(self) -> list[JSON]:
        """The exchanges between Slack and the app, newest last."""
        entries: list[JSON] = self.sandbox.get("/control/log")["entries"]
        return entries

    def describe_app(self) -> str:
        """What the app did last, for a test's failure."""
        exchanges = "\n".join(f"{one['direction']:>3} {one['name']}: {one['status']}" for one in self.log()[-12:])
        said = f"\n== the bot said\n{self.bot.said()}" if self.bot else ""
        return f"== last exchanges with the app\n{exchanges}{said}"
