"""An account in Slack changes: whom the desk knows is followed, and who is gone is given nothing more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot import places
from bot.delivery.accounts import ENDED, ended
from tests.bot import test_every_act_by_everybody as everybody
from tests.bot.role_table import Who
from tests.bot.test_every_act_by_everybody import TEAM, USERS, Answer, Stand, tickets
from ticketing.configuration import default_document
from ticketing.model import Agent, TicketStatus
from ticketing.outbox import Errand

prepared, standing, stand = everybody.prepared, everybody.standing, everybody.stand
AMIR = USERS[Who.AGENT][1]


def changed(stand: Stand, user: str = AMIR, **told: Any) -> Answer:
    about = {"id": user, "team_id": TEAM, "deleted": False} | told
    event = {"type": "user_change", "user": about, "cache_ts": 1, "event_ts": "1.1"}
    return stand.send({"type": "event_callback", "team_id": TEAM, "event": event})


def amir(stand: Stand) -> Agent:
    found = stand.desk.agent(stand.person(Who.AGENT))
    assert found is not None
    return found


def told(stand: Stand) -> list[Errand]:
    """What is on its way to leads about it."""
    return [each for each in stand.desk.outbox.ready(datetime.now(UTC), 50) if each.kind == ENDED]


def test_an_agent_whose_account_has_ended_is_given_nothing_more_and_leads_read_what_they_hold(stand: Stand) -> None:
    stand.desk.configure(default_document() | {"channels": {"escalations": "C0ESCALATE"}}, by=None)
    held = [each for each in tickets(stand) if each.is_held]

    changed(stand, deleted=True)
    changed(stand, deleted=True, name="once more")

    assert not amir(stand).is_available
    (errand,) = told(stand)
    assert errand.place == places.of_channel("C0ESCALATE")
    letter = ended(stand.desk, errand)
    assert letter is not None
    assert letter.message is not None
    shown = f"{letter.message.text} {letter.message.blocks}"
    assert (
        f"Amir's account in Slack is deactivated: nothing more is assigned to them. They held {len(held)} tickets"
        in shown
    )
    assert all(f"*#{each.number}* {each.subject}" in shown for each in held)
    urgent = stand.desk.open_ticket(
        stand.person(Who.OTHER), subject="Now", description="x", category="billing", source="v:after"
    )
    assert urgent.status is TicketStatus.OPEN


def test_without_a_channel_each_lead_is_told(stand: Stand) -> None:
    changed(stand, deleted=True)

    assert {each.place for each in told(stand)} == {
        places.of_person(stand.person(who)) for who in (Who.LEAD, Who.ADMIN)
    }


def test_a_name_and_a_zone_follow_and_who_is_back_may_act_again(stand: Stand) -> None:
    changed(stand, deleted=True)
    changed(stand, real_name="Amir Haddad-Lindt", tz="Europe/Lisbon")

    person = stand.desk.person(stand.person(Who.AGENT))
    assert (person.name, person.tz) == ("Amir Haddad-Lindt", "Europe/Lisbon")
    assert not amir(stand).is_available, "they come back by themselves"


@pytest.mark.parametrize(
    "told_of",
    [
        {"user": "U0NOBODY01", "deleted": True},
        {"team_id": "T9", "deleted": True},
        {"is_bot": True, "deleted": True},
        {"user": USERS[Who.OTHER][1], "deleted": True},
    ],
    ids=["unknown", "of another organisation", "an app", "a customer"],
)
def test_of_all_others_nothing_is_done(stand: Stand, told_of: dict[str, Any]) -> None:
    answer = changed(stand, **told_of)

    assert (answer.error, answer.has_changed) == (None, False)
    assert amir(stand).is_available
