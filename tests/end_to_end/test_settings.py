"""`/helpdesk settings`: admins change how the desk works, see first what it touches, and it is so at once."""

from __future__ import annotations

from tests.end_to_end.person import Person, View
from tests.end_to_end.steps import assigned, desk_of, open_ticket
from tests.end_to_end.workspace import Team, Workspace
from ticketing.configuration import to_document


def _category(admin: Person, team: Team) -> View:
    """The form of a team's category, looked up in the pages of categories."""
    admin.command("/helpdesk settings")
    admin.press("Open", row="Categories")
    while f"{team.name}: " not in admin.view.text:
        admin.press("Next")
    admin.press("Edit", row=f"{team.name}: ")
    return admin.view


def _check_and_save(admin: Person, *said: str) -> None:
    checked = admin.submit()
    assert checked.errors == {}
    assert checked.result == "updated"
    for words in said:
        admin.view_says(words)
    assert admin.submit().errors == {}


def test_a_change_is_checked_then_stored_and_is_so_at_once(workspace: Workspace) -> None:
    team, admin = workspace.new_team(agents=1), workspace.new_person("admin")
    begun = assigned(workspace, team, "Which priority has this by itself")

    form = _category(admin, team)
    assert f"Key: {team.key}" in form.text
    admin.fill(priority="Urgent", name=f"{team.name} now", further_questions="Serial number; text up to 9; required")
    _check_and_save(
        admin,
        "Check it before it is stored.",
        f"Name: {team.name} → {team.name} now",
        "Priority: Medium → Urgent",
        "This touches 1 open ticket.",
    )

    admin.view_says("is in force.")
    customer = workspace.new_person()
    customer.command("/ticket")
    customer.fill(subject="Fresh", description="It is so.", category=f"{team.name} now")
    customer.view_says("Serial number")
    customer.fill(serial_number="12345")
    sent = customer.submit()
    assert sent.errors == {}
    begun.agent.sees("Urgent, " + f"{team.name} now")


def test_a_promise_is_added_and_deadlines_are_counted_anew(workspace: Workspace) -> None:
    team, admin = workspace.new_team(agents=1), workspace.new_person("admin")
    begun = assigned(workspace, team, "How long will this take")
    admin.command("/helpdesk settings")
    admin.press("Open", row="Promises")
    admin.press("Add")
    admin.fill(for_tickets_of=team.name, first_answer_within="medium 4 hours")
    assert admin.submit().errors == {"First answer within": "Write a line each, such as: high 4h."}
    admin.fill(first_answer_within="medium 5000d")
    assert "A target is between 1s and 1000d" in admin.submit().errors["First answer within"]
    admin.fill(first_answer_within="medium 90m", solution_within="medium none")
    _check_and_save(admin, f"{team.name} is new.", "The deadlines of 1 are counted anew.")

    def counted() -> bool | None:
        answer = begun.agent.command(f"/helpdesk {begun.number} why")
        return True if answer is not None and answer.says("1 h 30") else None

    workspace.wait_for(counted, lambda: begun.agent.describe("app"))


