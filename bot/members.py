"""The team as leads see and change it: read through the desk into the renderers' frozen values, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from bot import text
from bot.actions import Form
from bot.blocks.parts import counted, said
from bot.clock import Clock
from bot.payloads import ShownView
from bot.values import MalformedValue
from bot.views.asking import Kind, Question, QuestionForm, TeamList, TeamMember
from bot.views.lists import Page
from bot.words import common
from bot.words import members as words
from bot.written import hours_text, read_hours, read_skills, skills_text
from ticketing.configuration import Configuration
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, Member, MemberChange
from ticketing.desk.team_log import TeamChange
from ticketing.errors import InvalidInput
from ticketing.model import Agent, Person, PersonId, Role, Tier

PAGE = 10
CHANGES = 3
LEAVES = 5
SKILLS_SHOWN = 8
OWN_TIER = "organization"
T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """
    What the form of a person remembers: whom, the last change of them, and what stood in it that the log does not hold.

    `told` is of how many tickets it has said that they go back to the queue.
    """

    person: PersonId
    seen: int
    available: bool
    organization_tier: Tier
    told: int = 0

    def text(self) -> str:
        return json.dumps([self.person, self.seen, self.available, self.organization_tier, self.told])

    @classmethod
    def read(cls, metadata: str) -> Shown:
        """The reverse of `text`. Raises MalformedValue."""
        try:
            person, seen, available, tier, told = json.loads(metadata)
            return cls(PersonId(int(person)), int(seen), bool(available), Tier(tier), int(told))
        except (TypeError, ValueError, OverflowError) as error:
            raise MalformedValue(metadata) from error


@dataclass(frozen=True)
class Members:
    """Reads the list and the form of a person, and what was put into it."""

    desk: Desk
    clock: Clock

    def list(self, reader: Person, page: int = 1, told: str = "") -> TeamList:
        """A page of who is of the team."""
        members = self.desk.members()
        agents = {agent.id: agent for agent in self.desk.agents()}
        pages = max(1, -(-len(members) // PAGE))
        page = min(max(1, page), pages)
        configuration = self.desk.configuration()
        names = skill_names(configuration)
        taking = sum(agent.is_available for agent in agents.values())
        lines = [told] if told else []
        lines += [counted(words.TEAM_COUNT, len(members), taking=taking)] if members else []
        return TeamList(
            members=tuple(
                TeamMember(
                    id=each.id, line=_row(each, agents.get(each.id), names, reader.tz), name=text.first_name(each.name)
                )
                for each in members[(page - 1) * PAGE : page * PAGE]
            ),
            page=Page(number=page, of=pages),
            lines=(*lines, *_follows(configuration)),
        )

    def form(self, person_id: PersonId, reader: Person) -> QuestionForm:
        """The form of a person, as they stand now."""
        member = self.desk.member(person_id)
        head = said(words.PERSON_HEAD, name=text.inline(member.person.name, text.NAME), zone=member.person.tz)
        if member.agent:
            load = said(words.PERSON_HOLDS, load=member.agent.current_load, max_load=member.agent.max_load)
            head = f"{head} {load}"
        return QuestionForm(
            form=Form.PERSON,
            title=text.plain(text.first_name(member.person.name), 24),
            lines=(head,),
            questions=(
                *_questions_of_role(member, reader, self.desk.configuration()),
                *_questions_of_presence(member),
                *_questions_of_customer(member),
            ),
            below=tuple(self._changed(change, reader) for change in self.desk.changes_of(person_id, limit=CHANGES)),
            submit=words.SAVE,
            remembered=Shown(
                person=person_id,
                seen=member.seen,
                available=bool(member.agent and member.agent.is_available),
                organization_tier=member.organization_tier or Tier.STANDARD,
            ).text(),
        )

    def read(self, view: ShownView, shown: Shown) -> MemberChange:
        """What was put into the form. Raises InvalidInput at the field, MalformedValue for what no form sends."""
        member = self.desk.member(shown.person)
        names = skill_names(self.desk.configuration())
        names |= {skill: skill for skill in (member.agent.skills if member.agent else {}) if skill not in names}
        try:
            role = Role(int(view.text("role")))
            assignable = Assignable(view.text("assignable"))
            tier = None if view.text("tier") == OWN_TIER else Tier(view.text("tier"))
            organization_tier = Tier(view.text("organization_tier"))
        except ValueError as error:
            raise MalformedValue(view.text("role")) from error
        is_unsaid = member.assignable is Assignable.FOLLOWS and member.agent is None
        if assignable is Assignable.NO and is_unsaid and not self.desk.configuration().follow.is_on:
            assignable = Assignable.FOLLOWS  # nothing was said, and nothing is followed
        available = view.text("available") == "yes"
        organization = _organization(view.text("organization"), organization_tier, member, shown)
        return MemberChange(
            role=role,
            assignable=assignable,
            skills=_at("skills", lambda: read_skills(view.text("skills"), names)),
            max_load=_number(view.text("max_load")),
            is_senior=view.text("is_senior") == "yes",
            shifts=_at("shifts", lambda: read_hours(view.text("shifts"))) or None,
            tier=tier,
            available=available if member.agent and available is not shown.available else None,
            leave=_leave(view, member.person.tz),
            ended_leaves=tuple(
                start for at, (start, _) in enumerate(member.leaves[:LEAVES]) if view.text(f"leave{at}") == "end"
            ),
            organization=organization,
            organization_tier=organization_tier,
        )

    @staticmethod
    def saved(name: str) -> str:
        """What is told of a change, mrkdwn."""
        return said(words.SAVED, name=text.inline(name, text.NAME))

    def touched(self, person_id: PersonId, change: MemberChange) -> int:
        """How many tickets a change would move: what is held by who takes none any more goes back to the queue."""
        agent = self.desk.member(person_id).agent
        return agent.current_load if agent is not None and change.assignable is Assignable.NO else 0

    def checked(self, view: ShownView, shown: Shown, touched: int, reader: Person) -> QuestionForm:
        """The form as it was filled in, with what it would touch: sent once more it is stored."""
        form, name = self.form(shown.person, reader), self.desk.person(shown.person).name
        questions = tuple(replace(one, value=view.text(one.block)) for one in form.questions)
        line = counted(words.TOUCHES, touched, name=text.first(name))
        remembered = replace(shown, told=touched).text()
        return replace(form, lines=(words.HEAD_CHECK, line, *form.lines), questions=questions, remembered=remembered)

    def _changed(self, change: TeamChange, reader: Person) -> str:
        at = text.at(change.at, reader.tz)
        if change.by is None:
            return said(words.CHANGED_LAST_DESK, at=at, what=words.CHANGED[change.what])
        who = text.first(self.desk.person(change.by).name)
        return said(words.CHANGED_LAST, who=who, at=at, what=words.CHANGED[change.what])


def skill_names(configuration: Configuration) -> dict[str, str]:
    """Each skill that a category asks for, and what people read of it: the category's name if it is its own."""
    own = {category.skill: category.name for category in configuration.categories if category.skill == category.key}
    return {category.skill: own.get(category.skill, category.skill) for category in configuration.categories}


