"""`helpdesk replay` and `helpdesk simulate`: what would have been, and what would be, under other promises and hands."""

from __future__ import annotations

import csv
import os
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.charts import Panel, by_day
from ticketing.configuration import parse
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.desk.replaying import Breach, PolicyReplay
from ticketing.model import ClockKind
from ticketing.reports import Attainment
from ticketing.simulation import Habits, Played, Scenario, made_up, play, recorded

KINDS = {
    ClockKind.TIME_TO_CLAIM: "claims",
    ClockKind.FIRST_RESPONSE: "first answers",
    ClockKind.NEXT_RESPONSE: "next answers",
    ClockKind.RESOLUTION: "solutions",
}
SHOWN_BREACHES = 10

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2199, 12, 31)
"""What can be asked for; beyond, instants could not be told in every zone."""

Say = Callable[[str], None]


class CannotPlan(ValueError):
    """What was asked for cannot be worked out, or not written; the message says why."""


def document_in(path: Path) -> Mapping[str, Any]:
    """The desk's configuration in a TOML file: its [desk] table, or the whole file if there is none. Raises CannotPlan."""
    if path.is_dir():
        raise CannotPlan(f"--policy: {path} is a directory.")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise CannotPlan(f"{path} is not written in UTF-8, as TOML is.") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotPlan(f"{path} is not TOML: {error}.") from None
    desk = document.get("desk", document)
    if not isinstance(desk, dict):
        raise CannotPlan(f"desk in {path} is not a table, such as [desk].")
    return desk


def check_target(path: Path | None, option: str, *, suffix: str = "") -> None:
    """Whether a file can be written there, before hours are spent on what it is to hold. Raises CannotPlan."""
    if path is None:
        return
    if path.is_dir():
        raise CannotPlan(f"{option}: {path} is a directory.")
    if suffix and path.suffix.lower() != suffix:
        raise CannotPlan(f"{option}: the name of the file ends in {suffix}, not as {path} does.")
    directory = path.absolute().parent
    if not directory.is_dir():
        raise CannotPlan(f"{option}: there is no directory {directory}.")
    if not os.access(path if path.exists() else directory, os.W_OK):
        raise CannotPlan(f"{option}: {path} cannot be written.")


