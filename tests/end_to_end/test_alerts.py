"""What leads see of promises that slip: each step once, whatever happens to the bot meanwhile."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.boards import BOARD
from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import DUE, URGENT, Begun, assigned, desk_of, fill_and_send, open_ticket
from tests.end_to_end.workspace import Workspace

ESCALATIONS = "escalations"


def _urgent(workspace: Workspace, subject: str) -> tuple[Person, Begun]:
    """A lead, and an urgent ticket that is due in an hour, with a warning half an hour before."""
    lead = workspace.new_person("lead")
    return lead, assigned(workspace, workspace.new_team(agents=1), subject, priority=URGENT)


def _roots(lead: Person) -> list[Message]:
    return [message for message in lead.messages(ESCALATIONS) if message.thread_ts in {None, message.ts}]


def _line(workspace: Workspace, lead: Person, home: Message, words: str) -> Message:
    """The line in the thread of an alert's home, whose own words may be the same; waited for."""
    return workspace.wait_for(
        lambda: next(iter(_lines(lead, home, words)), None), lambda: f"There is no {words!r}.\n{lead.describe(home)}"
    )


def _lines(lead: Person, home: Message, words: str) -> list[Message]:
    return [message for message in lead.messages(home)[1:] if message.says(words)]


def test_a_warning_and_then_a_breach_come_by_themselves_and_end_when_answered(own_workspace: Workspace) -> None:
    lead, begun = _urgent(own_workspace, "All is dark")
    number, mara, amir = begun.number, begun.customer, begun.agent
    assert lead.messages(ESCALATIONS) == []

    own_workspace.advance(minutes=31)
    home = lead.sees(f"Due soon: #{number} All is dark.", where=ESCALATIONS)
    assert "First answer due by" in home.text
    assert f"{mara.real_name} (standard)" in home.text
    assert f"{amir.first_name} has it since" in home.text
    assert "no answer yet" in home.text
    assert "It is so." not in home.text

    own_workspace.advance(minutes=30)
    line = _line(own_workspace, lead, home, f"#{number} is overdue: first answer was due by")
    assert line.ts in {message.ts for message in lead.messages(ESCALATIONS)}
    lead.sees_change(home, "Overdue since")
    apology = mara.sees("We promised an answer by", where=begun.card)
    assert f"are late. Sorry. {amir.first_name} has it and their lead knows." in apology.text
    assert "SLA" not in mara.everything()

    own_workspace.advance(minutes=45)
    amir.press("Reply", on=begun.assignment)
    fill_and_send(amir, "Reply", "The light is back")
    settled = lead.sees_change(home, f"~#{number} All is dark~ Answered by {amir.first_name}")
    assert re.search(r"4\d min late", settled.text)
    lead.sees(f"#{number}: answered by {amir.first_name}", where=home)
    assert [message.ts for message in _roots(lead)] == [home.ts]
    assert len(_lines(lead, home, "first answer was due")) == 1
    assert len([one for one in mara.messages(begun.card) if one.says("We promised an answer")]) == 1


def test_an_answer_in_time_lets_no_alert_out(own_workspace: Workspace) -> None:
    lead, begun = _urgent(own_workspace, "Answered at once")
    other = assigned(own_workspace, own_workspace.new_team(agents=1), "Left alone", priority=URGENT)
    begun.agent.press("Reply", on=begun.assignment)
    fill_and_send(begun.agent, "Reply", "We are on it")
    begun.customer.sees("We are on it", where=begun.card)
    other.agent.press("Snooze", on=other.assignment)
    other.agent.choose("Show it again", "In 1 h")
    other.agent.submit()
    other.agent.sees_change(other.assignment, "Snoozed until")

    own_workspace.advance(minutes=61)

    lead.sees(f"#{other.number} Left alone", where=ESCALATIONS)
    other.customer.sees("We promised an answer", where=other.card)
    other.agent.sees_lost(other.assignment, "Snoozed")
    mine = other.agent.command("/helpdesk mine")
    assert mine is not None
    assert mine.says(f"#{other.number}")
    lead.sees_not("Answered at once", where=ESCALATIONS)
    begun.customer.sees_not("We promised", where=begun.card)


