"""Ways in beside the form: offers for what is written in a row, channels where messages or an emoji open tickets."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.bot import BotProcess
from tests.end_to_end.cast import OWN, Cast, toml
from tests.end_to_end.conftest import BUSY_ACK_LIMIT_S, database
from tests.end_to_end.person import Message, Person
from tests.end_to_end.sandbox import Refused, Sandbox
from tests.end_to_end.steps import number_in
from tests.end_to_end.workspace import Workspace

UNPLACED = "This has not reached anyone yet."
HELP, IDEAS = "C0HELP0001", "C0IDEAS001"


@pytest.fixture
def open_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with a channel where every message is a ticket, and one where an emoji opens them."""
    cast = Cast.assemble(OWN)
    for channel, name in ((HELP, "help"), (IDEAS, "ideas")):
        cast.channels.append(
            {"id": channel, "name": name, "members": "everyone", "app_is_member": True, "is_private": False}
        )
    guest = {"id": "U0GUEST001", "name": "gus", "real_name": "Gus Guest", "email": "gus@other.example", "tz": "UTC"}
    cast.people.append(guest | {"team_id": "T0OTHER001"})
    people, settings = cast.write(tmp_path)
    document: dict[str, Any] = tomllib.loads(settings.read_text(encoding="utf-8"))
    document["desk"]["channels"] |= {
        "every_message": [HELP],
        "by_emoji": [IDEAS],
        "emoji": "ticket",
        "other_organizations": True,
    }
    settings.write_text(toml(json.loads(json.dumps(document))), encoding="utf-8")
    with database("sqlite-socket", tmp_path, request) as url:
        sandbox = Sandbox.start(people, "--no-rate-limits")
        try:
            bot = BotProcess.start(sandbox, settings, url, "sqlite-socket")
            try:
                workspace = Workspace(sandbox, cast, bot)
                workspace.faults(ack_limit_s=BUSY_ACK_LIMIT_S)
                yield workspace
            finally:
                bot.stop()
        finally:
            sandbox.stop()


def replies(person: Person, root: Message) -> list[Message]:
    return [message for message in person.messages(root) if message.ts != root.ts]


def test_every_message_is_a_ticket_and_greetings_are_left_alone(open_house: Workspace) -> None:
    mara = open_house.new_person()
    greeting = mara.writes("Good morning everybody!", channel="help")
    said = mara.writes("the door of room 7 does not close", channel="help")

    card = mara.sees("the door of room 7 does not close", where=said)
    open_house.wait_for(lambda: True if len(replies(mara, said)) == 1 else None, lambda: mara.describe(said))
    number = number_in(replies(mara, said)[0].text)
    assert "Everyone here can read this." in replies(mara, said)[0].text
    assert replies(mara, greeting) == []
    mara.writes("it squeaks, too", thread=said)
    lead = open_house.new_person("lead")
    triage = lead.sees(f"#{number}", where="triage")
    lead.sees("it squeaks, too", where=triage)
    assert card is not None


def test_an_emoji_opens_one_ticket_for_the_author(open_house: Workspace) -> None:
    team = open_house.new_team(agents=1)
    (amir,) = team.agents
    mara, tomas = open_house.new_person(), open_house.new_person()
    said = mara.writes("we could have a second printer", channel="ideas")

    tomas.reacts(said, "ticket")  # only somebody else's emoji
    amir.reacts(said, "eyes")  # another emoji
    amir.reacts(said, "ticket")
    mara.reacts(said, "ticket")

    open_house.wait_for(lambda: True if replies(mara, said) else None, lambda: mara.describe(said))
    number = number_in(replies(mara, said)[0].text)
    answer = mara.command("/ticket list")
    assert answer is not None
    assert answer.text.count("we could have a second printer") == 1
    nothing = tomas.command(f"/ticket {number}")
    assert nothing is not None
    assert nothing.text == f"There is no ticket #{number} that you can see."
    assert len(replies(mara, said)) == 1


def test_what_is_written_in_a_row_is_one_offer_and_one_ticket(own_workspace: Workspace) -> None:
    mara = own_workspace.new_person()
    said = ("hello there", "the export hangs", "since this morning")
    for text in said:
        mara.writes(text)

    # Events come in any order: it grows until it has all of them.
    offer = own_workspace.wait_for(
        lambda: next((each for each in mara.messages() if all(map(each.says, (UNPLACED, *said)))), None),
        lambda: mara.describe("app"),
    )
    assert sum(each.says(UNPLACED) for each in mara.messages()) == 1
    mara.press("New ticket", on=offer)

    number = number_in(mara.sees_change(offer, "Ticket #").text)
    triage = own_workspace.new_person("lead").sees(f"#{number}", where="triage")
    assert "hello there" in triage.text or "hello there" in triage.notification
    listed = mara.command("/ticket list")
    assert listed is not None
    assert listed.text.count(f"#{number}") == 1


