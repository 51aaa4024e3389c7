"""
Agents by membership: the members of a private channel or of a user group are agents, if the set-up says so.

Asked of Slack again and again, since a channel is left in silence. Nobody is removed on a guess: while Slack does not
say who the members are, and while the channel is one that anybody may join, all stays as it is (docs/team.md).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.channel_checks import ChannelChecks
from bot.people import NotAColleague, NotAPerson, People
from bot.private import reason_of
from ticketing.desk import Desk
from ticketing.follow import Follow
from ticketing.model import PersonId

log = logging.getLogger(__name__)

PAGE, PAGES = 1000, 20
ASKED_AT_ONCE = 40
"""People who are looked up in one step; users.info may be called a hundred times a minute, and others call it too."""


@dataclass(frozen=True)
class Following:
    """Keeps the agents by membership what the members are."""

    desk: Desk
    slack: WebClient
    people: People
    _known: dict[str, PersonId | None] = field(init=False, default_factory=dict)
    _said: set[str] = field(init=False, default_factory=set)

    def step(self, _now: datetime) -> None:
        """Look who the members are, and let the desk follow."""
        follow = self.desk.configuration().follow
        if not follow.is_on:
            return
        try:
            members = self._members(follow)
            people = self._people(members) if members is not None else None
        except (SlackClientError, OSError) as error:
            self._say_once(f"Who is an agent by membership is not known ({reason_of(error)}): all stays as it is.")
            return
        if people is not None:
            self._said.clear()
            self.desk.follow_members(people, skills=follow.skills)

    def _members(self, follow: Follow) -> set[str] | None:
        """Their ids; None where they cannot be trusted. Raises SlackClientError, OSError."""
        found: set[str] = set()
        if follow.channel:
            fault = ChannelChecks(self.slack).fault(follow.channel, private=True)
            if fault is not None:
                self._say_once(f"The channel whose members are agents is not followed: {fault}")
                return None
            found |= self._of_channel(follow.channel)
        if follow.usergroup:
            said = self.slack.usergroups_users_list(usergroup=follow.usergroup)
            found |= {str(user) for user in said.get("users") or ()}
        return found

    def _of_channel(self, channel: str) -> set[str]:
        """https://docs.slack.dev/reference/methods/conversations.members"""
        found: set[str] = set()
        cursor = ""
        for _ in range(PAGES):
            said = self.slack.conversations_members(channel=channel, limit=PAGE, cursor=cursor or None)
            found.update(str(member) for member in said.get("members") or [])
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return found
        raise OSError("more members than are read")

    def _people(self, members: set[str]) -> set[PersonId] | None:
        """The desk's people, without guests, strangers and bots; None until all of them have been looked up."""
        for user in self._known.keys() - members:  # who comes again is looked up again
            del self._known[user]
        unknown = sorted(members - self._known.keys())
        for user in unknown[:ASKED_AT_ONCE]:
            try:
                self._known[user] = self.people.colleague(user).id
            except (NotAColleague, NotAPerson):
                self._known[user] = None
        if len(unknown) > ASKED_AT_ONCE:
            return None
        return {person for user in members if (person := self._known[user]) is not None}

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            log.warning("%s", sentence)
