"""The ticker with its real scheduler. Nothing here measures time: each test waits for what is to happen."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot import metrics, watchdog
from bot.ticker import REPLACED, Job, Ticker
from bot.watchdog import Watchdog
from ticketing.errors import DatabaseUnavailable

WAIT_S = 60.0
"""How long a test waits, in real seconds, for what comes at once unless something is broken."""

NEVER_S = 3600.0
"""A heartbeat that no test lives to see."""


class Runs:
    """A step that counts its runs and says what it is told to."""

    def __init__(self, *answers: timedelta | Exception | None) -> None:
        self.count = 0
        self.during: Callable[[], None] | None = None
        self._answers = list(answers)
        self._news = threading.Condition()

    def __call__(self, now: datetime) -> datetime | None:
        if self.during is not None:
            self.during()
        answer = self._answers.pop(0) if self._answers else None
        with self._news:
            self.count += 1
            self._news.notify_all()
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else now + answer

    def reach(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self.count >= count, WAIT_S), f"It ran {self.count} times, not {count}."


@contextmanager
def ticking(*jobs: Job) -> Iterator[Ticker]:
    ticker = Ticker(jobs)
    ticker.start()
    try:
        yield ticker
    finally:
        ticker.stop()


def counted(job: str, result: str) -> float:
    return metrics.REGISTRY.get_sample_value("helpdesk_job_runs_total", {"job": job, "result": result}) or 0.0


def test_every_job_runs_at_the_start_and_then_by_its_heartbeat() -> None:
    first, second = Runs(), Runs()
    with ticking(Job("first", first, heartbeat_s=0.05), Job("second", second, heartbeat_s=NEVER_S)):
        first.reach(3)
        second.reach(1)
    assert second.count == 1


def test_a_job_runs_again_at_the_instant_that_it_named() -> None:
    runs = Runs(timedelta(milliseconds=50), timedelta(milliseconds=50), None)
    with ticking(Job("due", runs, heartbeat_s=NEVER_S)):
        runs.reach(3)
    assert runs.count == 3


def test_a_job_with_more_to_do_runs_again_at_once() -> None:
    runs = Runs(*[timedelta(0)] * 250)
    with ticking(Job("busy", runs, heartbeat_s=NEVER_S)):
        runs.reach(251)


def test_a_wake_up_pulls_the_next_run_forward() -> None:
    runs = Runs()
    with ticking(Job("woken", runs, heartbeat_s=NEVER_S)) as ticker:
        runs.reach(1)
        ticker.wake("woken")
        runs.reach(2)
        ticker.wake_all()
        runs.reach(3)


def test_a_wake_up_during_a_run_is_not_lost() -> None:
    """APScheduler would skip it: one instance is at work already."""
    entered, leave = threading.Event(), threading.Event()
    runs = Runs()

    def work() -> None:
        entered.set()
        assert leave.wait(WAIT_S)

    runs.during = work
    with ticking(Job("long", runs, heartbeat_s=NEVER_S)) as ticker:
        assert entered.wait(WAIT_S)
        ticker.wake("long")
        ticker.wake("long")
        leave.set()
        runs.reach(2)


def test_a_wake_up_is_not_lost_while_the_scheduler_has_not_heard_yet_that_the_last_run_is_over() -> None:
    """As on a busy machine, where the thread that was to tell it waits for its turn."""
    ended, runs = threading.Semaphore(0), Runs()
    with ticking(Job("woken", runs, heartbeat_s=NEVER_S)) as ticker:
        runs.reach(1)
        executor = ticker._scheduler._lookup_executor("default")
        executor._run_job_success = lambda *_of: ended.release()
        for count in (2, 3):
            ticker.wake("woken")
            runs.reach(count)
            assert ended.acquire(timeout=WAIT_S)


def test_heartbeats_and_wake_ups_that_were_missed_are_one_run() -> None:
    """As after a machine that slept: five hours of heartbeats, and whatever was asked for meanwhile."""
    runs = Runs()
    with ticking(Job("missed", runs, heartbeat_s=NEVER_S)) as ticker:
        runs.reach(1)
        for _ in range(5):
            ticker.wake("missed")
        ticker._scheduler.modify_job("missed", next_run_time=datetime.now(UTC) - timedelta(hours=5))
        runs.reach(2)
        ticker._scheduler.shutdown(wait=True)
        assert runs.count == 2


def test_one_job_that_takes_long_keeps_no_other_waiting() -> None:
    leave = threading.Event()
    slow, quick = Runs(), Runs()
    slow.during = lambda: assert_set(leave)
    with ticking(Job("slow", slow, heartbeat_s=0.05), Job("quick", quick, heartbeat_s=0.05)):
        quick.reach(3)
        assert slow.count == 0
        leave.set()


@pytest.mark.parametrize(("error", "result"), [(ZeroDivisionError(), "failed"), (DatabaseUnavailable(), "no_database")])
def test_a_job_that_fails_is_logged_counted_and_tried_again(
    error: Exception, result: str, caplog: pytest.LogCaptureFixture
) -> None:
    runs = Runs(error, error, None)
    before = counted("failing", result)
    with caplog.at_level(logging.WARNING), ticking(Job("failing", runs, heartbeat_s=0.05)):
        runs.reach(3)

    assert counted("failing", result) - before == 2
    assert [record.name for record in caplog.records] == ["bot.ticker"] * 2


@dataclass
class Stopped:
    """The machine's clock, behind the scheduler's, for which all that it puts off is over; it stands still until it is set."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=10))

    def __call__(self) -> datetime:
        return self.at


