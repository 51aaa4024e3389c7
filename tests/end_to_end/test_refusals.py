"""
What people read when something cannot be done: each sentence of the screens, and below it the test that shows it.

`tests/bot/test_refusals.py` holds that each test is there and asks for the words.

- Not saved: the database does not answer. Your text is still here; press Send ...
  test_locked_database.py::test_a_form_keeps_what_was_typed
- Not saved. Press again in a minute.
  test_locked_database.py::test_every_press_is_answered_in_time_and_none_is_half_done
- There is no ticket #42 that you can see.
  test_refusals.py::test_what_one_may_not_know_of_looks_like_what_does_not_exist
- Only agents can claim tickets. Lena can make you one.
  test_queue_and_claim.py::test_a_customer_cannot_press_what_is_the_teams
- This is your own ticket. Another agent has to take it.
  test_refusals.py::test_ones_own_ticket_is_for_another_agent
- Jo claimed #42 at ..., just before you. [Claim]
  test_queue_and_claim.py::test_of_two_who_claim_at_once_one_wins_and_the_other_is_told
- Jo claimed #42 at ..., just before you. Next in the queue: #43.
  tests/bot/test_refusals.py::test_of_two_who_claim_the_second_is_told_who_and_when
- Jo resolved #42 at ... Your press changed nothing; the card is now up to date.
  test_queue_and_claim.py::test_a_button_of_before_is_answered_with_what_is_so_now
- You hold 5 of 5 tickets. [Claim anyway]
  test_refusals.py::test_who_is_full_is_told_and_can_claim_all_the_same
- #42 is closed. Your message opened #57, linked to it.
  test_refusals.py::test_a_message_on_a_closed_ticket_opens_another_and_says_so
- Jo holds #42 now. Your message was not sent. [Keep as a note]
  test_edits_and_files.py::test_a_former_holders_message_is_kept_as_a_note
- Not delivered: Mara's account is deactivated. Your reply is kept on #42.
  test_unsent.py::test_an_unsent_answer_says_why_and_goes_out_when_tried_again
- Slack is slow. Your reply is saved and goes out by itself.
  tests/bot/test_presses.py::test_who_replies_while_slack_takes_nothing_is_told_that_it_waits
- "quue" is not a command. Did you mean /helpdesk queue?
  test_messages_outside_threads.py::test_an_agent_asks_by_command
- Too late to undo: Mara has written since. [Reopen]
  test_refusals.py::test_too_late_to_undo_says_who_has_written_since
- This failed on our side; nothing was changed. Tell Lena: reference 7F3A.
  tests/bot/test_refusals.py::test_a_failure_has_a_reference
"""

from __future__ import annotations

from tests.end_to_end.steps import assigned, desk_of, fill_and_send, go_away, id_of, open_ticket, started
from tests.end_to_end.workspace import Workspace


def test_what_one_may_not_know_of_looks_like_what_does_not_exist(workspace: Workspace) -> None:
    begun = assigned(workspace, workspace.new_team(agents=1), "Nobody else's business")
    other = workspace.new_person()

    known, unknown = other.command(f"/ticket {begun.number}"), other.command("/ticket 999999")

    assert known is not None
    assert unknown is not None
    assert known.text == f"There is no ticket #{begun.number} that you can see."
    assert unknown.text == "There is no ticket #999999 that you can see."


def test_ones_own_ticket_is_for_another_agent(workspace: Workspace) -> None:
    team = workspace.new_team(agents=1)
    (amir,) = team.agents
    number = open_ticket(amir, "My own chair", team)
    triage = amir.sees(f"#{number} My own chair", where=team.channel)

    amir.press("Claim", on=triage)

    told = amir.sees("This is your own ticket.", where=team.channel)
    assert told.text == "This is your own ticket. Another agent has to take it."
    assert told.is_ephemeral
    workspace.faults(api=[{"method": "chat.postEphemeral", "error": "internal_error"}])
    amir.press("Claim", on=triage)
    amir.view_says(told.text)  # where nothing can be said beside it, a view says it


