"""
Every button, menu and form, pressed by everybody on tickets of every status, also with another's number forged in.

Payloads are as Slack sends them, and go through Bolt to the desk on a real database; only Slack's own answers are canned.
Who may do what stands in `tests.bot.role_table`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot import places
from bot.access import Access
from bot.actions import SHORTCUT_OPEN, SHORTCUT_OPEN_FROM_MESSAGE, Act, Form, Press
from bot.answers import Answers
from bot.app import bolt_app
from bot.clock import SystemClock
from bot.explaining import Explaining
from bot.listeners import Parts, register
from bot.listeners.helpdesk_command import WORDS
from bot.listeners.typed import HELP, TypedShortcuts
from bot.payloads import SlackUser
from bot.people import NotAPerson, OtherOrganization, People
from bot.private import Private
from bot.rereading import Rereading
from bot.screens import Screens
from bot.settings import PersonSeed
from bot.sight import Sight
from bot.starting import Installation
from bot.values import menu_value, person_value
from tests.bot import role_table as table
from tests.bot.role_table import Payload, Row, Who
from ticketing.configuration import default_document
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, NotAllowed, NotAnAgent, OwnTicket, TicketNotFound
from ticketing.model import PersonId, Priority, Role, Ticket, TicketRef, TicketStatus, Tier
from ticketing.shown import Shown

TEAM = "T1"
HOME_URL = "https://lakeside.slack.com/"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUBJECT = "Payroll of the board"
USERS = {
    Who.OWNER: (TEAM, "U0MARA0001"),
    Who.OTHER: (TEAM, "U0TOMAS001"),
    Who.COLLEAGUE: (TEAM, "U0CLEO0001"),
    Who.AGENT: (TEAM, "U0AMIR0001"),
    Who.LEAD: (TEAM, "U0LENA0001"),
    Who.ADMIN: (TEAM, "U0ADA00001"),
    Who.GUEST: ("T9", "U0AMIR0001"),  # under the id of one of ours
    Who.GONE: (TEAM, "U0GONE0001"),
}
SEEDS = [
    PersonSeed(slack="U0MARA0001", name="Mara"),
    PersonSeed(slack="U0TOMAS001", name="Tomás"),
    PersonSeed(slack="U0CLEO0001", name="Cleo"),
    PersonSeed(slack="U0AMIR0001", name="Amir", role="agent", skills={"billing": 3}),
    PersonSeed(slack="U0JO000001", name="Jo", role="agent", skills={"account": 3}),
    PersonSeed(slack="U0GONE0001", name="Gone", role="agent", skills={"account": 1}),
    PersonSeed(slack="U0LENA0001", name="Lena", role="lead", skills={"account": 1}),
    PersonSeed(slack="U0ADA00001", name="Ada", role="admin", skills={"account": 1}),
]
BY_ROLE = (TicketNotFound, NotAllowed, NotAnAgent, OwnTicket, OtherOrganization, NotAPerson)


class CannedSlack(WebClient):
    """Says yes to everything and notes what it was sent."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-1")
        self.sent: list[str] = []
        self.told: dict[str, dict[str, Any]] = {}
        self.has: list[dict[str, Any]] = []
        """The messages of every conversation."""

    def api_call(self, api_method: str, **sent: Any) -> SlackResponse:
        self.sent.append(json.dumps([api_method, sent], default=str, ensure_ascii=False))
        asked = (sent.get("params") or {}).get("user")
        person = {"id": asked, "real_name": "Somebody", "tz": "UTC", "deleted": asked == USERS[Who.GONE][1]}
        person |= {"team_id": TEAM} | self.told.get(str(asked), {})
        said = {
            "ok": True,
            "user": person,
            "ts": "1.1",
            "channel": "C1",
            "messages": self.has,
            "members": [],
            "view": {"id": "V1"},
        }
        return SlackResponse(
            client=self, http_verb="POST", api_url="", req_args={}, data=said, headers={}, status_code=200
        )