def period(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the first instant of a local day to the last one's end. Raises CannotPlan for days that no desk has seen."""
    if first < FIRST_DAY or last > LAST_DAY:
        raise CannotPlan(f"Days are from {FIRST_DAY} to {LAST_DAY}.")
    return local_start(first, zone), local_start(last + timedelta(days=1), zone)


def local_start(day: date, zone: str) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


# --- replay -----------------------------------------------------------------------------------------------------------


def replay_and_say(
    desk: Desk, document: Mapping[str, Any], first: date, last: date, *, rows: Path | None, say: Say
) -> None:
    """Judge the tickets opened from `first` to `last` by another configuration; every breach goes to `rows` as CSV."""
    zone = desk.configuration().zone
    start, end = period(first, last, zone)
    with _bar("Replaying") as tell:
        found = desk.replay(document, start, end, progress=lambda done, of: tell(done / of))
    for line in replay_lines(found, zone):
        say(line)
    if rows is not None:
        _write_breaches(rows, found.breaches)
        say(f"All {len(found.breaches):,} are in {rows}.")


def replay_lines(found: PolicyReplay, zone: str) -> list[str]:
    """The figures side by side, and the breaches that hurt most."""
    lines = [f"{f'Tickets: {found.tickets:,}':26}{'as it was':>22}  {'had it been in force':>22}"]
    for kind, name in KINDS.items():
        actual, replayed = found.actual.get(kind), found.replayed.get(kind)
        if actual or replayed:
            lines.append(f"  {name:24}{_met(actual):>22}  {_met(replayed):>22}")
    new = sum(not breach.was_breached for breach in found.breaches)
    lines.append(f"Broken promises: {len(found.breaches):,}, of them new: {new:,}.")
    for breach in found.breaches[:SHOWN_BREACHES]:
        due = breach.due_at.astimezone(ZoneInfo(zone))
        kept = "not yet" if breach.ended_at is None else _length(breach.ended_at - breach.due_at) + " late"
        lines.append(f"  #{breach.number:<8} {KINDS[breach.kind]:14} due {due:%d %b %Y %H:%M}  {kept}")
    return lines


def _met(figures: Attainment | None) -> str:
    if figures is None or figures.share is None:
        return "nothing promised"
    return f"{figures.met:,} met, {figures.breached:,} not ({figures.share:.0%})"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _write_breaches(path: Path, breaches: Sequence[Breach]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket", "promise", "due_at", "kept_at", "was_breached"])
        for breach in breaches:
            ended = "" if breach.ended_at is None else breach.ended_at.isoformat()
            writer.writerow([breach.number, breach.kind.value, breach.due_at.isoformat(), ended, breach.was_breached])


# --- simulate ---------------------------------------------------------------------------------------------------------


SUPPOSED_AGENTS = 5
MADE_UP_FROM = date(2026, 1, 5)
"""A Monday; a made-up time needs no other than any."""


class NothingToPlay(CannotPlan):
    """The recorded time has no tickets or no agents; the message says which."""


def made_up_scenario(
    document: Mapping[str, Any], days: int, tickets_a_day: float, habits: Habits, seed: int
) -> Scenario:
    """A time that never was, from a Monday on. Raises InvalidConfiguration."""
    start = local_start(MADE_UP_FROM, parse(document).zone)
    return made_up(
        document, start, days=days, tickets_a_day=tickets_a_day, agents=SUPPOSED_AGENTS, habits=habits, seed=seed
    )


def recorded_scenario(
    desk: Desk, document: Mapping[str, Any], first: date, last: date, *, habits: Habits, seed: int
) -> Scenario:
    """The recorded tickets from the first to the last day. Raises InvalidConfiguration, InvalidInput, CannotPlan."""
    zone = parse(document).zone
    start, end = period(first, last, zone)
    scenario = recorded(desk, start, end, document=document, habits=habits, seed=seed)
    if not scenario.arrivals:
        raise NothingToPlay("No ticket was opened in that time.")
    if not scenario.agents:
        raise NothingToPlay("There are no agents to play with.")
    return scenario


def simulate_and_say(scenario: Scenario, teams: Sequence[int], *, plot: Path | None, say: Say) -> None:
    """Play the scenario with each size of team, say what came of it, and draw it."""
    played = {}
    for size in teams or [len(scenario.agents)]:
        named = "1 agent" if size == 1 else f"{size} agents"
        with _bar(named) as tell:
            played[named] = played_apart(scenario.with_agents(size), tell)
    first_day = next(iter(played.values())).report.days[0].date
    say(f"Tickets: {len(scenario.arrivals):,}, from {first_day:%d %b %Y} on, seed {scenario.seed}.")
    if scenario.recategorized:
        first = parse(scenario.document).categories[0].name
        say(f"In a category that this configuration does not have: {scenario.recategorized:,}, played in {first}.")
    for line in outcome_lines(played):
        say(line)
    if plot is not None:
        plot.write_bytes(outcome_chart(played))
        say(f"Drawn in {plot}.")


def played_apart(scenario: Scenario, progress: Callable[[float], None]) -> Played:
    """Play on a database of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-simulation-") as directory:
        url = f"sqlite:///{directory}/desk.db"
        migrate(url)
        database = Database.open(url)
        try:
            return play(scenario, database, progress=progress)
        finally:
            database.close()


def outcome_lines(played: Mapping[str, Played]) -> list[str]:
    """A line for each team: what was done, what is left, what was kept, and how often the leads were called."""
    lines = [f"{'':12}{'solved':>8}{'left':>7}{'first answers met':>20}{'solutions met':>16}{'warned':>9}{'late':>7}"]
    for name, one in played.items():
        stages = Counter(alert.stage for alert in one.alerts)
        first, solution = (one.report.attainment.get(kind, Attainment()).share for kind in KEPT)
        lines.append(
            f"{name:12}{one.report.resolved:>8,}{one.report.days[-1].backlog:>7,}{_share(first):>20}{_share(solution):>16}"
            f"{stages['warning']:>9,}{stages['breach']:>7,}"
        )
    return lines


KEPT = {
    ClockKind.FIRST_RESPONSE: "First answers given in time, %",
    ClockKind.RESOLUTION: "Solutions in time, %",
}
"""What is judged by day, and the title of its diagram."""


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def outcome_chart(played: Mapping[str, Played]) -> bytes:
    """Backlog, kept promises of each kind and alerts by day, a line for each team, as a PNG. Raises ChartsUnavailable."""
    days = [day.date for day in next(iter(played.values())).report.days]
    return by_day(
        days,
        [
            Panel("Unsolved at the end of the day", {name: _backlog(one) for name, one in played.items()}),
            *[
                Panel(title, {name: _kept(one, kind) for name, one in played.items()}, top=100)
                for kind, title in KEPT.items()
            ],
            Panel("Warnings", {name: _alerts(one, "warning") for name, one in played.items()}),
            Panel("Broken promises", {name: _alerts(one, "breach") for name, one in played.items()}),
        ],
    )


def _backlog(played: Played) -> list[float | None]:
    return [day.backlog for day in played.report.days]


def _alerts(played: Played, stage: str) -> list[float | None]:
    zone = ZoneInfo(played.report.zone)
    told = Counter(alert.at.astimezone(zone).date() for alert in played.alerts if alert.stage == stage)
    return [told[day.date] for day in played.report.days]


def _kept(played: Played, kind: ClockKind) -> list[float | None]:
    """The share of each day's verdicts that were kept; a gap where nothing was judged that day."""
    shares = [played.report.by_day.get(day.date, {}).get(kind, Attainment()).share for day in played.report.days]
    return [None if share is None else 100 * share for share in shares]


@contextmanager
def _bar(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar, called with the share that is done."""
    with click.progressbar(length=1000, label=label, show_pos=False) as bar:

        def tell(share: float) -> None:
            bar.update(int(1000 * share) - bar.pos)

        yield tell