def _row(person: Person, agent: Agent | None, names: Mapping[str, str], zone: str) -> str:
    skills, load = words.TEAM_NO_AGENT, ""
    if agent is not None:
        known = [
            said(words.TEAM_SKILL, name=text.inline(names.get(key, key), text.NAME), level=level)
            for key, level in sorted(agent.skills.items())
        ]
        rest = len(known) - SKILLS_SHOWN
        listed = ", ".join(known[:SKILLS_SHOWN])
        listed = said(words.TEAM_MORE_SKILLS, skills=listed, count=rest) if rest > 0 else listed
        skills = f"{listed}." if known else words.TEAM_NO_SKILLS
        skills += f" {words.TEAM_SENIOR}" if agent.is_senior else ""
        template = words.TEAM_LOAD if agent.is_available else words.TEAM_LOAD_AWAY
        template = words.TEAM_LOAD_AWAY_UNTIL if agent.away_until and not agent.is_available else template
        until = text.until(agent.away_until, zone) if agent.away_until else ""
        load = said(template, load=agent.current_load, max_load=agent.max_load, until=until)
    name = text.inline(person.name, text.NAME)
    return said(words.TEAM_ROW, name=name, role=words.ROLE[person.role], skills=skills, load=load).rstrip()


def _follows(configuration: Configuration) -> list[str]:
    follow = configuration.follow
    places = [text.channel(follow.channel)] if follow.channel else []
    if follow.usergroup:
        places.append(said(words.TEAM_FOLLOWS_GROUP, group=text.inline(follow.usergroup, text.NAME)))
    return [said(words.TEAM_FOLLOWS, places=" and ".join(places))] if places else []


