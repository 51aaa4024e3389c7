"""Who is who: Slack's people learned once and kept as the desk's."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import patience
from bot.payloads import SaidMessage, SlackUser
from bot.settings import PersonSeed
from bot.text import NAME, cut, from_slack, inline
from bot.words import inbound as words
from bot.words import members
from ticketing.desk import Desk
from ticketing.desk.attachments import LONGEST_URL, MOST_FILES
from ticketing.desk.base import is_key
from ticketing.desk.people import LONGEST_EMAIL, LONGEST_NAME, LONGEST_ZONE
from ticketing.desk.team_log import Changed
from ticketing.errors import HelpdeskError, InvalidInput
from ticketing.model import Attachment, Person, Role, Tier

log = logging.getLogger(__name__)

MADE_UP = "MADEUP"
"""The customer of test tickets, where others have their Slack id: an id that no person of Slack's has."""

UNKNOWN_TO_SLACK = frozenset({"user_not_found", "users_not_found", "user_not_visible"})

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


class NotAColleague(HelpdeskError):
    """Somebody who cannot be of the team: of another organisation, a guest, a bot, or gone."""

    def __init__(self, name: str) -> None:
        super().__init__(members.NOT_OF_HERE.format(name=inline(name, NAME)))


class Deactivated(NotAPerson):
    """Somebody whose account in Slack has ended: what they said stands, but they do nothing more."""


