"""A problem's card in the triage channel, and the line in its thread when all its tickets are done."""

from __future__ import annotations

from bot import places
from bot.blocks.problems import done_message, problem_message
from bot.delivery.letters import Letter
from bot.problems import CARD, ProblemReading
from bot.views.problems import ProblemCard
from ticketing.desk import Desk
from ticketing.outbox import Errand


def drawn(desk: Desk, errand: Errand) -> Letter | None:
    """The card as it stands now, or the line that says that an act is done."""
    problem = desk.problem(int(errand.data["problem"]))
    zone = desk.configuration().zone
    reading, about = ProblemReading(desk), places.about_problem(problem.id)
    if errand.kind == CARD:
        return Letter(about=about, side=places.PROBLEM, message=problem_message(reading.card(problem, zone)))
    act = desk.problem_act(int(errand.data["act"]))
    if act is None:
        return None
    card = ProblemCard(facts=reading.facts(problem, zone), progress=reading.progress(act))
    return Letter(about=errand.about, side=places.PROBLEM, message=done_message(card), root=about)
