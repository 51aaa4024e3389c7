"""Who is shown what: through the desk and a sandbox, from the people's side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import places
from bot.actions import Act
from bot.delivery.cards import for_customer
from bot.delivery.reading import Dossier
from tests.bot.builders import shown
from tests.bot.outbound import DOCUMENT, ESCALATIONS, PEOPLE, SUPPORT, TRIAGE, Message, World, shown_text
from ticketing.configuration import default_document
from ticketing.events import EventKind
from ticketing.model import PersonId, Priority, Role, Ticket, Tier


def test_an_opened_ticket_is_shown_once_to_each_side(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()

    (customers,) = world.seen("mara")
    (agents,) = world.seen("amir")
    (teams,) = world.seen("lena", TRIAGE)
    assert f"#{ticket.number} Cannot open the invoice" in shown_text(customers)
    assert "Assigned to you" in shown_text(agents)
    assert "Amir has it" in shown_text(teams)
    sides = {
        one.place: one.side for one in world.desk.outbox.shown_everywhere(ticket.customer_id, f"t:{ticket.number}")
    }
    assert sides == {
        places.of_person(ticket.customer_id): "customer",
        places.of_person(amir): "agent",
        places.of_channel(TRIAGE): "team",
    }


def test_each_side_of_the_conversation_hears_the_other_once_and_never_a_note(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.says(ticket.ref, amir, "Which browser do you use?")
    world.says(ticket.ref, amir, "Looks like the old bug.", internal=True)
    world.says(ticket.ref, ticket.customer_id, "Firefox, since Monday.")
    world.deliver_all()

    answered, own_answer = world.thread("mara")
    assert "browser" in answered
    assert own_answer == f"#{ticket.number}, You: Firefox, since Monday."
    assert "old bug" not in str([shown_text(one) for one in world.seen("mara")] + world.thread("mara"))
    own, own_note, heard = world.thread("amir")
    assert "Sent to Mara" in own
    assert "Note, team only" in own_note
    assert "Firefox" in heard
    sent, note, received = world.thread("lena", TRIAGE)
    assert "Sent to Mara" in sent
    assert "Note, team only" in note
    assert "From Mara" in received


def test_words_come_in_the_order_in_which_they_were_said(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    for number in range(5):
        world.says(ticket.ref, amir, f"answer {number}")
    world.deliver_all()

    assert [text[-8:] for text in world.thread("mara")] == [f"answer {number}" for number in range(5)]


def test_a_resolved_ticket_tells_its_customer_what_solved_it_in_one_message(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.desk.resolve(ticket.ref, by=amir, answer="Update your reader.", source="v:solved")
    world.deliver_all()

    (told,) = world.thread("mara")
    assert "resolved" in told
    assert "Update your reader." in told


def test_resolving_without_a_word_still_tells_the_customer(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.desk.resolve(ticket.ref, by=amir)
    world.deliver_all()

    (told,) = world.thread("mara")
    assert "resolved" in told


def test_a_question_stands_in_the_thread_and_on_the_card(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.desk.wait_for_customer(ticket.ref, by=amir, question="Which browser?", source="v:asked")
    world.deliver_all()

    (card,) = world.seen("mara")
    (told,) = world.thread("mara")
    assert "Waiting for you" in shown_text(card)
    assert "Which browser?" in shown_text(card)
    assert "Amir asks you: Which browser?" in told


def test_the_card_quotes_only_what_was_said_in_the_step_that_asked_or_resolved(world: World) -> None:
    """Not what was said last, and under the name of who said it."""
    amir = world.agent("amir")
    ticket = world.ticket()
    jo, desk = world.agent("jo"), world.desk

    def quoted(step: Callable[[], object]) -> str:
        world.clock.advance(minutes=1)
        step()
        card = for_customer(Dossier(desk, ticket.ref), places.of_person(ticket.customer_id)).message
        assert card is not None
        return "\n".join(shown(card).split("\n")[1:3])

    quoted(lambda: world.says(ticket.ref, amir, "I have ordered a new one."))
    assert quoted(lambda: desk.wait_for_customer(ticket.ref, by=amir)).startswith("*Waiting for you.*\nMedium,")
    desk.resume(ticket.ref, by=amir)
    asked = quoted(lambda: desk.wait_for_customer(ticket.ref, by=amir, question="Which door?", source="v:asked"))
    assert asked == "*Waiting for you.* Amir asks:\n> Which door?"
    assert quoted(lambda: world.says(ticket.ref, jo, "By the way the lift is repaired")) == asked
    assert "Which door?" not in quoted(lambda: desk.resolve(ticket.ref, by=amir))
    assert quoted(lambda: desk.undo(ticket.ref, by=amir)) == asked
    solved = quoted(lambda: desk.resolve(ticket.ref, by=amir, answer="The left one.", source="v:solved"))
    assert solved == "*Resolved* by Amir:\n> The left one."
    assert quoted(lambda: world.says(ticket.ref, jo, "Good to hear")) == solved
    number = next(
        each.number for each in desk.comments(ticket.ref, include_internal=True) if each.text == "The left one."
    )
    pulled_back = quoted(lambda: desk.pull_back(ticket.ref, number, by=amir))
    assert pulled_back.startswith("*Resolved* by Amir.")
    assert "The left one." not in pulled_back


def test_what_is_ordered_in_the_triage_thread_is_shown_there_as_sent_and_can_be_pulled_back(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    world.says(ticket.ref, amir, "Try it now", source=f"m:{TRIAGE}:1795440000.000100")
    world.desk.add_comment(
        ticket.ref, author_id=amir, text="A note", internal=True, source=f"m:{TRIAGE}:1795440000.000200"
    )
    world.deliver_all()

    (told,) = world.thread("lena", TRIAGE)
    assert told.startswith(f"#{ticket.number}: Sent to Mara by Amir. Try it now")
    (card,) = world.seen("lena", TRIAGE)
    (post,) = world.seen("lena", TRIAGE, thread=card["ts"])
    assert Act.PULL_BACK in str(post["blocks"])


def test_an_agent_sees_under_the_assignment_what_went_out_from_elsewhere_and_pulls_back_only_their_own(
    world: World,
) -> None:
    """A form and a macro leave nothing in the thread by themselves; what is typed there is not repeated."""
    amir = world.agent("amir")
    ticket = world.ticket()
    jo = world.agent("jo", skills={})
    world.deliver_all()
    own = world.conversation("amir")
    world.says(ticket.ref, amir, "By a form")
    world.says(ticket.ref, jo, "By a colleague")
    world.says(ticket.ref, amir, "Typed here", source=f"m:{own}:1795440000.000300")
    world.says(ticket.ref, ticket.customer_id, "It still hangs.")
    world.deliver_all()

    (card,) = world.seen("amir")
    by_form, by_jo, hers = world.seen("amir", thread=card["ts"])
    assert by_form["text"] == f"#{ticket.number}: Sent to Mara by Amir. By a form"
    assert Act.PULL_BACK in str(by_form["blocks"])
    assert by_jo["text"] == f"#{ticket.number}: Sent to Mara by Jo. By a colleague"
    assert Act.PULL_BACK not in str(by_jo["blocks"])
    assert hers["text"].startswith(f"#{ticket.number}: From Mara.")
    for each in (card, *world.seen("lena", TRIAGE)):
        assert " Answer due <" in shown_text(each)
        assert "First answer due" not in shown_text(each)


def test_out_of_hours_the_card_says_when_we_are_back_until_somebody_has_the_ticket(world: World) -> None:
    ahead = world.clock().astimezone(ZoneInfo("Europe/Vienna")) + timedelta(days=3)
    opens = ahead.replace(hour=9, minute=0, second=0, microsecond=0)
    office = {"name": "Office", "windows": {f"{opens:%a}".lower(): ["09:00-17:00"]}}
    policy = {"calendar": "Office", "first_response": {"medium": "30m"}}
    world.desk.configure(DOCUMENT | {"calendars": [office], "policies": [policy]}, by=None)
    ticket = world.ticket()
    world.deliver_all()

    back, due = int(opens.timestamp()), int((opens + timedelta(minutes=30)).timestamp())
    card = shown_text(world.seen("mara")[0])
    assert f"*Waiting for an agent.* We are back <!date^{back}^" in card
    assert f"You will have an answer by <!date^{due}^" in card
    world.clock.now = opens
    world.desk.claim(ticket.ref, by=world.agent("amir"))
    world.deliver_all()
    assert "We are back" not in shown_text(world.seen("mara")[0])


@pytest.mark.parametrize("channel", [None, SUPPORT])
def test_a_customer_sees_in_their_thread_what_they_sent_from_elsewhere_and_it_follows(
    world: World, channel: str | None
) -> None:
    """A form leaves nothing in the thread by itself; where others read it, it stands under their name."""
    amir, mara = world.agent("amir"), world.person("mara")
    said = {"channel": channel, "text": "It hangs"}
    began = world.sandbox.post(f"/control/people/{PEOPLE['mara'][0]}/messages", said)["ts"] if channel else ""
    ticket = world.ticket(source=f"m:{channel}:{began}" if channel else "v:form")
    world.deliver_all()
    root, own = began or world.seen("mara")[0]["ts"], channel or world.conversation("mara")

    def below() -> list[str]:
        world.deliver_all()
        return [each["text"] for each in world.seen("mara", own, thread=root) if "#1 " not in each["text"]]

    name = "Mara" if channel else "You"
    world.says(ticket.ref, mara, "By <a> form.", source="v:answer")
    world.says(ticket.ref, mara, "Typed here.", source=f"m:{own}:1795440000.000300")
    world.says(ticket.ref, amir, "I see.")
    assert below() == [f"#1, {name}: By &lt;a&gt; form.", "#1, Amir: I see."]
    assert f"'*{name}:* By &lt;a&gt; form.'" in str(world.seen("mara", own, thread=root))

    world.desk.edit_comment(ticket.ref, 1, "By another form.", by=mara, source_version="1795000000.000100")
    assert below() == [f"#1, {name}: By another form.", "#1, Amir: I see."]
    world.desk.delete_comment(ticket.ref, 1, by=mara)
    assert below() == ["#1, Amir: I see."]
    world.says(ticket.ref, mara, "Once more by form.")
    assert below()[1:] == [f"#1, {name}: Once more by form."]
    world.desk.erase_customer(mara, by=None)
    assert below() == []


def test_who_resolved_a_ticket_is_named_everywhere_and_alone_takes_it_back(world: World) -> None:
    """All that hang together are resolved at once by somebody who has none of them."""
    amir, jo = world.agent("amir"), world.agent("jo", skills={})
    ticket = world.ticket()
    problem = world.desk.open_problem("Printers", by=jo, source="v:problem")
    world.desk.link_to_problem(ticket.ref, problem.id, by=jo)
    world.deliver_all()
    world.desk.carry_out(world.desk.plan_resolve_all(problem.id, "It prints.", by=jo, source="v:all"))
    world.deliver_all()

    assert world.desk.ticket(ticket.ref).last_agent_id == amir
    (amirs,), (maras,), (teams,) = world.seen("amir"), world.seen("mara"), world.seen("lena", TRIAGE)
    for each in (amirs, maras, teams):
        assert "by Jo" in shown_text(each)
        assert "by Amir" not in shown_text(each)
    assert Act.UNDO not in str(amirs["blocks"])
    world.desk.reopen(ticket.ref, by=amir)
    world.desk.resolve(ticket.ref, by=amir)
    world.deliver_all()
    (amirs,) = world.seen("amir")
    assert Act.UNDO in str(amirs["blocks"])


def test_an_escalated_ticket_says_so_and_a_ticket_that_came_and_went_counts_once(world: World) -> None:
    amir, jo = world.agent("amir"), world.agent("jo", skills={})
    ticket = world.ticket()
    world.desk.assign(ticket.ref, to=jo, by=amir)
    world.desk.assign(ticket.ref, to=amir, by=jo)
    world.desk.resolve(ticket.ref, by=amir)
    world.desk.reopen(ticket.ref, by=amir)
    world.desk.escalate(ticket.ref, by=amir)
    world.deliver_all()

    amirs = next(each for each in world.seen("amir") if each.get("thread_ts") in (None, each["ts"]))
    assert "Yours again, second time." in shown_text(amirs)
    for each in (amirs, *world.seen("lena", TRIAGE)):
        assert "billing, escalated." in shown_text(each).casefold()


def test_leads_hear_once_that_somebody_has_escalated_a_ticket(world: World) -> None:
    """In the escalation channel, with what can be done; what the ladder escalates, its own step says."""
    amir, lena = world.agent("amir"), world.person("lena")
    world.desk.set_role(lena, Role.LEAD, by=None)
    ticket = world.ticket()
    for _ in range(2):
        world.desk.escalate(ticket.ref, by=amir)
    world.deliver_all()

    (told,) = world.seen("lena", ESCALATIONS)
    said = shown_text(told)
    assert f"*Escalated by Amir: #{ticket.number} Cannot open the invoice*" in said
    assert "Mara Lindt (standard). Senior agents come first." in said
    for act in (Act.REASSIGN, Act.WHY, Act.MORE):
        assert act in str(told["blocks"])
    assert world.seen("lena") == []


def test_an_escalation_stands_in_the_thread_of_the_alert_where_there_is_one(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.clock.advance(hours=1.1)
    look(world)
    (home,) = world.seen("lena", ESCALATIONS)
    world.desk.escalate(ticket.ref, by=amir)
    world.deliver_all()

    said = [shown_text(each) for each in world.seen("lena", ESCALATIONS, thread=home["ts"])]
    assert [f"Escalated by Amir: #{ticket.number}" in each for each in said].count(True) == 1


def test_without_a_channel_each_lead_is_told_of_an_escalation_and_nobody_of_their_own(world: World) -> None:
    amir, lena = world.agent("amir"), world.person("lena")
    world.desk.set_role(lena, Role.LEAD, by=None)
    no_channel = DOCUMENT | {"channels": {"triage": TRIAGE}}
    world.desk.configure(no_channel, by=None)
    first, second = world.ticket(), world.ticket()
    world.desk.escalate(first.ref, by=amir)
    world.desk.escalate(second.ref, by=lena)
    world.deliver_all()

    told = [shown_text(each) for each in world.seen("lena")]
    assert [f"Escalated by Amir: #{first.number}" in each for each in told] == [True]


def test_a_ticket_that_comes_back_too_often_is_told_to_the_leads(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    for _ in range(3):
        world.desk.resolve(ticket.ref, by=amir)
        world.clock.advance(minutes=1)
        world.desk.reopen(ticket.ref, by=ticket.customer_id)
    world.deliver_all()

    (told,) = world.seen("lena", ESCALATIONS)
    assert f"*Escalated, reopened 3 times: #{ticket.number} Cannot open the invoice*" in shown_text(told)


def test_who_had_the_ticket_sees_who_has_it_now(world: World) -> None:
    world.agent("amir")
    ticket = world.ticket()
    jo = world.agent("jo")
    world.deliver_all()
    world.desk.assign(ticket.ref, to=jo, by=world.agent("lena", skills={}))
    world.deliver_all()

    (amirs,) = world.seen("amir")
    (jos,) = world.seen("jo")
    assert f"Jo has #{ticket.number} now" in shown_text(amirs)
    assert "Assigned to you" in shown_text(jos)


def test_who_gets_a_ticket_a_second_time_is_told_again(world: World) -> None:
    """Their card stands already, and an edit would notify nobody."""
    amir, jo, lena = world.agent("amir"), world.agent("jo", skills={}), world.agent("lena", skills={})
    ticket = world.ticket()
    world.deliver_all()
    world.desk.assign(ticket.ref, to=jo, by=lena)
    world.desk.assign(ticket.ref, to=amir, by=lena)
    world.deliver_all()

    again = [one for one in world.seen("amir") if "yours again" in one["text"]]
    assert len(again) == 1
    assert again[0]["subtype"] == "thread_broadcast"


def test_one_who_claims_is_told_by_their_card_alone(world: World) -> None:
    amir = world.agent("amir", skills={})
    ticket = world.ticket()
    world.deliver_all()
    assert world.seen("amir") == []
    world.desk.claim(ticket.ref, by=amir)
    world.deliver_all()

    (card,) = world.seen("amir")
    assert "Assigned to you" in shown_text(card)
    assert world.thread("amir") == []


def test_a_ticket_from_a_channel_message_is_answered_under_that_message(world: World) -> None:
    amir = world.agent("amir")
    said = world.sandbox.post(f"/control/people/{PEOPLE['mara'][0]}/messages", {"channel": SUPPORT, "text": "It hangs"})
    ticket = world.ticket(source=f"m:{SUPPORT}:{said['ts']}")
    world.says(ticket.ref, amir, "We are looking.")
    world.deliver_all()

    card, reply = world.seen("tomas", SUPPORT, thread=said["ts"])
    assert "Everyone here can read this" in shown_text(card)
    assert "We are looking." in reply["text"]
    assert len(world.seen("tomas", SUPPORT)) == 1
    root = world.desk.outbox.shown_by_message(SUPPORT, said["ts"])
    assert root is not None
    assert (root.side, root.about) == ("customer", f"t:{ticket.number}")


def test_a_note_typed_in_the_triage_thread_is_not_repeated_there(world: World) -> None:
    amir, jo = world.agent("amir"), world.agent("jo", skills={})
    ticket = world.ticket()
    world.says(ticket.ref, jo, "I know this one.", internal=True, source=f"m:{TRIAGE}:1.1")
    world.deliver_all()

    assert world.thread("lena", TRIAGE) == []
    (note,) = world.thread("amir")
    assert "Note, team only" in note
    assert amir


# --- alerts ---------------------------------------------------------------------------------------------------------------


def test_a_warning_a_breach_and_the_answer_are_one_message_with_a_line_for_each_step(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    assert world.seen("lena", ESCALATIONS) == []

    world.clock.advance(minutes=31)
    world.desk.watch_step(world.clock())
    world.deliver_all()
    (home,) = world.seen("lena", ESCALATIONS)
    assert f"Due soon: #{ticket.number}" in shown_text(home)
    assert world.thread("lena", ESCALATIONS) == []

    world.clock.advance(minutes=30)
    world.desk.watch_step(world.clock())
    world.desk.watch_step(world.clock())
    world.deliver_all()
    home, line = world.seen("lena", ESCALATIONS)
    assert "Overdue" in shown_text(home)
    assert (line["subtype"], "is overdue" in line["text"]) == ("thread_broadcast", True)
    assert ["late" in text for text in world.thread("mara")] == [True]

    world.clock.advance(minutes=5)
    world.says(ticket.ref, amir, "We found it.")
    world.deliver_all()
    home = world.seen("lena", ESCALATIONS)[0]
    assert f"~#{ticket.number} Cannot open the invoice~" in shown_text(home)
    lines = [one["text"] for one in world.seen("lena", ESCALATIONS, thread=home["ts"])]
    assert len(lines) == 2
    assert "answered by Amir" in lines[1]


def test_a_breach_found_after_downtime_is_told_once_as_late(world: World) -> None:
    """C17: what fell due meanwhile is one message, and says that it comes late."""
    world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.clock.advance(hours=2)
    world.desk.watch_step(world.clock())
    world.deliver_all()

    (home,) = world.seen("lena", ESCALATIONS)
    assert "we were down" in shown_text(home)
    assert world.thread("lena", ESCALATIONS) == []
    told = [row.key.stage for row in world.desk.outbox.alerts(ticket.ref) if row.home]
    assert told == ["breach"]


def test_an_alert_that_no_longer_holds_is_not_sent(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket(priority=Priority.URGENT)
    world.clock.advance(hours=1, minutes=1)
    world.desk.watch_step(world.clock())
    world.desk.resolve(ticket.ref, by=amir, answer="Done.", source="v:done")
    world.deliver_all()

    assert world.seen("lena", ESCALATIONS) == []
    assert not any("late" in text for text in world.thread("mara"))
    assert EventKind.BREACHED in {event.kind for event in world.desk.events(ticket.ref)}


def test_nobody_is_told_of_an_assignment_that_is_over(world: World) -> None:
    """C17: no "assigned to you" for a ticket that has been resolved since."""
    amir = world.agent("amir")
    ticket = world.ticket()
    world.desk.resolve(ticket.ref, by=amir, answer="Done.", source="v:done")
    world.deliver_all()

    assert world.seen("amir") == []


def test_a_snooze_that_is_over_is_told_to_its_agent_with_what_can_be_done_and_one_that_its_customer_ends_is_not(
    world: World,
) -> None:
    amir = world.agent("amir")
    over, answered, done = (world.ticket(subject=subject) for subject in ("Look again", "Written on", "Solved since"))
    for ticket in (over, answered, done):
        world.desk.snooze(ticket.ref, world.clock() + timedelta(hours=1), by=amir)
    world.says(answered.ref, answered.customer_id, "It is back.")
    world.desk.resolve(done.ref, by=amir)
    world.deliver_all()
    world.clock.advance(minutes=61)
    world.desk.wake_step(world.clock())
    world.deliver_all()

    (line,) = [one for one in world.seen("amir") if "is back:" in one["text"]]
    assert line["text"] == f"#{over.number} Look again is back: you wanted to see it again now."
    assert line["thread_ts"] != line["ts"], "in the ticket's thread, and beside it, since an edit notifies nobody"
    (row,) = [block["elements"] for block in line["blocks"] if block["type"] == "actions"]
    assert [each["text"]["text"] for each in row] == ["Reply", "Snooze", "Resolve"]
    assert "is back" not in str(world.seen("mara"))


def test_a_reminder_that_a_snooze_is_over_loses_its_buttons_once_that_is_answered(world: World) -> None:
    """Put off again, solved, or another's; what nobody has done anything about keeps them."""
    amir, jo = world.agent("amir"), world.agent("jo")
    again, solved, anothers, left = [world.ticket(subject=one) for one in ("Again", "Solved", "Jo's", "Left")]
    for ticket in (again, solved, anothers, left):
        if ticket.assigned_agent_id != amir:
            world.desk.assign(ticket.ref, to=amir, by=amir)
        world.desk.snooze(ticket.ref, world.clock() + timedelta(hours=1), by=amir)
    world.deliver_all()
    world.clock.advance(minutes=61)
    world.desk.wake_step(world.clock())
    world.deliver_all()

    def with_buttons() -> set[str]:
        lines = [one for one in world.seen("amir") if "is back:" in one["text"]]
        assert len(lines) == 4
        shown = [one["text"] for one in lines if any(block["type"] == "actions" for block in one["blocks"])]
        return {text.split(" is back")[0].split(" ", 1)[1] for text in shown}

    assert with_buttons() == {"Again", "Solved", "Jo's", "Left"}
    world.desk.snooze(again.ref, world.clock() + timedelta(hours=1), by=amir)
    world.desk.resolve(solved.ref, by=amir)
    world.desk.assign(anothers.ref, to=jo, by=amir)
    world.deliver_all()

    assert with_buttons() == {"Left"}


