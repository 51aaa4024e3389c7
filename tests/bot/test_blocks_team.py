"""What agents and leads read: the assignment, the triage card and its thread, alerts, the board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.actions import Act
from bot.blocks.alert_groups import alert_group_message, alert_group_view
from bot.blocks.alert_lines import alert_line, is_broadcast
from bot.blocks.alerts import alert_message
from bot.blocks.assignment import assignment_card, why_you
from bot.blocks.board import board_message
from bot.blocks.taking import take_several_view
from bot.blocks.triage import from_customer_post, note_post, sent_post, triage_card, unsent_post
from bot.values import read_comment_value, read_menu_value
from bot.views import (
    AlertGroup,
    AlertState,
    AssignmentState,
    Board,
    BoardRow,
    End,
    Obstacle,
    ObstacleKind,
    TakeSeveral,
    TriageState,
    WhyRule,
)
from tests.bot.builders import (
    BY_1420,
    REF,
    SINCE_1420,
    VIENNA,
    alert,
    assignment,
    at,
    at_time,
    buttons,
    by,
    facts,
    shown,
    since,
    team_post,
    token,
    triage,
    until,
    why,
)
from ticketing.model import ClockKind, CloseReason, PersonId, TicketRef

MENU = "(Add note, Release, Reassign, Snooze, More actions)"
GOES_TO_MARA = "*Replies in this thread go to Mara.* For the team only: Add note."


# The assignment


def test_the_assignment_says_everything_an_agent_needs() -> None:
    message = assignment_card(assignment(AssignmentState.ASSIGNED))

    solution = by(at(13, 20, day=24), "24 Nov 13:20 CET")
    assert shown(message) == (
        f"{GOES_TO_MARA}\n"
        "*#42 Cannot open the invoice*\n"
        f"*Assigned to you.* High, billing. First answer due {BY_1420}. Solution due {solution}.\n"
        "Mara Lindt, Northwind, premium. 3 tickets this month; last: #31 Invoice twice (Jo).\n"
        "> Since this morning the PDF stays blank.\n"
        "Why you: billing level 3; 2 of 5 tickets, fewest of the 3 who could take it."
    )
    assert buttons(message) == ["[[Start]]", "Reply", "Resolve", MENU]
    assert message.text.startswith(f"#42 Cannot open the invoice: Assigned to you. First answer due {BY_1420}.")


@pytest.mark.parametrize(
    ("state", "changes", "line", "pressed"),
    [
        (AssignmentState.IN_PROGRESS, {}, "*You are working on it.*", ["Reply", "Wait for Mara", "Resolve", MENU]),
        (
            AssignmentState.WAITING,
            {"since": at(14, 30)},
            f"*Waiting for Mara* {since(at(14, 30), '23 Nov 14:30 CET')}, solution clock stopped.",
            ["Reply", "Resume", "Resolve", MENU],
        ),
        (
            AssignmentState.REOPENED,
            {"times": 2},
            "*Yours again, second time.*",
            ["Reply", "Wait for Mara", "Resolve", MENU],
        ),
        (
            AssignmentState.REOPENED,
            {"times": 21},
            "*Yours again, 21 times by now.*",
            ["Reply", "Wait for Mara", "Resolve", MENU],
        ),
        (
            AssignmentState.IN_PROGRESS,
            {"snoozed_until": at(17)},
            f"*You are working on it.* Snoozed {until(at(17), '23 Nov 17:00 CET')}.",
            ["Reply", "Wait for Mara", "Resolve", "Show it now", MENU],
        ),
        (AssignmentState.RESOLVED, {"can_undo": True}, "*Resolved.*", ["Undo", "Reopen"]),
        (AssignmentState.RESOLVED, {}, "*Resolved.*", ["Reopen"]),
        (AssignmentState.HANDED_ON, {"holder": "Jo Park"}, "*Jo has #42 now.*", ["Take back"]),
        (AssignmentState.RELEASED, {}, "*Back in the queue.*", ["[[Claim]]"]),
        (AssignmentState.CLOSED, {}, "*Closed.*", []),
    ],
)
def test_the_assignment_says_how_it_stands(
    state: AssignmentState, changes: dict[str, Any], line: str, pressed: list[str]
) -> None:
    message = assignment_card(assignment(state, **changes))

    assert shown(message).split("\n")[2].startswith(line)
    assert buttons(message) == pressed


def test_a_former_holder_is_told_that_the_thread_leads_nowhere() -> None:
    message = assignment_card(assignment(AssignmentState.HANDED_ON, holder="Jo Park"))

    assert shown(message).startswith("*This thread no longer reaches Mara.*")


def test_what_cannot_be_done_now_is_not_offered() -> None:
    """A menu of one is a button: Slack refuses the menu."""
    card = assignment(AssignmentState.ASSIGNED, possible=frozenset({Act.START, Act.NOTE}))

    assert buttons(assignment_card(card)) == ["[[Start]]", "Add note"]


def test_a_menu_names_the_ticket_and_the_version_it_was_drawn_for() -> None:
    *_, menu = assignment_card(assignment(AssignmentState.ASSIGNED)).blocks[-1]["elements"]

    assert read_menu_value(menu["options"][0]["value"]) == (Act.NOTE, REF, 3)


def test_a_long_description_can_be_read_in_full() -> None:
    message = assignment_card(assignment(AssignmentState.ASSIGNED, description="word " * 300))

    [button] = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert button["text"]["text"] == "Read all"
    assert read_comment_value(button["value"]) == (REF, 3, 0)


@pytest.mark.parametrize(
    ("rule", "changes", "sentence"),
    [
        (WhyRule.ROUND_ROBIN, {}, "longest without a new one of the 3 who could take it"),
        (WhyRule.MOST_SKILLED, {}, "most skilled of the 3 who could take it"),
        (WhyRule.LEAST_LOADED, {"candidates": 1}, "the only one who could take it"),
        (WhyRule.LEAST_LOADED, {"candidates": 5, "more_candidates": True}, "fewest of the 5 or more who could take it"),
        (WhyRule.URGENT, {}, "urgent goes to the most skilled, full or not"),
        (WhyRule.LAST_AGENT, {}, "you had it before"),
        (WhyRule.CLAIMED, {}, "you claimed it"),
        (WhyRule.BY_HAND, {"by": "Lena Fischer"}, "Lena gave it to you"),
        (WhyRule.ESCALATED, {}, "escalated, so a senior agent first"),
    ],
)
def test_why_it_came_to_you(rule: WhyRule, changes: dict[str, Any], sentence: str) -> None:
    assert why_you(why(rule, **changes)) == f"billing level 3; 2 of 5 tickets, {sentence}"


def test_why_without_figures_is_the_rule_alone() -> None:
    bare = why(WhyRule.CLAIMED, level=None, load=None)

    assert why_you(bare) == "you claimed it"


def test_a_first_ticket_is_said_to_be_one() -> None:
    message = assignment_card(assignment(AssignmentState.ASSIGNED, tickets_this_month=1, last=None, organization=None))

    assert "Mara Lindt, premium. Their first ticket." in shown(message)


# The triage card


def test_a_waiting_ticket_says_why_nobody_has_it() -> None:
    obstacles = (
        Obstacle(agent="Jo Park", kind=ObstacleKind.FULL),
        Obstacle(agent="Amir Haddad", kind=ObstacleKind.AWAY, until=at(14)),
        Obstacle(agent="Priya Nair", kind=ObstacleKind.AWAY),
    )
    message = triage_card(triage(TriageState.WAITING, obstacles=obstacles))

    back = until(at(14), "23 Nov 14:00 CET")
    assert shown(message) == (
        "*#42 Cannot open the invoice*\n"
        f"*Waiting for an agent* {since(at(13, 20), '23 Nov 13:20 CET')}. High, billing. First answer due {BY_1420}.\n"
        f"Nobody can take it: Jo is full, Amir is away {back}, Priya is away.\n"
        "This thread is for the team. Nothing here reaches Mara unless you press Reply."
    )
    assert buttons(message) == ["[[Claim]]", "Assign", "Reply", "(Add note, Merge, Not a ticket, Why, More actions)"]


@pytest.mark.parametrize(
    ("state", "changes", "line", "pressed"),
    [
        (TriageState.HELD, {}, "*Amir has it* {since}.", ["Reply", "Reassign"]),
        (TriageState.IN_PROGRESS, {}, "*Amir is working on it* {since}.", ["Reply", "Reassign"]),
        (TriageState.PENDING, {}, "*Waiting for Mara* {since}. Amir has it.", ["Reply", "Reassign"]),
        (TriageState.RESOLVED, {}, "*Resolved* by Amir {at}.", ["Reopen"]),
        (TriageState.WITHDRAWN, {}, "*Withdrawn* by Mara.", []),
        (TriageState.MERGED, {"joined_with": 40}, "*Joined with #40.*", []),
        (TriageState.NOT_A_TICKET, {}, "*Put aside:* not a ticket.", []),
        (
            TriageState.NOT_A_TICKET,
            {"end": End(reason=CloseReason.NOT_A_TICKET, by="Jo Park"), "can_undo": True},
            "*Put aside* by Jo: not a ticket.",
            ["Undo"],
        ),
        (
            TriageState.MOVED,
            {"end": End(reason=CloseReason.MOVED, by="Jo Park"), "can_undo": True},
            "*Moved* by Jo to another customer.",
            ["Undo"],
        ),
        (
            TriageState.MOVED,
            {"end": End(reason=CloseReason.MOVED, by="Jo Park", goes_back=True)},
            "*Moved back* by Jo.",
            [],
        ),
    ],
)
def test_the_triage_card_says_how_it_stands(
    state: TriageState, changes: dict[str, Any], line: str, pressed: list[str]
) -> None:
    message = triage_card(triage(state, agent="Amir Haddad", possible=frozenset(Act) - {*_MENU_ACTS}, **changes))

    begun = {"since": since(at(13, 20), "23 Nov 13:20 CET"), "at": at_time(at(13, 20), "23 Nov 13:20 CET")}
    assert shown(message).split("\n")[1].startswith(line.format(**begun))
    assert buttons(message) == pressed


_MENU_ACTS = (Act.NOTE, Act.MERGE, Act.NOT_A_TICKET, Act.WHY, Act.MORE)


def test_what_somebody_works_on_is_not_offered_to_be_put_aside() -> None:
    held, begun = (
        buttons(triage_card(triage(state, agent="Amir Haddad")))[-1]
        for state in (TriageState.HELD, TriageState.IN_PROGRESS)
    )

    assert (held, begun) == (
        "(Add note, Merge, Not a ticket, Why, More actions)",
        "(Add note, Merge, Why, More actions)",
    )


def test_a_skill_that_nobody_has_is_said() -> None:
    assert "Nobody can take it: no agent has billing." in shown(
        triage_card(triage(TriageState.WAITING, nobody_has_skill=True))
    )


def test_many_obstacles_are_counted() -> None:
    crowd = tuple(Obstacle(agent=f"Agent{one} X", kind=ObstacleKind.FULL) for one in range(9))

    assert "Agent4 is full, 6 more are full or away." in shown(
        triage_card(triage(TriageState.WAITING, obstacles=crowd, more_obstacles=2))
    )


# Its thread: the first words say the side


def test_what_was_said_shows_its_side_first() -> None:
    assert shown(from_customer_post(team_post("Still blank."))) == "*From Mara*\n> Still blank."
    assert shown(sent_post(team_post("Try now."))) == "*Sent to Mara* by Amir\n> Try now."
    assert from_customer_post(team_post("Still blank.")).text == "#42: From Mara. Still blank."


def test_a_note_is_never_a_quote() -> None:
    message = note_post(team_post("Careful, she is\nangry.", author="Jo Park"))

    assert shown(message) == "*Note, team only*, by Jo\nCareful, she is\nangry."


def test_a_reply_can_be_pulled_back_for_a_while() -> None:
    assert buttons(sent_post(team_post("Try now.", can_pull_back=True))) == ["Pull back"]
    assert buttons(sent_post(team_post("Try now."))) == []


def test_an_unsent_message_can_be_sent_again() -> None:
    message = unsent_post(team_post("Try now."))

    assert shown(message) == "Not sent to Mara yet.\n> Try now."
    assert buttons(message) == ["Try again"]


# Alerts

AMIR_HAS_IT = f"Amir has it {since(at(14, 1), '23 Nov 14:01 CET')}, no answer yet."
ABOUT = f"High, billing, Mara Lindt (premium). {AMIR_HAS_IT}"


def test_a_warning_says_what_is_due_and_who_has_it() -> None:
    message = alert_message(alert(AlertState.DUE_SOON))

    assert shown(message) == (f"*Due soon: #42 Cannot open the invoice.* First answer due {BY_1420}.\n{ABOUT}")
    assert buttons(message) == ["[[Take it]]", "Reassign", "Why", "(Seen, Reply, Escalate, More actions)"]
    assert message.text == f"#42 is due soon: first answer due {BY_1420}. {AMIR_HAS_IT}"


def test_the_countdown_stays_true_until_it_is_edited() -> None:
    assert f"First answer due {BY_1420}, in under 15 min." in shown(
        alert_message(alert(AlertState.DUE_SOON, countdown=15))
    )


def test_a_breach_says_since_when() -> None:
    message = alert_message(alert(AlertState.OVERDUE))

    assert shown(message).startswith(f"*Overdue {SINCE_1420}: #42 Cannot open the invoice.* First answer was due")


def test_a_breach_found_late_says_so() -> None:
    found = alert(AlertState.OVERDUE, due_at=at(2, 10), told_at=at(6))

    told = at_time(at(6), "23 Nov 06:00 CET")
    head = f"*Overdue {since(at(2, 10), '23 Nov 02:10 CET')}, told {told}: we were down. #42 Cannot open the invoice.*"
    assert shown(alert_message(found)).startswith(head)
    assert alert_line(found).text.endswith(f"told {told}: we were down.")


def test_a_warning_a_step_and_a_lapse_that_were_found_late_say_so() -> None:
    told, fell = at_time(at(6), "23 Nov 06:00 CET"), at_time(at(3, 20), "23 Nov 03:20 CET")
    warning = alert(AlertState.DUE_SOON, told_at=at(6))
    assert shown(alert_message(warning)).startswith(
        f"*Due soon: #42 Cannot open the invoice.* First answer due {BY_1420}. Told {told}: we were down.\n"
    )
    assert alert_line(warning).text == f"#42 is due soon: first answer due {BY_1420}, told {told}: we were down."

    step = alert(AlertState.REMINDED, is_late=True, due_at=at(2, 50), fell_due_at=at(3, 20), told_at=at(6))
    reminded = f"#42 is still overdue: nobody has seen to it {since(at(2, 50), '23 Nov 02:50 CET')}."
    assert alert_line(step).text == f"{reminded} This step fell due {fell}, told {told}: we were down."
    assert alert_line(replace(step, told_at=None)).text == reminded

    lapsed = alert(AlertState.LAPSED, by="Lena Fischer", until=at(3, 20), told_at=at(6))
    assert alert_line(lapsed).text == f"#42: Lena's time ended {fell} without an answer, told {told}: we were down."


@pytest.mark.parametrize(
    ("state", "words", "pressed"),
    [
        (AlertState.TAKEN, "*Lena has it {until}.*", ["Release", "Why"]),
        (AlertState.SEEN, "*Lena has seen it, {until}.*", ["[[Take it]]", "Reassign", "Why"]),
    ],
)
def test_a_promise_has_an_end(state: AlertState, words: str, pressed: list[str]) -> None:
    taken = alert(
        state,
        is_late=True,
        by="Lena Fischer",
        until=at(15, 30),
        possible=frozenset(Act) - {Act.REPLY, Act.ESCALATE, Act.MORE, Act.SEEN},
    )
    message = alert_message(taken)

    assert shown(message).endswith(words.format(until=until(at(15, 30), "23 Nov 15:30 CET")))
    assert "Nobody has it" not in shown(alert_message(replace(taken, agent=None)))
    assert shown(message).startswith("*Overdue")
    assert buttons(message) == pressed


@pytest.mark.parametrize(
    ("about", "agent", "head", "giving", "lapsed"),
    [
        (AlertState.NOBODY, None, "*Nobody can take #42 Cannot open the invoice.*", "Assign", "nobody has taken it"),
        (
            AlertState.UNTOUCHED,
            "Amir Haddad",
            f"*Nobody has touched #42 Cannot open the invoice* {SINCE_1420}.",
            "Reassign",
            "nobody has touched it",
        ),
    ],
)
def test_what_nobody_takes_or_touches_is_taken_and_seen_like_what_is_late(
    about: AlertState, agent: str | None, head: str, giving: str, lapsed: str
) -> None:
    stands = alert(about, agent=agent, agent_since=None)
    seen = replace(stands, state=AlertState.SEEN, about=about, by="Lena Fischer", until=at(15, 30))
    taken = replace(seen, state=AlertState.TAKEN)
    until_then = until(at(15, 30), "23 Nov 15:30 CET")

    assert buttons(alert_message(stands)) == [
        "[[Take it]]",
        giving,
        "Why",
        "(Seen, Reply, Escalate, More actions)",
    ]
    assert all(shown(alert_message(one)).startswith(head) for one in (stands, seen, taken))
    assert shown(alert_message(seen)).endswith(f"*Lena has seen it, {until_then}.*")
    assert shown(alert_message(taken)).endswith(f"*Lena has it {until_then}.*")
    assert buttons(alert_message(taken)) == ["Release", "Why"]
    assert f"Lena has it {until_then}" in shown(alert_group_message(AlertGroup(alerts=(taken,), overdue=0, due_soon=0)))
    over = alert_line(replace(taken, state=AlertState.LAPSED))
    assert over.text == f"#42: Lena's time ended {at_time(at(15, 30), '23 Nov 15:30 CET')}, and {lapsed}."
    assert is_broadcast(replace(taken, state=AlertState.LAPSED))


def test_what_was_picked_up_is_struck_through_and_says_until_when() -> None:
    taken = alert(AlertState.TAKEN, about=AlertState.PICKED_UP, by="Lena Fischer", until=at(15, 30))
    until_then = until(at(15, 30), "23 Nov 15:30 CET")
    several = alert_group_message(AlertGroup(alerts=(taken,), overdue=0, due_soon=0, settled=1))

    assert shown(alert_message(taken)) == f"~#42 Cannot open the invoice~ *Lena has it {until_then}.*"
    assert alert_message(taken).text == f"#42: Lena has it {until_then}."
    assert buttons(alert_message(taken)) == ["Release", "Why"]
    assert f"~#42 Cannot open the invoice~ *Lena has it {until_then}.*" in shown(several)


def test_an_answer_strikes_it_through_and_says_how_late() -> None:
    answered = alert(AlertState.ANSWERED, by="Lena Fischer", at=at(15, 12))

    when = at_time(at(15, 12), "23 Nov 15:12 CET")
    assert shown(alert_message(answered)) == (f"~#42 Cannot open the invoice~ *Answered* by Lena {when}, 52 min late.")
    assert alert_line(answered).text == f"#42: answered by Lena {when}, 52 min late."


def test_an_answer_in_time_is_said_to_be_one() -> None:
    answered = alert(AlertState.ANSWERED, by="Amir Haddad", at=at(14, 12))
    solved = alert(AlertState.ANSWERED, clock=ClockKind.RESOLUTION, at=at(14, 12))

    assert shown(alert_message(answered)).endswith(", in time.")
    assert f"*Resolved* {at_time(at(14, 12), '23 Nov 14:12 CET')}, in time." in shown(alert_message(solved))


def test_what_is_no_longer_owed_is_struck_through() -> None:
    assert shown(alert_message(alert(AlertState.VOID))) == "~#42 Cannot open the invoice~ *No longer owed.*"


@pytest.mark.parametrize(
    ("changes", "line", "is_public"),
    [
        ({"state": AlertState.DUE_SOON}, f"#42 is due soon: first answer due {BY_1420}.", False),
        ({"state": AlertState.OVERDUE}, f"#42 is overdue: first answer was due {BY_1420}.", True),
        (
            {"state": AlertState.TAKEN, "by": "Lena Fischer", "until": at(15, 30)},
            f"#42: Lena has it {until(at(15, 30), '23 Nov 15:30 CET')}.",
            False,
        ),
        (
            {"state": AlertState.LAPSED, "by": "Lena Fischer", "until": at(15, 30)},
            f"#42: Lena's time ended {at_time(at(15, 30), '23 Nov 15:30 CET')} without an answer.",
            True,
        ),
        ({"state": AlertState.REASSIGNED, "agent": "Jo Park"}, "#42: Jo has it now.", False),
        ({"state": AlertState.VOID}, "#42: no longer owed.", False),
    ],
)
def test_each_step_is_a_line_in_its_thread(changes: dict[str, Any], line: str, *, is_public: bool) -> None:
    step = alert(**changes)

    assert alert_line(step).text == shown(alert_line(step)) == line
    assert is_broadcast(step) is is_public


def group(count: int, **changes: Any) -> AlertGroup:
    rows = [
        alert(AlertState.OVERDUE, due_at=at(14, 5), facts=facts(ref=TicketRef(PersonId(7), 39), subject="Login loops"))
    ]
    rows += [alert(AlertState.DUE_SOON, agent=None) for _ in range(count - 1)]
    known: dict[str, Any] = {"alerts": tuple(rows), "overdue": 1, "due_soon": count - 1, "zone": VIENNA}
    return AlertGroup(**known | changes)


def test_several_at_once_are_one_list_worst_first() -> None:
    message = alert_group_message(group(2))

    late = since(at(14, 5), "23 Nov 14:05 CET")
    assert shown(message) == (
        "*2 tickets: 1 overdue, 1 due soon* worst first\n"
        f"*Overdue {late}: #39* Login loops. Amir.\n"
        f"*Due {BY_1420}: #42* Cannot open the invoice. Nobody has it."
    )
    row = "(Take it, Reassign, Seen, Why, Open)"
    assert buttons(message) == ["[[Take several]]", "Show all", row, row]
    assert message.text.startswith("2 tickets: 1 overdue, 1 due soon, worst first. First: Overdue")


def test_a_long_list_counts_the_rest_and_pages() -> None:
    many = group(14)

    assert "and 4 more" in shown(alert_group_message(many))
    assert "Show all" in buttons(alert_group_message(many))
    page = alert_group_view(group(3, page=2, pages=3))
    assert "Page 2 of 3" in shown(page)
    assert buttons(page)[:2] == ["Previous", "Next"]


def test_an_answered_row_is_struck_through() -> None:
    rows = (alert(AlertState.ANSWERED, at=at(14, 16), by="Jo Park"),)
    when = at_time(at(14, 16), "23 Nov 14:16 CET")

    assert f"~#42 Cannot open the invoice~ *Answered* {when}." in shown(
        alert_group_message(AlertGroup(alerts=rows, overdue=0, due_soon=1))
    )


def test_the_board_counts_minutes() -> None:
    rows = (
        BoardRow(ref=TicketRef(PersonId(7), 39), due_at=at(13, 55), agent="Jo Park"),
        BoardRow(ref=REF, due_at=at(14, 20), agent=None),
    )
    board = Board(now=at(14, 4), overdue=2, due_within_hour=3, without_agent=5, rows=rows, more=14, zone=VIENNA)

    as_of = token("as of {time}", at(14, 4), "as of 23 Nov 14:04 CET")
    assert shown(board_message(board)) == (
        f"*Open and late* {as_of}: 2 overdue, 3 due within 1 h, 5 without an agent\n"
        "#39 overdue by 9 min. Jo.\n#42 due in 16 min. Nobody has it.\nand 14 more"
    )


def test_what_lies_says_at_each_step_that_it_still_does_and_which_step_that_is() -> None:
    lies = alert(AlertState.UNTOUCHED, agent="Amir Haddad", step=1, steps=2)
    assert alert_line(lies).text == f"#42: still nobody has touched it {SINCE_1420}. Reminder 1 of 2."
    free = replace(lies, agent=None, step=2, is_escalated=True)
    assert alert_line(free).text == (
        f"#42 still has no agent {SINCE_1420}. Reminder 2 of 2: it goes to the senior agents, and none of them is there."
    )
    called = replace(free, state=AlertState.NOBODY, mention="<@U1>")
    assert alert_line(called).text == (
        "#42: still nobody can take it. Reminder 2 of 2: it goes to the senior agents. <@U1>"
    )


def test_a_message_of_several_counts_what_there_is_and_nothing_else() -> None:
    lies = alert(AlertState.UNTOUCHED, agent="Amir Haddad")
    one = alert_group_message(AlertGroup(alerts=(lies,), overdue=0, due_soon=0, untouched=1, settled=3))
    assert "*1 ticket: 1 untouched*" in shown(one)
    assert "worst first" not in shown(one) + one.text
    kinds = alert_group_message(AlertGroup(alerts=(lies,), overdue=2, due_soon=0, waiting=1, untouched=1))
    assert "*4 tickets: 2 overdue, 1 waiting for an agent, 1 untouched* worst first" in shown(kinds)


def test_take_several_says_how_many_there_are_where_it_offers_fewer() -> None:
    rows = tuple(alert(AlertState.OVERDUE, facts=facts(ref=TicketRef(REF.customer_id, n))) for n in range(1, 11))
    assert "The 10 worst of 31. The others are under Show all." in str(
        take_several_view(TakeSeveral(alerts=rows, key="k", total=31))
    )
    assert "worst of" not in str(take_several_view(TakeSeveral(alerts=rows, key="k", total=10)))
