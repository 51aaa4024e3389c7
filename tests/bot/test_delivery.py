"""Delivery into a sandbox that refuses, loses answers, limits and forgets: each message once, in order, or parked."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.delivery import Delivery, Pace, Slack
from bot.delivery import drawing as drawings
from bot.delivery.errors import UNKNOWN_TRIES, VERDICTS, Verdict, verdict
from bot.delivery.papers import Papers
from bot.delivery.sending import LEASE_S, POST_WITHIN_S
from bot.delivery.slack import Posted
from bot.delivery.worker import DEATHS, DRAWING_TRIES, TAKE_WITHIN_S
from bot.outward import LONG
from bot.watchdog import STALLED
from tests.bot.outbound import PEOPLE, SUPPORT, TRIAGE, World, shown_text
from ticketing.errors import DatabaseUnavailable
from ticketing.model import Attachment
from ticketing.outbox import Notice
from ticketing.shown import Shown

FILES = "https://lakeside.slack.com/files/U0AMIR0001"
POST, UPDATE = "chat.postMessage", "chat.update"


# --- cards ----------------------------------------------------------------------------------------------------------------


def test_many_changes_of_a_card_are_one_edit(world: World) -> None:
    """C29: ten transitions in a moment."""
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    before = len(world.calls(UPDATE))
    world.desk.start(ticket.ref, by=amir)
    for _ in range(5):
        world.desk.wait_for_customer(ticket.ref, by=amir)
        world.desk.resume(ticket.ref, by=amir)
    world.deliver_all()

    assert len(world.calls(UPDATE)) - before == 3  # the customer's, the agent's and the team's
    (card,) = world.seen("mara")
    assert "Amir is working on it" in shown_text(card)


def test_a_card_that_would_look_the_same_is_not_edited(world: World) -> None:
    ticket = world.ticket()
    world.deliver_all()
    before = len(world.calls(UPDATE))
    world.desk.outbox.add(Notice(f"p:{ticket.customer_id}", "t:1", "customer_card", ticket.ref), at=world.clock())
    world.deliver_all()

    assert len(world.calls(UPDATE)) == before


def test_a_files_address_unfurls_which_shares_it_with_who_reads_there(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    before = len(world.calls(POST))
    plan = Attachment("F0PLAN0001", "plan.pdf", url=f"{FILES}/F0PLAN0001/plan.pdf")
    world.says(ticket.ref, amir, f"plan.pdf: {plan.url}", files=[plan])
    world.deliver_all()

    posted = [call["request"] for call in world.calls(POST)[before:]]
    assert len(posted) == 3  # the customer's copy, the agent's own and the team's
    assert all(str(asked["unfurl_media"]).lower() in ("true", "1") for asked in posted)


@pytest.mark.parametrize(
    "typed", [f"{FILES}/F0SALARIES/all.csv", f"look: {FILES}/F0PLAN0001/plan.pdf {FILES}/F0X/x.csv"]
)
def test_a_files_address_that_somebody_typed_shares_nothing(world: World, typed: str) -> None:
    """Whoever knows an address could else have the app show them a file of a conversation that they are not in."""
    world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    before = len(world.calls(POST))
    plan = Attachment("F0PLAN0001", "plan.pdf", url=f"{FILES}/F0PLAN0001/plan.pdf")
    world.says(ticket.ref, ticket.customer_id, typed, files=[plan])
    world.deliver_all()

    posted = [call["request"] for call in world.calls(POST)[before:]]
    assert len(posted) == 3  # the agent's copy, the team's and the customer's own
    assert all(str(asked["unfurl_media"]).lower() in ("false", "0") for asked in posted)


def test_a_file_of_a_note_is_not_shared_by_its_address_in_an_answer(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    secret = Attachment("F0SECRET01", "secret.csv", url=f"{FILES}/F0SECRET01/secret.csv")
    world.says(ticket.ref, amir, "for us", internal=True, files=[secret])
    world.deliver_all()
    before = len(world.calls(POST))
    world.says(ticket.ref, amir, f"not for you: {secret.url}")
    world.deliver_all()

    shared = {
        call["request"]["channel"]: str(call["request"]["unfurl_links"]).lower() in ("true", "1")
        for call in world.calls(POST)[before:]
    }
    assert shared == {PEOPLE["mara"][0]: False, PEOPLE["amir"][0]: True, TRIAGE: True}


def test_messages_carry_their_key_and_neither_link_names_nor_unfurl(world: World) -> None:
    world.ticket()
    world.deliver_all()

    for call in world.calls(POST):
        asked = call["request"]
        assert "helpdesk_delivery" in str(asked["metadata"])
        assert [str(asked[name]).lower() for name in ("link_names", "unfurl_links", "unfurl_media")] in (
            ["false"] * 3,
            ["0"] * 3,
        )


def test_a_card_that_was_deleted_is_posted_anew(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    stands = world.desk.outbox.shown(ticket.customer_id, f"c:{TRIAGE}", f"t:{ticket.number}")
    assert stands is not None
    bot_client(world).chat_delete(channel=TRIAGE, ts=stands.ts)
    world.desk.start(ticket.ref, by=amir)
    world.deliver_all()

    (card,) = world.seen("lena", TRIAGE)
    assert card["ts"] != stands.ts
    assert "Amir is working on it" in shown_text(card)


def test_what_belongs_in_a_thread_that_is_gone_never_lands_in_the_channel(world: World) -> None:
    """C22: the card is posted anew, and what was said beneath it."""
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    stands = world.desk.outbox.shown(ticket.customer_id, f"c:{TRIAGE}", f"t:{ticket.number}")
    assert stands is not None
    bot_client(world).chat_delete(channel=TRIAGE, ts=stands.ts)
    world.says(ticket.ref, amir, "Try another reader.")
    world.deliver_all()

    assert ["Sent to Mara" in text for text in world.thread("lena", TRIAGE)] == [True]


@pytest.mark.parametrize(
    "taking_away",
    [
        {"error": "ratelimited", "retry_after": 5, "times": 1},
        {"error": "http_500", "times": 2},
        {"lose_answer": True, "times": 1},
    ],
)
def test_an_answer_that_landed_in_the_channel_is_taken_away_though_not_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, taking_away: dict[str, Any]
) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    real, strayed = Slack.post, list[Posted]()

    def post(slack: Slack, channel: str, message: Any, key: str, **more: Any) -> Posted:
        if channel == TRIAGE and more.get("thread_ts") and not strayed:  # what Slack does when the root has just gone
            strayed.append(real(slack, channel, message, key, **more | {"thread_ts": None}))
            return strayed[0]
        return real(slack, channel, message, key, **more)

    monkeypatch.setattr(Slack, "post", post)
    world.fault(method="chat.delete", **taking_away)
    world.says(ticket.ref, amir, "They have called twice.", internal=True)
    world.deliver_all()

    assert strayed
    assert not [one for one in world.seen("lena", TRIAGE) if one["ts"] == strayed[0].ts]
    assert not world.desk.outbox.parked()


def test_when_the_channel_message_of_a_ticket_is_gone_its_customer_is_answered_in_their_messages(world: World) -> None:
    amir = world.agent("amir")
    mara = PEOPLE["mara"][0]
    said = world.sandbox.post(f"/control/people/{mara}/messages", {"channel": SUPPORT, "text": "It hangs"})
    ticket = world.ticket(source=f"m:{SUPPORT}:{said['ts']}")
    world.sandbox.delete(f"/control/people/{mara}/messages", {"channel": SUPPORT, "ts": said["ts"]})
    world.says(ticket.ref, amir, "We are looking.")
    world.deliver_all()

    assert world.seen("tomas", SUPPORT) == []
    assert ["We are looking." in text for text in world.thread("mara")] == [True]


# --- answers that are lost ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost_calls", [1, 2])
def test_a_lost_answer_makes_no_second_message(world: World, lost_calls: int) -> None:
    """C6: the message is found by its key before anything is sent again."""
    world.ticket()
    world.fault(method=POST, lose_answer=True, times=lost_calls)
    world.deliver_all()

    assert len(world.seen("mara")) == 1
    assert len(world.seen("lena", TRIAGE)) == 1


def test_a_lost_answer_makes_no_second_message_though_the_machines_clock_is_ahead_of_slacks(world: World) -> None:
    world.clock.advance(minutes=5)
    world.ticket()
    world.fault(method=POST, lose_answer=True, times=2)
    world.deliver_all()

    assert len(world.seen("mara")) == 1
    assert len(world.seen("lena", TRIAGE)) == 1


def test_a_lost_answer_to_a_word_in_a_thread_makes_no_second_one(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    world.fault(method=POST, lose_answer=True, times=2)
    world.says(ticket.ref, amir, "Which browser?")
    world.says(ticket.ref, amir, "And since when?")
    world.deliver_all()

    assert [text.rpartition(": ")[2] for text in world.thread("mara")] == ["Which browser?", "And since when?"]
    assert len(world.thread("lena", TRIAGE)) == 2


def test_what_is_to_follow_a_message_follows_it_also_after_a_lost_answer(world: World) -> None:
    """The thread in which a card stands is its ticket's, and what was typed gets its check mark."""
    amir = world.agent("amir")
    began = world.sandbox.post(
        f"/control/people/{PEOPLE['mara'][0]}/messages", {"channel": SUPPORT, "text": "It hangs"}
    )
    ticket = world.ticket(source=f"m:{SUPPORT}:{began['ts']}")
    world.fault(method=POST, lose_answer=True)
    for _ in range(4):
        world.deliver()
        world.machine.advance(seconds=10)
    world.fault()
    root = world.desk.outbox.shown_by_message(SUPPORT, began["ts"])
    assert root is not None
    assert (root.side, root.about) == ("customer", f"t:{ticket.number}")

    typed = world.sandbox.post(f"/control/people/{PEOPLE['lena'][0]}/messages", {"channel": TRIAGE, "text": "We look."})
    world.deliver_all()
    world.fault(method=POST, lose_answer=True)
    world.says(ticket.ref, amir, "We look.", source=f"m:{TRIAGE}:{typed['ts']}")
    for _ in range(4):
        world.deliver()
        world.machine.advance(seconds=10)
    world.fault()
    world.deliver_all()
    (seen,) = (one for one in world.seen("lena", TRIAGE) if one["ts"] == typed["ts"])
    assert [each["name"] for each in seen["reactions"]] == ["white_check_mark"]


