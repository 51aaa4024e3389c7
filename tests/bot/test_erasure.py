"""What becomes of the app's messages when a customer is erased."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from bot import places
from bot.notices import Notices
from tests.bot.outbound import ESCALATIONS, TRIAGE, World, shown_text
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import Priority
from ticketing.shown import Shown, remember
from ticketing.tables import shown


def test_what_the_app_has_shown_of_an_erased_customer_is_taken_away(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(subject="Peculiar pelican")
    kept = world.desk.open_ticket(
        world.person("tomas"), subject="Another one", description="x", category="billing", source="v:kept"
    )
    world.says(ticket.ref, ticket.customer_id, "the pelican again")
    world.says(ticket.ref, amir, "a reply about the pelican")
    world.deliver_all()
    for who, where in (("mara", None), ("amir", None), ("lena", TRIAGE)):
        assert "elican" in str([shown_text(one) for one in world.seen(who, where)])

    world.desk.erase_customer(ticket.customer_id, by=None)
    world.deliver_all()

    for who, where in (("mara", None), ("amir", None), ("lena", TRIAGE)):
        assert "elican" not in str([shown_text(one) for one in world.seen(who, where)])
    assert "Another one" in str([shown_text(one) for one in world.seen("lena", TRIAGE)])
    assert world.desk.ticket(kept.ref).subject == "Another one"
    assert world.desk.outbox.parked() == []


def test_an_alert_that_tells_of_others_as_well_stays_without_the_words(world: World) -> None:
    world.agent("amir")
    ticket = world.ticket(subject="Peculiar pelican", priority=Priority.URGENT)
    world.desk.open_ticket(
        world.person("tomas"),
        subject="Another one",
        description="x",
        category="billing",
        source="v:kept",
        priority=Priority.URGENT,
    )
    world.clock.advance(minutes=62)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    assert "pelican" in str([shown_text(one) for one in world.seen("lena", ESCALATIONS)])

    world.desk.erase_customer(ticket.customer_id, by=None)
    world.deliver_all()

    alerts = str([shown_text(one) for one in world.seen("lena", ESCALATIONS)])
    assert "pelican" not in alerts
    assert "Another one" in alerts


def test_what_stands_somewhere_is_asked_to_be_taken_away_on_both_databases(database_url: str) -> None:
    database = Database.open(database_url)
    desk = Desk(database, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    desk.subscribe(Notices())
    mara = desk.ensure_person("T1:U1", "Mara").id
    ticket, other = (
        desk.open_ticket(mara, subject="Blank", description="x", category="billing", source=f"v:{number}")
        for number in (1, 11)
    )
    number = ticket.number
    stands = [("p:1", f"t:{number}"), ("c:C1", f"m:{number}:1"), ("c:C2", f"a:{number}"), ("o:C3", f"t:{number}")]
    stands.append(("c:C4", places.about_down(number, "7")))
    with database.write() as connection:
        for place, about in [
            *stands,
            ("c:C1", f"t:{number}1"),
            ("c:C1", "d:2026-11-22"),
            ("c:C2", places.about_listed(number)),
        ]:
            remember(connection, Shown(mara, place, about, "C1", f"{len(about)}.{len(place)}", None, "team"))

    desk.erase_customer(mara, by=None)

    waiting = {(each.place, each.about, each.kind) for each in desk.outbox.ready(datetime.now(UTC), 50)}
    assert {kind for _, _, kind in waiting} == {"take_away", "alert_card", "listed_card"}
    assert ("p:1", f"t:{number}", "take_away") in waiting
    assert ("c:C1", f"m:{number}:1", "take_away") in waiting
    assert ("c:C2", f"a:{number}", "alert_card") in waiting
    assert ("c:C2", places.about_listed(number), "take_away") not in waiting, "a list is of others as well"
    with database.read() as connection:
        left = {(row.place, row.about) for row in connection.execute(select(shown))}
    assert left == set(stands) - {("o:C3", f"t:{number}")}, "what is still to be taken away keeps its row until then"
    assert desk.ticket(other.ref).subject == ""
    database.close()
