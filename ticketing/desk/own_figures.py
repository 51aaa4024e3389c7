"""An agent's own figures: what they have solved lately, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from ticketing.desk.base import DeskBase
from ticketing.instants import to_us
from ticketing.model import ClockKind, Outcome, PersonId
from ticketing.tables import IS_RESOLUTION, ratings, sla_clocks, ticket_events, tickets

LATELY = timedelta(days=7)

_solved = (
    select(ticket_events.c.customer_id, ticket_events.c.ticket_id)
    .where(IS_RESOLUTION, ticket_events.c.actor_id == bindparam("agent"), ticket_events.c.at >= bindparam("since"))
    .distinct()
    .subquery("solved")
)
_ticket = and_(tickets.c.customer_id == _solved.c.customer_id, tickets.c.id == _solved.c.ticket_id)
_is_over = tickets.c.status.in_(["resolved", "closed"])
SOLVED = select(func.count()).select_from(_solved.join(tickets, _ticket)).where(_is_over)
JUDGED = (
    select(sla_clocks.c.kind, sla_clocks.c.outcome, func.count().label("count"))
    .select_from(
        _solved.join(tickets, _ticket).join(
            sla_clocks, and_(sla_clocks.c.customer_id == tickets.c.customer_id, sla_clocks.c.ticket_id == tickets.c.id)
        )
    )
    .where(
        _is_over,
        sla_clocks.c.run == tickets.c.reopened_count,
        sla_clocks.c.kind.in_([ClockKind.FIRST_RESPONSE.value, ClockKind.RESOLUTION.value]),
        sla_clocks.c.outcome.in_([Outcome.MET.value, Outcome.BREACHED.value]),
    )
    .group_by(sla_clocks.c.kind, sla_clocks.c.outcome)
)
RATED = (
    select(ratings.c.is_helpful, func.count().label("count"))
    .select_from(
        _solved.join(
            ratings, and_(ratings.c.customer_id == _solved.c.customer_id, ratings.c.ticket_id == _solved.c.ticket_id)
        )
    )
    .where(ratings.c.rated_at >= bindparam("since"))
    .group_by(ratings.c.is_helpful)
)


@dataclass(frozen=True)
class OwnFigures:
    """Tickets that an agent solved and that are solved still; shares are from 0 to 1, None where nothing was judged."""

    solved: int
    first_answers_met: float | None
    solutions_met: float | None
    helpful: float | None


class OwnFiguresOf(DeskBase):
    """See `ticketing.desk.Desk`."""

    def own_figures(self, agent_id: PersonId) -> OwnFigures:
        """How the last seven days went."""
        asked: dict[str, Any] = {"agent": agent_id, "since": to_us(self._clock() - LATELY)}
        with self._database.read() as connection:
            solved = int(connection.execute(SOLVED, asked).scalar_one())
            judged = {
                (str(row["kind"]), str(row["outcome"])): int(row["count"])
                for row in connection.execute(JUDGED, asked).mappings()
            }
            rated = {bool(row["is_helpful"]): int(row["count"]) for row in connection.execute(RATED, asked).mappings()}

        def met(kind: ClockKind) -> float | None:
            good, bad = (judged.get((kind.value, outcome.value), 0) for outcome in (Outcome.MET, Outcome.BREACHED))
            return _share(good, bad)

        return OwnFigures(
            solved=solved,
            first_answers_met=met(ClockKind.FIRST_RESPONSE),
            solutions_met=met(ClockKind.RESOLUTION),
            helpful=_share(rated.get(True, 0), rated.get(False, 0)),
        )


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
