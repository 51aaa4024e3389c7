"""Figures with what they are measured against, as a table for people and as lines of JSON for tools."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

LATEST = Path(__file__).parent / "results" / "latest.jsonl"


@dataclass(frozen=True)
class Figure:
    """
    One measurement.

    `ratio` is `value` divided by `reference`, which was measured in the same run or is the figure that is asked for. `goal`
    says in words what the ratio or value should be, and `is_met` whether it is.
    """

    name: str
    value: float
    unit: str
    reference: float | None
    ratio: float | None
    goal: str
    is_met: bool


def at_least(
    name: str, value: float, unit: str, reference: float, share: float, *, ratio: float | None = None
) -> Figure:
    """More is better: at least that share of the reference. `ratio` where it is not the quotient of the two medians."""
    ratio = value / reference if ratio is None else ratio
    return Figure(name, value, unit, reference, ratio, f"ratio >= {share:.2f}", ratio >= share)


def at_most(
    name: str, value: float, unit: str, reference: float, times: float, *, ratio: float | None = None
) -> Figure:
    """Less is better: at most so many times the reference."""
    ratio = value / reference if ratio is None else ratio
    return Figure(name, value, unit, reference, ratio, f"ratio <= {times:g}", ratio <= times)


def below(name: str, value: float, unit: str, limit: float) -> Figure:
    """Less is better: no more than the figure that is asked for."""
    return Figure(name, value, unit, limit, value / limit, f"<= {limit:g} {unit}", value <= limit)


def told(name: str, value: float, unit: str) -> Figure:
    """A figure without a goal."""
    return Figure(name, value, unit, None, None, "", is_met=True)


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number the lower of the two in the middle."""
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest that so many percent do not exceed: always one that was measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def timed(act: Callable[[], object]) -> float:
    """How long it takes, in seconds of the wall clock."""
    began = perf_counter()
    act()
    return perf_counter() - began


def table(figures: Sequence[Figure]) -> str:
    """The figures for people."""
    rows = [("", "value", "", "reference", "ratio", "goal", "")]
    for one in figures:
        rows.append(
            (
                one.name,
                f"{one.value:,.4g}" if one.value < 100 else f"{one.value:,.0f}",
                one.unit,
                "" if one.reference is None else f"{one.reference:,.4g}",
                "" if one.ratio is None else f"{one.ratio:.2f}",
                one.goal,
                "" if one.is_met else "MISSED",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def write(figures: Sequence[Figure], path: Path = LATEST) -> None:
    """The figures for tools: one JSON object a line; what a run of single groups did not measure anew stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = {json.loads(line)["name"]: line for line in stored}
    kept = ("name", "value", "unit", "reference", "ratio")
    lines |= {one.name: json.dumps({key: asdict(one)[key] for key in kept}) for one in figures}
    path.write_text("".join(f"{line}\n" for line in lines.values()), encoding="utf-8")