def _questions_of_role(member: Member, reader: Person, configuration: Configuration) -> list[Question]:
    agent, names = member.agent, skill_names(configuration)
    # Who is an admin only admins say: what a reader could not choose is not offered.
    is_fixed = reader.role < Role.ADMIN and member.person.role is Role.ADMIN
    roles = [member.person.role] if is_fixed else [role for role in Role if role <= reader.role]
    follows = member.assignable is Assignable.FOLLOWS
    is_followed = follows and (agent is not None or configuration.follow.is_on)
    offered = [Assignable.YES, Assignable.NO]
    offered += [Assignable.FOLLOWS] if is_followed or configuration.follow.is_on else []
    chosen = member.assignable if not follows or is_followed else Assignable.NO
    return [
        Question(
            block="role",
            label=words.ROLE_LABEL,
            kind=Kind.CHOICE,
            value=str(int(member.person.role)),
            options=tuple((str(int(role)), words.ROLE_OPTION[role]) for role in roles),
            hint=words.ROLE_HINT,
            is_optional=False,
        ),
        Question(
            block="assignable",
            label=words.ASSIGNABLE_LABEL,
            kind=Kind.CHOICE,
            value=chosen.value,
            options=tuple((each.value, words.ASSIGNABLE[each]) for each in offered),
            hint=words.ASSIGNABLE_HINT,
            is_optional=False,
        ),
        Question(
            block="skills",
            label=words.SKILLS_LABEL,
            kind=Kind.LINES,
            value=skills_text(agent.skills if agent else {}, names),
            hint=words.SKILLS_HINT,
        ),
        Question(
            block="max_load",
            label=words.LOAD_LABEL,
            value=str(agent.max_load if agent else configuration.default_max_load),
            hint=words.LOAD_HINT,
        ),
        Question(
            block="is_senior",
            label=words.SENIOR_LABEL,
            kind=Kind.CHOICE,
            value="yes" if agent and agent.is_senior else "no",
            options=words.YES_NO,
            hint=words.SENIOR_HINT,
            is_optional=False,
        ),
    ]


def _questions_of_presence(member: Member) -> list[Question]:
    shifts = Question(
        block="shifts",
        label=words.SHIFTS_LABEL,
        kind=Kind.LINES,
        value=hours_text(member.shifts),
        hint=words.SHIFTS_HINT,
    )
    if member.agent is None:
        return [shifts]
    available = Question(
        block="available",
        label=words.AVAILABLE_LABEL,
        kind=Kind.CHOICE,
        value="yes" if member.agent.is_available else "no",
        options=words.AVAILABLE_OPTIONS,
        is_optional=False,
    )
    leaves = [
        Question(
            block=f"leave{at}",
            label=said(words.LEAVE_LABEL, days=_days(start, end, member.person.tz)),
            kind=Kind.CHOICE,
            value="keep",
            options=words.LEAVE_OPTIONS,
            is_optional=False,
        )
        for at, (start, end) in enumerate(member.leaves[:LEAVES])
    ]
    start = Question(block="start", label=words.LEAVE_START, kind=Kind.DATE)
    return [shifts, available, *leaves, start, Question(block="end", label=words.LEAVE_END, kind=Kind.DATE)]


def _questions_of_customer(member: Member) -> list[Question]:
    tiers = tuple((tier.value, words.TIER[tier]) for tier in Tier)
    return [
        Question(
            block="tier",
            label=words.TIER_LABEL,
            kind=Kind.CHOICE,
            value=member.own_tier.value if member.own_tier else OWN_TIER,
            options=((OWN_TIER, words.TIER_OF_ORGANIZATION), *tiers),
            hint=words.TIER_HINT,
            is_optional=False,
        ),
        Question(block="organization", label=words.ORGANIZATION_LABEL, value=member.customer.organization_name or ""),
        Question(
            block="organization_tier",
            label=words.ORGANIZATION_TIER,
            kind=Kind.CHOICE,
            value=(member.organization_tier or Tier.STANDARD).value,
            options=tiers,
            hint=words.ORGANIZATION_TIER_HINT,
            is_optional=False,
        ),
    ]


def _organization(name: str, tier: Tier, member: Member, shown: Shown) -> str | None:
    """The organization's name; None for as it is."""
    was = member.customer.organization_name or ""
    if not name and tier is not shown.organization_tier and not was:
        raise InvalidInput("organization", words.ORGANIZATION_MISSING)
    return None if (name, tier) == (was, shown.organization_tier) else name


def _leave(view: ShownView, zone: str) -> tuple[datetime, datetime] | None:
    """From the first day's beginning to the last day's end, as the agent's own clock has them."""
    first, last = view.text("start"), view.text("end")
    if not first and not last:
        return None
    if not first or not last:
        raise InvalidInput("end" if first else "start", words.LEAVE_BOTH)
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise MalformedValue(first) from error
    if end < start:
        raise InvalidInput("end", words.LEAVE_ORDER)
    here = text.zone_of(zone)
    try:
        return (
            datetime.combine(start, time(), here).astimezone(UTC),
            datetime.combine(end + timedelta(days=1), time(), here).astimezone(UTC),
        )
    except OverflowError as error:
        raise InvalidInput("end", words.LEAVE_TOO_FAR) from error


def _days(start: datetime, end: datetime, zone: str) -> str:
    last = end - timedelta(seconds=1)
    days = [f"{each.day} {common.MONTHS[each.month - 1]}" for each in (text.local(start, zone), text.local(last, zone))]
    return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"


def _number(written: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) <= 9):
        raise InvalidInput("max_load", words.NO_NUMBER)
    return int(written)


def _at(field: str, read: Callable[[], T]) -> T:
    """What cannot be read is said at its field."""
    try:
        return read()
    except ValueError as fault:
        raise InvalidInput(field, str(fault)) from fault