class Clock(SystemClock):
    at = NOW + timedelta(hours=2)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Stand:
    """The app over one database, with a ticket of Mara's in every status."""

    slack: CannedSlack
    app: App
    desk: Desk
    watcher: sqlite3.Connection
    clock: Clock
    errors: list[Exception] = field(default_factory=list)

    def state(self) -> int:
        """Changes whenever anybody else commits anything to the file."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def send(self, body: Payload) -> Answer:
        self.slack.sent.clear()
        self.errors.clear()
        before = self.state()
        response = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        said = "\n".join([*self.slack.sent, _body(response)])
        return Answer(self.errors[0] if self.errors else None, said, self.state() != before)

    def person(self, who: Who) -> PersonId:
        found = self.desk.person_by_ref(f"{TEAM}:{USERS[who][1]}")
        assert found is not None
        return found.id


@dataclass(frozen=True)
class Answer:
    error: Exception | None
    said: str
    has_changed: bool


def _body(response: BoltResponse) -> str:
    return str(response.body)


def at_every_status(desk: Desk, mara: PersonId, amir: PersonId) -> None:
    for status in TicketStatus:
        words = {"subject": SUBJECT, "description": "Why is it so low?", "category": "billing"}
        ref = desk.open_ticket(mara, priority=Priority.URGENT, source=f"v:{status.value}", **words).ref  # type: ignore[arg-type]
        desk.add_comment(ref, author_id=mara, text="And late.", source=f"m:D:{status.value}")
        if status is TicketStatus.OPEN:
            desk.release(ref, by=amir)
        elif status is not TicketStatus.ASSIGNED:
            desk.add_comment(ref, author_id=amir, text="Let me see.", source=f"m:C:{status.value}")
        if status is TicketStatus.PENDING_CUSTOMER:
            desk.wait_for_customer(ref, by=amir)
        elif status is TicketStatus.RESOLVED:
            desk.resolve(ref, by=amir)
        elif status is TicketStatus.CLOSED:
            desk.put_aside(ref, by=amir)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("everybody") / "desk.db"
    migrate(f"sqlite:///{path}")
    database = Database.open(f"sqlite:///{path}")
    desk = Desk(database, lambda: NOW)
    people = People(desk, CannedSlack(), TEAM)
    people.seed(SEEDS)
    desk.configure(default_document() | {"colleagues_see_tickets": True}, by=None)
    for who in (Who.OWNER, Who.COLLEAGUE):
        person = desk.person_by_ref(":".join(USERS[who]))
        assert person is not None
        desk.set_organization(person.id, "Acme", Tier.STANDARD, by=None)
    found = [desk.person_by_ref(f"{TEAM}:{user}") for user in ("U0MARA0001", "U0AMIR0001")]
    assert all(found)
    at_every_status(desk, *(each.id for each in found if each))
    Desk(database, Clock()).watch_step(NOW + timedelta(hours=2))
    database.close()
    return path


@pytest.fixture
def stand(standing: Stand, prepared: Path) -> Stand:
    """As it was in the beginning."""
    with closing(sqlite3.connect(prepared)) as as_it_was:
        as_it_was.backup(standing.watcher)
    standing.desk._parsed.clear()  # what it keeps by version was of the database before
    standing.clock.at = Clock.at
    return standing


@pytest.fixture(scope="module")
def standing(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    path = tmp_path_factory.mktemp("standing") / "desk.db"
    shutil.copyfile(prepared, path)
    database = Database.open(f"sqlite:///{path}")
    desk, slack, clock = Desk(database, Clock()), CannedSlack(), Clock()
    people, private, sight = People(desk, slack, TEAM), Private(slack), Sight(desk, slack, TEAM)
    app = bolt_app(slack, Installation(TEAM, "U0BOT", "B0BOT", None))
    screens = Screens(desk, clock, sight)
    access = Access(desk, people, sight)
    reading = Rereading(slack, TEAM)
    register(app, Parts(desk, access, screens, Explaining(desk, clock), private, slack, clock, reading, HOME_URL))
    answers = Answers(desk, private, TEAM, sight)
    with closing(sqlite3.connect(path)) as watcher:
        stand = Stand(slack, app, desk, watcher, clock)

        def noting(error: Exception, body: dict[str, Any]) -> BoltResponse:
            stand.errors.append(error)
            return answers.answer(error, body)

        app.error(noting)
        for team, user in USERS.values():  # each is asked of Slack once, which may write a name or a zone
            if team == TEAM:
                people.known(SlackUser(team, user))
        yield stand
    database.close()


@dataclass(frozen=True)
class Case:
    """A way to press or send something; `body` makes the payload."""

    name: str
    row: Row
    how: str

    def body(self, stand: Stand, who: Who, ref: TicketRef, version: int) -> Payload:
        team, user = USERS[who]
        if self.how == "form":
            jo = stand.desk.person_by_ref(f"{TEAM}:U0JO000001")
            assert jo is not None
            chosen = {
                block: person_value(jo.id) if value == "jo" else value for block, value in self.row.chosen.items()
            }
            return table.submission(team, user, Form(self.name), self.row.value(ref, version), chosen, of=TEAM)
        in_view = self.row.in_view(ref, version) if self.row.in_view else None
        if self.how == "menu":
            return table.press(team, user, table.menu(menu_value(Act(self.name), ref, version)), of=TEAM)
        return table.press(team, user, table.button(self.name, self.row.value(ref, version)), of=TEAM, in_view=in_view)


CASES = [
    *(Case(act.value, row, "button") for act, row in table.ACTS.items()),
    *(Case(act.value, row, "menu") for act, row in table.ACTS.items() if row.value is table.on_ticket),
    *(Case(press.value, row, "button") for press, row in table.PRESSES.items()),
    *(Case(form.value, row, "form") for form, row in (table.FORMS | table.NO_TICKETS_FORM).items()),
]


def tickets(stand: Stand) -> list[Ticket]:
    found = stand.desk.tickets_of_customer(stand.person(Who.OWNER))
    assert {each.status for each in found} == set(TicketStatus)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.how}")
def test_everything_by_everybody_on_every_status(stand: Stand, case: Case) -> None:
    there = tickets(stand)
    for who in Who:
        if who in case.row.may:
            continue
        for ticket in there:
            answer = stand.send(case.body(stand, who, ticket.ref, ticket.version))
            told = f"{case.name} ({case.how}) by {who.value} on {ticket.status.value}"
            assert not answer.has_changed, f"{told} changed something"
            assert isinstance(answer.error, HelpdeskError), f"{told} was not refused: {answer.said[:300]}"
            if case.row.may and (case.row.names_a_ticket or who not in table.SEE_IT):
                assert isinstance(answer.error, BY_ROLE), f"{told} was refused by {type(answer.error).__name__}"
            if who not in table.SEE_IT:
                assert SUBJECT not in answer.said, f"{told} shows what they may not know of"
                assert answer.said == _for_unknown(stand, case, who, ticket), (
                    f"{told} tells that there is such a ticket"
                )
    for who in case.row.may if case.row.is_whole else ():
        for ticket in there:
            answer = stand.send(case.body(stand, who, ticket.ref, ticket.version))
            told = f"{case.name} ({case.how}) by {who.value} on {ticket.status.value}"
            assert not isinstance(answer.error, BY_ROLE), f"{told} is refused: {answer.error}"
            assert answer.error is None or isinstance(answer.error, HelpdeskError), f"{told} fails: {answer.error!r}"


def _for_unknown(stand: Stand, case: Case, who: Who, ticket: Ticket) -> str:
    """What they are told of a ticket that there is not, under this one's number."""
    if not case.row.names_a_ticket:
        return stand.send(case.body(stand, who, ticket.ref, ticket.version)).said
    unknown = TicketRef(ticket.customer_id, 900 + ticket.number)
    answer = stand.send(case.body(stand, who, unknown, ticket.version))
    assert not answer.has_changed
    return answer.said.replace(str(unknown.number), str(ticket.number))


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.row.names_a_ticket], ids=lambda case: f"{case.name} {case.how}"
)
def test_a_number_forged_into_ones_own_finds_nothing(stand: Stand, case: Case) -> None:
    """A customer's own id with another's number, and an agent's or nobody's with it: the pair has to belong together."""
    theirs = tickets(stand)[0]
    for who in Who:
        for customer in (stand.person(Who.OTHER), stand.person(Who.AGENT), PersonId(999), PersonId(2**62)):
            answer = stand.send(case.body(stand, who, TicketRef(customer, theirs.number), theirs.version))
            assert not answer.has_changed
            assert isinstance(answer.error, HelpdeskError)
            assert SUBJECT not in answer.said


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
def test_no_test_here_sees_the_settings_of_another(stand: Stand, zone: str) -> None:
    stand.desk.configure(default_document() | {"zone": zone}, by=None)
    assert stand.desk.configuration().zone == zone


