"""A private category is seen by its channel's members and nobody else, whatever their role; and by the ticket's customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.access import Access
from bot.actions import Act
from bot.clock import SystemClock
from bot.payloads import SlackUser
from bot.people import People
from bot.screens import Screens
from bot.settings import PersonSeed
from bot.sight import KEPT, Sight
from bot.views import ListKind
from tests.conftest import SqliteTemplates
from tests.end_to_end.sandbox import Sandbox
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, TicketNotFound
from ticketing.model import Person, PersonId, TicketRef

TEAM, CHANNEL = "T0NORTHWND", "C0ESCALATE"
USERS = {
    "customer": "U0MARA0001",
    "other customer": "U0TOMAS001",
    "agent": "U0AMIR0001",
    "lead": "U0LENA0001",
    "admin": "U0PRIYA001",
}
TEAM_ROLES = ("agent", "lead", "admin")
SEEDS = tuple(
    PersonSeed(
        slack=USERS[role],
        name=role,
        role="customer" if "customer" in role else role,  # type: ignore[arg-type]
        skills={} if "customer" in role else {"personnel": 3},
    )
    for role in USERS
)


class Office:
    """A desk with a private category, and who is in its channel."""

    def __init__(self, sandbox: Sandbox, desk: Desk) -> None:
        known = sandbox.credentials()
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.sandbox, self.desk = sandbox, desk
        self.slack = WebClient(known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=2)
        self.sight = Sight(desk, self.slack, TEAM, lambda: self.now)
        people = People(desk, self.slack, TEAM)
        people.seed(SEEDS)
        self.access = Access(desk, people, self.sight)
        self.screens = Screens(desk, SystemClock(), self.sight)
        desk.restrict_holders(self.sight.holders)

    def members(self, *roles: str) -> None:
        for role in TEAM_ROLES:
            path, body = f"/control/channels/{CHANNEL}/members", {"user": USERS[role], "present": role in roles}
            self.sandbox.post(path, body)
        self.now += KEPT
        self.sight.refresh()

    def person(self, role: str) -> Person:
        found = self.desk.person_by_ref(f"{TEAM}:{USERS[role]}")
        assert found is not None
        return found

    def user(self, role: str) -> SlackUser:
        return SlackUser(TEAM, USERS[role])

    def ticket(self, of: str = "customer") -> TicketRef:
        return self.desk.open_ticket(
            self.person(of).id, subject="Pay", description="Mine.", category="personnel", source=f"v:{of}"
        ).ref

    def outcome(self, act: Act, role: str, ref: TicketRef) -> type[HelpdeskError] | None:
        try:
            self.access.to(act, self.user(role), ref)
        except HelpdeskError as error:
            return type(error)
        return None


@pytest.fixture
def office(sandbox_process: Sandbox, sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[Office]:
    sandbox_process.post("/control/reset")
    database = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate))
    desk = Desk(database, lambda: datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    desk.seed({"categories": [{"key": "personnel", "name": "Personnel", "private": True, "channel": CHANNEL}]})
    yield Office(sandbox_process, desk)
    sandbox_process.put("/control/faults", {"api": []})
    database.close()


def test_every_act_of_every_role_in_and_out_of_the_channel(office: Office) -> None:
    """Out of it, each is answered as if there were no such ticket; in it, exactly as on any other ticket."""
    ref = office.ticket()
    office.members()
    for role in (*TEAM_ROLES, "other customer"):
        assert {office.outcome(act, role, ref) for act in Act} == {TicketNotFound}
    as_owner = {act: office.outcome(act, "customer", ref) for act in Act}
    assert as_owner[Act.OPEN] is None
    assert as_owner[Act.ANSWER] is None

    office.members(*TEAM_ROLES)
    for role in TEAM_ROLES:
        inside = {act: office.outcome(act, role, ref) for act in Act}
        assert inside[Act.OPEN] is inside[Act.CLAIM] is inside[Act.NOTE] is None
        assert TicketNotFound not in inside.values()
    assert {office.outcome(act, "other customer", ref) for act in Act} == {TicketNotFound}
    assert {act: office.outcome(act, "customer", ref) for act in Act} == as_owner


def test_an_agents_own_private_ticket_is_theirs_though_they_are_no_member(office: Office) -> None:
    office.members("lead")
    ref = office.ticket("agent")
    assert office.outcome(Act.OPEN, "agent", ref) is None
    assert office.outcome(Act.ANSWER, "agent", ref) is None
    assert office.outcome(Act.OPEN, "lead", ref) is None


def test_by_number_hidden_and_unknown_look_the_same(office: Office) -> None:
    office.members("agent")
    said = []
    for number in (office.ticket().number, 999_999):
        with pytest.raises(TicketNotFound) as refused:
            office.access.to_numbered(Act.WHY, office.user("lead"), number)
        said.append(str(refused.value).replace(str(number), "N"))
    assert said[0] == said[1]


def test_lists_and_homes_show_it_to_members_only(office: Office) -> None:
    office.members()
    number = office.ticket().number

    def shown(role: str) -> tuple[bool, bool]:
        person = office.person(role)
        queue = office.screens.agent_list(ListKind.QUEUE, person)
        return number in [row.facts.number for row in queue.rows], f"#{number}" in str(office.screens.home(person))

    assert shown("agent") == shown("lead") == (False, False)
    assert "Pay" in str(office.screens.home(office.person("customer")))
    office.members("lead")
    assert (shown("agent"), shown("lead")) == ((False, False), (True, True))


def test_it_is_given_to_members_only_and_only_they_are_offered(office: Office) -> None:
    office.members("agent", "lead")
    ticket = office.desk.ticket(office.ticket())
    assert ticket.assigned_agent_id in {office.person("agent").id, office.person("lead").id}
    form = office.screens.assign_form(ticket, "UTC")
    offered = {PersonId(choice.id) for choice in form.agents} | {ticket.assigned_agent_id}
    assert offered == {office.person("agent").id, office.person("lead").id}


def test_while_slack_does_not_answer_nobody_sees_it(office: Office) -> None:
    office.members("agent")
    ref = office.ticket()
    assert office.outcome(Act.OPEN, "agent", ref) is None

    office.sandbox.put("/control/faults", {"api": [{"method": "conversations.members", "error": "internal_error"}]})
    assert office.outcome(Act.OPEN, "agent", ref) is None  # for as long as the last answer counts
    office.now += KEPT
    assert office.outcome(Act.OPEN, "agent", ref) is TicketNotFound
    assert office.access.hidden(office.person("agent")) == {"personnel"}

    office.sandbox.put("/control/faults", {"api": []})
    office.now += timedelta(seconds=10)
    assert office.outcome(Act.OPEN, "agent", ref) is None


def test_without_slack_nobody_is_a_member(office: Office) -> None:
    ref = office.ticket()
    closed = Access(office.desk, office.access.people, Sight(office.desk))
    with pytest.raises(TicketNotFound):
        closed.to(Act.OPEN, office.user("admin"), ref)
