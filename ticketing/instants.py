"""Instants as the tables hold them: whole microseconds since 1970 in UTC, in a BIGINT, as ids are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@overload
def to_us(at: datetime) -> int: ...
@overload
def to_us(at: None) -> None: ...
@overload
def to_us(at: datetime | None) -> int | None: ...
def to_us(at: datetime | None) -> int | None:
    """Microseconds since the epoch, exact; None stays None. Raises ValueError for a naive datetime."""
    if at is None:
        return None
    if at.tzinfo is not UTC and (at.tzinfo is None or at.utcoffset() is None):
        raise ValueError("An instant needs a time zone; a naive datetime does not say which moment it is.")
    return (at - _EPOCH) // _MICROSECOND


@overload
def from_us(us: int) -> datetime: ...
@overload
def from_us(us: None) -> None: ...
@overload
def from_us(us: int | None) -> datetime | None: ...
def from_us(us: int | None) -> datetime | None:
    """The aware UTC datetime of `to_us`; None stays None. Raises OverflowError outside the years 1 to 9999."""
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def is_id(number: int) -> bool:
    """Whether a BIGINT can hold it: no row has an id that none could have."""
    return -(2**63) <= number < 2**63