@pytest.mark.parametrize("error", ["http_500", "internal_error", "fatal_error"])
def test_an_outage_is_waited_out_and_makes_no_second_message(world: World, error: str) -> None:
    world.ticket()
    world.fault(method="*", error=error)
    due = world.deliver()
    assert due is not None
    assert due > world.machine()
    world.fault()
    world.deliver_all()

    assert len(world.seen("mara")) == 1


def test_waits_grow_and_differ(world: World) -> None:
    world.desk.outbox.add(Notice("c:C0NOWHERE1", "t:1", "undelivered", world.ticket().ref,
                                 data={"reason": "x", "place": "p:1"}), at=world.clock())  # fmt: skip
    world.fault(method="*", error="http_500")
    waits = []
    for _ in range(8):
        due = world.deliver()
        assert due is not None
        waits.append((due - world.machine()).total_seconds())
        world.machine.now = due

    assert waits[-1] > waits[0]
    assert len(set(waits)) > 4
    assert max(waits) <= 256


def test_what_was_sent_and_could_not_be_recorded_is_not_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16, and a worker that dies between sending and recording."""
    world.ticket()
    done, failures = world.desk.outbox.done, iter(range(5))

    def fails_at_first(*args: object, **kwargs: object) -> None:
        if next(failures, None) is not None:
            raise DatabaseUnavailable
        done(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(world.desk.outbox, "done", fails_at_first)
    for _ in range(5):
        with pytest.raises(DatabaseUnavailable):
            world.deliver()
        world.machine.advance(seconds=LEASE_S)
    world.deliver_all()

    assert len(world.seen("mara")) == 1
    assert len(world.seen("lena", TRIAGE)) == 1


def test_another_worker_takes_nothing_of_a_living_one(world: World) -> None:
    """C15: what is leased is left alone until its lease ends."""
    world.ticket()
    taken = world.desk.outbox.claim(world.machine(), 10, LEASE_S)
    other = world.worker()

    assert len(taken) == 2
    assert other.step(world.machine()) == world.machine() + timedelta(seconds=LEASE_S)
    assert world.seen("lena", TRIAGE) == []


def test_two_workers_at_once_send_each_message_once(world: World) -> None:
    amir = world.agent("amir")
    tickets = [world.ticket() for _ in range(4)]
    for ticket in tickets:
        for number in range(3):
            world.says(ticket.ref, amir, f"answer {number}")
    start = threading.Barrier(3)

    def work() -> None:
        worker = world.worker()
        start.wait()
        while world.desk.outbox.depth():
            worker.step(world.machine())

    with ThreadPoolExecutor(3) as pool:
        for result in [pool.submit(work) for _ in range(3)]:
            result.result()

    cards = world.seen("mara")
    assert len(cards) == len(tickets)
    for card in cards:
        said = [one["text"].rpartition(": ")[2] for one in world.seen("mara", thread=card["ts"])]
        assert said == ["answer 0", "answer 1", "answer 2"]


class SlowToFind(Slack):
    """A Slack whose first search answers late: meanwhile something else happens."""

    def __init__(self, client: WebClient, meanwhile: Callable[[], None]) -> None:
        super().__init__(client)
        self.meanwhile: Callable[[], None] | None = meanwhile

    def find(self, *args: Any, **kwargs: Any) -> Posted | None:
        found = super().find(*args, **kwargs)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return found


def test_a_run_that_hung_sends_nothing_any_more_once_another_has_taken_its_place(world: World) -> None:
    """One worker, two runs: the watchdog lets the second begin while the first still waits for an answer of Slack."""
    ticket = world.ticket()

    def another_run() -> None:
        world.machine.advance(seconds=STALLED.total_seconds() + 1)
        worker.step(world.machine())

    worker = Delivery(
        world.desk,
        SlowToFind(bot_client(world), another_run),
        clock=world.machine,
        pace=world.pace,
        jitter=random.Random(7),
    )
    # An earlier process died over both cards, so that each is searched for before it is posted.
    assert len(world.desk.outbox.claim(world.machine(), 10, LEASE_S)) == 2
    world.machine.advance(seconds=LEASE_S)
    worker.step(world.machine())

    assert len(world.seen("mara")) == len(world.seen("lena", TRIAGE)) == 1
    assert len(world.calls(POST)) == 2
    assert world.desk.outbox.shown(ticket.customer_id, f"c:{TRIAGE}", f"t:{ticket.number}") is not None


def test_a_step_is_past_sending_anything_when_it_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows wait and however slow each is: none is taken late in a step, and none is sent late in its lease."""
    ref = world.ticket().ref
    world.deliver_all()
    for number in range(6):
        world.desk.outbox.add(Notice(f"c:C0OTHER{number}", "t:1", "triage_card", ref), at=world.clock())
    monkeypatch.setitem(drawings.KINDS, "triage_card", lambda *_: world.machine.advance(seconds=4) and None)
    world.delivery.step(world.machine())

    assert world.desk.outbox.depth() == 3
    assert timedelta(seconds=TAKE_WITHIN_S + POST_WITHIN_S) < STALLED
    assert timedelta(seconds=Papers.take_within_s + Papers.post_within_s) < LONG


