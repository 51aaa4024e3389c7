"""
Working time: when a team is open, when a target is reached, and how much time has counted.

Every instant is an aware UTC `datetime`; one of another zone is converted first and a naive one is refused. Nothing
here reads a clock or a database. The rules stand in docs/calendars.md, in words and with examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from itertools import chain

from ticketing import zones

Weekday = int  # 0 Monday .. 6 Sunday

HORIZON = timedelta(days=3653)  # ten years: a calendar that stays closed for longer counts as never open
REACH = timedelta(days=36525)  # a hundred years: no deadline is looked for beyond
LAST = datetime(9999, 12, 31, tzinfo=UTC)  # the end of time; a day short of Python's, so that no zone overflows
FIRST = datetime(2, 1, 1, tzinfo=UTC)

_EPOCH_DAY = date(1970, 1, 1)
_NONE = timedelta(0)
_ANY_DATE = date(2026, 1, 1)  # to try a calendar on; nothing depends on which

_Span = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """The calendar does not open, or not for long enough, as far ahead as one looks; the message says so."""


@dataclass(frozen=True)
class Window:
    """
    Opening hours on one weekday.

    Open from `start` to `end`, in minutes of the local wall clock since midnight of the date it begins on. `end` may
    pass 1440: the window then runs over midnight, and belongs to the date it begins on.
    Raises ValueError unless 0 <= start < 1440 and start < end <= 2880.
    """

    weekday: Weekday
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"A weekday is a number from 0 (Monday) to 6 (Sunday), not {self.weekday}.")
        if not 0 <= self.start < 1440:
            raise ValueError(f"A window begins between minute 0 and 1439 of its day, not at {self.start}.")
        if not self.start < self.end <= 2880:
            raise ValueError(f"A window from minute {self.start} ends after that and by 2880, not at {self.end}.")


@dataclass(frozen=True)
class Calendar:
    """
    When a team works. Without windows it always does: then seconds are real seconds.

    `zone` is an IANA name; `holidays` are closed local dates; `country` and `subdivision` add the public holidays of
    the `holidays` package (https://holidays.readthedocs.io), such as "AT", or "DE" with "BY".
    Raises ValueError for an unknown zone, country or subdivision and for holidays without windows, and NeverOpen (a
    ValueError too) when no date is left to work on.
    """

    name: str
    zone: str = "UTC"
    windows: tuple[Window, ...] | None = None
    holidays: frozenset[date] = frozenset()
    country: str | None = None
    subdivision: str | None = None

    def __post_init__(self) -> None:
        zones.check_zone(self.zone)
        if self.subdivision is not None and self.country is None:
            raise ValueError(f"The calendar {self.name!r} names the subdivision {self.subdivision!r} of no country.")
        if self.windows is None:
            if self.holidays or self.country is not None:
                raise ValueError(f"The calendar {self.name!r} is always open, so it can have no holidays.")
            return

        object.__setattr__(self, "windows", tuple(self.windows))
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        if any(isinstance(day, datetime) for day in self.holidays):
            raise ValueError(f"The holidays of the calendar {self.name!r} are dates, without a time of day.")
        if self.country is not None:
            _public_holidays(self.country, self.subdivision, _ANY_DATE.year)
        _check_opens(self)


ALWAYS = Calendar("24x7")


@dataclass(frozen=True)
class Period:
    """A stretch of time, half open: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Its length in real time."""
        return self.end - self.start


@dataclass(frozen=True)
class Pause:
    """
    A time in which a clock stands still, half open; without an end it still does.

    Raises ValueError for a naive instant and for an end before the start.
    """

    start: datetime
    end: datetime | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", _utc(self.end))
            if self.end < self.start:
                raise ValueError("A pause cannot end before it starts.")


def open_periods(calendar: Calendar, start: datetime, end: datetime | None = None) -> Iterator[Period]:
    """
    The open times within [start, end) in order; what touches is one period, though none is longer than ten years.

    Without `end` they go on for ever, except that a calendar which is always open has a single one, until LAST; and
    NeverOpen is raised where ten years hold no further opening.
    """
    start = _utc(start)
    if end is not None:
        return _merged(_pieces(calendar, start, _utc(end)))
    if calendar.windows is None:
        return iter([Period(start, LAST)])
    return _endless(calendar, start)


def counted_periods(
    calendar: Calendar, start: datetime, pauses: Sequence[Pause], end: datetime | None = None
) -> Iterator[Period]:
    """The open periods less the union of the pauses; they stop at a pause that has no end."""
    stretches = _running(_utc(start), None if end is None else _utc(end), pauses)
    return chain.from_iterable(open_periods(calendar, *stretch) for stretch in stretches)


def deadline(start: datetime, target: timedelta, calendar: Calendar, pauses: Sequence[Pause] = ()) -> datetime | None:
    """
    The earliest instant at which the working time since `start`, less that within the pauses, reaches `target`.

    The end of a window is that end, not the next opening. None while a pause has no end and the target is not reached
    before it. Raises ValueError for a negative target, and NeverOpen when a hundred years do not reach it.
    """
    start = _utc(start)
    if target < _NONE:
        raise ValueError("A target cannot be negative.")
    if target == _NONE:
        return start

    remaining, limit = target, _later(start, REACH)
    for running_from, running_to in _running(start, None, pauses):
        for opening, closing in _pieces(calendar, running_from, min(running_to or limit, limit)):
            if remaining <= closing - opening:
                return opening + remaining
            remaining -= closing - opening
    if any(pause.end is None for pause in pauses):
        return None
    raise NeverOpen(f"The calendar {calendar.name!r} has no {target} of working time in a hundred years.")


def elapsed(start: datetime, end: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()) -> timedelta:
    """How much time has counted within [start, end): working time outside the pauses. Zero when `end` is earlier."""
    return sum(
        (
            closing - opening
            for running_from, running_to in _running(_utc(start), _utc(end), pauses)
            for opening, closing in _pieces(calendar, running_from, running_to or LAST)
        ),
        _NONE,
    )


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """The first instant from `at` on that is open: `at` itself if it is. Raises NeverOpen after ten years."""
    at = _utc(at)
    for opening, _ in _pieces(calendar, at, _later(at, HORIZON)):
        return opening
    raise _never_open(calendar)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` is working time."""
    return next(_pieces(calendar, _utc(at), _later(at, timedelta.resolution)), None) is not None


# Streams of open time. Inside, a day's worth is handed out at a time; only what leaves this module is merged.


def _pieces(calendar: Calendar, start: datetime, end: datetime) -> Iterator[_Span]:
    """The open times within [start, end) in order and apart, but cut at each midnight UTC."""
    if start >= end:
        return
    if calendar.windows is None:
        yield start, end
        return
    open_on = _agenda(calendar)
    for day_number in zones.days_touched(start, end):
        for opening, closing in open_on(day_number):
            if closing > start and opening < end:
                yield max(opening, start), min(closing, end)


def _endless(calendar: Calendar, start: datetime) -> Iterator[Period]:
    """The open times from `start` on, merged; raises NeverOpen only once the last of them has been handed out."""
    yield from _merged(_pieces_while_opening(calendar, start))
    raise _never_open(calendar)


def _pieces_while_opening(calendar: Calendar, start: datetime) -> Iterator[_Span]:
    """The open times from `start` on, until ten years hold none."""
    last = start
    while True:
        begun_at = last
        for opening, closing in _pieces(calendar, begun_at, _later(begun_at, HORIZON)):
            yield opening, closing
            last = closing
        if last == begun_at:
            return


def _merged(pieces: Iterator[_Span]) -> Iterator[Period]:
    """Joins pieces that touch, and so waits for the one after; cut at ten years, or "always" would never come out."""
    held = next(pieces, None)
    if held is None:
        return
    start, end = held
    for opening, closing in pieces:
        if opening == end and closing - start <= HORIZON:
            end = closing
        else:
            yield Period(start, end)
            start, end = opening, closing
    yield Period(start, end)


def _running(
    start: datetime, end: datetime | None, pauses: Sequence[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches of [start, end) outside all pauses; the last is endless unless `end` or a pause ends it."""
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.start == pause.end:
            continue
        if end is not None and pause.start >= end:
            break
        if pause.start > start:
            yield start, pause.start
        if pause.end is None:
            return
        start = max(start, pause.end)
    if end is None or start < end:
        yield start, end


# One day of UTC. Going by days of UTC and not by local dates keeps the order right by itself, even where a clock is
# put back over midnight and two local dates alternate.


@lru_cache(maxsize=256)
def _agenda(calendar: Calendar) -> Callable[[int], tuple[_Span, ...]]:
    """What `_open_on` says of the calendar's days, remembered: so a calendar is hashed once a call, not once a day."""
    return lru_cache(maxsize=4096)(partial(_open_on, calendar))


def _open_on(calendar: Calendar, day_number: int) -> tuple[_Span, ...]:
    """The open times within one day of UTC (days since 1970), in order and apart."""
    spans: list[tuple[int, int]] = []
    for start, end, offset in zones.segments(calendar.zone, day_number):
        # Within a segment the wall clock is the real one, shifted: what it shows of a window is open, and no more.
        for window_start, window_end in _wall_windows(calendar, start + offset, end + offset):
            opening, closing = max(window_start - offset, start), min(window_end - offset, end)
            if opening < closing:
                spans.append((opening, closing))
    return tuple((zones.instant(opening), zones.instant(closing)) for opening, closing in _union(spans))


def _wall_windows(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Windows that may be open while the wall clock goes from `start` to `end`; in seconds as it shows them."""
    # From the day before on: a window reaches no further than to the end of the day after its own.
    for day_number in range(start // zones.DAY - 1, (end - 1) // zones.DAY + 1):
        midnight = day_number * zones.DAY
        for window in _windows_of(calendar, _EPOCH_DAY + timedelta(days=day_number)):
            yield midnight + window.start * zones.MINUTE, midnight + window.end * zones.MINUTE


def _windows_of(calendar: Calendar, day: date) -> Iterator[Window]:
    """The windows that begin on a local date: none on a holiday."""
    weekday = day.weekday()
    windows = [window for window in calendar.windows or () if window.weekday == weekday]
    if windows and not _is_holiday(calendar, day):
        yield from windows


def _is_holiday(calendar: Calendar, day: date) -> bool:
    if day in calendar.holidays:
        return True
    return calendar.country is not None and day in _public_holidays(calendar.country, calendar.subdivision, day.year)


def _union(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans sorted, with those that overlap or touch made one."""
    held: tuple[int, int] | None = None
    for span in sorted(spans):
        if held is None:
            held = span
        elif span[0] <= held[1]:
            held = held[0], max(held[1], span[1])
        else:
            yield held
            held = span
    if held is not None:
        yield held


# Holidays


@lru_cache(maxsize=4096)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year, with substitute days. Raises ValueError for an unknown place."""
    import holidays  # takes longer to load than all the rest, and most desks name no country

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError as error:
        place = repr(country) if subdivision is None else f"{subdivision!r} in {country!r}"
        raise ValueError(f"The public holidays of {place} are not known. A country is written like AT.") from error


def _check_opens(calendar: Calendar) -> None:
    """Raises NeverOpen if for ten years on end, as from any of its own holidays, there is no date to work on."""
    open_again = date.min
    for day in sorted({_ANY_DATE, *calendar.holidays}):
        if open_again <= day < LAST.date() - HORIZON:
            open_again = _next_date_with_windows(calendar, day)


def _next_date_with_windows(calendar: Calendar, day: date) -> date:
    for days in range(HORIZON.days):
        if any(_windows_of(calendar, day + timedelta(days=days))):
            return day + timedelta(days=days)
    raise _never_open(calendar)


def _never_open(calendar: Calendar) -> NeverOpen:
    return NeverOpen(f"The calendar {calendar.name!r} is never open: it has no working time in ten years.")


# Instants


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("An instant needs a time zone: this one has none.")
    if not FIRST.year <= at.year <= LAST.year or not FIRST <= at <= LAST:
        raise ValueError(f"The year {at.year} is too far away.")
    return at.astimezone(UTC)


def _later(at: datetime, span: timedelta) -> datetime:
    return LAST if at > LAST - span else at + span
