"""
`/helpdesk 42 why`: a deadline as a sum, preformatted.

Preformatted text knows no date tokens, so times are in the reader's zone, which is named once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby

from bot import text
from bot.blocks.parts import counted, message
from bot.views import ExplanationView, Message, Segment, SegmentKind
from bot.views.common import Block
from bot.words import common
from bot.words import lists as words
from ticketing.model import Outcome

LINES = 20  # more are summed, so that it is read in one glance
_FIXED_LINES = 4  # head, target, calendar, sum
_NAME = 40
_CALENDAR = 120
Line = tuple[str, str, str]
"""Name, stretch, and what it counted or why it was paused."""


def explanation_message(*explanations: ExplanationView) -> Message:
    """Each deadline, and every stretch of time that made it."""
    return message([text.escape(_spoken(one)) for one in explanations], [_sum_of(one) for one in explanations])


def _sum_of(explanation: ExplanationView) -> Block:
    lines = explanation_lines(explanation)
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(lines)}]}
    return {"type": "rich_text", "elements": [element]}


def _spoken(explanation: ExplanationView) -> str:
    return words.WHY_SPOKEN.format(
        number=explanation.ref.number,
        clock=words.CLOCK[explanation.clock],
        due=_due(explanation),
        outcome=_outcome(explanation),
    )


def explanation_lines(explanation: ExplanationView) -> list[str]:
    """The lines of the preformatted text, LINES at most."""
    head = words.WHY_HEAD.format(
        number=explanation.ref.number,
        clock=words.CLOCK[explanation.clock],
        due=_due(explanation),
        outcome=_outcome(explanation),
        zone=text.zone_of(explanation.zone),
    )
    target_name, target = words.WHY_TARGET
    calendar_name, calendar = words.WHY_CALENDAR
    target = target.format(
        target=hours(explanation.target_s, exact=False),
        tier=common.TIER[explanation.tier],
        priority=common.PRIORITY[explanation.priority],
        version=explanation.policy_version,
        date=_date(explanation.policy_date),
    )
    segments = _fitted(explanation, LINES - _FIXED_LINES)
    total = sum(one.seconds for one in explanation.segments)
    table = _aligned([*segments, (words.WHY_SUM, "", hours(total))])
    width = _name_width(segments)
    return [
        head,
        f"{target_name:<{width}} {target}",
        f"{calendar_name:<{width}} {calendar.format(calendar=text.plain(explanation.calendar, _CALENDAR))}",
        *table,
    ]


def hours(seconds: int, *, exact: bool = True) -> str:
    """A length as hours and minutes: "3 h 40"; "8 h 00", or "8 h" where it need not be exact."""
    whole, minutes = divmod(max(0, seconds) // 60, 60)
    return f"{whole} h {minutes:02}" if exact or minutes else f"{whole} h"


def _due(explanation: ExplanationView) -> str:
    if explanation.due_at is None:
        return words.WHY_PAUSED
    here = text.local(explanation.due_at, explanation.zone)
    return words.WHY_DUE.format(when=f"{_day(here.date())} {here:%H:%M}")


def _outcome(explanation: ExplanationView) -> str:
    length = text.duration(abs(explanation.left_s))
    if explanation.outcome is not None:
        ended = {Outcome.MET: words.WHY_MET, Outcome.BREACHED: words.WHY_BREACHED, Outcome.VOID: words.WHY_VOID}
        return ended[explanation.outcome].format(duration=length)
    return (words.WHY_OVERDUE if explanation.left_s < 0 else words.WHY_RUNNING).format(duration=length)


def _fitted(explanation: ExplanationView, most: int) -> list[Line]:
    zone, customer = explanation.zone, explanation.customer
    lines = [_line(one, zone, customer) for one in explanation.segments]
    if len(lines) <= most:
        return lines
    lines = [line for run in _runs(explanation.segments) for line in _summed(run, zone, customer)]
    if len(lines) <= most:
        return lines
    # So many pauses that whole days do not help: the first and the last stretches, and how many lie between.
    kept = (most - 1) // 2
    between = len(lines) - 2 * kept
    return [*lines[:kept], ("", f"({counted(words.WHY_MORE, between)})", ""), *lines[-kept:]]


def _runs(segments: tuple[Segment, ...]) -> list[list[Segment]]:
    return [list(run) for _, run in groupby(segments, key=lambda one: one.kind)]


def _summed(run: list[Segment], zone: str, customer: str) -> list[Line]:
    """A run of stretches of one kind: those of whole days between the first and the last become one line."""
    if len(run) <= 3:
        return [_line(one, zone, customer) for one in run]
    middle = run[1:-1]
    first, last = text.local(middle[0].start, zone).date(), _last_day(middle[-1].end, zone)
    days = len({text.local(one.start, zone).date() for one in middle})
    stretch = f"{_day(first)}-{_day(last)}, {counted(words.WHY_DAYS, days)}"
    name = words.WHY_COUNTED if run[0].kind is SegmentKind.COUNTED else words.WHY_PAUSE
    value = hours(sum(one.seconds for one in middle)) if run[0].kind is SegmentKind.COUNTED else ""
    return [_line(run[0], zone, customer), (name, stretch, value), _line(run[-1], zone, customer)]


def _line(segment: Segment, zone: str, customer: str) -> Line:
    start, end = text.local(segment.start, zone), text.local(segment.end, zone)
    stretch = f"{_day(start.date())} {start:%H:%M}-{_end(start, end)}"
    if segment.kind is SegmentKind.COUNTED:
        return words.WHY_COUNTED, stretch, hours(segment.seconds)
    reason = segment.note or words.WHY_WAITING_FOR.format(customer=text.first_name(customer, _NAME))
    return words.WHY_PAUSE, stretch, text.plain(reason, _NAME)


def _end(start: datetime, end: datetime) -> str:
    if end.date() == start.date():
        return f"{end:%H:%M}"
    if end.date() == start.date() + timedelta(days=1) and (end.hour, end.minute) == (0, 0):
        return "24:00"
    return f"{_day(end.date())} {end:%H:%M}"


def _last_day(end: datetime, zone: str) -> date:
    """The day on which a stretch ends; midnight ends the day before."""
    return text.local(end - timedelta(microseconds=1), zone).date()


def _aligned(lines: list[Line]) -> list[str]:
    name, stretch = _name_width(lines), max(len(line[1]) for line in lines)
    return [f"{line[0]:<{name}} {line[1]:<{stretch}}  {line[2]}".rstrip() for line in lines]


def _name_width(lines: list[Line]) -> int:
    return max(len(words.WHY_CALENDAR[0]), *(len(line[0]) for line in lines), 0)


def _day(day: date) -> str:
    return f"{common.SHORT_WEEKDAYS[day.weekday()]} {_date(day)}"


def _date(day: date) -> str:
    return f"{day.day} {common.MONTHS[day.month - 1]}"