# --- refusals -------------------------------------------------------------------------------------------------------------


def test_slacks_wait_is_kept_and_holds_back_what_stands_behind(world: World) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.deliver_all()
    world.fault(method=POST, error="ratelimited", retry_after=7, times=1)
    world.says(ticket.ref, amir, "first")
    world.says(ticket.ref, amir, "second")
    due = world.deliver()

    assert due == world.machine() + timedelta(seconds=7)
    world.deliver_all()
    assert [text.rpartition(" ")[2] for text in world.thread("mara")] == ["first", "second"]


def test_an_agent_whose_account_has_ended_is_given_nothing_more(world: World) -> None:
    """The team reads that what they were given was not delivered."""
    amir, jo = world.agent("amir"), world.agent("jo")
    world.sandbox.patch(f"/control/people/{PEOPLE['amir'][0]}", {"deleted": True})
    holders = []
    try:
        for _ in range(4):
            ticket = world.ticket()
            holders.append(world.desk.ticket(ticket.ref).assigned_agent_id)
            world.deliver_all()
        assert world.desk.tickets_of_agent(amir) == []
        world.desk.drain_queue(world.clock())
        world.deliver_all()
    finally:
        world.sandbox.patch(f"/control/people/{PEOPLE['amir'][0]}", {"deleted": False})

    assert len(world.desk.tickets_of_agent(jo)) == 4
    assert holders.count(amir) == 1
    replies = [
        text
        for root in world.seen("lena", TRIAGE)
        for text in (one["text"] for one in world.seen("lena", TRIAGE, thread=root["ts"]))
    ]
    assert ["Not delivered" in text for text in replies] == [True]