def test_calendars_ladder_queue_following_channels_and_habits_are_kept_from_their_forms(workspace: Workspace) -> None:
    """Each is previewed, stored, and stands in the rows of the set-up; what they mean is proved at the desk."""
    admin, team = workspace.new_person("admin"), workspace.new_team(agents=0)
    open_ticket(workspace.new_person(), "Waits while the queue is weighed", team)
    with desk_of(workspace) as desk:
        before = to_document(desk.configuration())
    admin.command("/helpdesk settings")

    admin.press("Open", row="Calendars")
    admin.press("Add")
    admin.fill(name="Nights", open="mon-fri 18:00-24:00", closed_on="2026-12-24")
    _check_and_save(admin, "Nights is new.", "This touches no open ticket.")
    admin.view_says("Nights: mon-fri 18:00-24:00")
    admin.close()
    admin.press("Edit", row="Ladder")
    admin.fill(steps_once_it_is_overdue="45m\n2h; senior agents first", tell_when_a_ticket_lies_untouched_for="2d")
    _check_and_save(admin, "45m / 2h; senior agents first")
    admin.view_says("2 steps once it is overdue.")
    admin.press("Edit", row="Queue")
    admin.fill(for_each_step_of_priority="50")
    _check_and_save(admin, "For each step of priority: 10 → 50", "This touches ")
    admin.view_says("50 points a step of priority")
    admin.press("Edit", row="Agents by membership")
    admin.fill(they_begin_with=f"{team.name} 2")
    _check_and_save(admin, f"They begin with: None → {team.name} 2")
    admin.press("Edit", row="Channels")
    admin.fill(the_emoji_opens_tickets_in=team.channel, the_emoji="tickets-please")
    _check_and_save(admin, f"The emoji opens tickets in: None → #{workspace.channel(team.channel)}", "→ tickets-please")
    admin.press("Edit", row="Habits")
    admin.fill(days_until_a_resolved_ticket_closes="11")
    _check_and_save(admin, "Days until a resolved ticket closes: 3 → 11")
    admin.view_says("Resolved tickets close after 11 days.")
    admin.close(all_forms=True)
    admin.command("/helpdesk settings")

    with desk_of(workspace) as desk:
        now = desk.configuration()
        assert [each.name for each in now.calendars][-1] == "Nights"
        assert (now.queue.per_priority, dict(now.follow.skills)) == (50, {team.key: 2})
        assert [each.escalate for each in now.ladder.steps] == [False, True]
        assert [*now.channels.by_emoji, now.channels.emoji] == [workspace.channel(team.channel), "tickets-please"]
        assert now.auto_close_after_days == 11
        admin.view_says(f"Version {now.version}, stored by {admin.first_name} ")
        desk.configure(before, by=None)


def test_the_app_has_to_be_in_a_channel_that_is_chosen(workspace: Workspace) -> None:
    team, other, admin = workspace.new_team(agents=0), workspace.new_team(agents=0), workspace.new_person("admin")
    workspace.invite("app", other.channel, present=False)
    _category(admin, team)
    admin.fill(channel=other.channel)
    assert admin.submit().errors == {"Channel": "The app is not in that channel. There, type /invite @Helpdesk."}
    admin.fill(channel="support", private="Yes")
    assert admin.submit().errors == {"Channel": "Anybody can join #support. Choose a private channel."}
    workspace.invite("app", other.channel)
    admin.fill(channel=other.channel, private="No")
    _check_and_save(admin)
    number = open_ticket(workspace.new_person(), "Where will this show", team)
    workspace.new_person("lead").sees(f"#{number} Where will this show", where=other.channel)


def test_who_was_slower_is_told_and_nothing_is_overwritten(workspace: Workspace) -> None:
    team, first, second = workspace.new_team(agents=0), workspace.new_person("admin"), workspace.new_person("admin")
    _category(first, team)
    _category(second, team)
    first.fill(how_an_agent_is_chosen="Who knows it best")
    _check_and_save(first)

    second.fill(name="Something else")
    sent = second.submit()

    assert list(sent.errors) == ["Name"]
    assert sent.errors["Name"].startswith(f"{first.first_name} changed the set-up meanwhile")
    second.close(all_forms=True)
    assert "Something else" not in _category(second, team).text


def test_leads_read_and_agents_and_customers_see_nothing(workspace: Workspace) -> None:
    team, lead = workspace.new_team(agents=1), workspace.new_person("lead")
    home = lead.home()
    lead.press("Set-up", on=home)
    lead.view_says("Admins change the set-up.")
    lead.press("Open", row="Channels")
    lead.view_says("Tickets show in:")
    assert lead.view.fields == []
    assert "[Check]" not in lead.view.text
    for person in (workspace.new_person(), team.agents[0]):
        answer = person.command("/helpdesk settings")
        assert answer is not None
        assert answer.says("Only leads can see the set-up.")
        assert "[Set-up]" not in person.home().text


def test_an_admin_who_is_one_no_more_stores_nothing(workspace: Workspace) -> None:
    first, second = workspace.new_person("admin"), workspace.new_person("admin")
    second.command("/helpdesk settings")
    second.press("Edit", row="Queue")
    first.command("/helpdesk team")
    first.choose("Choose a person", second.name)
    first.fill(role="Lead")
    assert first.submit().errors == {}

    second.fill(for_each_step_of_priority="50")
    sent = second.submit()

    assert list(sent.errors.values()) == ["Only admins can change the set-up."]
