"""Offers: one for what was said, whatever Slack answers, until one choice is made on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from slack_bolt import BoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.access import Access
from bot.actions import Press
from bot.delivery.slack import EVENT_TYPE
from bot.explaining import Explaining
from bot.listeners import Parts
from bot.listeners.offers import LEASE_S, REPEATED_AFTER, Offers
from bot.people import People
from bot.private import Private
from bot.rereading import Rereading
from bot.screens import Screens
from bot.sight import Sight
from bot.values import offer_value
from bot.words.customer import OFFER_BEING_PLACED, OFFER_DISMISSED
from tests.bot import role_table as table
from tests.bot import test_every_act_by_everybody as everybody
from tests.bot.role_table import Who
from tests.bot.test_every_act_by_everybody import NOW, TEAM, USERS, Stand, tickets
from ticketing.configuration import default_document
from ticketing.model import Ticket, TicketStatus
from ticketing.offering import Offered

prepared, standing, stand = everybody.prepared, everybody.standing, everybody.stand

MARA = USERS[Who.OWNER][1]
CHANNEL, TS = "D0MARA", f"{int(NOW.timestamp())}.000001"
SOURCE = f"m:{CHANNEL}:{TS}"
SAID = {"ts": TS, "user": MARA, "text": "My printer burns.", "type": "message"}


class Answering:
    """Slack as the test wants it: what stands in the conversation, and what goes wrong."""

    def __init__(self, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.real, self.called = stand.slack.api_call, list[str]()
        self.stands: list[dict[str, Any]] = [SAID]
        self.fails: Callable[[str], Exception | None] = lambda _method: None
        monkeypatch.setattr(stand.slack, "api_call", self)

    def __call__(self, method: str, **asked: Any) -> Any:
        self.called.append(method)
        if (error := self.fails(method)) is not None:
            raise error
        answer = self.real(method, **asked)
        if method == "conversations.history":
            cast(Any, answer).data["messages"] = list(self.stands)
        return answer


@pytest.fixture
def slack(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Answering:
    return Answering(stand, monkeypatch)


def says(stand: Stand) -> int:
    event = SAID | {"channel": CHANNEL, "channel_type": "im", "team": TEAM, "event_ts": TS}
    body = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": "E1", "event": event}
    return int(stand.app.dispatch(BoltRequest(body=body, mode="socket_mode")).status)


def offer(stand: Stand) -> Offered:
    found = stand.desk.inbound.find_offer(stand.person(Who.OWNER), CHANNEL, TS)
    assert found is not None
    return found


def offers(stand: Stand) -> Offers:
    desk, slack = stand.desk, stand.slack
    people, sight = People(desk, slack, TEAM, bot_user_id="U0BOT"), Sight(desk, slack, TEAM)
    parts = Parts(
        *(desk, Access(desk, people, sight), Screens(desk, stand.clock, sight), Explaining(desk, stand.clock)),
        *(Private(slack), slack, stand.clock, Rereading(slack, TEAM)),
    )
    return Offers(parts)


def refused(code: str) -> Exception:
    """As the SDK tells of it: a body that is no JSON is a plain dict."""
    if code == "http_500":
        return SlackApiError("The server failed.", {"status": 500, "headers": {}, "body": ""})  # type: ignore[no-untyped-call]
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"error": code}, headers={}, status_code=200
    )
    return SlackApiError(code, answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("code", ["http_500", "internal_error"])
def test_an_offer_that_slack_may_have_posted_is_looked_for_and_not_posted_again(
    stand: Stand, slack: Answering, code: str
) -> None:
    slack.fails = lambda method: refused(code) if method == "chat.postMessage" else None
    assert says(stand) == 200
    slack.fails = lambda _method: None
    assert says(stand) == 200
    assert slack.called.count("chat.postMessage") == 1

    mine = offer(stand)
    key = {"key": f"{mine.person_id}/o:{CHANNEL}:{TS}"}
    slack.stands.append({"ts": "9.1", "user": "U0BOT", "metadata": {"event_type": EVENT_TYPE, "event_payload": key}})
    offers(stand).step(datetime.now(UTC) + timedelta(seconds=LEASE_S))
    assert (slack.called.count("chat.postMessage"), offer(stand).offer_ts) == (1, "9.1")


def test_an_offer_whose_repeat_fails_half_way_is_repeated_later(stand: Stand, slack: Answering) -> None:
    says(stand)
    stands_at, machine = offer(stand).offer_ts, datetime(2026, 11, 23, 12, tzinfo=UTC)
    stand.clock.at += REPEATED_AFTER
    slack.fails = lambda method: TimeoutError() if method == "chat.postMessage" else None
    offers(stand).step(machine)
    slack.fails, slack.called = lambda _method: None, []

    offers(stand).step(machine + timedelta(seconds=LEASE_S))
    assert slack.called.count("chat.postMessage") == 1
    assert offer(stand).is_open
    slack.called.clear()
    for later in (1, 60, 3600):
        offers(stand).step(machine + timedelta(seconds=LEASE_S + later))
    assert "chat.postMessage" not in slack.called
    assert stands_at is not None


def begun(stand: Stand) -> Ticket:
    """Mara's ticket to which the offer can be added."""
    return next(each for each in tickets(stand) if each.status is TicketStatus.ASSIGNED)


