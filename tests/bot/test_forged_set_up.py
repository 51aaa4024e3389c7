"""Presses and forms of leads and admins, made by hand: by whoever may not, and with what no form of ours sends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.access import Access
from bot.actions import Form, Press
from bot.answers import Answers
from bot.app import bolt_app
from bot.channel_checks import ChannelChecks
from bot.clock import SystemClock
from bot.explaining import Explaining
from bot.first_run import FirstRun
from bot.listeners import Parts, register
from bot.people import People
from bot.private import Private
from bot.rereading import Rereading
from bot.screens import Screens
from bot.sections.catalogue import LISTED, SECTIONS, Section
from bot.settings import PersonSeed
from bot.setup import SetUp
from bot.sight import Sight
from bot.starting import Installation
from tests.conftest import SqliteTemplates
from tests.end_to_end.sandbox import Sandbox
from ticketing.calendars import ALWAYS
from ticketing.configuration import default_document, to_document
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.model import PersonId

TEAM = "T0NORTHWND"
USERS = {"customer": "U0MARA0001", "agent": "U0AMIR0001", "lead": "U0JO000001", "admin": "U0PRIYA001"}
OTHER = "U0TOMAS001"


class Office:
    """The bot's listeners, on a desk with one person of each role."""

    def __init__(self, sandbox: Sandbox, desk: Desk) -> None:
        known = sandbox.credentials()
        slack = WebClient(known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=30)
        self.sandbox, self.desk, self.slack = sandbox, desk, slack
        people = People(desk, slack, TEAM)
        people.seed(
            PersonSeed(slack=user, name=role, role=role, skills={} if role == "customer" else {"billing": 2})  # type: ignore[arg-type]
            for role, user in USERS.items()
        )
        self.other = desk.ensure_person(f"{TEAM}:{OTHER}", "Tomás Rey").id
        sight, clock, private = Sight(desk, slack, TEAM), SystemClock(), Private(slack)
        self.app: App = bolt_app(slack, Installation(TEAM, "U0HELPDESK", "B0HELPDESK", None))
        parts = Parts(
            desk=desk,
            access=Access(desk, people, sight),
            screens=Screens(desk, clock, sight),
            explaining=Explaining(desk, clock),
            private=private,
            slack=slack,
            clock=clock,
            reading=Rereading(slack, TEAM),
        )
        register(self.app, parts)
        Answers(desk, private, TEAM, sight).register(self.app)

    @property
    def state(self) -> tuple[object, ...]:
        """All but names, which are learned of whoever does anything."""
        people = [self.desk.person_by_ref(f"{TEAM}:{user}") for user in (*USERS.values(), OTHER)]
        changes = [self.desk.changes_of(person.id, limit=1) for person in people if person]
        roles = [person.role if person else None for person in people]
        agents = sorted((agent.id, str(agent.skills), agent.max_load) for agent in self.desk.agents())
        return self.desk.configuration(), agents, roles, changes, self.desk.has_tickets()

    def sends(self, role: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What the app answers; it always answers with a 200."""
        whole = {"team": {"id": TEAM}, "user": {"id": USERS[role], "team_id": TEAM}, "trigger_id": "1.2.forged"}
        request = BoltRequest(body={**whole, **payload}, mode="socket_mode")
        response = self.app.dispatch(request)
        assert response.status == 200, payload
        assert "Traceback" not in str(response.body)
        answer: dict[str, Any] = json.loads(response.body) if response.body else {}
        return answer

    def presses(self, role: str, press: Press, value: str) -> dict[str, Any]:
        kind = {"selected_user": value, "type": "users_select"} if press is Press.TEAM_PICK else {"value": value}
        action = {"type": "button", "action_id": press.value, "block_id": "b", "action_ts": "1.2"} | kind
        view = {
            "id": "V0FORGED01",
            "type": "modal",
            "callback_id": Form.SETTINGS.value,
            "private_metadata": "categories",
        }
        return self.sends(
            role, {"type": "block_actions", "actions": [action], "view": view, "container": {"type": "view"}}
        )

    def submits(self, role: str, form: Form, metadata: str, values: Mapping[str, str]) -> dict[str, Any]:
        blocks = [{"type": "input", "block_id": block} for block in values]
        state = {block: {"value": {"type": "plain_text_input", "value": value}} for block, value in values.items()}
        view = {
            "id": "V0FORGED02",
            "type": "modal",
            "callback_id": form.value,
            "private_metadata": metadata,
            "blocks": blocks,
            "state": {"values": state},
        }
        return self.sends(role, {"type": "view_submission", "view": view})


@pytest.fixture
def office(sandbox_process: Sandbox, sqlite_templates: SqliteTemplates, tmp_path: Path) -> Iterator[Office]:
    sandbox_process.post("/control/reset")
    database = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate))
    yield Office(sandbox_process, Desk(database, SystemClock()))
    database.close()


def person_form(other: PersonId) -> tuple[str, dict[str, str]]:
    answers = {
        "role": "3",
        "assignable": "yes",
        "skills": "Billing 5",
        "max_load": "9",
        "is_senior": "yes",
        "shifts": "",
        "tier": "enterprise",
        "organization": "",
        "organization_tier": "standard",
    }
    return json.dumps([other, 0, False, "standard", 0]), answers


PRESSES = {
    Press.TEAM: "-",
    Press.TEAM_EDIT: "1",
    Press.TEAM_PICK: OTHER,
    Press.TEAM_PAGE: "2",
    Press.TEAM_PAGE_BACK: "1",
    Press.SETTINGS: "-",
    Press.SETTINGS_OPEN: "categories",
    Press.SETTINGS_EDIT: "categories:0",
    Press.SETTINGS_ADD: "categories:-1",
    Press.SETTINGS_STEP: "hours",
    Press.STEP_LATER: "hours",
    Press.SETTINGS_PAGE: "2",
    Press.SETTINGS_PAGE_BACK: "1",
    Press.TEST_TICKET: "-",
    Press.BOARD: "-",
    Press.BOARD_REFRESH: "-",
}


@pytest.mark.parametrize("role", ["customer", "agent"])
def test_what_is_a_leads_is_shown_to_nobody_else(office: Office, role: str) -> None:
    before = office.state
    for press, value in PRESSES.items():
        office.presses(role, press, value)
    calls = [one for one in office.sandbox.get("/control/log")["entries"] if one["name"].startswith("views.")]
    assert len(calls) == len(PRESSES)
    for call in calls:  # each press is answered, and with nothing but a sentence
        view = call["request"]["view"]
        told = json.loads(view) if isinstance(view, str) else view
        assert told["callback_id"] == Form.PLAIN
        assert "Only " in str(told)
    assert office.state == before


@pytest.mark.parametrize("role", ["customer", "agent", "lead"])
def test_a_form_counts_for_nothing_without_the_role(office: Office, role: str) -> None:
    """A lead changes the team, yet makes nobody an admin; the set-up and test tickets are an admin's."""
    before = office.state
    metadata, answers = person_form(office.other)
    said = [
        office.submits(role, Form.PERSON, metadata, answers),
        office.submits(role, Form.SETTING, '["queue", -1, 0, ""]', {"per_priority": "50"}),
        office.submits(role, Form.TRIAL, "", {"channel": "C0TRIAGE01"}),
    ]
    assert [answer["response_action"] for answer in said] == ["errors"] * 3
    assert all("Only " in next(iter(answer["errors"].values())) for answer in said)
    assert office.state == before


def test_the_same_form_of_an_admin_counts(office: Office) -> None:
    """So that the refusals above are for the role and for nothing else."""
    metadata, answers = person_form(office.other)
    assert office.submits("admin", Form.PERSON, metadata, answers) == {}
    assert office.desk.member(office.other).agent is not None
    checked = office.submits("admin", Form.SETTING, '["queue", -1, 0, ""]', {"per_priority": "50"})
    assert checked["response_action"] == "update"
    again = checked["view"]["private_metadata"]
    assert office.desk.configuration().version == 0
    assert office.submits("admin", Form.SETTING, again, {"per_priority": "51"})["response_action"] == "update"
    assert office.submits("admin", Form.SETTING, again, {"per_priority": "50"}) == {}
    assert office.desk.configuration().queue.per_priority == 50


def test_what_changes_nothing_is_not_saved(office: Office) -> None:
    """However often it is sent: there is nothing to put in force, and the form says so."""
    now, metadata = str(office.desk.configuration().queue.per_priority), '["queue", -1, 0, ""]'
    for _again in range(3):
        told = office.submits("admin", Form.SETTING, metadata, {"per_priority": now})
        assert "Nothing is different from what is in force." in str(told["view"]["blocks"])
        metadata = told["view"]["private_metadata"]
    assert office.desk.configuration().version == 0

    answers = {"open": "always", "name": "Office", "windows": "", "zone": "Europe/Vienna"}
    told = office.submits("admin", Form.SETTING, '["hours", -1, 0, ""]', answers)
    again = office.submits("admin", Form.SETTING, told["view"]["private_metadata"], answers)
    assert (again, office.desk.configuration().version) == ({}, 1), "what is so by default can be chosen"


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "[]",
        "null",
        "{}",
        '["queue", -1, 0]',
        '["nothing", -1, 0, ""]',
        '["categories", 99, 0, ""]',
        '["categories", -7, 0, ""]',
        '["queue", -1, -1, ""]',
        '["queue", -1, 9e99, ""]',
        "[1e999, 0, false, 1]",
        '[999999, 0, false, "standard", 0]',
        '[-1, 0, false, "standard", 0]',
    ],
)
def test_what_no_form_of_ours_carries_changes_nothing(office: Office, metadata: str) -> None:
    before = office.state
    _, answers = person_form(office.other)
    office.submits("admin", Form.PERSON, metadata, answers)
    office.submits("admin", Form.SETTING, metadata, {"per_priority": "50", "name": "x"})
    office.submits("admin", Form.SETTING, metadata, {})
    for press in PRESSES:
        office.presses("admin", press, metadata)
    assert office.state == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "9"), ("role", ""), ("assignable", "perhaps"), ("tier", "gold"), ("organization_tier", "gold")],
)
def test_a_choice_that_was_not_offered_changes_nothing(office: Office, field: str, value: str) -> None:
    before = office.state
    metadata, answers = person_form(office.other)
    office.submits("admin", Form.PERSON, metadata, answers | {field: value})
    assert office.state == before
    for place, forged in (("strategy", "coin"), ("default_priority", "asap")):
        fields = {"name": "New", "default_priority": "low", "strategy": "round_robin", "private": "no", place: forged}
        said = office.submits("admin", Form.SETTING, '["categories", -1, 0, ""]', fields)
        assert list(said["errors"]) == [place]
    assert office.state == before