def test_a_due_time_that_was_over_when_it_was_set_is_neither_downtime_nor_a_broken_promise(world: World) -> None:
    """Nobody looked away, and the customer was promised another time; the same for several in one message."""
    amir = world.agent("amir")
    tickets = [world.ticket(priority=Priority.LOW, subject=f"Invoice {number}") for number in range(2)]
    world.deliver_all()
    world.clock.advance(hours=5)
    for ticket in tickets:
        world.desk.set_priority(ticket.ref, Priority.URGENT, by=amir)
    world.clock.advance(seconds=30)
    look(world)

    (home,) = world.seen("lena", ESCALATIONS)
    assert "2 overdue" in shown_text(home)
    assert "were down" not in shown_text(home)
    assert "were down" not in str(world.thread("lena", ESCALATIONS))
    assert all("We promised" not in one["text"] for card in world.seen("mara") for one in replies(world, "mara", card))

    lone = world.ticket(priority=Priority.LOW)
    world.clock.advance(hours=5)
    world.desk.set_priority(lone.ref, Priority.URGENT, by=amir)
    world.clock.advance(hours=1)
    look(world)
    homes = [one for one in world.seen("lena", ESCALATIONS) if f"#{lone.number}" in shown_text(one)]
    assert "were down" in shown_text(homes[-1]), "an hour passed in which nobody looked"


