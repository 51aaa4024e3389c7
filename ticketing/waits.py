"""
Waits and leases, which end at an instant of machine time: which of them hold a row back.

One whose end lies further off than any wait was written before the clock of the machine was set back, and holds nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, literal_column, not_, or_

LONGEST_S = 600
"""
No wait and no lease is longer, of what is no alert (`ticketing.lanes`). What Slack asks to wait for longer is known besides
(`Pace`).
"""

_NOW = bindparam("now", type_=BigInteger)


def seconds(length: int) -> ColumnElement[int]:
    """A length of time as the columns have it, in the statement itself."""
    return literal_column(str(length * 1_000_000), BigInteger)


_LONGEST = seconds(LONGEST_S)


def lies_ahead(end: ColumnElement[Any], longest: ColumnElement[int] = _LONGEST) -> ColumnElement[bool]:
    """Whether something that ends then holds its row back at `now`; unknown of what is no wait (NULL)."""
    return and_(end > _NOW, end <= _NOW + longest)


def is_free(end: ColumnElement[Any], longest: ColumnElement[int] = _LONGEST) -> ColumnElement[bool]:
    """Whether a row is not held back: nothing was to be waited for, or not any more."""
    return or_(end.is_(None), not_(lies_ahead(end, longest)))