# --- every field ----------------------------------------------------------------------------------------------------------

TRIAGE, ESCALATIONS, SUPPORT = "C0TRIAGE01", "C0ESCALATE", "C0SUPPORT1"
FIELDS: Mapping[str, Mapping[str, tuple[str, object]]] = {
    "categories": {
        "name": ("Pay", "Pay"),
        "key": ("pay", "pay"),
        "default_priority": ("urgent", "urgent"),
        "strategy": ("most_skilled", "most_skilled"),
        "channel": (TRIAGE, TRIAGE),
        "escalations": (ESCALATIONS, ESCALATIONS),
        "private": ("yes", True),
        "skill": ("billing", "billing"),
        "fields": ("Month; text up to 9; required", [{"key": "month", "label": "Month", "required": True}]),
    },
    "calendars": {
        "name": ("Office", "Office"),
        "windows": ("mon-fri 08:00-16:00", {"mon-fri": ["08:00-16:00"]}),
        "zone": ("Europe/Vienna", "Europe/Vienna"),
        "holidays.country": ("DE", "DE"),
        "holidays.subdivision": ("BY", "BY"),
        "holidays.dates": ("2026-12-24", ["2026-12-24"]),
    },
    "policies": {
        "category": ("billing", "billing"),
        "tier": ("premium", "premium"),
        "first_response": ("high 1h", {"high": "1h"}),
        "next_response": ("high 2h", {"high": "2h"}),
        "resolution": ("high 3h", {"high": "3h"}),
        "time_to_claim": ("high 30m", {"high": "30m"}),
        "calendar": (ALWAYS.name, ALWAYS.name),
        "warn_before": ("10m", "10m"),
    },
    "channels": {
        "triage": (TRIAGE, TRIAGE),
        "escalations": (ESCALATIONS, ESCALATIONS),
        "by_emoji": (SUPPORT, [SUPPORT]),
        "emoji": ("help-me", "help-me"),
        "every_message": (SUPPORT, [SUPPORT]),
        "other_organizations": ("yes", True),
        "replies_from_triage": ("yes", True),
    },
    "follow": {
        "channel": (TRIAGE, TRIAGE),
        "usergroup": ("", None),  # takes a scope that this workspace does not grant: test_following.py
        "skills": ("Billing 2", {"billing": 2}),
    },
    "ladder": {
        "steps": ("45m", [{"after": "45m"}]),
        "quiet": ("mon-fri 00:00-08:00, 18:00-24:00", {"mon-fri": ["00:00-08:00", "18:00-24:00"]}),
        "unassigned_after": ("2h", "2h"),
        "untouched_after": ("1d", "1d"),
    },
    "queue": {
        "per_priority": ("50", 50),
        "standard": ("1", 1),
        "premium": ("2", 2),
        "enterprise": ("3", 3),
        "growth_points_per_hour": ("2.5", 2.5),
    },
    "habits": {
        "zone": ("Europe/Vienna", "Europe/Vienna"),
        "board_at": ("07:30", "07:30"),
        "digest_at": ("never", "never"),
        "default_max_load": ("7", 7),
        "auto_close_after_days": ("9", 9),
        "nudge_before_days": ("4", 4),
        "grace_days": ("6", 6),
        "reopen_limit": ("5", 5),
        "undo_window_s": ("120", 120),
        "open_rate_per_hour": ("11", 11),
        "colleagues_see_tickets": ("yes", True),
        "thanks": ("ta\ncheers", ["ta", "cheers"]),
        "greetings": ("moin", ["moin"]),
        "rating_days": ("8", 8),
        "stemming": ("off", "off"),
    },
}
"""What is put into each field of the set-up, and what the configuration in force says from then on."""


