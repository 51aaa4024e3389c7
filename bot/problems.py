"""Problems as their screens show them, read through the desk, and who is shown what when one changes."""

from __future__ import annotations

from dataclasses import dataclass

from bot import places
from bot.views.problems import ActProgress, Left, ProblemCard, ProblemFacts
from ticketing.desk import Desk
from ticketing.desk.problem_acts import ProblemAct, StepOutcome
from ticketing.desk.problems import Problem, ProblemActKind
from ticketing.transaction import Transaction

CARD, DONE = "problem_card", "problem_done"
_LEFT = {
    StepOutcome.RESOLVED_BEFORE: Left.RESOLVED,
    StepOutcome.CLOSED_BEFORE: Left.CLOSED,
    StepOutcome.MERGED_BEFORE: Left.MERGED,
    StepOutcome.REFUSED: Left.REFUSED,
    StepOutcome.FAILED: Left.FAILED,
}


def tell_of_problems(tx: Transaction, problem_id: int, ended: int | None) -> None:
    """Keep the card in the triage channel, and say in its thread what is done. For `desk.subscribe_to_problems`."""
    channel = tx.configuration.channels.triage
    if channel is None:
        return
    place = places.of_channel(channel)
    tx.tell(place, places.about_problem(problem_id), CARD, ticket=None, data={"problem": problem_id})
    if ended is not None:
        about = f"{places.about_problem(problem_id)}:{ended}"
        tx.tell(place, about, DONE, ticket=None, data={"problem": problem_id, "act": ended})


@dataclass(frozen=True)
class ProblemReading:
    """Reads what a screen needs."""

    desk: Desk

    def facts(self, problem: Problem, zone: str) -> ProblemFacts:
        return ProblemFacts(
            id=problem.id,
            title=problem.title,
            owner=self.desk.person(problem.owner_id).name,
            tickets=problem.tickets,
            is_resolved=problem.is_resolved,
            resolved_at=problem.resolved_at,
            zone=zone,
        )

    def card(self, problem: Problem, zone: str) -> ProblemCard:
        """A problem and how far the last act for all its tickets is."""
        act = self.desk.last_act_for_all(problem.id)
        return ProblemCard(facts=self.facts(problem, zone), progress=self.progress(act) if act else None)

    def progress(self, act: ProblemAct) -> ActProgress:
        left = tuple((_LEFT[outcome], act.outcomes[outcome]) for outcome in _LEFT if act.outcomes.get(outcome))
        return ActProgress(
            resolves=act.kind is ProblemActKind.RESOLVE,
            by=self.desk.person(act.by).name,
            done=act.done,
            total=act.total,
            is_over=act.ended_at is not None,
            left=left,
        )


def left_of(outcome: StepOutcome) -> Left:
    """Why a ticket was left alone; what was done was not."""
    return _LEFT[outcome]
