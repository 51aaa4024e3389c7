"""
The delivery worker: takes rows of the outbox, draws them, calls Slack, and writes down what stands where.

It has no thread and does not sleep: `step` is one bounded piece of work, driven by `bot.ticker`, and several processes may
run it at once. Whatever goes wrong ends in one of three ways: tried again later, set aside with a reason, or done.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import metrics, places
from bot.delivery import outages
from bot.delivery.drawing import Drawing
from bot.delivery.errors import CLOSED, Verdict, verdict
from bot.delivery.letters import Letter, NotYet
from bot.delivery.pace import POSTING, Pace
from bot.delivery.posts import slack_id
from bot.delivery.sending import Paced, Sending
from bot.delivery.slack import CallFailed, NoAnswer, RateLimited, Refused, Slack
from ticketing.desk import Desk
from ticketing.errors import DatabaseUnavailable, LeaseLost
from ticketing.lanes import AHEAD_FROM, Lane
from ticketing.outbox import LOST_ANSWER, Errand

log = logging.getLogger(__name__)

BATCH = 20
"""Rows of one step; the next step follows at once if there were that many."""

TAKE_WITHIN_S = 10.0
"""
No row is taken later in a step than this, so that a step that the watchdog gives up (`bot.watchdog.STALLED`) is past sending
anything, unless drawing alone took longer: what it holds then is sent once its lease is renewed, or has been taken over.
"""

DRAWING_TRIES = 3
"""How often a row that cannot be drawn is tried: what fails so is a fault of ours, and seldom passes."""

DEATHS = 5
"""After so many tries, a row whose last worker vanished is set aside: it may be what kills them."""

REPAIRS = 3
"""How often what is gone is posted anew for one row."""

BACKOFF_BASE_S, BACKOFF_STEPS = 1.0, 8
"""Slack does not answer: the second wait is up to twice the first, and so on for so many tries; the longest is 256 s."""

ALERTS_WAIT_S = 30.0
"""What is ahead of all else waits no longer than this for the next try: a channel asks Slack twice a minute."""

HALT_S = 60.0
"""How long to leave Slack alone when it does not accept our token, and a channel of alerts that is closed to us."""


class Delivery(Sending):
    """
    Shows what a lane of a desk's outbox says. `clock` is machine time; `pace` is shared by the lanes of a process, and what
    is not ahead leaves some of it to what is.
    """

    take_within_s = TAKE_WITHIN_S

    def __init__(
        self,
        desk: Desk,
        slack: Slack,
        *,
        clock: Callable[[], datetime],
        pace: Pace,
        jitter: random.Random,
        lane: Lane = Lane.ALL,
        drawing: Drawing | None = None,
    ) -> None:
        super().__init__(desk, slack, clock=clock, pace=pace, lane=lane, drawing=drawing or Drawing(desk))
        self._jitter = jitter
        self._halted_until: datetime | None = None

    def step(self, now: datetime) -> datetime | None:
        """
        Show what can be shown now, a bounded number of rows; returns when to come again (machine time), None for never.

        Raises DatabaseUnavailable; what was sent but could not be recorded is found again by its key.
        """
        if self._is_halted(now):
            return self._halted_until
        taken, began_at = 0, self._clock()
        for ready in self._outbox.ready(now, BATCH, lane=self._lane):
            if self._clock() - began_at > timedelta(seconds=self.take_within_s):
                return now
            errand = self._outbox.take(ready, self._clock(), self.lease_s)
            if errand is None:
                continue
            taken += 1
            self._carry_out(errand)
            if self._is_halted(now):
                return self._halted_until
        if taken:
            return now
        due = self._outbox.next_due(now, lane=self._lane)
        # Ready, and yet another worker was faster or holds the place: the heartbeat looks again.
        return None if due is not None and due <= now else due

    def _is_halted(self, now: datetime) -> bool:
        return self._halted_until is not None and now < self._halted_until <= now + timedelta(seconds=HALT_S)

    # --- one row ------------------------------------------------------------------------------------------------------

    def _carry_out(self, errand: Errand) -> None:
        try:
            result = self._try(errand)
        except LeaseLost:
            log.warning("Row %s was taken over by another worker while it was being sent.", errand.id)
            result = "lease_lost"
        metrics.DELIVERIES.labels(errand.kind, result).inc()

    def _try(self, errand: Errand) -> str:
        if errand.is_doubtful and errand.reason != LOST_ANSWER and errand.attempts > DEATHS:
            return self._park(errand, "gave_up: workers vanished while they were sending it")
        try:
            letter = self._drawing.draw(errand)
        except DatabaseUnavailable:
            raise
        except NotYet as wait:
            return self._wait(errand, wait.seconds, "gathers")
        except Exception as error:  # noqa: BLE001 - whatever a renderer raises must not stop the rows behind it
            return self._cannot_draw(errand, error)
        try:
            result = self._deliver(self._with_time_to_send(errand), letter)
        except Refused as refused:
            return self._refused(errand, letter if isinstance(letter, Letter) else None, refused.code)
        except (Paced, RateLimited, NoAnswer) as late:
            if isinstance(late, RateLimited):
                place = errand.place if late.method == POSTING else ""
                self._pace.hold(late.method, place, late.seconds, self._clock())
            if isinstance(letter, Letter) and letter.is_optional:
                self._outbox.done(errand)
                return "dropped"
            return self._later(errand, late)
        if result in ("posted", "found") or (result == "edited" and errand.reason in CLOSED):
            self._has_reached(errand)
        return result

    def _has_reached(self, errand: Errand) -> None:
        """An alert stands in its channel: it is not closed to us, or no longer."""
        if errand.priority >= AHEAD_FROM and places.channel_in(errand.place) is not None:
            outages.over(self._desk, errand.place)

    def _later(self, errand: Errand, late: Paced | RateLimited | NoAnswer) -> str:
        if isinstance(late, NoAnswer):
            return self._back_off(errand, str(late), is_lost=late.is_lost or errand.is_doubtful)
        return self._wait(errand, late.seconds, "pace" if isinstance(late, Paced) else "ratelimited")

    # --- what went wrong ----------------------------------------------------------------------------------------------

    def _cannot_draw(self, errand: Errand, error: Exception) -> str:
        log.exception("Row %s (%s) cannot be drawn.", errand.id, errand.kind, exc_info=error)
        if errand.attempts >= DRAWING_TRIES:
            return self._park(errand, f"cannot_draw: {type(error).__name__}")
        return self._back_off(errand, "cannot_draw", is_lost=errand.is_doubtful)

    def _refused(self, errand: Errand, letter: Letter | None, code: str) -> str:
        match verdict(code, errand.attempts):
            case Verdict.IGNORE:
                self._outbox.done(errand)
                return "ignored"
            case Verdict.RETRY:
                return self._back_off(errand, code, is_lost=errand.is_doubtful)
            case Verdict.DOUBTFUL:
                return self._back_off(errand, code, is_lost=True)
            case Verdict.HALT:
                log.error("Slack does not accept the app's token (%s); nothing can be shown.", code)
                self._halted_until = self._clock() + timedelta(seconds=HALT_S)
                return self._wait(errand, HALT_S, code)
            case Verdict.REPAIR:
                return self._repair(errand, letter, code)
            case Verdict.PARK if code in CLOSED and self._drawing.is_awaited(errand):
                return self._wait_for_channel(errand, letter, code)
            case Verdict.PARK:
                return self._park(errand, code)

    def _wait_for_channel(self, errand: Errand, letter: Letter | None, code: str) -> str:
        """An alert is not given up because its channel is closed for a while; admins hear of it."""
        if letter is not None and letter.is_optional:
            self._outbox.done(errand)
            return "dropped"
        log.error("Alerts wait for the channel in %s: %s.", errand.place, code)
        outages.begun(self._desk, errand.place, code)
        return self._wait(errand, HALT_S, code)

    def _repair(self, errand: Errand, letter: Letter | None, code: str) -> str:
        """A message or its thread is gone: forget it, and come again, which posts it anew."""
        if errand.attempts >= REPAIRS or letter is None or letter.thread_ts is not None:
            return self._park(errand, code)
        if letter.root is not None:
            root = self._outbox.shown(errand.customer_id, errand.place, letter.root)
            if root is not None:
                self._forget(errand, root)
        self._outbox.retry(errand, self._clock(), reason=code)
        return "repaired"

    def _wait(self, errand: Errand, seconds: float, reason: str) -> str:
        """Nobody's failure: the try does not count."""
        at = self._clock() + timedelta(seconds=seconds)
        kept = LOST_ANSWER if errand.is_doubtful else reason
        self._outbox.retry(errand, at, reason=kept, attempts=errand.attempts - 1)
        return "waits"

    def _back_off(self, errand: Errand, reason: str, *, is_lost: bool) -> str:
        attempts = min(errand.attempts, BACKOFF_STEPS)
        longest = BACKOFF_BASE_S * 2**attempts
        if errand.priority >= AHEAD_FROM:
            longest = min(longest, ALERTS_WAIT_S)
        at = self._clock() + timedelta(seconds=self._jitter.uniform(longest / 4, longest))
        log.warning("Row %s (%s) is tried again: %s.", errand.id, errand.kind, reason)
        self._outbox.retry(errand, at, reason=LOST_ANSWER if is_lost else reason, attempts=attempts)
        return "retried"

    def _park(self, errand: Errand, reason: str) -> str:
        instead = self._drawing.instead(errand, reason) if not reason.startswith("cannot_draw") else []
        log.error("Row %s (%s) is set aside: %s.", errand.id, errand.kind, reason)
        self._outbox.park(errand, reason, instead=instead)
        if errand.kind == "assignment_card":
            self._away_if_gone(errand)
        return "parked"

    def _away_if_gone(self, errand: Errand) -> None:
        """Whoever cannot be shown a ticket, because their account has ended, is given no more, and it goes back to the queue."""
        person_id = places.person_in(errand.place)
        agent = self._desk.agent(person_id) if person_id is not None else None
        if agent is None or errand.ticket is None:
            return
        try:
            has_ended = self._slack.has_ended(slack_id(self._desk.person(agent.id).external_ref))
        except CallFailed as failed:
            log.warning("Whether the account of agent %s has ended is not known: %s.", agent.id, failed)
            return
        if has_ended:
            log.warning("The account of agent %s has ended: they are away until somebody says otherwise.", agent.id)
            if agent.is_available:
                self._desk.set_available(agent.id, available=False, by=None)
            source = f"account:{errand.id}"
            self._desk.plan_handover(agent.id, {errand.ticket: None}, source=source)
            self._desk.carry_out_handover(source)