@pytest.mark.parametrize("section", LISTED, ids=lambda one: one.key)
def test_each_field_that_is_saved_is_in_force(office: Office, section: Section) -> None:
    """What it means there is proved where it is acted on; this, that no field of a form is lost or stored as another's."""
    given = FIELDS[section.key]
    assert given.keys() == {one.place for one in section.settings}, (
        "Say in FIELDS what a new setting is to be tried with."
    )
    assert office.desk.configuration().version == 0
    typed = {place: value for place, (value, _) in given.items()}

    checked = office.submits("admin", Form.SETTING, json.dumps([section.key, -1, 0, ""]), typed)
    assert checked["response_action"] == "update", checked
    assert office.submits("admin", Form.SETTING, checked["view"]["private_metadata"], typed) == {}

    part: Any = to_document(office.desk.configuration())
    for step in section.path:
        part = part[step]
    stored = part[-1] if section.is_list else part
    for place, (_, expected) in given.items():
        found = stored
        for step in place.split("."):
            found = found.get(step) if found else None
        if isinstance(expected, list) and expected and isinstance(expected[0], dict):
            found = [{key: one.get(key) for key in expected[0]} for one in found]
        assert found == expected, place


def test_the_first_run_asks_everything_although_tickets_are_open(office: Office) -> None:
    desk, admin = office.desk, office.desk.person_by_ref(f"{TEAM}:{USERS['admin']}")
    assert admin is not None
    desk.open_ticket(office.other, subject="Lamp", description="Hm.", category="billing", source="v:1")
    channels = {"channels": {"triage": "C0TRIAGE01", "escalations": "C0TRIAGE01"}}
    first_run = FirstRun(desk, ChannelChecks(office.slack))
    desk.configure(default_document() | channels, by=None)
    guide = first_run.guide(admin)
    assert guide is not None
    assert (guide.at, guide.steps[guide.at].asks) == (3, "When are you open?")

    desk.configure(default_document() | channels | {"policies": [{"calendar": ALWAYS.name}]}, by=None)
    over = first_run.guide(admin)
    assert over is None or over.steps == ()


