"""Who is an admin first, and that no file undoes what was said in Slack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.clock import SystemClock
from bot.payloads import SlackUser
from bot.people import NotAColleague, People
from bot.settings import PersonSeed
from tests.conftest import SqliteTemplates
from tests.end_to_end.sandbox import Sandbox
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, MemberChange
from ticketing.model import Role

TEAM, LENA, AMIR, MARA = "T0NORTHWND", "U0LENA0001", "U0AMIR0001", "U0MARA0001"
AS_LEAD = PersonSeed(slack=LENA, role="lead")
AS_AGENT = PersonSeed(slack=AMIR, role="agent", skills={"billing": 3})


@pytest.fixture
def people(sandbox_process: Sandbox, sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[People]:
    """A workspace of which Lena is an admin, and an empty desk."""
    sandbox_process.post("/control/reset")
    known = sandbox_process.credentials()
    database = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate))
    slack = WebClient(known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=30)
    yield People(Desk(database, SystemClock()), slack, TEAM)
    database.close()


def role(people: People, user: str) -> Role:
    person = people.desk.person_by_ref(f"{TEAM}:{user}")
    assert person is not None
    return person.role


def test_an_admin_of_the_workspace_is_the_first_admin_whatever_the_file_calls_them(people: People) -> None:
    people.seed([AS_LEAD, AS_AGENT])
    assert role(people, LENA) is Role.ADMIN


def test_the_file_may_name_another_admin(people: People) -> None:
    people.seed([PersonSeed(slack=MARA, role="admin"), AS_LEAD])
    assert (role(people, MARA), role(people, LENA)) == (Role.ADMIN, Role.LEAD)


def test_a_desk_without_admin_gets_the_workspaces_when_they_come(people: People) -> None:
    people.seed([PersonSeed(slack=LENA, name="Lena Fischer", role="lead")])
    assert role(people, LENA) is Role.LEAD

    assert people.known(SlackUser(TEAM, LENA)).role is Role.ADMIN
    assert people.known(SlackUser(TEAM, AMIR)).role is Role.CUSTOMER, "never whoever comes first"


def test_whom_a_lead_has_removed_no_start_makes_an_agent_again(people: People) -> None:
    people.seed([AS_LEAD, AS_AGENT])
    amir = people.known(SlackUser(TEAM, AMIR))
    gone = MemberChange(
        role=Role.CUSTOMER,
        assignable=Assignable.NO,
        skills={},
        max_load=None,
        is_senior=False,
        shifts=None,
        tier=None,
    )
    lena = people.known(SlackUser(TEAM, LENA))
    people.desk.change_member(amir.id, gone, seen=people.desk.member(amir.id).seen, by=lena.id)

    people.seed([AS_LEAD, AS_AGENT])

    assert role(people, AMIR) is Role.CUSTOMER
    assert people.desk.agent(amir.id) is None


def test_only_people_of_the_workspace_can_be_of_the_team(people: People) -> None:
    with pytest.raises(NotAColleague, match="Only people of this workspace"):
        people.colleague("U0HELPDESK")
    assert people.colleague(AMIR) == people.known(SlackUser(TEAM, AMIR))
    elsewhere = replace(people, team="T0ELSEWHERE")
    with pytest.raises(NotAColleague):
        elsewhere.colleague(AMIR)