def look(world: World) -> None:
    """The watch and the ladder do what they have to by now, and it is told."""
    world.desk.watch_step(world.clock())
    world.desk.ladder_step(world.clock())
    world.deliver_all()


def replies(world: World, name: str, card: Message) -> list[Message]:
    return world.seen(name, thread=str(card["ts"]))


def test_no_card_says_when_something_is_due_that_is_overdue(world: World) -> None:
    world.agent("amir")
    world.ticket(priority=Priority.URGENT)
    world.deliver_all()
    assert "An answer" in shown_text(world.seen("mara")[0])
    for hours, late in ((1.1, ("First answer overdue",)), (3, ("First answer overdue", "Solution overdue"))):
        world.clock.advance(hours=hours)
        look(world)

        (customers,), (agents,) = world.seen("mara"), world.seen("amir")
        teams = world.seen("lena", TRIAGE)[0]
        assert "An answer" not in shown_text(customers)
        assert "First answer overdue" in shown_text(teams)
        assert "First answer due" not in shown_text(teams)
        for sentence in late:
            assert sentence in shown_text(agents)
            assert sentence.replace("overdue", "due") not in shown_text(agents)


# --- a colleague of the customer's who reads along ------------------------------------------------------------------------


def read_along(world: World) -> tuple[Ticket, PersonId]:
    """Mara's ticket, with Amir, that Tomás of the same organization watches."""
    world.desk.configure(DOCUMENT | {"colleagues_see_tickets": True}, by=None)
    tomas, _ = world.person("tomas"), world.agent("amir")
    for person in (world.person("mara"), tomas):
        world.desk.set_organization(person, "Northwind", Tier.STANDARD, by=None)
    ticket = world.ticket()
    world.desk.watch(ticket.ref, tomas, by=tomas)
    return ticket, tomas


