"""Who may do what with whose ticket: one table, and everything that is not in it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.access import ALLOWED, Access, Relation
from bot.actions import Act
from bot.payloads import SlackUser
from bot.people import OtherOrganization, People
from bot.settings import PersonSeed
from bot.sight import Sight
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError, NotAllowed, NotAnAgent, OwnTicket, TicketNotFound
from ticketing.model import PersonId, Role, TicketRef

TEAM = "T1"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MARA, TOMAS = SlackUser(TEAM, "U0MARA0001"), SlackUser(TEAM, "U0TOMAS001")
AMIR, LENA = SlackUser(TEAM, "U0AMIR0001"), SlackUser(TEAM, "U0LENA0001")
STRANGER = SlackUser("T9", "U0AMIR0001")

SEEDS = (
    PersonSeed(slack=MARA.id, name="Mara"),
    PersonSeed(slack=TOMAS.id, name="Tomás"),
    PersonSeed(slack=AMIR.id, name="Amir", role="agent", skills={"billing": 3}),
    PersonSeed(slack=LENA.id, name="Lena", role="lead"),
)


@contextmanager
def a_desk(directory: Path) -> Iterator[Desk]:
    url = f"sqlite:///{directory / 'desk.db'}"
    migrate(url)
    database = Database.open(url)
    yield Desk(database, lambda: NOW)
    database.close()


def access_to(desk: Desk) -> Access:
    """Slack does not answer here: whom the file names is known all the same."""
    people = People(desk, WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/", retry_handlers=[]), TEAM)
    people.seed(SEEDS)
    return Access(desk, people, Sight(desk))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def access(desk: Desk) -> Access:
    return access_to(desk)


@pytest.fixture(scope="module")
def unchanging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """For tests that change nothing."""
    with a_desk(tmp_path_factory.mktemp("access")) as desk:
        yield access_to(desk)


def ticket_of(desk: Desk, user: SlackUser) -> TicketRef:
    person = desk.person_by_ref(user.external_ref)
    assert person is not None
    return desk.open_ticket(
        person.id, subject="Broken", description="It is.", category="billing", source=f"v:{user.id}"
    ).ref


def outcome(access: Access, act: Act, user: SlackUser, ref: TicketRef) -> type[HelpdeskError] | None:
    try:
        access.to(act, user, ref)
    except HelpdeskError as error:
        return type(error)
    return None


RATING = frozenset({Act.HELPFUL, Act.NOT_HELPFUL, Act.RATING_COMMENT})
OWNERS = frozenset({Act.ANSWER, Act.WITHDRAW, Act.NOT_SOLVED, Act.WITHDRAW_UNDO}) | RATING
EITHERS = frozenset({Act.OPEN, Act.READ_ALL})
COLLEAGUES = frozenset({Act.READ_ALONG, Act.STOP_READING})
"""Of its customer's organization; none of these people is."""
TEAMS = frozenset(ALLOWED) - OWNERS - EITHERS - COLLEAGUES


@pytest.mark.parametrize("act", sorted(Act))
def test_every_act_for_everybody(unchanging: Access, act: Act) -> None:
    """Each (act, person) is decided; an act without a row of its own is refused to all."""
    access, desk = unchanging, unchanging.desk
    maras = ticket_of(desk, MARA)
    amirs_own = ticket_of(desk, AMIR)

    by_owner = outcome(access, act, MARA, maras)
    by_other_customer = outcome(access, act, TOMAS, maras)
    by_team = {outcome(access, act, AMIR, maras), outcome(access, act, LENA, maras)}
    by_agent_on_own = outcome(access, act, AMIR, amirs_own)

    assert by_other_customer is TicketNotFound
    if act in EITHERS:
        assert (by_owner, by_team, by_agent_on_own) == (None, {None}, None)
    elif act in OWNERS:
        assert (by_owner, by_team, by_agent_on_own) == (None, {NotAllowed}, None)
    elif act in TEAMS:
        assert (by_owner, by_team, by_agent_on_own) == (NotAnAgent, {None}, OwnTicket)
    else:
        assert None not in {by_owner, by_agent_on_own, *by_team}


def test_nothing_is_allowed_to_somebody_without_relation() -> None:
    assert all(Relation.NONE not in relations for relations in ALLOWED.values())


class TestWhatMayNotBeKnownLooksLikeWhatDoesNotExist:
    def test_by_number(self, desk: Desk, access: Access) -> None:
        number = ticket_of(desk, MARA).number
        said = set()
        for asked in (number, 999_999):
            with pytest.raises(TicketNotFound) as caught:
                access.to_numbered(Act.OPEN, TOMAS, asked)
            said.add(str(caught.value).replace(str(asked), "N"))
        assert said == {"There is no ticket #N that you can see."}

    def test_by_a_forged_pair(self, desk: Desk, access: Access) -> None:
        ref = ticket_of(desk, MARA)
        tomas = desk.person_by_ref(TOMAS.external_ref)
        assert tomas is not None
        for forged in (TicketRef(tomas.id, ref.number), TicketRef(PersonId(999), ref.number)):
            with pytest.raises(TicketNotFound):
                access.to(Act.CLAIM, AMIR, forged)


def test_a_role_taken_away_is_gone_at_once(desk: Desk, access: Access) -> None:
    ref = ticket_of(desk, MARA)
    amir = access.to(Act.NOTE, AMIR, ref).person
    desk.set_role(amir.id, Role.CUSTOMER, by=None)
    with pytest.raises(TicketNotFound):
        access.to(Act.NOTE, AMIR, ref)


def test_people_of_other_organisations_are_refused_even_under_a_known_id(desk: Desk, access: Access) -> None:
    ref = ticket_of(desk, MARA)
    with pytest.raises(OtherOrganization):
        access.to(Act.OPEN, STRANGER, ref)
    assert desk.person_by_ref(STRANGER.external_ref) is None


def test_where_other_organisations_are_customers_they_are_never_more(desk: Desk, access: Access) -> None:
    desk.configure({"channels": {"other_organizations": True}}, by=None)
    stranger = access.person(STRANGER)
    desk.set_role(stranger.id, Role.LEAD, by=None)

    assert access.person(STRANGER).role is Role.CUSTOMER
    with pytest.raises(NotAnAgent):
        access.agent(STRANGER)
    assert outcome(access, Act.CLAIM, STRANGER, ticket_of(desk, MARA)) is TicketNotFound
    assert outcome(access, Act.ANSWER, STRANGER, ticket_of(desk, STRANGER)) is None


def test_agents_commands_are_for_agents_and_leads(access: Access) -> None:
    assert access.agent(AMIR).name == "Amir"
    assert access.lead(LENA).name == "Lena"
    with pytest.raises(NotAnAgent):
        access.agent(MARA)
    with pytest.raises(NotAllowed):
        access.lead(AMIR)


def test_the_file_does_not_undo_what_was_set_since(desk: Desk, access: Access) -> None:
    """Seeding again, as every start does, leaves those alone who have a role by now."""
    amir = access.agent(AMIR)
    desk.set_role(amir.id, Role.LEAD, by=None)
    access.people.seed(SEEDS)
    assert desk.person(amir.id).role is Role.LEAD


def test_mentions_are_read_by_name(access: Access) -> None:
    assert access.people.as_read("ask <@U0AMIR0001> &amp; me") == "ask @Amir & me"
