"""Hundreds of promises that slip together: a handful of messages within Slack's limits, and none of them lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.end_to_end.bot import BotProcess
from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import fill_and_send
from tests.end_to_end.workspace import Workspace
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.events import EventKind
from ticketing.model import Priority, TicketRef

ESCALATIONS = "escalations"


def _bot(workspace: Workspace) -> BotProcess:
    assert isinstance(workspace.bot, BotProcess)
    return workspace.bot


def _flood(workspace: Workspace, count: int) -> list[TicketRef]:
    """Urgent tickets that all fall due in the same second, opened while the bot is away."""
    bot, people = _bot(workspace), [workspace.new_person() for _ in range(5)]
    bot.kill()
    database = Database.open(bot.database_url)
    try:
        now = datetime.fromtimestamp(workspace.sandbox.get("/control/clock")["now"], UTC)
        desk = Desk(database, lambda: now)
        customers = [desk.ensure_person(f"T0TESTS001:{each.id}", each.real_name).id for each in people]
        return [
            desk.open_ticket(
                customers[number % len(customers)],
                subject=f"Flood {number}",
                description="All at once.",
                category="general",
                priority=Priority.URGENT,
                source=f"v:flood:{number}",
            ).ref
            for number in range(count)
        ]
    finally:
        database.close()


def _roots(lead: Person) -> list[Message]:
    return [one for one in lead.messages(ESCALATIONS) if one.thread_ts in {None, one.ts}]


def _told(workspace: Workspace, refs: list[TicketRef], stage: str) -> dict[TicketRef, str]:
    """Which message told each ticket's alert of a stage; empty until all are told."""
    database = Database.open(_bot(workspace).database_url)
    try:
        desk = Desk(database, lambda: datetime.now(UTC))
        rows = {ref: [row for row in desk.outbox.alerts(ref) if row.key.stage == stage] for ref in refs}
    finally:
        database.close()
    return {ref: found[0].home for ref, found in rows.items() if found and found[0].home}


def test_a_storm_is_a_handful_of_messages_and_loses_none(own_workspace: Workspace) -> None:
    lead = own_workspace.new_person("lead")
    refs = _flood(own_workspace, 240)
    own_workspace.faults(rate_limits=True)
    _bot(own_workspace).restart()
    own_workspace.advance(minutes=31)

    def all_told(stage: str) -> dict[TicketRef, str]:
        def look() -> dict[TicketRef, str] | None:
            told = _told(own_workspace, refs, stage)
            return told if len(told) == len(refs) else None

        return own_workspace.wait_for(look, lambda: f"Not all are told:\n{lead.describe(ESCALATIONS)}", timeout=120)

    homes = all_told("warning")
    assert len(set(homes.values())) <= 4
    biggest = max(_roots(lead), key=lambda one: int((re.search(r"(\d+) tickets", one.text) or ["0", "0"])[1]))
    assert "due soon" in biggest.text
    assert "Show all" in biggest.text
    assert len(re.findall(r"#\d+", biggest.text)) <= 10

    before = len(lead.messages(ESCALATIONS))
    own_workspace.advance(minutes=31)
    assert set(all_told("breach")) == set(refs)
    (count,) = re.findall(r"(\d+) tickets", biggest.text)[:1]
    lead.sees_change(biggest, f"{count} tickets: {count} overdue")
    broadcasts = lead.messages(ESCALATIONS)[before:]
    assert 1 <= len(broadcasts) <= 12, [one.text for one in broadcasts]
    assert len(_roots(lead)) <= 4
    assert _opened_from(own_workspace, lead, _roots(lead)) == {ref.number for ref in refs}


def _turn_to(workspace: Workspace, lead: Person, page: int) -> None:
    lead.press("Next")
    workspace.wait_for(lambda: f"Page {page} of" in lead.view.text or None, lambda: lead.view.text)


def _opened_from(workspace: Workspace, lead: Person, homes: list[Message]) -> set[int]:
    """The numbers of all tickets that can be opened from these messages, on whatever page; each stands on one page."""
    found: list[int] = []
    for home in homes:
        lead.press("Show all", on=home)
        assert lead.view.title == "Due and overdue"
        pages = int((re.search(r"Page 1 of (\d+)", lead.view.text) or ["0", "1"])[1])
        for page in range(1, pages + 1):
            if page > 1:
                _turn_to(workspace, lead, page)
            found += [int(number) for number in re.findall(r"#(\d+)", lead.view.text)]
        lead.close(all_forms=True)
    assert len(found) == len(set(found))
    return set(found)


def test_several_are_taken_at_once_and_what_is_answered_is_struck_through(own_workspace: Workspace) -> None:
    lead = own_workspace.new_person("lead")
    refs = _flood(own_workspace, 3)
    _bot(own_workspace).restart()
    own_workspace.advance(minutes=61)
    home = lead.sees("3 tickets: 3 overdue", where=ESCALATIONS)
    assert len(_roots(lead)) == 1

    lead.press("Take several", on=home)
    lead.fill({"Which?": [f"#{ref.number} Flood {n}" for n, ref in enumerate(refs[:2])], "Until when?": "15 min"})
    assert lead.submit().errors == {}

    def both_taken() -> bool | None:
        return lead.now(home).text.count(f"{lead.first_name} has it until") == 2 or None

    own_workspace.wait_for(both_taken, lambda: lead.now(home).text)

    agent = own_workspace.new_team(agents=1).agents[0]
    agent.press("Open", on=home)
    agent.press("Reply")
    fill_and_send(agent, "Reply", "We are on it")
    assert "~#" in lead.sees_change(home, "2 tickets: 2 overdue").text


def test_what_fell_due_while_the_bot_was_down_is_one_message_that_says_so(own_workspace: Workspace) -> None:
    lead = own_workspace.new_person("lead")
    refs = _flood(own_workspace, 12)
    _answer(own_workspace, refs[0])
    own_workspace.advance(hours=3)
    _bot(own_workspace).restart()

    home = lead.sees("11 tickets: 11 overdue", where=ESCALATIONS)

    assert "we were down" in home.text
    assert f"#{refs[0].number} " not in home.text
    assert len(_roots(lead)) == 1


def _answer(workspace: Workspace, ref: TicketRef) -> None:
    """Somebody answered before it was late, so that nothing about its first answer is to be told."""
    database = Database.open(_bot(workspace).database_url)
    try:
        now = datetime.fromtimestamp(workspace.sandbox.get("/control/clock")["now"], UTC)
        desk = Desk(database, lambda: now)
        agent = desk.agents()[0]
        desk.claim(ref, by=agent.id)
        desk.add_comment(ref, author_id=agent.id, text="Done", source="v:answer")
        desk.resolve(ref, by=agent.id)
        assert EventKind.BREACHED not in {event.kind for event in desk.events(ref)}
    finally:
        database.close()