def test_somebody_who_cannot_be_reached_is_told_of_in_the_teams_thread(world: World) -> None:
    """Decision 29: parked with the reason, and the holder hears of it, once."""
    amir = world.agent("amir")
    ticket = world.ticket()
    world.sandbox.patch(f"/control/people/{PEOPLE['mara'][0]}", {"deleted": True})
    try:
        world.says(ticket.ref, amir, "Which browser?")
        world.desk.resolve(ticket.ref, by=amir)
        world.deliver_all()
    finally:
        world.sandbox.patch(f"/control/people/{PEOPLE['mara'][0]}", {"deleted": False})

    parked = world.desk.outbox.parked()
    assert {one.place for one in parked} == {f"p:{ticket.customer_id}"}
    assert {one.reason for one in parked} == {"channel_not_found"}
    told = [text for text in world.thread("lena", TRIAGE) if "Not delivered" in text]
    assert len(told) == 1
    assert "Could not reach Mara" in told[0]


def test_an_unknown_error_is_tried_and_then_parked(world: World) -> None:
    world.ticket()
    world.fault(method=POST, error="an_error_from_the_future")
    for _ in range(4 * UNKNOWN_TRIES):
        due = world.deliver()
        world.machine.now = due or world.machine.now
    world.fault()
    world.deliver_all()

    assert "an_error_from_the_future" in {one.reason for one in world.desk.outbox.parked()}