@dataclass(frozen=True)
class People:
    """Finds the desk's person for somebody in Slack, asking Slack about each once while the process runs."""

    desk: Desk
    slack: WebClient
    team: str
    bot_user_id: str = ""
    hurried: WebClient | None = None
    """Asks about somebody who is known already: what is stored does as well, and the act waits for the answer."""
    met: WebClient | None = None
    """Asks about somebody who does something for the first time: what they asked for waits for the answer."""
    _asked: set[str] = field(init=False, default_factory=set)
    _ended: set[str] = field(init=False, default_factory=set)

    def known(self, user: SlackUser) -> Person:
        """
        The person, learned now if this is their first act; names and zones that have changed since are taken over.

        A workspace admin becomes an admin of the desk when first met, and later on while it has none. Raises
        OtherOrganization or NotAPerson.
        """
        self._check_organization(user)
        # Of another organisation: a customer and never more, whatever role was given to them.
        return self._known(user) if user.team == self.team else replace(self._known(user), role=Role.CUSTOMER)

    def acting(self, user: SlackUser) -> Person:
        """As `known`, of somebody who does something now. Raises Deactivated too: a payload may be older than they are."""
        person = self.known(user)
        self.check(user)
        return person

    def check(self, user: SlackUser) -> None:
        """
        Whether somebody may begin anything here, as far as is known without asking: for what stores nothing.

        Raises OtherOrganization or Deactivated.
        """
        self._check_organization(user)
        if user.id in self._ended:
            raise Deactivated(user)

    def _check_organization(self, user: SlackUser) -> None:
        if user.team != self.team and not self.desk.configuration().channels.other_organizations:
            raise OtherOrganization(user)

    def _known(self, user: SlackUser) -> Person:
        person = self.desk.person_by_ref(user.external_ref)
        if person is not None and user.external_ref in self._asked:
            return person
        return self._learn(user, person)

    def _learn(self, user: SlackUser, person: Person | None) -> Person:
        is_waited_for = person is not None or patience.left_s() is not None
        hurried = self.hurried if person is not None else self.met
        slack = (hurried if is_waited_for else None) or self.slack
        try:
            said = slack.users_info(user=user.id)
        except (SlackClientError, OSError) as error:
            log.warning("users.info did not answer (%s); it is asked again next time.", type(error).__name__)
            return person or self.desk.ensure_person(user.external_ref, user.id)
        return self._told(user, person, said.get("user") or {})

    def _told(self, user: SlackUser, person: Person | None, told: Mapping[str, Any]) -> Person:
        theirs = str(told.get("team_id") or user.team)
        if user.team == self.team and theirs != self.team:
            # Who put an emoji there is told without their organization: in a shared channel it may be another.
            return self.known(SlackUser(theirs, user.id))
        self._asked.add(user.external_ref)
        if told.get("is_bot"):
            raise NotAPerson(user)
        if told.get("deleted"):
            self._ended.add(user.id)
        profile: Mapping[str, Any] = told.get("profile") or {}
        name = profile.get("real_name") or told.get("real_name") or profile.get("display_name") or told.get("name")
        is_new = person is None or person.name == user.id  # stored while Slack did not answer
        person = self.desk.ensure_person(
            user.external_ref,
            cut(str(name or user.id), LONGEST_NAME, len),
            email=_as_told(profile.get("email"), LONGEST_EMAIL),
            tz=_as_told(told.get("tz"), LONGEST_ZONE) or "UTC",
        )
        if told.get("is_admin") and user.team == self.team and (is_new or not self._has_admin()):
            self.desk.set_role(person.id, Role.ADMIN, by=None)
            return self.desk.person(person.id)
        return person

    def colleague(self, user_id: str) -> Person:
        """
        Somebody who could be of the team: a person of this very workspace, and no guest in it. Raises NotAColleague, and
        SlackApiError where Slack does not say.
        """
        told: Mapping[str, Any] = self.slack.users_info(user=user_id).get("user") or {}
        is_guest = told.get("is_restricted") or told.get("is_ultra_restricted") or told.get("is_stranger")
        if told.get("team_id") != self.team or is_guest or told.get("is_bot") or told.get("deleted"):
            raise NotAColleague(str(told.get("real_name") or user_id))
        return self._chosen(user_id, told)

    def changed(self, told: Mapping[str, Any]) -> Person | None:
        """
        What Slack says anew of somebody of this workspace whom the desk knows: their name and zone, and whether their account
        has ended. None for everybody else; nobody is learned by it.
        """
        user = SlackUser(self.team, str(told.get("id") or ""))
        person = self.desk.person_by_ref(user.external_ref) if told.get("team_id") == self.team else None
        if person is None or told.get("is_bot"):
            return None
        if told.get("deleted"):
            self._ended.add(user.id)
            return person  # of who is gone Slack says no more than that
        self._ended.discard(user.id)
        return self._told(user, person, told)

    def heard_of(self, user_id: str) -> Person | None:
        """Somebody of this workspace whom the desk knows already; nobody is learned by it."""
        return self.desk.person_by_ref(SlackUser(self.team, user_id).external_ref)

    def chosen(self, user_id: str, field: str) -> Person:
        """
        Somebody who was chosen in a form to have a ticket: a person of this very workspace, a guest too.

        A list of people in Slack offers those of other organisations, apps and people who are gone as well. Raises
        InvalidInput at `field` for them, and where Slack does not say.
        """
        try:
            told: Mapping[str, Any] = self.slack.users_info(user=user_id).get("user") or {}
        except SlackApiError as error:
            if error.response.get("error") in UNKNOWN_TO_SLACK:
                raise InvalidInput(field, words.FOR_WHOM_WRONG) from None
            raise InvalidInput(field, words.FOR_WHOM_NOT_SAID) from None
        except (SlackClientError, OSError):
            raise InvalidInput(field, words.FOR_WHOM_NOT_SAID) from None
        if told.get("team_id") != self.team or told.get("is_stranger") or told.get("is_bot") or told.get("deleted"):
            raise InvalidInput(field, words.FOR_WHOM_WRONG)
        return self._chosen(user_id, told)

    def _chosen(self, user_id: str, told: Mapping[str, Any]) -> Person:
        """Slack has just told who that is, and is not asked again."""
        user = SlackUser(self.team, user_id)
        return self._told(user, self.desk.person_by_ref(user.external_ref), told)

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

    def files_of(self, said: Iterable[SaidMessage]) -> tuple[Attachment, ...]:
        """The files that came with messages, as the desk refers to them; `words_of` names them to whoever reads."""
        files = {
            each.id: Attachment(each.id, each.name, url=each.permalink)
            for one in said
            for each in one.files
            if each.permalink.startswith("https://") and len(each.permalink) <= LONGEST_URL
        }
        return tuple(files.values())[:MOST_FILES]

    def _has_admin(self) -> bool:
        return any(person.role is Role.ADMIN for person in self.desk.members())

    def _was_decided(self, person: Person) -> bool:
        """Somebody has said in Slack what this person is: no file makes an agent of whom a lead has removed."""
        return any(
            change.by is not None and change.what in {Changed.ROLE, Changed.AGENT}
            for change in self.desk.changes_of(person.id, limit=100)
        )

    def seed(self, seeds: Iterable[PersonSeed]) -> None:
        """
        Make the file's people who they are to be.

        Only those who are still plain customers: whoever has a role by now keeps what was set since.
        """
        zone = self.desk.configuration().zone
        seeds = list(seeds)
        names_admin = any(seed.role == "admin" for seed in seeds)
        for seed in seeds:
            user = SlackUser(self.team, seed.slack)
            already = self.desk.person_by_ref(user.external_ref)
            if already is not None and (already.role is not Role.CUSTOMER or self._was_decided(already)):
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
            now = self.desk.person(person.id).role
            # The admin of the workspace stays an admin where the file names none: somebody has to be.
            lowers_last_admin = now is Role.ADMIN and not names_admin
            if seed.as_role > now or (already is None and seed.role != "customer" and not lowers_last_admin):
                self.desk.set_role(person.id, seed.as_role, by=None)


def _as_told(said: Any, longest: int) -> str | None:
    """A detail as Slack has it; None for one that the desk could not keep: nobody is turned away for it."""
    return said if isinstance(said, str) and len(said) <= longest and is_key(said) else None
