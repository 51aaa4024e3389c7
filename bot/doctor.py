"""`helpdesk doctor`: whether everything is there that the desk needs, and what to press where it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_sdk.errors import SlackApiError

from bot import places
from bot.app import clock_of, web_client
from bot.channel_checks import ChannelChecks
from bot.settings import Settings
from bot.starting import installed
from ticketing.categories import Category
from ticketing.configuration import Configuration, parse
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.job_runs import JobRun

PRESS_CHANNELS = (
    "In Slack, an admin opens the app's Home and presses Set-up, Channels; "
    "or run helpdesk init --triage NAME --escalations NAME."
)
PARKED_READ, PARKED_SHOWN = 1000, 10
"""How many rows that could not be shown are counted, and of how many places with their reasons a line is said."""

PRESS_FOLLOW = "An admin presses Set-up, Agents by membership."


def examine(settings: Settings, say: Callable[[str], None]) -> int:
    """
    Look at database, token, jobs and channels, and say a line of each; how many are not as they have to be.

    Raises what opening the database and asking Slack raise.
    """
    return _Doctor(settings, say).examine()


@dataclass(frozen=True)
class _Doctor:
    settings: Settings
    say: Callable[[str], None]

    def examine(self) -> int:
        settings = self.settings
        self.say(f"ok       settings: {settings.transport} transport")
        migrate(settings.database_url)
        database = Database.open(settings.database_url)
        try:
            desk = Desk(database, clock_of(settings))
            configuration = desk.configuration() if desk.configuration().version else parse(settings.desk)
            self.say("ok       database")
            faults = 0 if self._jobs_are_alive(desk.job_runs(), datetime.now(UTC)) else 1
            faults += not self._index_is_as_set(desk)
            parked = self._parked(desk)
        finally:
            database.close()
        self.say(f"ok       token: workspace {installed(settings).team}")
        channels = configuration.channels
        for name, channel in (("triage", channels.triage), ("escalations", channels.escalations)):
            faults += not self._channel_is_ready(name, channel)
        for category in configuration.categories:
            if category.private:
                faults += not self._private_channel_is_ready(category)
            else:
                faults += self._own_channels_are_ready(category)
        for line in parked:
            self.say(line)
        return faults + self._followed_is_ready(configuration)

    def _parked(self, desk: Desk) -> list[str]:
        """What could not be shown, and is not tried again: how much of it where, and what Slack said. It is told, no fault."""
        counted = Counter((each.place, each.reason) for each in desk.outbox.parked(PARKED_READ))
        return [
            f"parked   {count}, not shown in {_place(desk, place)}: {reason}"
            for (place, reason), count in counted.most_common(PARKED_SHOWN)
        ]

    def _jobs_are_alive(self, runs: Sequence[JobRun], now: datetime) -> bool:
        """Whether what runs by itself does so, in one process at least. Before the first start there is nothing to say."""
        late = [run for run in runs if run.expected_by < now]
        if not runs:
            return True
        if len(late) == len(runs):
            self.say(
                f"down     no helpdesk has been running since {late[-1].expected_by:%d %b %H:%M} UTC. Start it: helpdesk run"
            )
        elif late:
            names = ", ".join(run.name for run in late)
            self.say(f"dead     jobs that no longer run: {names}. The log says why; restart the helpdesk.")
        else:
            self.say(f"ok       jobs: {len(runs)} run")
        return not late

    def _index_is_as_set(self, desk: Desk) -> bool:
        """Whether searches care for the endings of words as the configuration in force says, in all tickets."""
        asked, made = desk.configuration().stemming, desk.stemming_of_index()
        if made is asked and (so_far := desk.reindex_progress()) is not None:
            done, total = so_far
            self.say(
                f"half     search index: {done:,} of {total:,} tickets are indexed anew. Run helpdesk reindex again."
            )
            return False
        if made is not asked:
            self.say(
                f"old      search index: stemming is {made} there and {asked} in the settings. "
                "In a quiet hour, run helpdesk reindex."
            )
        return made is asked

    def _followed_is_ready(self, configuration: Configuration) -> int:
        """How many of the channel and the user group whose members are agents cannot be followed."""
        checks, follow = ChannelChecks(web_client(self.settings)), configuration.follow
        channel = checks.fault(follow.channel, private=True) if follow.channel else None
        group = checks.group_fault(follow.usergroup) if follow.usergroup else None
        faults = [fault for fault in (channel, group) if fault]
        for fault in faults:
            self.say(f"missing  agents by membership: {fault} {PRESS_FOLLOW}")
        return len(faults)

    def _own_channels_are_ready(self, category: Category) -> int:
        """How many of the channels that only this category has are not ready; of those that are nothing is said."""
        checks = ChannelChecks(web_client(self.settings))
        found = 0
        for purpose, channel in (("tickets", category.channel), ("alerts", category.escalations)):
            fault = checks.fault(channel) if channel else None
            if fault is not None:
                self.say(f"missing  channel for {purpose} of the category {category.key}, {channel}: {fault}")
                found += 1
        return found

    def _private_channel_is_ready(self, category: Category) -> bool:
        """Whether a private category's channel is there, has the app in it, and is private itself."""
        if not self._channel_is_ready(f"the private category {category.key}", category.channel):
            return False
        if not web_client(self.settings).conversations_info(channel=str(category.channel))["channel"].get("is_private"):
            self.say(
                f"public   the category {category.key} is private, but anybody can read and join its channel. Choose another."
            )
            return False
        return True

    def _channel_is_ready(self, name: str, channel: str | None) -> bool:
        if channel is None:
            self.say(f"missing  channel for {name}: nobody has chosen one. {PRESS_CHANNELS}")
            return False
        try:
            told = web_client(self.settings).conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            self.say(f"missing  channel for {name}: {channel} cannot be seen ({error.response.get('error')})")
            return False
        if told.get("is_archived"):
            self.say(f"missing  channel for {name}: #{told.get('name')} is archived. {PRESS_CHANNELS}")
            return False
        if not told.get("is_member"):
            self.say(f"missing  the app is not in #{told.get('name')}. There, type /invite @Helpdesk.")
            return False
        self.say(f"ok       channel for {name}: #{told.get('name')}")
        return True


def _place(desk: Desk, place: str) -> str:
    person_id = places.person_in(place)
    if person_id is None:
        return f"the channel {places.channel_in(place) or place}"
    return f"the messages of {desk.person(person_id).external_ref}"