def test_a_token_that_is_refused_is_not_tried_again_at_once(world: World) -> None:
    """S21: no storm of calls, and nothing is lost."""
    world.ticket()
    world.fault(method="*", error="token_revoked")
    before = len(world.calls(POST))
    due = world.deliver()
    for _ in range(5):
        world.deliver()

    assert len(world.calls(POST)) == before + 1
    assert due == world.machine() + timedelta(seconds=60)
    world.fault()
    world.deliver_all()
    assert len(world.seen("mara")) == 1


def test_what_cannot_be_drawn_is_parked_and_the_rest_flows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """C12: one poisonous row does not stop the queue, and is counted before each try."""
    ticket = world.ticket()
    bad = Notice(f"c:{TRIAGE}", "t:1", "from_the_future", ticket.ref)
    world.desk.outbox.add(bad, at=world.clock())
    world.desk.outbox.add(Notice(f"c:{TRIAGE}", "t:1", "triage_card", ticket.ref), at=world.clock())

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(drawings.KINDS, "customer_card", fails)
    world.deliver_all()

    reasons = {(one.kind, one.reason, one.attempts) for one in world.desk.outbox.parked()}
    assert reasons == {
        ("from_the_future", "cannot_draw: UnknownKind", DRAWING_TRIES),
        ("customer_card", "cannot_draw: ZeroDivisionError", DRAWING_TRIES),
    }
    assert len(world.seen("lena", TRIAGE)) == 1


def test_a_row_whose_workers_vanish_is_parked(world: World) -> None:
    ticket = world.ticket()
    world.deliver_all()
    world.desk.outbox.add(Notice(f"c:{TRIAGE}", "t:1", "triage_card", ticket.ref), at=world.clock())
    for _ in range(DEATHS):
        assert len(world.desk.outbox.claim(world.machine(), 1, LEASE_S)) == 1
        world.machine.advance(seconds=LEASE_S)
    world.deliver_all()

    (parked,) = world.desk.outbox.parked()
    assert str(parked.reason).startswith("gave_up")


def test_a_word_that_was_taken_back_vanishes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    amir = world.agent("amir")
    ticket = world.ticket()
    world.says(ticket.ref, amir, "Your password is swordfish")
    world.deliver_all()
    monkeypatch.setattr(world.desk, "comments", lambda *_, **__: [])
    world.desk.outbox.add(
        Notice(f"p:{ticket.customer_id}", "m:1:1", "reply", ticket.ref, data={"comment": 1}), at=world.clock()
    )
    world.deliver_all()

    assert world.thread("mara") == []
    assert world.desk.outbox.shown(ticket.customer_id, f"p:{ticket.customer_id}", "m:1:1") is None


def test_a_note_is_never_drawn_for_a_customer(world: World) -> None:
    """I5, even if a row asked for it."""
    amir = world.agent("amir")
    ticket = world.ticket()
    world.says(ticket.ref, amir, "They have not paid.", internal=True)
    world.desk.outbox.add(
        Notice(f"p:{ticket.customer_id}", "m:1:1", "reply", ticket.ref, data={"comment": 1}), at=world.clock()
    )
    world.deliver_all()

    assert world.thread("mara") == []


