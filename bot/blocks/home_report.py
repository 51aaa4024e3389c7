"""A lead's report in App Home."""

from __future__ import annotations

from bot.blocks.home import home_view, lead_places
from bot.blocks.parts import section
from bot.blocks.reports import days_in_words, report_message
from bot.views.common import View
from bot.views.reports import HomeReport
from bot.words import reports as words


def home_report(view: HomeReport) -> View:
    """The report in App Home, in place of a lead's own work."""
    days = days_in_words(view.first, view.last)
    shown = report_message(view.report).blocks if view.report else [section(words.BEING_COUNTED.format(days=days))]
    return home_view([lead_places(view.presses), *shown])
