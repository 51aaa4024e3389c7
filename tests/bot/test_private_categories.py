"""A private category is seen by its channel's members and nobody else, whatever their role; and by the ticket's customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from slack_sdk import WebClient

from bot import places
from bot.access import Access
from bot.actions import Act
from bot.assigning import assign_form
from bot.clock import SystemClock
from bot.delivery import Delivery, Slack
from bot.delivery.drawing import Drawing
from bot.handing_over import HandingOver
from bot.leaving import follow_leaving
from bot.payloads import SlackUser
from bot.people import People
from bot.screens import Screens
from bot.settings import PersonSeed
from bot.sight import ASKED_EVERY, KEPT, Sight
from bot.views import ListKind
from tests.bot.outbound import DOCUMENT, PEOPLE, SUPPORT, TRIAGE, World, shown_text
from tests.conftest import SqliteTemplates
from tests.end_to_end.sandbox import Sandbox
from ticketing.configuration import to_document
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, TicketNotFound
from ticketing.model import Person, PersonId, Priority, TicketRef

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
        self.slack = WebClient(known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=30)
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


def test_what_follows_a_private_ticket_is_as_private_though_its_category_is_gone_from_the_settings(
    office: Office,
) -> None:
    office.members("agent")
    ref, mara = office.ticket(), office.person("customer").id
    office.desk.withdraw(ref, by=mara)
    office.desk.configure(
        {"categories": [{"key": "billing", "name": "Billing"}], "channels": {"triage": "C0PUBLIC1"}}, by=None
    )
    said = office.desk.add_comment(ref, author_id=mara, text="It goes on.", source="v:again")
    follow_up = office.desk.ticket(TicketRef(mara, said.ticket_number))
    assert follow_up.number != ref.number
    assert places.of_team(follow_up, office.desk.configuration()) == places.of_channel(CHANNEL)
    assert office.outcome(Act.OPEN, "lead", follow_up.ref) is TicketNotFound
    assert office.outcome(Act.OPEN, "agent", follow_up.ref) is None


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
    form = assign_form(office.screens, ticket, "UTC")
    takers = HandingOver(office.desk, office.sight).takers(ticket)
    for choices in (form.agents, takers):
        offered = {PersonId(choice.id) for choice in choices} | {ticket.assigned_agent_id}
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


def test_while_it_is_refreshed_no_press_asks_who_is_in_the_channel(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = list[str](), office.slack.conversations_members
    office.members("agent")

    def members(**which: Any) -> Any:
        asked.append(str(which["channel"]))
        return real(**which)

    monkeypatch.setattr(office.slack, "conversations_members", members)
    for _ in range(3):
        office.now += ASKED_EVERY
        office.sight.refresh()
        asked.clear()
        refreshed_at = office.now
        for seconds in (1, 19):
            office.now = refreshed_at + timedelta(seconds=seconds)
            assert office.access.hidden(office.person("lead")) == {"personnel"}
            assert office.access.hidden(office.person("agent")) == frozenset()
        office.now = refreshed_at
        assert asked == []


def test_a_refresh_that_slack_does_not_answer_takes_nothing_back(office: Office) -> None:
    office.members("agent")
    office.now += ASKED_EVERY
    office.sandbox.put("/control/faults", {"api": [{"method": "conversations.members", "error": "internal_error"}]})
    office.sight.refresh()
    assert office.access.hidden(office.person("agent")) == frozenset()
    office.now += KEPT - ASKED_EVERY
    assert office.access.hidden(office.person("agent")) == {"personnel"}


def test_a_clock_that_is_set_back_prolongs_nobodys_sight(office: Office) -> None:
    office.members("agent")
    path = f"/control/channels/{CHANNEL}/members"
    office.sandbox.post(path, {"user": USERS["agent"], "present": False})
    assert office.access.hidden(office.person("agent")) == frozenset()  # for as long as the last answer counts
    office.now -= timedelta(hours=1)
    assert office.access.hidden(office.person("agent")) == {"personnel"}


def test_without_slack_nobody_is_a_member(office: Office) -> None:
    ref = office.ticket()
    closed = Access(office.desk, office.access.people, Sight(office.desk))
    with pytest.raises(TicketNotFound):
        closed.to(Act.OPEN, office.user("admin"), ref)


# --- what stands in people's own messages --------------------------------------------------------------------------------


@pytest.fixture
def channel(world: World) -> Channel:
    return Channel(world)


class Channel:
    """The channel of a private category in the world of delivery, and who is in it."""

    def __init__(self, world: World) -> None:
        known = world.sandbox.credentials()
        client = WebClient(token=known.bot_token, base_url=known.api_url, retry_handlers=[], timeout=30)
        self.world = world
        self.sight = Sight(world.desk, client, TEAM, world.machine)
        categories = [
            {"key": "billing", "name": "Billing"},
            {"key": "personnel", "name": "Personnel", "private": True, "channel": CHANNEL, "skill": "billing"},
        ]
        world.desk.configure(DOCUMENT | {"categories": categories}, by=None)
        world.desk.restrict_holders(self.sight.holders)
        world.delivery = Delivery(
            world.desk,
            Slack(client),
            clock=world.machine,
            pace=world.pace,
            jitter=Random(7),
            drawing=Drawing(world.desk, self.sight),
        )
        self.members("amir", "jo")

    def members(self, *names: str, heard: bool = True) -> None:
        for name in ("amir", "jo", "lena"):
            body = {"user": PEOPLE[name][0], "present": name in names}
            self.world.sandbox.post(f"/control/channels/{CHANNEL}/members", body)
        self.world.machine.now += KEPT
        if heard:
            self.sight.refresh()


def test_whoever_leaves_the_channel_is_told_nothing_more_though_they_hold_the_ticket(
    world: World, channel: Channel
) -> None:
    """Nor does the card that stands say what it is about; who is in the channel reads on."""
    amir = world.agent("amir")
    ticket = world.ticket(category="personnel", subject="Pay of Tomás")
    jo = world.agent("jo", skills={})
    world.desk.watch(ticket.ref, jo, by=jo)
    world.says(ticket.ref, ticket.customer_id, "He told me so.")
    world.deliver_all()
    assert "Pay of Tom" in shown_text(world.seen("amir")[0])
    assert "He told me so." in str(world.thread("amir"))

    channel.members("jo")
    world.says(ticket.ref, ticket.customer_id, "And it is worse.")
    world.says(ticket.ref, jo, "A note on it.", internal=True)
    world.deliver_all()

    assert world.desk.ticket(ticket.ref).assigned_agent_id == amir
    (card,) = world.seen("amir")
    assert card["text"] == f"#{ticket.number} is private now. Only the members of its channel see it."
    assert "worse" not in str(world.thread("amir"))
    assert "A note" not in str(world.thread("amir"))
    assert "worse" in str(world.thread("jo"))


def test_the_cards_of_whoever_leaves_the_channel_are_blanked_though_nothing_else_happens(
    world: World, channel: Channel
) -> None:
    world.agent("amir")
    ticket = world.ticket(category="personnel", subject="Pay of Tomás")
    jo = world.agent("jo", skills={})
    world.desk.watch(ticket.ref, jo, by=jo)
    follow_leaving(world.desk, channel.sight, world.clock())
    world.deliver_all()
    assert "Pay of" in shown_text(world.seen("amir")[0]) + shown_text(world.seen("jo")[0])

    channel.members(heard=False)
    follow_leaving(world.desk, channel.sight, world.clock())
    world.deliver_all()
    private = f"#{ticket.number} is private now. Only the members of its channel see it."
    assert [card["text"] for name in ("amir", "jo") for card in world.seen(name)] == [private] * 2
    assert channel.sight.refresh() == []


def test_the_card_of_whoever_had_a_ticket_before_is_blanked_when_they_leave_the_channel(
    world: World, channel: Channel
) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(category="personnel", subject="Pay of Tomás")
    jo = world.agent("jo", skills={})
    public = world.ticket()
    world.deliver_all()
    for each in (ticket, public):
        world.desk.assign(each.ref, to=jo, by=amir)
    follow_leaving(world.desk, channel.sight, world.clock())
    world.deliver_all()
    assert sum("Pay of" in shown_text(card) for card in world.seen("amir")) == 1

    channel.members("jo", heard=False)
    follow_leaving(world.desk, channel.sight, world.clock())
    world.deliver_all()

    said = sorted(shown_text(card) for card in world.seen("amir"))
    assert not any("Pay of" in each for each in said)
    assert sum("is private now" in each for each in said) == 1, "what is public stays as it is"
    assert any("Pay of" in shown_text(card) for card in world.seen("jo"))


def test_a_ticket_that_becomes_private_is_taken_out_of_the_messages_of_whoever_is_outside(
    world: World, channel: Channel
) -> None:
    """Who has it, who had it before and who reads along; and what they have of it shows again if it becomes public."""
    lena, amir, jo = (world.agent(name, skills={}) for name in ("lena", "amir", "jo"))
    ticket = world.ticket()
    channel.members("jo")
    for holder in (jo, amir, lena):
        world.desk.assign(ticket.ref, to=holder, by=jo)
        world.deliver_all()
    world.desk.watch(ticket.ref, amir, by=amir)
    world.deliver_all()
    assert len(world.seen("amir")) == 2

    world.desk.set_category(ticket.ref, "personnel", by=lena)
    world.says(ticket.ref, ticket.customer_id, "It is about Tomás.")
    world.deliver_all()
    private = f"#{ticket.number} is private now. Only the members of its channel see it."
    assert {card["text"] for name in ("amir", "lena") for card in world.seen(name)} == {private}
    assert "invoice" in shown_text(world.seen("jo")[0])
    for name in ("amir", "lena"):
        for card in world.seen(name):
            assert "It is about" not in str(world.seen(name, thread=card["ts"]))

    world.desk.set_category(ticket.ref, "billing", by=jo)
    world.deliver_all()
    assert private not in {card["text"] for name in ("amir", "lena") for card in world.seen(name)}


def test_what_is_said_waits_while_slack_does_not_say_who_may_read_it(world: World, channel: Channel) -> None:
    """And is not lost; where Slack says that the channel is closed to the app, nobody is told."""
    world.agent("amir")
    ticket = world.ticket(category="personnel")
    world.deliver_all()
    for error, is_told in (("internal_error", True), ("channel_not_found", False)):
        world.sandbox.put("/control/faults", {"api": [{"method": "conversations.members", "error": error}]})
        world.machine.now += KEPT
        world.says(ticket.ref, ticket.customer_id, f"Said during {error}.")
        world.deliver()
        assert error not in str(world.thread("amir"))
        world.sandbox.put("/control/faults", {"api": []})
        world.deliver_all()
        assert (error in str(world.thread("amir"))) is is_told


def test_a_card_names_no_earlier_ticket_of_a_private_category(world: World, channel: Channel) -> None:
    world.agent("lena")
    world.ticket(category="personnel", subject="Pay of Tomás")
    world.ticket(category="billing")
    world.desk.drain_queue(world.clock())
    world.deliver_all()
    (card,) = world.seen("lena")
    assert "Pay of" not in str(card)


def test_a_ticket_that_began_in_a_channel_goes_on_in_private_and_leaves_nothing_where_others_read(
    world: World, channel: Channel
) -> None:
    """Not in the channel where it began, nor in the team's; what was said there before stays, and changes no more."""
    amir = world.agent("amir")
    said = world.sandbox.post(f"/control/people/{PEOPLE['mara'][0]}/messages", {"channel": SUPPORT, "text": "It hangs"})
    ticket = world.ticket(source=f"m:{SUPPORT}:{said['ts']}")
    world.says(ticket.ref, amir, "We are looking.")
    world.deliver_all()
    assert "invoice" in shown_text(world.seen("lena", TRIAGE)[0])

    world.desk.set_category(ticket.ref, "personnel", by=amir)
    world.says(ticket.ref, amir, "It is about your pay.")
    first = next(each for each in world.desk.comments(ticket.ref, include_internal=True) if "looking" in each.text)
    world.desk.edit_comment(ticket.ref, first.number, "Your salary.", by=amir, source_version="2")
    world.deliver_all()

    card, reply = world.seen("tomas", SUPPORT, thread=said["ts"])
    assert card["text"] == f"#{ticket.number} goes on in private."
    assert "We are looking." in reply["text"]
    (of_team,) = world.seen("lena", TRIAGE)
    assert of_team["text"] == f"#{ticket.number} is private now. Only the members of its channel see it."
    assert "salary" not in str(world.seen("lena", TRIAGE, thread=of_team["ts"]))
    assert "It is about your pay." in str(world.thread("mara"))
    assert any("invoice" in shown_text(each) for each in world.seen("jo", CHANNEL))


