"""Figures of the desk as what is drawn of them: a report for its reader, a digest, the picture that goes with either."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from bot import charts
from bot.charts import Panel
from bot.periods import Period
from bot.views.common import TicketFacts
from bot.views.reports import DigestView, Kept, KeptBy, LongestOpen, OldTicket, OpenRow, ReportView, Took
from bot.words import common
from bot.words import reports as words
from ticketing.desk import Desk
from ticketing.desk.reporting import OpenTicket
from ticketing.model import ClockKind, PersonId
from ticketing.reports import ByKind, Ratings, Report, Times

OLDEST = 5
PAGE = 10
CHART_DAYS = 14
"""How many days the digest's picture looks back on."""

LEAST_DAYS = 2
"""A line needs two points."""


def of_period(desk: Desk, period: Period, *, hidden: Collection[str] = ()) -> tuple[ReportView, Report]:
    """A period's figures. Tickets of the categories `hidden` are counted; the category has no row of its own."""
    configuration = desk.configuration()
    report = desk.report(*period.instants(configuration.zone))
    categories = {category.key: category.name for category in configuration.categories}
    shown = {key: figures for key, figures in report.by_category.items() if key not in hidden}
    view = ReportView(
        first=period.first,
        last=period.last,
        period=str(period),
        opened=report.opened,
        resolved=report.resolved,
        open_now=report.days[-1].backlog,
        reopened=report.reopened,
        kept=kept(report.attainment),
        first_answer=_took(report.first_response),
        solution=_took(report.resolution),
        by_priority=tuple(
            KeptBy(common.PRIORITY[priority], kept(figures))
            for priority, figures in sorted(report.by_priority.items(), reverse=True)
        ),
        by_category=tuple(KeptBy(categories.get(key, key), kept(figures)) for key, figures in sorted(shown.items())),
        by_agent=tuple(_by_agent(desk, report)),
        helpful=report.ratings.share,
    )
    return view, report


def _by_agent(desk: Desk, report: Report) -> Iterable[KeptBy]:
    """Who did something or holds something, the most solved first; last what nobody ever held."""
    agents = {*report.resolved_by_agent, *report.load_by_agent, *report.by_agent} - {None}
    known = [(PersonId(agent), report.resolved_by_agent.get(PersonId(agent), 0)) for agent in agents if agent]
    for agent, resolved in sorted(known, key=lambda each: (-each[1], each[0])):
        figures = report.by_agent.get(agent, {})
        helpful = report.ratings_by_agent.get(agent, Ratings()).share
        load = report.load_by_agent.get(agent, 0)
        yield KeptBy(desk.person(agent).name, kept(figures), resolved, load, helpful)
    if None in report.by_agent:
        yield KeptBy(words.WITHOUT_AGENT, kept(report.by_agent[None]))


def digest(desk: Desk, day: date, start: datetime, end: datetime) -> tuple[DigestView, Report] | None:
    """
    What a local day [start, end) was like, and the days before it for the picture; None where there is nothing to say.

    Tickets of private categories are counted and not named: everybody in the channel reads it.
    """
    configuration = desk.configuration()
    private = [category.key for category in configuration.private_categories]
    report = desk.report(start - timedelta(days=CHART_DAYS - 1), end)
    today, before = report.days[-1], report.days[-2].backlog
    if not (today.opened or today.resolved or today.backlog or before):
        return None
    oldest, _ = desk.longest_open(limit=OLDEST, hidden=private, before=end)
    _, count = desk.longest_open(limit=0, before=end)
    view = DigestView(
        day=day,
        opened=today.opened,
        resolved=today.resolved,
        open=today.backlog,
        more_open=today.backlog - before,
        came_back=desk.count_came_back(start, end),
        kept=kept(report.by_day.get(day, {})),
        oldest=tuple(old_ticket(each, end) for each in oldest),
        more=count - len(oldest),
        unplaced=desk.inbound.unplaced(),
        undelivered=desk.undelivered(start, end),
    )
    return view, report


def longest_open(desk: Desk, page: int, *, now: datetime, hidden: Collection[str]) -> LongestOpen:
    """A page of what is open, the oldest first; nothing of the categories `hidden`."""
    zone = desk.configuration().zone
    _, count = desk.longest_open(limit=0, hidden=hidden)
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    found, _ = desk.longest_open(limit=PAGE, offset=(page - 1) * PAGE, hidden=hidden)
    rows = tuple(OpenRow(old_ticket(each, now), _facts(each, zone)) for each in found)
    return LongestOpen(rows=rows, count=count, page=page, pages=pages)


def _facts(ticket: OpenTicket, zone: str) -> TicketFacts:
    return TicketFacts(
        ref=ticket.ref,
        version=ticket.version,
        subject=ticket.subject,
        category=ticket.category,
        priority=ticket.priority,
        zone=zone,
    )


def old_ticket(ticket: OpenTicket, at: datetime) -> OldTicket:
    """How long it has been open, in whole days of 24 hours."""
    days = (at - ticket.opened_at) // timedelta(days=1)
    return OldTicket(ticket.ref.number, ticket.subject, max(0, days), ticket.agent)


def chart(report: Report) -> bytes:
    """Tickets and kept promises by day, as PNG. Raises ChartsUnavailable."""
    days = [day.date for day in report.days]
    tickets: dict[str, list[float | None]] = {
        words.CHART_OPENED: [day.opened for day in report.days],
        words.CHART_RESOLVED: [day.resolved for day in report.days],
        words.CHART_OPEN: [day.backlog for day in report.days],
    }
    by_day = [kept(report.by_day.get(day, {})) for day in days]
    promises = {
        words.CHART_FIRST: [_percent(each.first_answers) for each in by_day],
        words.CHART_SOLUTIONS: [_percent(each.solutions) for each in by_day],
    }
    return charts.by_day(days, [Panel(words.CHART_TICKETS, tickets), Panel(words.CHART_KEPT, promises, top=100)])


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def kept(figures: ByKind) -> Kept:
    """The two promises that people read of."""
    first, solutions = figures.get(ClockKind.FIRST_RESPONSE), figures.get(ClockKind.RESOLUTION)
    return Kept(first.share if first else None, solutions.share if solutions else None)


def _took(times: Times) -> Took:
    return Took(times.working.p50, times.working.p90)