def test_a_colleague_who_watches_is_told_what_the_customer_can_read_and_no_note(world: World) -> None:
    ticket, _ = read_along(world)
    amir = world.person("amir")
    world.says(ticket.ref, amir, "Looks like the old bug.", internal=True)
    world.deliver_all()
    (card,) = world.seen("tomas")
    assert "*You watch this.* Amir has it." in shown_text(card)
    world.says(ticket.ref, amir, "Which browser do you use?")
    world.says(ticket.ref, ticket.customer_id, "Firefox.", source="m:D1:1.1")
    world.deliver_all()
    (card,) = [one for one in world.seen("tomas") if one["ts"] == one.get("thread_ts", one["ts"])]
    assert "*You watch this.* Amir is working on it." in shown_text(card)
    world.desk.edit_comment(ticket.ref, 1, "A very old bug.", by=amir, source_version="2.1")
    world.desk.resolve(ticket.ref, by=amir)
    world.deliver_all()

    assert world.thread("tomas") == [
        f"#{ticket.number}, Amir: Which browser do you use?",
        f"#{ticket.number}, Mara: Firefox.",
    ]
    (card,) = [one for one in world.seen("tomas") if one["ts"] == one.get("thread_ts", one["ts"])]
    assert "*You watch this.* Resolved by Amir." in shown_text(card)
    assert "old bug" not in str(world.seen("tomas")) + str(world.thread("tomas"))