def test_who_is_full_is_told_and_can_claim_all_the_same(own_workspace: Workspace) -> None:
    team = own_workspace.new_team(agents=1)
    (amir,) = team.agents
    with desk_of(own_workspace) as desk:
        desk.make_agent(id_of(desk, amir), skills={team.key: 3}, max_load=1, by=None)
    assigned(own_workspace, team, "The first fills the hands")
    mara = own_workspace.new_person()
    number = open_ticket(mara, "One more than there is room for", team)
    triage = amir.sees(f"#{number}", where=team.channel)

    amir.press("Claim", on=triage)
    told = amir.sees("You hold 1 of 1 tickets.", where=team.channel)
    assert "[Claim anyway]" in told.text
    amir.press("Claim anyway", on=told)

    amir.sees_change(triage, f"{amir.first_name} has it")


def test_a_message_on_a_closed_ticket_opens_another_and_says_so(own_workspace: Workspace) -> None:
    """Closing comes with a warning (users, 30), and is never the end of the customer's way to the team."""
    team = own_workspace.new_team(agents=1)
    begun = started(own_workspace, team, "Closes by itself")
    begun.agent.press("Resolve", on=begun.assignment)
    fill_and_send(begun.agent, "What solved it?", "Patience")
    begun.customer.sees_change(begun.card, "Resolved by")

    own_workspace.advance(days=1, minutes=5)
    soon = begun.customer.sees(f"#{begun.number} closes in 2 days.", where=begun.card)
    begun.customer.press("Not solved", on=soon)
    begun.customer.sees("Reopened. What is still wrong?", where=begun.card)
    begun.agent.sees_change(begun.assignment, "Yours again")
    begun.agent.press("Resolve", on=begun.agent.now(begun.assignment))
    fill_and_send(begun.agent, "What solved it?", "More patience")
    begun.customer.sees_change(begun.card, "More patience")

    own_workspace.advance(days=3, minutes=5)
    begun.customer.sees_change(begun.card, "Closed")
    begun.customer.writes("It is back.", thread=begun.card)

    told = begun.customer.sees("is closed. Your message opened #", where=begun.card)
    assert told.text.startswith(f"#{begun.number} is closed. Your message opened #")
    assert told.text.endswith(", linked to it.")


def test_too_late_to_undo_says_who_has_written_since(workspace: Workspace) -> None:
    begun = started(workspace, workspace.new_team(agents=1), "Undone too late")
    amir, mara = begun.agent, begun.customer
    amir.press("Resolve", on=begun.assignment)
    fill_and_send(amir, "What solved it?", "Oil")
    resolved = amir.sees_change(begun.assignment, "Resolved.")
    mara.writes("thanks a lot!", thread=begun.card)
    amir.sees("thanks a lot!", where=begun.assignment)

    amir.press("Undo", on=resolved)

    told = amir.sees("Too late to undo")
    assert told.text.startswith(f"Too late to undo: {mara.first_name} has written since.")
    assert "[Reopen]" in told.text


def test_reopened_work_goes_to_somebody_who_is_there(workspace: Workspace) -> None:
    """Users, 20: not to who is off shift; and that nobody can take it stands on the card and not in limbo."""
    team = workspace.new_team(agents=2)
    begun = started(workspace, team, "Reopened at night")
    amir = begun.agent
    (jo,) = (agent for agent in team.agents if agent is not amir)
    amir.press("Resolve", on=begun.assignment)
    fill_and_send(amir, "What solved it?", "A restart")
    begun.customer.sees_change(begun.card, "Resolved by")
    go_away(amir)

    begun.customer.press("Not solved", on=begun.card)
    begun.customer.sees("Reopened. What is still wrong?", where=begun.card)
    second = jo.sees(f"#{begun.number}")
    go_away(jo)
    jo.press("Resolve", on=second)
    fill_and_send(jo, "What solved it?", "Another restart")
    begun.customer.sees_change(begun.card, f"Resolved by {jo.first_name}")
    begun.customer.press("Not solved", on=begun.card)

    triage = jo.sees(f"#{begun.number}", where=team.channel)
    jo.sees_change(triage, "Nobody can take it:")
    assert f"{amir.first_name} is away" in jo.now(triage).text
