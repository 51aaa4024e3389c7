"""Who is who: Slack's people learned once and kept as the desk's."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.payloads import SaidMessage, SlackUser
from bot.settings import PersonSeed
from bot.text import from_slack
from bot.words import inbound as words
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError
from ticketing.model import Person, Role, Tier

log = logging.getLogger(__name__)

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


class OtherOrganization(HelpdeskError):
    """Somebody of another organisation, in a shared channel: they are no one's customer here."""

    def __init__(self, user: SlackUser) -> None:
        self.user = user
        super().__init__(words.OTHER_ORGANIZATION)


class NotAPerson(HelpdeskError):
    """A bot or a workflow, which has no tickets."""

    def __init__(self, user: SlackUser) -> None:
        self.user = user
        super().__init__(words.ONLY_PEOPLE)


@dataclass(frozen=True)
class People:
    """Finds the desk's person for somebody in Slack, asking Slack about each once while the process runs."""

    desk: Desk
    slack: WebClient
    team: str
    bot_user_id: str = ""
    _asked: set[str] = field(init=False, default_factory=set)

    def known(self, user: SlackUser) -> Person:
        """
        The person, learned now if this is their first act; names and zones that have changed since are taken over.

        A workspace admin becomes an admin of the desk when first met (docs/decisions: the first admin). Raises
        OtherOrganization or NotAPerson.
        """
        if user.team != self.team:
            if not self.desk.configuration().channels.other_organizations:
                raise OtherOrganization(user)
            # A customer and never more, whatever role was given to them.
            return replace(self._known(user), role=Role.CUSTOMER)
        return self._known(user)

    def _known(self, user: SlackUser) -> Person:
        person = self.desk.person_by_ref(user.external_ref)
        if person is not None and user.id in self._asked:
            return person
        return self._learn(user, person)

    def _learn(self, user: SlackUser, person: Person | None) -> Person:
        try:
            said = self.slack.users_info(user=user.id)
        except (SlackClientError, OSError) as error:
            log.warning("users.info did not answer (%s); it is asked again next time.", type(error).__name__)
            return person or self.desk.ensure_person(user.external_ref, user.id)
        self._asked.add(user.id)
        told: Mapping[str, Any] = said.get("user") or {}
        if told.get("is_bot"):
            raise NotAPerson(user)
        profile: Mapping[str, Any] = told.get("profile") or {}
        name = profile.get("real_name") or told.get("real_name") or profile.get("display_name") or told.get("name")
        is_new = person is None or person.name == user.id  # stored while Slack did not answer
        person = self.desk.ensure_person(
            user.external_ref, str(name or user.id), email=profile.get("email"), tz=str(told.get("tz") or "UTC")
        )
        if is_new and told.get("is_admin") and user.team == self.team:
            self.desk.set_role(person.id, Role.ADMIN, by=None)
            return self.desk.person(person.id)
        return person

    def as_read(self, text: str) -> str:
        """A message's text as people read it: mentions by name, as far as they are known, and not the one that calls us."""
        text = text.strip().removeprefix(f"<@{self.bot_user_id}>").strip()
        names = {}
        for user_id in set(MENTION.findall(text)):
            person = self.desk.person_by_ref(SlackUser(self.team, user_id).external_ref)
            if person is not None:
                names[user_id] = person.name
        return from_slack(text, names)

    def words_of(self, said: SaidMessage) -> str:
        """What a message says, and after it a line for each file that came with it."""
        files = [words.A_FILE.format(name=each.name, link=each.permalink) for each in said.files]
        return "\n".join([*filter(None, [self.as_read(said.text)]), *files])

    def seed(self, seeds: Iterable[PersonSeed]) -> None:
        """
        Make the file's people who they are to be.

        Only those who are still plain customers: whoever has a role by now keeps what was set since.
        """
        zone = self.desk.configuration().zone
        for seed in seeds:
            user = SlackUser(self.team, seed.slack)
            already = self.desk.person_by_ref(user.external_ref)
            if already is not None and already.role is not Role.CUSTOMER:
                continue
            # A name in the file spares Slack the question, until they first do something.
            person = self.desk.ensure_person(user.external_ref, seed.name, tz=zone) if seed.name else self.known(user)
            if seed.organization and self.desk.customer(person.id).organization_id is None:
                self.desk.set_organization(person.id, seed.organization, seed.tier, by=None)
            elif seed.tier is not Tier.STANDARD and self.desk.customer(person.id).tier is Tier.STANDARD:
                self.desk.set_tier(person.id, seed.tier, by=None)
            if seed.skills and self.desk.agent(person.id) is None:
                self.desk.make_agent(
                    person.id, skills=seed.skills, max_load=seed.max_load, is_senior=seed.senior, by=None
                )
            if seed.as_role > self.desk.person(person.id).role or (already is None and seed.role != "customer"):
                self.desk.set_role(person.id, seed.as_role, by=None)
