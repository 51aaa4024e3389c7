"""
Who sees the tickets of a private category: the members of its channel, asked of Slack, and nobody else.

What Slack said is kept for a short while of machine time. While Slack does not answer nobody is a member: what cannot be
known is not seen (docs/private-categories.md).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.private import reason_of
from ticketing.categories import Category
from ticketing.desk import Desk
from ticketing.model import Person, PersonId

log = logging.getLogger(__name__)

KEPT = timedelta(seconds=30)
"""How long an answer of Slack's counts: somebody taken out of a channel sees no more of it half a minute later."""

KEPT_FAILURE = timedelta(seconds=2)
"""How long Slack is not asked again after it did not answer, so that nobody waits twice in a row."""

ASKED_EVERY = timedelta(seconds=20)
"""How often it is refreshed (bot/leaving.py). What would wear off before the next time is asked for then: nobody waits for it."""

PAGE = 1000
PAGES = 20

PASSES = frozenset(
    {
        *("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"),
        *("team_added_to_org", "org_login_required"),
    }
)
"""What Slack says when it cannot say just now; anything else it says is an answer: nobody is known to be in there."""


class NotSaid(Exception):
    """Slack does not say just now who may see a private category."""


def machine_time() -> datetime:
    """As this machine's clock has it, which may be set back."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sight:
    """
    Answers for private categories. Without Slack (`slack` None) nobody sees any.

    `clock` is machine time.
    """

    desk: Desk
    slack: WebClient | None = None
    team: str = ""
    clock: Callable[[], datetime] = machine_time
    _known: dict[str, tuple[frozenset[str] | None, datetime, datetime]] = field(init=False, default_factory=dict)
    _seen_in: dict[str, frozenset[str]] = field(init=False, default_factory=dict)
    _guard: Lock = field(init=False, default_factory=Lock)

    def sees(self, person: Person, category: str) -> bool:
        """Whether somebody of the team may know of that category's tickets."""
        channel = self._private_channel(category)
        return channel is None or self._is_member(person, channel)

    def who_sees(self, category: str) -> frozenset[PersonId] | None:
        """Who of the team may know of that category's tickets, in one look; None where all of them may."""
        channel = self._private_channel(category)
        if channel is None:
            return None
        members = self._members_of(channel) or frozenset()
        return frozenset(person.id for person in self.desk.members() if _slack_id(person) in members)

    def hidden(self, person: Person) -> frozenset[str]:
        """The private categories that somebody may not know of."""
        return frozenset(
            each.key
            for each in self.desk.configuration().private_categories
            if not (each.channel and self._is_member(person, each.channel))
        )

    def surely_hidden(self, person: Person, category: str) -> bool:
        """
        Whether a category's tickets are to be kept from somebody of the team, for what would be lost if it were withheld
        by mistake. Raises NotSaid.
        """
        channel = self._private_channel(category)
        if channel is None:
            return False
        members = self._members_of(channel)
        if members is None and self.slack is not None:
            raise NotSaid
        return members is None or _slack_id(person) not in members

    def private_categories(self) -> frozenset[str]:
        """All private categories: what is only counted wherever not just their members read."""
        return frozenset(each.key for each in self.desk.configuration().private_categories)

    def holders(self, category: Category) -> frozenset[str] | None:
        """
        Who can be given that category's tickets, by their outside references; None where it may be anybody.

        As was last heard: it asks nobody, so it can be called within a transaction, and until `refresh` has heard from
        Slack it is nobody. Give it to `desk.restrict_holders`.
        """
        if not category.private:
            return None
        with self._guard:
            known = self._known.get(category.channel or "")
        members = known[0] if known is not None else None
        return frozenset(f"{self.team}:{member}" for member in members or ())

    def refresh(self) -> list[tuple[str, frozenset[str]]]:
        """
        Ask Slack about every private category whose answer wears off before the next time.

        Of each, by its key, the outside references of those who have left its channel since it was last asked so.
        """
        left = []
        for category in self.desk.configuration().private_categories:
            members = self._members_of(category.channel, for_=ASKED_EVERY) if category.channel else None
            if category.channel is not None and members is not None:
                before = self._seen_in.get(category.channel, members)
                self._seen_in[category.channel] = members
                left.append((category.key, frozenset(f"{self.team}:{member}" for member in before - members)))
        return [(key, refs) for key, refs in left if refs]

    def _private_channel(self, key: str) -> str | None:
        """The channel of a private category; None for a category that everybody of the team sees."""
        category = self.desk.configuration().private_category(key)
        return category.channel or "" if category is not None else None

    def _is_member(self, person: Person, channel: str) -> bool:
        members = self._members_of(channel)
        return members is not None and _slack_id(person) in members

    def _members_of(self, channel: str, *, for_: timedelta = timedelta()) -> frozenset[str] | None:
        """As was last heard, if that counts for so long yet, by a clock that was not set back since; else as Slack says now."""
        now = self.clock()
        with self._guard:
            known = self._known.get(channel)
        if known is not None and known[1] <= now and now + for_ < known[2]:
            return known[0]
        members = self._ask(channel)
        if members is None and known is not None and known[1] <= now < known[2]:
            return known[0]
        until = now + (KEPT if members is not None else KEPT_FAILURE)
        with self._guard:
            self._known[channel] = (members, now, until)
        return members

    def _ask(self, channel: str) -> frozenset[str] | None:
        """https://docs.slack.dev/reference/methods/conversations.members; None where Slack does not say."""
        if self.slack is None or not channel:
            return None
        found: set[str] = set()
        cursor = ""
        try:
            for _ in range(PAGES):
                said = self.slack.conversations_members(channel=channel, limit=PAGE, cursor=cursor or None)
                found.update(str(member) for member in said.get("members") or [])
                cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    return frozenset(found)
        except (SlackClientError, OSError) as error:
            if isinstance(error, SlackApiError) and error.response.get("error") not in PASSES:
                log.warning(
                    "Who is in %s is not told (%s): nobody sees its private tickets.", channel, reason_of(error)
                )
                return frozenset()
            log.warning("Who is in %s is not known (%s): its private tickets are hidden.", channel, reason_of(error))
            return None
        log.warning("%s has more members than are read: its private tickets are hidden from the rest.", channel)
        return frozenset(found)


def _slack_id(person: Person) -> str:
    """The user id in a person's outside reference (`T1:U1`)."""
    return person.external_ref.rpartition(":")[2]