def test_every_act_press_and_form_has_a_row() -> None:
    where = "tests/bot/role_table.py: say there who may"
    acts = set(table.ACTS) | set(table.STORES_NOTHING)
    assert acts == set(Act), f"{sorted(set(Act) ^ acts)} in ACTS of {where}"
    presses = set(table.PRESSES) | set(table.FIELDS) | table.UNANSWERED
    assert presses == set(Press), f"{sorted(set(Press) ^ presses)} in PRESSES of {where}"
    forms = set(table.FORMS) | set(table.NO_TICKETS_FORM) | set(table.ELSEWHERE) | table.ONLY_SHOWN
    assert forms == set(Form), f"{sorted(set(Form) ^ forms)} in FORMS of {where}"


@pytest.mark.parametrize("who", Who)
def test_what_nothing_answers_does_nothing(stand: Stand, who: Who) -> None:
    team, user = USERS[who]
    ticket = tickets(stand)[0]
    sent = [table.press(team, user, table.button(each, ""), of=TEAM) for each in table.UNANSWERED]
    sent += [
        table.submission(team, user, form, table.on_ticket(ticket.ref, ticket.version), {"text": "x"}, of=TEAM)
        for form in table.ONLY_SHOWN
    ]
    for body in sent:
        assert not stand.send(body).has_changed


