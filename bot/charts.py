"""Pictures of figures, as PNG: for reports in Slack and for plans on paper. Needs the `charts` extra."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

SIZE_INCHES = (8.0, 3.2)
DOTS_PER_INCH = 150
COLOURS = ("#1264a3", "#e8912d", "#2bac76", "#7c3085", "#616061")
MARGIN_DAYS = 0.25
STYLES = ("-", "--", "-.", ":")
"""Lines differ by more than their colour."""


class ChartsUnavailable(RuntimeError):
    """The library that draws is not installed; the message says how to get it."""

    def __init__(self) -> None:
        super().__init__("Pictures need the package matplotlib: pip install 'helpdesk-for-slack[charts]'.")


@dataclass(frozen=True)
class Panel:
    """One diagram: a line for each name, a figure for each day. `top` fixes the upper end of the scale."""

    title: str
    lines: Mapping[str, Sequence[float | None]]
    top: float | None = None


def by_day(days: Sequence[date], panels: Sequence[Panel]) -> bytes:
    """
    Diagrams one below the other over the same days, as a PNG.

    A figure of None leaves a gap. Raises ChartsUnavailable.
    """
    try:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError as missing:
        raise ChartsUnavailable from missing

    width, height = SIZE_INCHES
    figure = Figure(figsize=(width, height * len(panels)), dpi=DOTS_PER_INCH, layout="constrained")
    places = [float(date2num(day)) for day in days]
    for axes, panel in zip(figure.subplots(len(panels), 1, squeeze=False)[:, 0], panels, strict=True):
        for index, (name, figures) in enumerate(panel.lines.items()):
            drawn = [float("nan") if figure_ is None else figure_ for figure_ in figures]
            axes.plot(
                places,
                drawn,
                label=name,
                color=COLOURS[index % len(COLOURS)],
                linestyle=STYLES[index % len(STYLES)],
                linewidth=2,
                marker="." if len(days) < 40 else "",
                clip_on=False,  # a hundred per cent stands on the upper edge and is seen whole
            )
        locator = AutoDateLocator(minticks=min(3, len(days)))
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        axes.set_title(panel.title, loc="left", fontsize=11)
        axes.set_ylim(bottom=0, top=panel.top)
        if panel.top is None:
            axes.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            axes.set_ylim(top=max(1.0, axes.get_ylim()[1]))
        # The same days below each other, also where a figure is missing at an end.
        axes.set_xlim(places[0] - MARGIN_DAYS, places[-1] + MARGIN_DAYS)
        axes.grid(axis="y", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        if len(panel.lines) > 1:
            # Above the diagram, where it covers no figure.
            axes.legend(frameon=False, fontsize=9, ncols=len(panel.lines), loc="lower right", bbox_to_anchor=(1, 1))
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
