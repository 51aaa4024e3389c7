"""
What runs by itself, and when: APScheduler as the ticker of the desk's steps.

Each job is one interval job, its heartbeat, that is pulled forward whenever something is known to be due earlier. The truth
is in rows with leases, so that every job is safe in every replica, and a tick that is lost is made up for by the next; after
one that failed that is a second later, then two, four, and so on up to the heartbeat.
The jobs live in memory; nothing of them is shared between processes. (APScheduler 3: a date job is gone after its run and
is dropped when it comes too late; hence heartbeats. It skips what is due while it takes a run to last, and on a busy machine
it hears late that one has ended; hence whether a job runs is known here, and a run looks again before it ends. It goes by
the machine's clock; hence every job is woken when that jumps.)
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot import metrics
from bot.watchdog import STALLED, Pulse, Report, Watchdog
from ticketing.errors import DatabaseUnavailable

log = logging.getLogger(__name__)

Step = Callable[[datetime], datetime | None]
"""One bounded piece of work at an instant of machine time; returns when there is more to do, or None."""

LONGEST_RUN = 100
"""How many steps a run takes before it lets go; its next begins at once."""


REPLACED = 2
"""How many runs of a job are given up at most because they hang; more would only hang as well."""

AGAIN_S = 1.0
"""How soon a job that failed comes again, in seconds; as long as it goes on failing, after as long again as it has failed."""

AT_ONCE = 8
"""How many runs of a job APScheduler may take to last, so that it skips none: those that hang, and those just ended."""


@dataclass
class _Run:
    """One run of a job; its present step began then, by `time.monotonic`. One that was given up has been replaced."""

    began_s: float
    is_given_up: bool = False


@dataclass(frozen=True)
class _Failing:
    """A job has failed since then, in machine time, at each of its runs; the error told of last was of that type."""

    since: datetime
    told: type[Exception]


@dataclass(frozen=True)
class Job:
    """
    A step and its heartbeat in real seconds. `settle_s` is how long a wake-up waits for more of its kind, so that a burst
    of changes is one run. A step that takes longer than `hangs_after` is given up.
    """

    name: str
    step: Step
    heartbeat_s: float
    settle_s: float = 0.0
    hangs_after: timedelta = STALLED


class Ticker:
    """Drives jobs until it is stopped."""

    def __init__(
        self,
        jobs: Iterable[Job],
        *,
        machine_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        report: Report = lambda _expected: None,
    ) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._now = machine_clock
        self._guard = threading.Lock()
        self._running: dict[str, _Run] = {}
        self._ran_s: dict[str, float] = {}
        self._failing: dict[str, _Failing] = {}
        self._given_up: Counter[str] = Counter()
        self._wanted: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # A thread for each: none waits for another to end.
            executors={"default": ThreadPoolExecutor((1 + REPLACED) * len(self._jobs) + 1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": AT_ONCE},
        )
        self.watchdog = Watchdog(self._pulses, self._give_up, machine_clock, report, jumped=self.wake_all)

    def start(self) -> None:
        """Run every job once now, and from then on by its heartbeat and its wake-ups."""
        for job in self._jobs.values():
            self._ran_s[job.name] = time.monotonic()
            self._scheduler.add_job(
                self._run,
                "interval",
                seconds=job.heartbeat_s,
                id=job.name,
                args=[job],
                next_run_time=self._now(),
            )
        self._scheduler.start()
        self.watchdog.start()

    def stop(self) -> None:
        """Start nothing new and wait for what runs."""
        self.watchdog.stop()
        with self._guard:
            # Whoever pulls a job forward is done by now: the scheduler holds its own lock until all threads have ended.
            self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """There may be something to do for a job: run it as soon as its burst has settled."""
        job = self._jobs[name]
        self._pull_forward(job, self._now() + timedelta(seconds=job.settle_s))

    def wake_all(self) -> None:
        """Whatever was known of when to run holds no longer."""
        for name in self._jobs:
            self.wake(name)

    # --- a run --------------------------------------------------------------------------------------------------------

    def _run(self, job: Job) -> None:
        run = _Run(time.monotonic())
        with self._guard:
            if job.name in self._running:
                return  # Whatever this was asked for, it was before that run began or is in what it is wanted for.
            self._running[job.name] = run
        due = self._steps(job, run)
        with self._guard:
            if run.is_given_up:
                self._given_up[job.name] -= 1  # another may be given up in its stead
                return
            del self._running[job.name]
            wanted = self._wanted.pop(job.name, None)
        for at in (due, wanted):
            if at is not None:
                self._pull_forward(job, at)

    def _steps(self, job: Job, run: _Run) -> datetime | None:
        """Step until there is nothing more to do just now; when there will be, or None for the heartbeat."""
        due = None
        for _ in range(LONGEST_RUN):
            if self._stopping.is_set() or run.is_given_up:
                return None
            run.began_s = time.monotonic()
            try:
                due = self._step(job, run)
            except Exception as error:  # noqa: BLE001 - it is logged there
                return self._failed(job, run, error)
            if due is None or due > self._now():
                return due
        return due

    def _step(self, job: Job, run: _Run) -> datetime | None:
        began = time.monotonic()
        due = job.step(self._now())
        metrics.JOB_SECONDS.labels(job.name).observe(time.monotonic() - began)
        if run.is_given_up:
            metrics.JOB_RUNS.labels(job.name, "given_up").inc()
            return None
        metrics.JOB_RUNS.labels(job.name, "done").inc()
        self._ran_s[job.name] = time.monotonic()
        self._failing.pop(job.name, None)
        metrics.JOB_LAST_SUCCESS.labels(job.name).set(self._now().timestamp())
        return due

    # --- what fails ---------------------------------------------------------------------------------------------------

    def _failed(self, job: Job, run: _Run, error: Exception) -> datetime | None:
        """
        Count it, and say when to try again: what it knew to be due may be missed by then, and waits for no heartbeat.

        It is logged when it begins to fail, and once it is back to its heartbeat; between them only where it fails otherwise.
        """
        is_away = isinstance(error, DatabaseUnavailable)
        metrics.JOB_RUNS.labels(job.name, "no_database" if is_away else "failed").inc()
        now = self._now()
        # Since when, and not how often: a burst of wake-ups that fail puts off nothing.
        failing = self._failing.get(job.name)
        since = now if failing is None else min(failing.since, now)
        wait_s = min((now - since).total_seconds() + AGAIN_S, job.heartbeat_s)
        if failing is None or failing.told is not type(error) or wait_s >= job.heartbeat_s:
            if is_away:
                log.warning("%s: the database does not answer; it is tried again.", job.name)
            else:
                reference = secrets.token_hex(2).upper()
                log.error("%s failed (reference %s); it is tried again.", job.name, reference, exc_info=error)
        if run.is_given_up:
            return None
        self._failing[job.name] = _Failing(since, type(error))
        return now + timedelta(seconds=wait_s)

    # --- what hangs ---------------------------------------------------------------------------------------------------

    def _pulses(self) -> dict[str, Pulse]:
        with self._guard:
            running = {name: run.began_s for name, run in self._running.items()}
        return {
            name: Pulse(timedelta(seconds=job.heartbeat_s), running.get(name), self._ran_s[name], job.hangs_after)
            for name, job in self._jobs.items()
        }

    def _give_up(self, name: str) -> None:
        """Wait for a run no longer: the next begins beside it."""
        with self._guard:
            if self._stopping.is_set() or self._given_up[name] >= REPLACED:
                return
            run = self._running.pop(name, None)
            if run is None:
                return  # it has just ended
            run.is_given_up = True
            self._given_up[name] += 1
            self._scheduler.modify_job(name, next_run_time=self._now())

    def _pull_forward(self, job: Job, at: datetime) -> None:
        """Let the job run at `at`, unless it is to run earlier already."""
        with self._guard:
            if self._stopping.is_set() or not self._scheduler.running:
                return
            if job.name in self._running:
                # Asked for while it runs: taken up at the end of this run.
                self._wanted[job.name] = min(at, self._wanted.get(job.name, at))
                return
            scheduled = self._scheduler.get_job(job.name)
            if scheduled is not None and (scheduled.next_run_time is None or at < scheduled.next_run_time):
                self._scheduler.modify_job(job.name, next_run_time=at)
