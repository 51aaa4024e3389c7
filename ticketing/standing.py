"""Whether what an alert says still is so: a rule over values, for what is drawn, told and promised."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ticketing.ladder import is_idle, is_nobody
from ticketing.model import OVER, TicketStatus
from ticketing.shown import WARNING


class _Marks(Protocol):
    """How far a clock is: `SlaClock` has it, and so has a row, with nothing in it where the ticket has no such clock."""

    @property
    def ended_at(self) -> object: ...
    @property
    def paused_at(self) -> object: ...
    @property
    def warned_at(self) -> object: ...
    @property
    def breached_at(self) -> object: ...


def holds(
    stage: str,
    clock: _Marks,
    status: TicketStatus,
    *,
    began: datetime,
    touched: datetime | None,
    raised_at: datetime,
    is_told: bool,
) -> bool:
    """
    Whether what an alert says that was raised at `raised_at` is still so: of its clock, and of its ticket, which has this
    status, was opened or reopened when it `began`, and which somebody has `touched` last then.
    """
    if status in OVER:
        return False
    if is_nobody(stage):
        return status is TicketStatus.OPEN and raised_at >= began
    if is_idle(stage):
        return touched is None or touched < raised_at
    if clock.ended_at is not None:
        return False
    if clock.paused_at is not None and not is_told:
        return False  # while it is the customer's turn nothing new is said; what was told stays told
    if stage == WARNING:
        return clock.warned_at is not None and (is_told or clock.breached_at is None)  # untold, a breach says more
    return clock.breached_at is not None
