"""The beginning and the end of an agent's shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from tests.end_to_end.person import Message, Person
from tests.end_to_end.steps import desk_of, go_away, id_of, number_in, open_ticket, started
from tests.end_to_end.workspace import Workspace


def set_shifts(workspace: Workspace, agent: Person, shifts: Mapping[str, Sequence[str]]) -> None:
    """As a lead would in the team's settings."""
    with desk_of(workspace) as desk:
        desk.set_shifts(id_of(desk, agent), shifts, by=None)


def days_of(agent: Person) -> list[Message]:
    """The messages of My day that an agent has."""
    return [message for message in agent.messages() if message.notification.startswith("My day:")]


def test_everything_is_handed_over_in_one_press(workspace: Workspace) -> None:
    """What is suggested goes to whoever can take it; what waits for its customer stays; the answer says what became of it."""
    team = workspace.new_team(agents=2)
    amir, jo = team.agents
    go_away(jo)
    first = started(workspace, team, "The first of the evening")
    second = started(workspace, team, "The second of the evening")
    waiting = started(workspace, team, "The one that waits")
    amir.press(f"Wait for {waiting.customer.first_name}", on=waiting.assignment)
    amir.fill({"What do you need to know?": "Which one?"})
    amir.submit()
    amir.sees_change(waiting.assignment, "Waiting for")
    jo.press("Back", on=jo.home())

    amir.press("Hand over", on=amir.home())
    assert f"#{first.number} The first of the evening" in amir.view.fields
    assert f"To {jo.real_name}, 0 of 10" in amir.view.options(f"#{first.number} The first of the evening")
    done = amir.submit()

    assert done.view is not None
    assert f"To {jo.first_name}: #{first.number}, #{second.number}." in done.view.text
    assert f"Still yours: #{waiting.number}." in done.view.text
    for begun in (first, second):
        jo.sees(f"#{begun.number} ")
        amir.sees_change(begun.assignment, f"{jo.first_name} has #{begun.number} now.")
    assert f"#{waiting.number}" in amir.home().text
    assert f"#{first.number}" not in amir.home().text


def test_each_ticket_goes_where_its_row_says(workspace: Workspace) -> None:
    team = workspace.new_team(agents=2)
    amir, jo = team.agents
    go_away(jo)
    queued = started(workspace, team, "Back in line with it")
    kept = started(workspace, team, "I keep that one")
    away = started(workspace, team, "For Jo though away")

    amir.press("Hand over", on=amir.home())
    amir.fill(
        {
            f"#{queued.number} Back in line with it": "To the queue",
            f"#{kept.number} I keep that one": "Keep it",
            f"#{away.number} For Jo though away": f"To {jo.real_name}, 0 of 10, away",
            "And then": ["Set me away until I am back"],
        }
    )
    go_away_later = amir.submit()

    assert go_away_later.view is not None
    assert f"To {jo.first_name}: #{away.number}." in go_away_later.view.text
    assert f"To the queue: #{queued.number}." in go_away_later.view.text
    assert f"Still yours: #{kept.number}." in go_away_later.view.text
    assert "You are away: no new tickets come to you until you press Back." in go_away_later.view.text
    jo.sees(f"#{away.number} For Jo though away")
    amir.home_says("[Back]")
    amir.press("Hand over", on=amir.home())
    assert "And then" not in amir.view_says("I keep that one").fields


def test_away_until_a_time_is_chosen_in_app_home(workspace: Workspace) -> None:
    (amir,) = workspace.new_team(agents=1).agents

    go_away(amir, "2 h")
    assert "Away until" in amir.home().text
    amir.press("Back", on=amir.home())
    assert "Available, 0 of 10." in amir.home().text

    amir.press("Away", on=amir.home())
    amir.choose("Until when?", "A time")
    refused = amir.submit()
    assert refused.errors == {"Time": "Choose the time."}


def test_my_day_comes_once_at_the_start_of_a_shift_whatever_restarts(own_workspace: Workspace) -> None:
    """Love 3: one message with what is due, whose turn it is and what is late; none twice, none without a shift."""
    team = own_workspace.new_team(agents=2)
    amir, jo = team.agents
    go_away(jo)
    mara = own_workspace.new_person()
    number = open_ticket(mara, "Due in the morning", team)
    amir.sees(f"#{number} Due in the morning")

    set_shifts(own_workspace, amir, {"mon-sun": ["00:00-12:00", "13:00-24:00"]})
    own_workspace.advance(days=1)

    def told() -> Message | None:
        return next(iter(days_of(amir)), None)

    day = own_workspace.wait_for(told, lambda: amir.describe("app"))
    assert "due today" in day.text
    assert "waiting for you" in day.text
    assert number_in(day.text) == number
    assert f"{mara.first_name} waits for your answer." in day.text
    assert "due in" not in day.text, "a message that stands says no minutes left"
    amir.press("Open", on=day)
    amir.close(all_forms=True)

    assert own_workspace.bot is not None
    own_workspace.bot.kill()
    own_workspace.bot.restart()
    own_workspace.advance(minutes=1)
    later = open_ticket(mara, "Opened after the restart", team)
    amir.sees(f"#{later} Opened after the restart")
    assert [message.ts for message in days_of(amir)] == [day.ts]
    assert days_of(jo) == []
    own_workspace.advance(hours=24)
    own_workspace.wait_for(lambda: True if len(days_of(amir)) == 2 else None, lambda: amir.describe("app"))


def test_app_home_says_until_when_a_shift_lasts(own_workspace: Workspace) -> None:
    (amir,) = own_workspace.new_team(agents=1).agents
    own_workspace.advance(seconds=(timedelta(days=1) - timedelta(0)).total_seconds())
    set_shifts(own_workspace, amir, {"mon-sun": ["00:00-24:00"]})

    assert "Available, 0 of 10, shift until" in amir.home().text
    answer = amir.command("/helpdesk day")
    assert answer is not None
    assert answer.text.startswith("Nothing is with you.")