def late(world: World, *, hours: int) -> None:
    now = world.clock.advance(hours=hours)
    for step in (world.desk.watch_step, world.desk.ladder_step):
        step(now)
    world.deliver_all()


def test_an_alert_of_a_ticket_that_becomes_private_goes_on_in_its_own_channel(world: World, channel: Channel) -> None:
    """Alone in its message, and beside another's, which stays."""
    document = to_document(world.desk.configuration())
    world.desk.configure(document | {"channels": {"triage": TRIAGE, "escalations": SUPPORT}}, by=None)
    amir = world.agent("amir", skills={})
    alone = world.ticket(priority=Priority.URGENT, subject="Alone")
    late(world, hours=2)
    both = [world.ticket(priority=Priority.URGENT, subject=each) for each in ("Together", "Beside it")]
    late(world, hours=2)
    before = str(world.seen("tomas", SUPPORT))
    assert all(each in before for each in ("Alone", "Together", "Beside it"))

    for ticket in (alone, both[0]):
        world.desk.set_category(ticket.ref, "personnel", by=amir)
    late(world, hours=8)

    after = str([shown_text(each) for each in world.seen("tomas", SUPPORT)])
    assert "Beside it" in after
    assert "Alone" not in after
    assert "Together" not in after
    assert all(each in str(world.seen("jo", CHANNEL)) for each in ("Alone", "Together"))