@pytest.mark.parametrize(("line", "may"), table.HELPDESK.items())
def test_what_is_typed_after_helpdesk_is_answered_to_who_may(stand: Stand, line: str, may: frozenset[Who]) -> None:
    ticket = next(each for each in tickets(stand) if each.status is TicketStatus.OPEN)
    for who in Who:
        answer = stand.send(table.command(*USERS[who], "/helpdesk", line.format(number=ticket.number)))
        told = f"/helpdesk {line} by {who.value}"
        if who in may:
            assert not isinstance(answer.error, BY_ROLE), f"{told} is refused: {answer.error}"
            continue
        assert isinstance(answer.error, BY_ROLE), f"{told} was not refused: {answer.said[:300]}"
        assert not answer.has_changed, f"{told} changed something"
        assert SUBJECT not in answer.said, f"{told} shows what they may not know of"


def test_every_word_after_helpdesk_has_a_row() -> None:
    words = {line.split()[0] for line in table.HELPDESK}
    assert words == {*WORDS, "{number}"} - {"help"}, "in HELPDESK of tests/bot/role_table.py: say there who may"


@pytest.mark.parametrize(("callback_id", "may"), table.SHORTCUTS.items())
def test_a_shortcut_on_somebody_elses_message_is_answered_to_who_may(
    stand: Stand, callback_id: str, may: frozenset[Who]
) -> None:
    """Only the team opens for whoever wrote the message; for everybody else it becomes their own."""
    for who in Who:
        kind = {"type": "shortcut"} if callback_id == SHORTCUT_OPEN else {}
        answer = stand.send(table.shortcut(*USERS[who], callback_id, USERS[Who.OWNER][1], of=TEAM) | kind)
        told = f"{callback_id} by {who.value}"
        assert not answer.has_changed, told
        if who not in may:
            assert isinstance(answer.error, HelpdeskError), told
            assert "the export hangs" not in answer.said, told
            continue
        assert not isinstance(answer.error, BY_ROLE), f"{told} is refused: {answer.error}"
        if callback_id == SHORTCUT_OPEN_FROM_MESSAGE:
            assert "the export hangs" in answer.said, told
            assert ("on_behalf_of" in answer.said) is (who in table.TEAM), told


@pytest.mark.parametrize("side", [places.CUSTOMER, places.TEAM, places.AGENT])
@pytest.mark.parametrize("word", table.TYPED)
def test_an_order_that_a_bystander_types_in_a_tickets_thread_does_nothing(stand: Stand, word: str, side: str) -> None:
    """Whatever thread they can read and write in. Its own customer's words are a message, and no order either."""
    ticket = next(each for each in tickets(stand) if each.status is TicketStatus.IN_PROGRESS)
    about = places.about_ticket(ticket.number)
    channel, root = "C0SOMEWHERE", "1795440000.000100"
    stand.desk.outbox.remember(Shown(ticket.customer_id, f"c:{channel}", about, channel, root, None, side))
    before = stand.desk.ticket(ticket.ref)
    said = [table.typed(*USERS[who], f"?{word} 2h", channel, "1795440009.000100", of=TEAM) for who in Who]
    for who, body in zip(Who, said, strict=True):
        if who in table.TEAM or who is Who.OWNER:
            continue
        answer = stand.send(body)
        assert not answer.has_changed, f"?{word} by {who.value}"
        assert SUBJECT not in answer.said
    assert stand.desk.ticket(ticket.ref).version == before.version
    if side == places.CUSTOMER:
        stand.send(said[list(Who).index(Who.OWNER)])
        after = stand.desk.ticket(ticket.ref)
        assert (after.status, after.assigned_agent_id, after.snoozed_until) == (
            before.status,
            before.assigned_agent_id,
            None,
        )
        assert stand.desk.comments(ticket.ref, include_internal=True)[-1].text == f"?{word} 2h"