def test_the_card_of_a_colleague_who_watches_says_what_is_so_now(world: World) -> None:
    """Also what changes without a step: priority, category, who has it."""
    ticket, _ = read_along(world)
    amir, jo = world.person("amir"), world.agent("jo")
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: world.desk.set_priority(ticket.ref, Priority.URGENT, by=amir), "Urgent, Billing."),
        (lambda: world.desk.set_category(ticket.ref, "account", by=amir), "Urgent, Account."),
        (lambda: world.desk.assign(ticket.ref, to=jo, by=amir), "*You watch this.* Jo has it."),
    ]
    for act, says in acts:
        act()
        world.deliver_all()
        (card,) = world.seen("tomas")
        assert says in shown_text(card)


@pytest.mark.parametrize("how", ["the setting goes off", "they leave", "the ticket becomes private"])
def test_a_colleague_who_may_read_it_no_more_is_told_nothing_more(world: World, how: str) -> None:
    ticket, tomas = read_along(world)
    amir = world.person("amir")
    world.deliver_all()
    if how == "they leave":
        world.desk.set_organization(tomas, "Southwind", Tier.STANDARD, by=None)
    elif how == "the setting goes off":
        world.desk.configure(DOCUMENT, by=None)
    else:
        private = {"key": "hr", "name": "HR", "private": True, "channel": TRIAGE}
        everything = DOCUMENT | {"colleagues_see_tickets": True}
        world.desk.configure(everything | {"categories": [*default_document()["categories"], private]}, by=None)
        world.desk.set_category(ticket.ref, "hr", by=amir)
    world.says(ticket.ref, amir, "Which browser do you use?")
    world.desk.resolve(ticket.ref, by=amir)
    world.deliver_all()

    assert world.thread("tomas") == []
    (card,) = world.seen("tomas")
    assert "Cannot open" not in shown_text(card)
    assert "Resolved" not in shown_text(card)