def test_an_offer_nobody_answers_is_posted_anew_once(own_workspace: Workspace) -> None:
    mara = own_workspace.new_person()
    mara.writes("is anybody there")
    first = mara.sees(UNPLACED)

    own_workspace.advance(minutes=16)
    second = own_workspace.wait_for(
        lambda: next((each for each in mara.messages() if each.says(UNPLACED) and each.ts != first.ts), None),
        lambda: mara.describe("app"),
    )
    mara.loses(UNPLACED, besides=second)
    own_workspace.advance(hours=2)
    mara.press("Not a ticket", on=second)
    mara.loses(UNPLACED)
    mara.writes("forget it")
    mara.sees("forget it")
    later = mara.sees(UNPLACED)
    assert "is anybody there" not in later.text


def test_a_message_that_is_deleted_takes_its_offer_along(own_workspace: Workspace) -> None:
    mara = own_workspace.new_person()
    said = mara.writes("oh wait")
    mara.sees(UNPLACED)

    mara.deletes(said)

    mara.loses(UNPLACED)


def test_somebody_of_another_organisation_is_a_customer_in_the_channel_they_share(open_house: Workspace) -> None:
    gus = open_house.person("gus")
    open_house.invite(gus, "help")
    said = gus.writes("your portal is down for us", channel="help")
    open_house.wait_for(lambda: True if replies(gus, said) else None, lambda: gus.describe(said))
    number = number_in(replies(gus, said)[0].text)
    gus.writes("since nine", thread=said)

    lead = open_house.new_person("lead")
    triage = lead.sees(f"#{number}", where="triage")
    lead.sees("since nine", where=triage)
    assert "Nothing here reaches Gus unless you press Reply." in triage.text

    card = gus.sees(f"#{number} your portal is down for us", where=said)
    gus.press("Withdraw", on=card)
    gus.sees_change(card, "Withdrawn by you.")
    gus.writes("it is down again", thread=said)
    told = gus.sees(f"#{number} is closed. Your message opened #", where=said)
    follow_up = number_in(told.text.partition("opened")[2])
    following = gus.sees(f"#{follow_up} your portal is down for us", where=said)
    assert "Everyone here can read this." in following.text
    lead.press("Reply", on=lead.sees(f"#{follow_up}", where="triage"))
    lead.fill({"Reply": "We look at it."})
    assert lead.submit().errors == {}
    gus.sees("We look at it.", where=said)
    assert gus.messages("app") == [], "what is theirs stands in the channel that both share"


def test_emoji_and_shortcuts_where_two_organisations_meet(open_house: Workspace) -> None:
    """One's own emoji opens for a guest too; on other people's messages it is only an emoji, and shortcuts are ours."""
    team = open_house.new_team(agents=1)
    (amir,) = team.agents
    gus, mara = open_house.person("gus"), open_house.new_person()
    open_house.invite(gus, "ideas")
    maras = mara.writes("a bigger table would help", channel="ideas")
    said, second = (gus.writes(text, channel="ideas") for text in ("our import stops", "and the totals are wrong"))

    gus.reacts(maras, "ticket")
    for name, message in (("Open a ticket", maras), ("New ticket", None)):
        with pytest.raises(Refused):  # Slack offers a guest no shortcut of ours
            gus.uses_shortcut(name, on=message)
    gus.reacts(said, "ticket")
    amir.uses_shortcut("Open a ticket", on=second)
    amir.view_says("On behalf of Gus Guest.")
    amir.fill(category=team.name)
    sent = amir.submit()

    assert sent.view is not None
    by_shortcut = number_in(sent.view.text)
    open_house.wait_for(
        lambda: True if replies(gus, said) and replies(gus, second) else None, lambda: gus.describe(second)
    )
    by_emoji = number_in(replies(gus, said)[0].text)
    assert number_in(replies(gus, second)[0].text) == by_shortcut != by_emoji
    assert replies(mara, maras) == []
    gus.writes("since nine", thread=second)
    amir.sees("since nine", where=amir.sees(f"#{by_shortcut}"))
    for number in (by_emoji, by_shortcut):
        told = mara.command(f"/ticket {number}")
        assert told is not None
        assert told.text == f"There is no ticket #{number} that you can see."