def press(stand: Stand, chosen: Press) -> str:
    """What the presser is told, and what is shown on the offer."""
    value = offer_value(SOURCE, begun(stand).ref) if chosen is Press.OFFER_ADD else offer_value(SOURCE)
    body = table.press(TEAM, MARA, table.button(chosen.value, value), of=TEAM)
    place = {"channel": {"id": CHANNEL}, "message": {"ts": "9.1"}}
    container = {"type": "message", "channel_id": CHANNEL, "message_ts": "9.1"}
    return stand.send({**body, **place, "container": container}).said


def outcome(stand: Stand, before: set[int]) -> tuple[int, int]:
    """How often the message was added, and how many tickets were opened from it."""
    added = [each for each in stand.desk.comments(begun(stand).ref, include_internal=False) if each.source == SOURCE]
    return len(added), len([each for each in tickets(stand) if each.number not in before])


def test_out_of_hours_an_offer_that_became_a_ticket_says_when_we_are_back(stand: Stand, slack: Answering) -> None:
    """It is Monday afternoon, and the office opens on Wednesdays."""
    office = {"name": "Office", "windows": {"wed": ["09:00-17:00"]}}
    policy = {"calendar": "Office", "first_response": {"medium": "30m"}}
    closed = default_document() | {"zone": "UTC", "calendars": [office], "policies": [policy]}
    stand.desk.configure(closed, by=None)
    says(stand)

    opens = int(datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp())
    said = press(stand, Press.OFFER_NEW)
    assert f". We are back <!date^{opens}^" in said
    assert f"You will have an answer by <!date^{opens + 30 * 60}^" in said


@pytest.mark.parametrize(("first", "then"), [(Press.OFFER_ADD, Press.OFFER_NEW), (Press.OFFER_NEW, Press.OFFER_ADD)])
def test_of_two_choices_on_an_offer_the_first_stands_and_is_shown(
    stand: Stand, slack: Answering, first: Press, then: Press
) -> None:
    says(stand)
    before = {each.number for each in tickets(stand)}

    press(stand, first)
    said = press(stand, then)
    press(stand, Press.OFFER_DISMISS)
    opened = [each.number for each in tickets(stand) if each.number not in before]
    assert outcome(stand, before) == ((1, 0) if first is Press.OFFER_ADD else (0, 1))
    assert f"#{(opened or [begun(stand).number])[0]}" in said
    assert "chat.delete" not in slack.called


CHOICES = (Press.OFFER_ADD, Press.OFFER_NEW, Press.OFFER_DISMISS)


@pytest.mark.parametrize(("first", "then"), [(one, two) for one in CHOICES for two in CHOICES])
def test_of_two_choices_in_the_same_moment_one_is_carried_out(
    stand: Stand, slack: Answering, first: Press, then: Press
) -> None:
    """The second is pressed while the first still reads from Slack what is to be placed."""
    says(stand)
    before, meanwhile = {each.number for each in tickets(stand)}, list[str]()

    def presses_again(method: str) -> None:
        if method == "conversations.history" and not meanwhile:
            meanwhile.append("")
            meanwhile.append(press(stand, then))

    slack.fails = presses_again
    press(stand, first)
    slack.fails = lambda _method: None

    done = {Press.OFFER_ADD: (1, 0), Press.OFFER_NEW: (0, 1), Press.OFFER_DISMISS: (0, 0)}[first]
    assert outcome(stand, before) == done
    assert OFFER_BEING_PLACED in meanwhile[1]
    told = press(stand, then)
    assert outcome(stand, before) == done
    expected = {Press.OFFER_ADD: "Added to #", Press.OFFER_NEW: "Ticket #", Press.OFFER_DISMISS: OFFER_DISMISSED}[first]
    assert expected in told


def test_a_choice_that_could_not_be_carried_out_can_be_made_again(stand: Stand, slack: Answering) -> None:
    says(stand)
    before = {each.number for each in tickets(stand)}
    slack.fails = lambda method: TimeoutError() if method == "conversations.history" else None
    press(stand, Press.OFFER_NEW)
    slack.fails = lambda _method: None
    assert outcome(stand, before) == (0, 0)

    press(stand, Press.OFFER_ADD)

    assert outcome(stand, before) == (1, 0)


def test_a_choice_of_which_nothing_came_keeps_the_offer_from_nobody(stand: Stand, slack: Answering) -> None:
    """The process ended in the middle of it: once the lease is over another choice is carried out."""
    says(stand)
    before = {each.number for each in tickets(stand)}
    died = datetime.now(UTC) - timedelta(seconds=LEASE_S + 1)
    assert stand.desk.inbound.choose(offer(stand), died, LEASE_S)
    assert not stand.desk.inbound.choose(offer(stand), died, LEASE_S)

    press(stand, Press.OFFER_NEW)

    assert outcome(stand, before) == (0, 1)
    assert not stand.desk.inbound.choose(offer(stand), datetime.now(UTC), LEASE_S), (
        "what is placed is nobody's to place"
    )
    assert slack.called
