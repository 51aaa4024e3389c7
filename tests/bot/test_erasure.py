"""What becomes of the app's messages when a customer is erased."""

from __future__ import annotations

from tests.bot.outbound import ESCALATIONS, TRIAGE, World, shown_text
from ticketing.model import Priority


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