def test_an_admins_home_says_of_a_categorys_channel_of_alerts_that_it_is_closed(office: Office) -> None:
    admin, document = office.desk.person_by_ref(f"{TEAM}:{USERS['admin']}"), default_document()
    assert admin is not None
    document["categories"][0]["escalations"] = "C0GONE0001"
    office.desk.configure(document, by=None)
    guide = FirstRun(office.desk, ChannelChecks(office.slack)).guide(admin)
    assert guide is not None
    name = document["categories"][0]["name"]
    assert f"Alerts of {name}: The app is not in that channel. There, type /invite @Helpdesk." in guide.missing


def test_set_up_marks_what_is_private_and_keeps_the_test_ticket_of_an_admin(office: Office) -> None:
    secret = {"key": "people", "name": "People", "private": True, "channel": "C0PEOPLE"}
    document = default_document()
    office.desk.configure(document | {"categories": [*document["categories"], secret]}, by=None)

    office.presses("admin", Press.SETTINGS_OPEN, "categories")
    office.presses("admin", Press.SETTINGS, "-")
    office.presses("lead", Press.SETTINGS, "-")

    calls = [one for one in office.sandbox.get("/control/log")["entries"] if one["name"].startswith("views.")]
    views = [str(one["request"]["view"]) for one in calls]
    categories, of_admin, of_lead = (view for view in views if Form.SETTINGS.value in view)
    assert categories.count("private,") == 1
    assert categories.index("*People*") < categories.index("private,")
    assert ("Open a test ticket" in of_admin, "Open a test ticket" in of_lead) == (True, False)


def test_who_saves_a_promise_reads_at_once_how_far_open_tickets_have_followed(office: Office) -> None:
    desk, admin = office.desk, office.desk.person_by_ref(f"{TEAM}:{USERS['admin']}")
    assert admin is not None
    desk.open_ticket(office.other, subject="Lamp", description="Hm.", category="billing", source="v:1")
    while desk.recompute_step():
        pass
    set_up = SetUp(desk, ChannelChecks(office.slack))
    version = desk.configure(default_document() | {"policies": [{"first_response": {"medium": "2h"}}]}, by=None)

    listed = set_up.entries(SECTIONS["policies"], admin, saved=version).lines
    assert listed[0] == f"Saved. Version {version} is in force. Deadlines follow: recomputed 0 of 1 tickets."
    assert "Deadlines follow: recomputed 0 of 1 tickets." in set_up.sections(admin).lines[0]
    desk.recompute_step()
    assert (
        set_up.entries(SECTIONS["policies"], admin, saved=version).lines[0] == f"Saved. Version {version} is in force."
    )