@pytest.mark.parametrize("code", sorted(VERDICTS))
def test_every_known_error_ends_in_rest(world: World, code: str) -> None:
    """C21: whatever Slack answers, nothing loops: it is done, set aside, or waits for a time that is to come."""
    world.ticket()
    world.fault(method=POST, error=code)
    due = world.deliver()

    left = world.desk.outbox.depth()
    match VERDICTS[code]:
        case Verdict.PARK | Verdict.REPAIR:
            assert left == 0
            assert world.desk.outbox.parked()
        case Verdict.IGNORE:
            assert (left, due) == (0, None)
        case Verdict.RETRY | Verdict.DOUBTFUL | Verdict.HALT:
            assert left > 0
            assert due is not None
            assert due > world.machine()


def test_an_error_that_is_not_in_the_table_is_retried_and_then_parked() -> None:
    assert [verdict("new", attempts) for attempts in (1, UNKNOWN_TRIES - 1, UNKNOWN_TRIES)] == [
        Verdict.RETRY,
        Verdict.RETRY,
        Verdict.PARK,
    ]


def test_a_client_that_retries_by_itself_is_refused() -> None:
    """Its default handler posts a message twice when an answer is lost."""
    with pytest.raises(ValueError, match="retry_handlers"):
        Slack(WebClient(token="xoxb-1"))


# --- pace -----------------------------------------------------------------------------------------------------------------


def test_a_channel_gets_a_burst_and_then_one_message_a_second(world: World) -> None:
    pace, now = Pace(), world.machine()

    passed = [pace.wait_for(POST, "c:C1", now) for _ in range(6)]
    assert passed[:5] == [0.0] * 5
    assert passed[5] == pytest.approx(1.0)
    assert pace.wait_for(POST, "c:C2", now) == 0
    assert pace.wait_for(POST, "c:C1", now + timedelta(seconds=1)) == 0
    assert pace.wait_for(POST, "c:C1", now + timedelta(seconds=1)) > 0


def test_who_leaves_a_share_to_others_waits_earlier(world: World) -> None:
    pace, now = Pace(), world.machine()
    passed = [pace.wait_for(UPDATE, "c:C1", now, spare=0.5) for _ in range(26)]
    assert passed.count(0.0) == 25
    assert passed[-1] > 0
    assert pace.wait_for(UPDATE, "c:C1", now) == 0


def test_what_slack_says_stands_above_our_own_reckoning(world: World) -> None:
    pace, now = Pace(is_on=False), world.machine()
    pace.hold(POST, "c:C1", 30, now)
    pace.hold(UPDATE, "", 10, now)

    assert pace.wait_for(POST, "c:C1", now) == 30
    assert pace.wait_for(POST, "c:C2", now) == 0
    assert pace.wait_for(UPDATE, "c:C2", now + timedelta(seconds=4)) == 6
    assert pace.wait_for(POST, "c:C1", now + timedelta(seconds=30)) == 0


def test_a_clock_that_is_set_back_holds_nothing_up(world: World) -> None:
    pace, now = Pace(), world.machine()
    passed = [pace.wait_for(POST, "c:C1", now) for _ in range(5)]
    pace.hold(UPDATE, "", 10, now)
    now -= timedelta(hours=1)

    assert passed == [0.0] * 5
    assert pace.wait_for(POST, "c:C1", now) == pytest.approx(1.0)
    assert pace.wait_for(UPDATE, "c:C1", now) == pytest.approx(10.0)
    assert pace.wait_for(POST, "c:C1", now + timedelta(seconds=1)) == 0
    assert pace.wait_for(UPDATE, "c:C1", now + timedelta(seconds=10)) == 0


def test_at_its_own_pace_delivery_meets_no_429(world: World) -> None:
    world.pace.is_on = True
    amir = world.agent("amir")
    ticket = world.ticket()
    for number in range(8):
        world.says(ticket.ref, amir, f"answer {number}")
    began = world.machine()
    world.deliver_all()

    assert len(world.thread("mara")) == 8
    assert world.machine() - began >= timedelta(seconds=3)
    assert not any(call["status"] == 429 for call in world.calls(POST))


def bot_client(world: World) -> WebClient:
    known = world.sandbox.credentials()
    return WebClient(token=known.bot_token, base_url=known.api_url, timeout=30, retry_handlers=[])


def test_what_is_remembered_of_a_card_says_whose_side_it_is_on(world: World) -> None:
    ticket = world.ticket()
    world.deliver_all()
    (card,) = world.seen("mara")

    found = world.desk.outbox.shown_by_message(world.conversation("mara"), card["ts"])
    assert isinstance(found, Shown)
    assert (found.side, found.customer_id, found.about) == ("customer", ticket.customer_id, f"t:{ticket.number}")