def test_the_same_order_of_its_agents_counts(stand: Stand) -> None:
    """So that the bystanders' are left alone for who they are and for nothing else."""
    ticket = next(each for each in tickets(stand) if each.status is TicketStatus.IN_PROGRESS)
    about, root = places.about_ticket(ticket.number), "1795440000.000100"
    stand.desk.outbox.remember(
        Shown(ticket.customer_id, "c:C0SOMEWHERE", about, "C0SOMEWHERE", root, None, places.CUSTOMER)
    )
    body = table.typed(*USERS[Who.AGENT], "?resolve It was the font", "C0SOMEWHERE", "1795440009.000100", of=TEAM)
    assert stand.send(body).error is None
    assert stand.desk.ticket(ticket.ref).status is TicketStatus.RESOLVED


def test_every_order_has_a_row() -> None:
    orders = TypedShortcuts(cast(Any, SimpleNamespace(desk=None)))._do
    assert set(table.TYPED) == {*orders, HELP, "hello"}, "in TYPED of tests/bot/role_table.py"


def test_whose_role_is_taken_away_is_refused_at_the_next_press(stand: Stand) -> None:
    """The card and the form were drawn for an agent; who presses is none any more."""
    ticket = next(each for each in tickets(stand) if each.status is TicketStatus.OPEN)
    stand.desk.set_role(stand.person(Who.AGENT), Role.CUSTOMER, by=None)
    for case in CASES:
        if case.row.may == table.TEAM:
            answer = stand.send(case.body(stand, Who.AGENT, ticket.ref, ticket.version))
            assert isinstance(answer.error, BY_ROLE), case.name
            assert not answer.has_changed
            assert SUBJECT not in answer.said


def test_of_a_private_category_nothing_is_done_or_shown_outside_its_channel(stand: Stand) -> None:
    """Not even to who holds the ticket, in lists, forms and Home as little as on it; this Slack's channels have no members."""
    private = {"key": "billing", "name": "Billing", "private": True, "channel": "C0PRIVATE1"}
    stand.desk.configure({"categories": [private, {"key": "account", "name": "Account"}]}, by=None)
    looked_at = (TicketStatus.ASSIGNED, TicketStatus.RESOLVED)
    there = {each.status: each for each in tickets(stand) if each.status in looked_at}
    commands = ("queue", "mine", "day", "search payroll", f"{there[TicketStatus.ASSIGNED].number} why")
    for who in (Who.AGENT, Who.ADMIN):
        for line in commands:
            assert SUBJECT not in stand.send(table.command(*USERS[who], "/helpdesk", line)).said, line
        for case in CASES:
            if case.row.may in (table.OWNER, table.NOBODY):
                continue
            for ticket in there.values():
                answer = stand.send(case.body(stand, who, ticket.ref, ticket.version))
                assert SUBJECT not in answer.said, f"{case.name} ({case.how}) by {who.value} on {ticket.status.value}"
                if case.row.names_a_ticket:
                    assert isinstance(answer.error, TicketNotFound), (
                        f"{case.name} ({case.how}) by {who.value} on {ticket.status.value}: {answer.error!r}"
                    )
                    assert not answer.has_changed


@pytest.mark.parametrize(
    "told",
    [
        {"real_name": "x" * 300},
        {"tz": "a" * 400},
        {"profile": {"real_name": "Nina", "email": "x" * 400}},
        {"profile": {"real_name": "Nina", "email": 5}},
    ],
)
def test_nobody_is_turned_away_for_what_slack_says_of_them(stand: Stand, told: dict[str, Any]) -> None:
    user = f"U0NEW{abs(hash(str(told))) % 10**5:05}"
    stand.slack.told[user] = told
    answer = stand.send(table.command(TEAM, user, "/ticket", "list"))
    assert (answer.error, stand.desk.person_by_ref(f"{TEAM}:{user}") is None) == (None, False)


def test_a_report_of_another_day_is_another_message(stand: Stand) -> None:
    """Also when it is of the same days and asked for at the same minute."""
    for _ in range(2):
        stand.send(table.command(*USERS[Who.LEAD], "/helpdesk", "report 2026-11-01..2026-11-07"))
        stand.clock.at += timedelta(days=1)
    asked = stand.watcher.execute("SELECT DISTINCT about FROM outbox WHERE kind = 'report'").fetchall()
    assert len(asked) == 2