@pytest.mark.parametrize("error", [ZeroDivisionError(), DatabaseUnavailable()])
def test_a_job_that_fails_comes_again_after_a_second_then_two_four_and_so_on_up_to_its_heartbeat(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So that what it knew to be due waits no heartbeat. Once it has run well, the next failure is a first one again."""
    monkeypatch.setattr(watchdog, "COMPARE_S", NEVER_S)
    clock, waits, tries = Stopped(), list[float](), 8
    runs = Runs(*[error] * tries, timedelta(seconds=5), error, None)
    ticker = Ticker([Job("failing", runs, heartbeat_s=30)], machine_clock=clock)
    pull_forward = ticker._pull_forward

    def put_off(job: Job, at: datetime) -> None:
        waits.append((at - clock.at).total_seconds())
        clock.at = at
        pull_forward(job, at)

    monkeypatch.setattr(ticker, "_pull_forward", put_off)
    before = counted("failing", "failed") + counted("failing", "no_database")
    with caplog.at_level(logging.WARNING, "bot.ticker"):
        ticker.start()
        runs.reach(tries + 3)
        ticker.stop()

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30, 5, 1]
    assert counted("failing", "failed") + counted("failing", "no_database") - before == tries + 1
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 5, "At the first, at each of the three with a heartbeat between them, and at the first again."


def test_wake_ups_that_fail_put_off_nothing_and_one_that_fails_otherwise_is_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watchdog, "COMPARE_S", NEVER_S)
    again, waker = threading.Semaphore(0), threading.current_thread()
    runs = Runs(*[DatabaseUnavailable()] * 5, ZeroDivisionError(), None)
    ticker = Ticker([Job("woken", runs, heartbeat_s=NEVER_S)], machine_clock=Stopped())
    pull_forward = ticker._pull_forward

    def only_when_woken(job: Job, at: datetime) -> None:
        assert timedelta(0) <= at - ticker._now() <= timedelta(seconds=1)
        if threading.current_thread() is waker:
            pull_forward(job, at)
        else:
            again.release()

    monkeypatch.setattr(ticker, "_pull_forward", only_when_woken)
    with caplog.at_level(logging.WARNING, "bot.ticker"):
        ticker.start()
        try:
            for count in range(1, 7):
                runs.reach(count)
                assert again.acquire(timeout=WAIT_S)
                ticker.wake("woken")
            runs.reach(7)
        finally:
            ticker.stop()
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_stopping_waits_for_the_run_and_starts_no_other() -> None:
    entered, leave = threading.Event(), threading.Event()
    runs = Runs(*[timedelta(0)] * 10)

    def work() -> None:
        entered.set()
        assert leave.wait(WAIT_S)

    runs.during = work
    ticker = Ticker([Job("last", runs, heartbeat_s=0.01)])
    ticker.start()
    assert entered.wait(WAIT_S)
    stopping = threading.Thread(target=ticker.stop)
    stopping.start()
    while not ticker._stopping.is_set():
        entered.wait(0.01)
    leave.set()
    stopping.join(WAIT_S)

    assert not stopping.is_alive()
    assert runs.count == 1
    ticker.wake("last")
    assert runs.count == 1


def assert_set(event: threading.Event) -> None:
    assert event.wait(WAIT_S)


# --- a job that dies ------------------------------------------------------------------------------------------------------


def later_look(ticker: Ticker, seconds: float) -> None:
    """What the watchdog does when it looks so much later."""
    Watchdog(
        ticker._pulses, ticker._give_up, lambda: datetime.now(UTC), seconds=lambda: time.monotonic() + seconds
    ).look()


def stalled(job: str) -> float | None:
    return metrics.REGISTRY.get_sample_value("helpdesk_job_stalled", {"job": job})


def test_a_job_that_hangs_is_told_of_within_a_minute_and_the_next_run_makes_up_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    entered, leave, runs = threading.Event(), threading.Event(), Runs()

    def hang_once() -> None:
        if not entered.is_set():
            entered.set()
            assert leave.wait(WAIT_S)

    runs.during = hang_once
    with ticking(Job("hanging", runs, heartbeat_s=NEVER_S)) as ticker:
        assert entered.wait(WAIT_S)
        later_look(ticker, 20)
        assert (stalled("hanging"), runs.count) == (0, 0)
        with caplog.at_level(logging.ERROR):
            later_look(ticker, 50)
        assert stalled("hanging") == 1
        assert "hanging hangs since" in caplog.text
        runs.reach(1)
        later_look(ticker, 20)
        assert stalled("hanging") == 0
        leave.set()
        runs.reach(2)
        ticker.wake("hanging")
        runs.reach(3)


def test_a_run_that_was_given_up_takes_no_further_step_and_leaves_its_place_to_the_next_that_hangs() -> None:
    """More often than runs are given up at once: each that ends after all may be followed by another."""
    hung: list[threading.Event] = []
    runs, entered, is_over = Runs(*[timedelta(0)] * 8), threading.Semaphore(0), threading.Event()

    def hang() -> None:
        if not is_over.is_set():
            hung.append(threading.Event())
            entered.release()
            assert hung[-1].wait(WAIT_S)

    runs.during = hang
    before = counted("hanging", "given_up")
    with ticking(Job("hanging", runs, heartbeat_s=NEVER_S)) as ticker:
        for number in range(REPLACED + 2):
            assert entered.acquire(timeout=WAIT_S)
            assert len(hung) == number + 1
            later_look(ticker, 50)
            assert entered.acquire(timeout=WAIT_S)
            entered.release()
            hung[number].set()  # it had more to do, but not after it was given up
            runs.reach(number + 1)
        is_over.set()
        hung[-1].set()
        runs.reach(9)
    assert counted("hanging", "given_up") - before == REPLACED + 2
    assert len(hung) == REPLACED + 3


def test_who_needs_long_is_given_up_later() -> None:
    entered, leave, runs = threading.Event(), threading.Event(), Runs()

    def work() -> None:
        entered.set()
        assert leave.wait(WAIT_S)

    runs.during = work
    with ticking(Job("long", runs, heartbeat_s=NEVER_S, hangs_after=timedelta(minutes=4))) as ticker:
        assert entered.wait(WAIT_S)
        later_look(ticker, 200)
        assert stalled("long") == 0
        later_look(ticker, 250)
        assert stalled("long") == 1
        leave.set()


def test_a_job_that_no_longer_runs_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    runs = Runs()
    with ticking(Job("quiet", runs, heartbeat_s=5)) as ticker, caplog.at_level(logging.ERROR):
        runs.reach(1)
        later_look(ticker, 30)
        assert stalled("quiet") == 0
        later_look(ticker, 60)
    assert stalled("quiet") == 1
    assert "quiet has not run since" in caplog.text


def test_when_each_job_is_expected_again_is_reported_for_who_looks_from_outside() -> None:
    runs, told = Runs(), dict[str, datetime]()
    with ticking(Job("told", runs, heartbeat_s=5)) as ticker:
        runs.reach(1)
        Watchdog(ticker._pulses, ticker._give_up, lambda: datetime.now(UTC), told.update).look()
    assert timedelta(0) < told["told"] - datetime.now(UTC) <= timedelta(seconds=65)


# --- the machine's clock is set -------------------------------------------------------------------------------------------


@dataclass
class Machine:
    """The machine's clock as somebody sets it."""

    off: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


def test_every_job_runs_at_once_when_the_clock_of_the_machine_was_set_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Set back by an hour, each would be due in an hour; it is compared with time that passes."""
    monkeypatch.setattr(watchdog, "COMPARE_S", 0.02)
    machine, first, second = Machine(), Runs(timedelta(minutes=5)), Runs()
    ticker = Ticker([Job("first", first, NEVER_S), Job("second", second, NEVER_S)], machine_clock=machine)
    with caplog.at_level(logging.WARNING, "bot.watchdog"):
        ticker.start()
        try:
            first.reach(1)
            second.reach(1)
            machine.off = -timedelta(hours=1)
            first.reach(2)
            second.reach(2)
        finally:
            ticker.stop()
    assert "has jumped by -3600 s" in caplog.text


def test_a_job_that_hangs_is_told_of_though_the_clock_was_set_back() -> None:
    machine, entered, leave, runs = Machine(), threading.Event(), threading.Event(), Runs()

    def work() -> None:
        entered.set()
        assert leave.wait(WAIT_S)

    runs.during = work
    ticker = Ticker([Job("set_back", runs, NEVER_S)], machine_clock=machine)
    ticker.start()
    try:
        assert entered.wait(WAIT_S)
        machine.off = -timedelta(hours=1)
        Watchdog(ticker._pulses, ticker._give_up, machine, seconds=lambda: time.monotonic() + 50).look()
        assert stalled("set_back") == 1
    finally:
        leave.set()
        ticker.stop()