def test_alerts_are_told_once_though_the_bot_is_killed_between(own_workspace: Workspace) -> None:
    assert own_workspace.bot is not None
    lead, begun = _urgent(own_workspace, "The alarm rings")
    number = begun.number
    own_workspace.advance(minutes=31)
    home = lead.sees(f"Due soon: #{number}", where=ESCALATIONS)
    lead.home()

    own_workspace.bot.kill()
    own_workspace.bot.restart()
    own_workspace.advance(minutes=30)
    lead.sees_change(home, "Overdue since")
    _line(own_workspace, lead, home, "first answer was due")
    begun.customer.sees("We promised an answer by", where=begun.card)
    lead.home()
    own_workspace.bot.kill()
    own_workspace.bot.restart()

    after = assigned(own_workspace, own_workspace.new_team(agents=1), "A later one", priority=URGENT)
    own_workspace.advance(minutes=31)
    lead.sees(f"Due soon: #{after.number}", where=ESCALATIONS)
    assert len([one for one in _roots(lead) if one.says(f"#{number} ")]) == 1
    assert len(_lines(lead, home, "is overdue: first answer")) == 1
    assert len([one for one in begun.customer.messages(begun.card) if one.says("We promised an answer")]) == 1


def test_what_fell_due_while_the_bot_was_down_is_told_once_and_says_so(own_workspace: Workspace) -> None:
    assert own_workspace.bot is not None
    lead, begun = _urgent(own_workspace, "Nobody was there")
    own_workspace.bot.kill()
    own_workspace.advance(hours=3)
    own_workspace.bot.restart()

    home = lead.sees(f"#{begun.number} Nobody was there", where=ESCALATIONS)

    assert "Overdue since" in home.text
    assert "we were down" in home.text
    assert "Due soon" not in home.text
    begun.customer.sees("We promised an answer by", where=begun.card)
    assert len([one for one in _roots(lead) if one.says(f"#{begun.number} ")]) == 1
    assert _lines(lead, home, "first answer") == []


def test_the_board_is_posted_once_and_then_edited_where_it_stands(own_workspace: Workspace) -> None:
    admin, lead, mara = own_workspace.new_person("admin"), own_workspace.new_person("lead"), own_workspace.new_person()
    team = own_workspace.new_team(agents=0)
    hour = own_workspace.now.astimezone(ZoneInfo("Europe/Vienna")).hour
    own_workspace.advance(hours=(12 - hour) % 24)  # around midnight an hour ago and in an hour are other days
    an_hour_ago = own_workspace.now.astimezone(ZoneInfo("Europe/Vienna")) - timedelta(hours=1)
    admin.command("/helpdesk settings")
    admin.press("Edit", row="Habits")
    admin.fill(the_board_is_posted_at=f"{an_hour_ago:%H:%M}")
    assert admin.submit().errors == {}
    assert admin.submit().errors == {}
    board = lead.sees("Open and late as of", where=ESCALATIONS)
    assert "0 overdue, 0 due within 1 h, 0 without an agent" in board.text

    number = open_ticket(mara, "Nobody has this", team, priority=URGENT)
    own_workspace.advance(minutes=10)
    with desk_of(
        own_workspace
    ) as desk:  # as if a minute of machine time had passed, at most once in which it is edited
        desk.outbox.take_turn(BOARD, datetime.now(UTC) + timedelta(minutes=2), -120)
    own_workspace.advance(minutes=1)

    edited = lead.sees_change(board, "0 overdue, 1 due within 1 h, 1 without an agent")
    assert re.search(rf"#{number} {DUE}.*\. Nobody has it\.", edited.text)
    assert [each.ts for each in lead.messages(ESCALATIONS) if each.says("Open and late")] == [board.ts]
