"""Agents by membership of a channel or a user group, against a workspace that grants what the manifest asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot import manifest
from bot.channel_checks import ChannelChecks
from bot.following import Following
from bot.payloads import SlackUser
from bot.people import People
from tests.conftest import SqliteTemplates
from tests.end_to_end.sandbox import Sandbox
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.membership import Assignable, MemberChange
from ticketing.model import Role

TEAM, AGENTS, PUBLIC, GROUP = "T0OFFICE01", "C0AGENTS01", "C0PUBLIC01", "S0AGENTS01"
AMIR, JO, MARA, STRANGER = "U0AMIR0001", "U0JO000001", "U0MARA0001", "U0ELSE0001"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORKSPACE = f"""
[team]
id = "{TEAM}"
name = "Office"
domain = "office"
[[people]]
id = "{AMIR}"
name = "amir"
real_name = "Amir Haddad"
[[people]]
id = "{JO}"
name = "jo"
real_name = "Jo Park"
[[people]]
id = "{MARA}"
name = "mara"
real_name = "Mara Lindt"
[[people]]
id = "{STRANGER}"
name = "else"
real_name = "Somebody Else"
team_id = "T0ELSE0001"
[[channels]]
id = "{AGENTS}"
name = "agents"
is_private = true
members = ["{AMIR}", "{STRANGER}"]
app_is_member = true
[[channels]]
id = "{PUBLIC}"
name = "public"
members = ["{AMIR}"]
app_is_member = true
[[usergroups]]
id = "{GROUP}"
handle = "agents"
name = "Agents"
users = ["{JO}"]
"""


class Office:
    """A desk whose people are those of the workspace."""

    def __init__(self, sandbox: Sandbox, desk: Desk) -> None:
        known = sandbox.credentials()
        slack = WebClient(known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=30)
        self.sandbox, self.desk = sandbox, desk
        self.checks = ChannelChecks(slack)
        self.people = People(desk, slack, TEAM)
        self.following = Following(desk, slack, self.people)

    def follow(self, **follow: object) -> None:
        self.desk.configure({"follow": {"skills": {"billing": 2}} | follow}, by=None)
        self.step()

    def step(self) -> None:
        self.following.step(NOW)

    def member(self, user: str, *, present: bool) -> None:
        body = {"user": user, "present": present}
        self.sandbox.post(f"/control/channels/{AGENTS}/members", body)

    @property
    def agents(self) -> list[str]:
        return [agent.name for agent in self.desk.agents()]


@contextmanager
def office(tmp_path: Path, templates: SqliteTemplates, app_manifest: str) -> Iterator[Office]:
    people, written = tmp_path / "workspace.toml", tmp_path / "manifest.yml"
    people.write_text(WORKSPACE, encoding="utf-8")
    written.write_text(app_manifest, encoding="utf-8")
    sandbox = Sandbox.start(people, "--no-rate-limits", manifest=written)
    database = Database.open(templates.new_database(tmp_path / "desk.db", migrate))
    try:
        yield Office(sandbox, Desk(database, lambda: NOW))
    finally:
        database.close()
        sandbox.stop()


@pytest.fixture
def usual(tmp_path: Path, sqlite_templates: SqliteTemplates) -> Iterator[Office]:
    """With the scopes that the manifest asks for as it stands."""
    with office(tmp_path, sqlite_templates, manifest.for_socket_mode()) as found:
        yield found


def test_a_private_channels_members_are_agents_for_as_long_as_they_are_members(usual: Office) -> None:
    """Neither the app itself nor a person of another organization is one."""
    usual.step()
    assert usual.agents == []

    usual.follow(channel=AGENTS)
    assert usual.agents == ["Amir Haddad"]
    usual.member(JO, present=True)
    usual.member(AMIR, present=False)
    usual.step()

    assert usual.agents == ["Jo Park"]
    amir = usual.desk.person_by_ref(f"{TEAM}:{AMIR}")
    assert amir is not None
    assert amir.role is Role.CUSTOMER
    assert usual.desk.member(amir.id).assignable is Assignable.FOLLOWS
    assert [change.by for change in usual.desk.changes_of(amir.id)] == [None, None]


def test_a_lead_who_is_a_member_takes_tickets_and_stays_a_lead_for_as_long_as_that_and_after(usual: Office) -> None:
    """Unless it was said by hand that they take none."""
    amir = usual.people.known(SlackUser(TEAM, AMIR))
    usual.desk.set_role(amir.id, Role.LEAD, by=None)
    usual.follow(channel=AGENTS)
    assert (usual.agents, usual.desk.person(amir.id).role) == (["Amir Haddad"], Role.LEAD)

    usual.member(AMIR, present=False)
    usual.step()
    assert (usual.agents, usual.desk.person(amir.id).role) == ([], Role.LEAD)

    none: dict[str, Any] = {"skills": {}, "max_load": None, "is_senior": False, "shifts": None, "tier": None}
    kept_out = MemberChange(role=Role.LEAD, assignable=Assignable.NO, **none)
    usual.desk.change_member(amir.id, kept_out, seen=usual.desk.member(amir.id).seen, by=amir.id)
    usual.member(AMIR, present=True)
    usual.step()
    assert (usual.agents, usual.desk.person(amir.id).role) == ([], Role.LEAD)


def test_a_channel_that_anybody_can_join_makes_nobody_an_agent(usual: Office) -> None:
    usual.follow(channel=PUBLIC)
    assert usual.agents == []
    assert usual.checks.fault(PUBLIC, private=True) == "Anybody can join #public. Choose a private channel."
    assert usual.checks.fault(PUBLIC) is None


@pytest.mark.parametrize("method", ["conversations.members", "conversations.info", "users.info"])
def test_while_slack_does_not_answer_all_stays_as_it_is(usual: Office, method: str) -> None:
    usual.follow(channel=AGENTS)
    usual.member(JO, present=True)
    usual.member(AMIR, present=False)
    usual.sandbox.put("/control/faults", {"api": [{"method": method, "error": "internal_error"}]})
    usual.step()
    assert usual.agents == ["Amir Haddad"]

    usual.sandbox.put("/control/faults", {"api": []})
    usual.step()
    assert usual.agents == ["Jo Park"]


def test_a_user_group_takes_a_scope_that_the_manifest_does_not_ask_for_by_itself(usual: Office) -> None:
    usual.follow(usergroup=GROUP)
    assert usual.agents == []
    assert "usergroups:read" in (usual.checks.group_fault(GROUP) or "")


def test_a_user_groups_members_are_agents_with_that_scope(tmp_path: Path, sqlite_templates: SqliteTemplates) -> None:
    with office(tmp_path, sqlite_templates, manifest.for_socket_mode(user_groups=True)) as found:
        assert found.checks.group_fault(GROUP) is None
        assert found.checks.group_fault("S0NOBODY01") == (
            "There is no such user group. Its id is under People & user groups, in its menu."
        )
        found.follow(usergroup=GROUP, channel=AGENTS)
        assert found.agents == ["Amir Haddad", "Jo Park"]
        found.sandbox.patch(f"/control/usergroups/{GROUP}", {"users": [MARA]})
        found.step()
        assert found.agents == ["Amir Haddad", "Mara Lindt"]
