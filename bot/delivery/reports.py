"""What the slow rows of the outbox come to: reports, exports, the digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from bot import periods, places, reporting, spreadsheet
from bot.blocks.home_report import home_report
from bot.blocks.parts import counted
from bot.blocks.reports import chart_alt, days_in_words, digest_message, report_message
from bot.delivery.drawing import Drawing, UnknownKind
from bot.delivery.letters import HomePage, Letter, Picture, SentFile
from bot.periods import Period
from bot.screens import OF_A_LEAD
from bot.views import Message
from bot.views.reports import HomeReport
from bot.words import reports as words
from ticketing.instants import from_us
from ticketing.model import Person, Role
from ticketing.outbox import Errand
from ticketing.reports import Report

KEPT_DRAWN = 4
"""How many drawn rows are kept for their next try: a picture waits to be known, and a year is not counted twice for it."""

AFTER_FIGURES = 1
"""The picture follows the figures that it shows."""


@dataclass(frozen=True)
class PaperDrawing(Drawing):
    """Draws them. `hidden` are the private categories that somebody may not know of; by default as `sight` has them."""

    hidden: Callable[[Person], frozenset[str]] | None = None
    _drawn: dict[int, Letter | None] = field(init=False, default_factory=dict)

    def draw(self, errand: Errand) -> Letter | None:
        """As `Drawing.draw`. A report is of the moment at which it was drawn first, and only for who is a lead still."""
        reader = self._reader(errand)
        if reader is not None and reader.role < Role.LEAD:
            return None
        if errand.id not in self._drawn:
            while len(self._drawn) >= KEPT_DRAWN:
                del self._drawn[next(iter(self._drawn))]
            self._drawn[errand.id] = self._draw(errand, reader)
        return self._drawn[errand.id]

    def _reader(self, errand: Errand) -> Person | None:
        person_id = places.person_in(errand.place)
        return None if person_id is None else self.desk.person(person_id)

    def _draw(self, errand: Errand, reader: Person | None) -> Letter | None:
        if errand.kind == "digest":
            return self._digest(errand)
        if reader is None:
            raise UnknownKind(errand.kind)
        period = periods.read(str(errand.data["period"]), date.min)
        hidden = (self.hidden or self._sight.hidden)(reader)
        if errand.kind == "export":
            return self._export(errand, period, hidden)
        view, report = reporting.of_period(self.desk, period, hidden=hidden)
        picture = _picture(report, before=AFTER_FIGURES)
        if errand.kind == "report_home":
            page = home_report(HomeReport(view.first, view.last, view, presses=OF_A_LEAD))
            home = HomePage(page, str(errand.data["hash"]))
            picture = _picture(report, before=1 + AFTER_FIGURES)
            return Letter(about=errand.about, side=places.REPORTS, message=None, home=home, picture=picture)
        return Letter(about=errand.about, side=places.REPORTS, message=report_message(view), picture=picture)

    def _export(self, errand: Errand, period: Period, hidden: frozenset[str]) -> Letter:
        zone = self.desk.configuration().zone
        start, end = period.instants(zone)
        rows = self.desk.export_rows(start, end, hidden=hidden)
        private = self.desk.count_opened(start, end) - len(rows) if hidden else 0
        comment = words.CSV_SAYS.format(days=days_in_words(period.first, period.last))
        if private > 0:
            comment = f"{comment} {counted(words.CSV_PRIVATE, private)}"
        file = SentFile(words.CSV_NAME.format(period=period), spreadsheet.tickets_csv(rows, zone))
        return Letter(about=errand.about, side=places.REPORTS, message=Message(comment, []), file=file)

    def _digest(self, errand: Errand) -> Letter | None:
        start, end = from_us(int(errand.data["start"])), from_us(int(errand.data["end"]))
        day = date.fromisoformat(str(errand.data["day"]))
        found = reporting.digest(self.desk, day, start, end)
        if found is None:
            return None
        view, report = found
        picture = _picture(report, before=AFTER_FIGURES)
        return Letter(about=errand.about, side=places.REPORTS, message=digest_message(view), picture=picture)


def _picture(report: Report, *, before: int) -> Picture | None:
    """The report's days as a picture, with its figures in words; None for a single day."""
    if len(report.days) < reporting.LEAST_DAYS:
        return None
    alt = chart_alt(
        report.days[0].date,
        report.days[-1].date,
        opened=report.opened,
        resolved=report.resolved,
        open_now=report.days[-1].backlog,
        kept=reporting.kept(report.attainment),
    )
    return Picture(words.CHART_NAME, alt, before, lambda: reporting.chart(report))
