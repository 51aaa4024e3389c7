"""
What the process does by itself: show people what the outbox holds, watch the deadlines, hand out what waits.

Each is a step of the desk or of delivery; the ticker drives them, and is woken when something has changed or when the
business clock has jumped.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from bot import metrics
from bot.clock import Clock
from bot.delivery import Delivery, Pace, Slack
from bot.delivery.boards import keep_board
from bot.delivery.countdown import Countdown
from bot.delivery.days import begin_days
from bot.delivery.digests import keep_digest
from bot.delivery.drawing import Drawing
from bot.delivery.giving_way import BETWEEN_ALERTS, GivingWay
from bot.delivery.moved import AlertPlaces
from bot.delivery.papers import Papers
from bot.delivery.reports import PaperDrawing
from bot.notices import Notices
from bot.problems import tell_of_problems
from bot.settings import Settings
from bot.sight import Sight
from bot.ticker import Job, Step, Ticker
from bot.watchdog import STALLED
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import PersonId

log = logging.getLogger(__name__)

DELIVERY_TIMEOUT_S = 10
"""How long delivery waits for Slack, which is longer than listeners may: nobody stands at a screen for it."""

LONG = timedelta(seconds=Papers.take_within_s + Papers.post_within_s + STALLED.total_seconds())
"""How long a step may take that counts reports; one that takes longer is past sending anything."""

FAR_OFF_S = 3600.0
"""A wake-up further off, in real seconds, is left to the heartbeat."""

WOKEN_BY_SETTINGS = ("alert_places", "recompute", "following", "members", "board", "digest", "roster")

WOKEN_BY_CHANGE = ("alerts", "delivery", "queue", "watch", "promises", "ladder", "problems")


class Outward:
    """The outgoing side of one process."""

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        clock: Clock,
        further: Iterable[Job] = (),
        *,
        sight: Sight,
    ) -> None:
        client = WebClient(
            token=settings.bot_token(),
            base_url=settings.slack_api_url,
            timeout=DELIVERY_TIMEOUT_S,
            retry_handlers=[],
        )
        pace = Pace()

        def delivery(lane: Lane) -> Delivery:
            jitter = random.Random()  # noqa: S311 - it spreads tries over time, and guards nothing
            ways: dict[str, Any] = {"clock": _machine_time, "pace": pace, "jitter": jitter, "lane": lane}
            if lane is Lane.BEHIND:
                return Papers(desk, Slack(client), **ways, drawing=PaperDrawing(desk, sight))
            return Delivery(desk, Slack(client), **ways, drawing=Drawing(desk, sight))

        ways_out = {lane: delivery(lane).step for lane in (Lane.AHEAD, Lane.REST, Lane.BEHIND)}
        self._ticker = Ticker([*jobs(desk, clock, ways_out), *further], report=desk.note_job_runs)
        desk.subscribe(Notices())
        desk.subscribe_to_problems(tell_of_problems)
        desk.after_commit(self._changed)
        desk.after_failure(told_of_failure)
        desk.after_configured(self._configured)
        clock.on_jump(self._ticker.wake_all)
        metrics.watch_outbox(desk.outbox.depth)

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        """Start nothing new and let what is being sent be sent."""
        self._ticker.stop()

    def _configured(self) -> None:
        for name in WOKEN_BY_SETTINGS:
            self._ticker.wake(name)

    def _changed(self) -> None:
        for name in WOKEN_BY_CHANGE:
            self._ticker.wake(name)


def told_of_failure(job: str, error: Exception) -> None:
    """One of the things that a job was to do fails: the others go on, and somebody is to look at the reason."""
    reference = secrets.token_hex(2).upper()
    log.error("%s: one thing failed (reference %s); it is tried again later.", job, reference, exc_info=error)
    metrics.SETBACKS.labels(job).inc()


def jobs(desk: Desk, clock: Clock, deliver: Mapping[Lane, Step]) -> list[Job]:
    """
    Every job with its heartbeat, in real seconds: how long a wake-up that got lost is noticed late.

    `deliver` has a step for each lane out, so that alerts wait for nothing else. All this gives way to the watch.
    """
    return [*_showing(desk, deliver), *_watching(desk, clock), *_daily(desk, clock), *_tending(desk, clock)]


def _showing(desk: Desk, deliver: Mapping[Lane, Step]) -> list[Job]:
    """What shows people what the outbox holds."""
    alerts, cards = GivingWay(desk, deliver[Lane.AHEAD], BETWEEN_ALERTS), GivingWay(desk, deliver[Lane.REST])
    papers = [Job("papers", deliver[Lane.BEHIND], heartbeat_s=1)] if Lane.BEHIND in deliver else []
    return [
        Job("alerts", alerts.step, heartbeat_s=1, settle_s=0.02),
        Job("delivery", cards.step, heartbeat_s=1, settle_s=0.02),
        *papers,
    ]


def _watching(desk: Desk, clock: Clock) -> list[Job]:
    """What watches deadlines and the promises about alerts."""
    countdown, alert_places = Countdown(desk), AlertPlaces(desk)
    return [
        Job("watch", _at(clock, lambda _: desk.watch_step(clock())), heartbeat_s=30, settle_s=0.1),
        Job("promises", _at(clock, lambda _: desk.lapse_step(clock())), heartbeat_s=30, settle_s=0.1),
        Job("ladder", _at(clock, lambda _: desk.ladder_step(clock())), heartbeat_s=30, settle_s=0.1),
        Job("alert_places", _at(clock, lambda _: alert_places.step(clock())), heartbeat_s=60),
        Job("countdown", _at(clock, lambda _: countdown.step(clock())), heartbeat_s=30),
    ]


def _daily(desk: Desk, clock: Clock) -> list[Job]:
    """What follows the hours of the day: digest, board, shifts."""
    on_shift: dict[PersonId, datetime] = {}

    def roster(_now: datetime) -> datetime | None:
        due = desk.roster_step(clock())
        begin_days(desk, clock(), on_shift)
        return due

    return [
        Job("digest", _at(clock, lambda _: keep_digest(desk, clock())), heartbeat_s=60),
        Job("board", _at(clock, lambda now: keep_board(desk, clock(), now)), heartbeat_s=60),
        Job("roster", _at(clock, roster), heartbeat_s=30),
    ]


def _tending(desk: Desk, clock: Clock) -> list[Job]:
    """What keeps tickets going: hands out what waits, wakes, closes, follows what was planned or changed for many."""

    def hand_out(_now: datetime) -> None:
        desk.drain_queue(clock())

    def hand_over(_now: datetime) -> None:
        desk.handover_step(clock())

    def wake(_now: datetime) -> None:
        desk.wake_step(clock())

    def close(_now: datetime) -> None:
        desk.close_step(clock())

    def problems(now: datetime) -> datetime | None:
        return now if desk.problem_step(clock()) else None

    def recompute(now: datetime) -> datetime | None:
        return now if desk.recompute_step() else None

    return [
        Job("queue", GivingWay(desk, hand_out).step, heartbeat_s=5, settle_s=0.1),
        Job("handovers", hand_over, heartbeat_s=20),
        Job("snoozed", wake, heartbeat_s=15),
        Job("close", close, heartbeat_s=60),
        Job("problems", problems, heartbeat_s=15, settle_s=0.05),
        Job("recompute", recompute, heartbeat_s=60),
    ]


def _at(clock: Clock, step: Step) -> Step:
    """A step that gives a business instant, as one that gives machine time; None where the heartbeat comes first anyway."""

    def stepped(now: datetime) -> datetime | None:
        due = step(now)
        wait_s = clock.real_seconds_until(due) if due is not None else FAR_OFF_S
        return now + timedelta(seconds=wait_s) if wait_s < FAR_OFF_S else None

    return stepped


def _machine_time() -> datetime:
    return datetime.now(UTC)
