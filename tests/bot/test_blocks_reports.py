"""What reports and the digest say, the periods people type, and tables that no spreadsheet runs."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import periods, spreadsheet
from bot.blocks.reports import chart_alt, digest_message, length, percent, report_message
from bot.periods import Period
from bot.views.reports import DigestView, Kept, KeptBy, OldTicket, ReportView, Took
from ticketing.desk.reporting import ExportRow
from ticketing.errors import InvalidInput
from ticketing.model import Priority, TicketStatus, Tier

MONDAY = date(2026, 11, 23)
REPORT = ReportView(
    first=date(2026, 11, 17),
    last=MONDAY,
    period="2026-11-17..2026-11-23",
    opened=61,
    resolved=58,
    open_now=1112,
    reopened=1,
    kept=Kept(0.9499, 0.91),
    first_answer=Took(timedelta(minutes=41), timedelta(hours=3, minutes=5)),
    solution=Took(timedelta(hours=5), timedelta(hours=52, minutes=3)),
    by_agent=(
        KeptBy("Amir <!channel> Rahimi", Kept(1.0, None), 12),
        KeptBy("Jo Park", Kept(1.0, 0.5), 3, load=4, helpful=0.875),
    ),
    helpful=0.875,
)
DIGEST = DigestView(
    day=MONDAY,
    opened=61,
    resolved=58,
    open=112,
    more_open=3,
    kept=Kept(0.94, 0.91),
    oldest=(OldTicket(8, "Export hangs", 12, "Jo Park"), OldTicket(9, "Invoice", 1, None)),
    more=14,
    unplaced=2,
    undelivered=1,
)


def written(blocks: list[dict[str, object]]) -> str:
    return "\n".join(str(block) for block in blocks)


class TestReport:
    def test_says_its_figures_in_one_line(self) -> None:
        shown = report_message(REPORT)
        assert shown.text == (
            "Tuesday 17 November to Monday 23 November 2026. 61 opened, 58 resolved, 1,112 open. 1 came back. "
            "First answers met 94 %, solutions 91 %. Rated helpful: 87 %."
        )

    def test_says_how_long_things_took_and_who_did_what(self) -> None:
        shown = written(report_message(REPORT).blocks)
        assert "First answer: half within 41 min, nine in ten within 3 h 5 min." in shown
        assert "Solution: half within 5 h, nine in ten within 52 h." in shown
        assert "Amir &lt;!channel&gt; Rahimi: 12 resolved, first answers 100 %, solutions none due" in shown
        assert "Jo Park: 3 resolved, first answers 100 %, solutions 50 %, 4 held, rated helpful 87 %" in shown
        assert "2026-11-17..2026-11-23" in shown, "the button knows the period"

    def test_of_nothing_says_nothing_more(self) -> None:
        empty = dataclasses.replace(
            REPORT, kept=Kept(), first_answer=Took(), solution=Took(), by_agent=(), reopened=0, helpful=None
        )
        shown = report_message(empty)
        assert shown.text.endswith("1,112 open.")
        assert len(shown.blocks) == 2


class TestDigest:
    def test_is_the_day_in_one_message(self) -> None:
        shown = digest_message(DIGEST)
        assert shown.blocks[0]["text"]["text"] == (
            "*Monday 23 November.* 61 opened, 58 resolved, 112 open (3 more). First answers met 94 %, solutions 91 %."
        )
        rows = shown.blocks[1]["text"]["text"].split("\n")
        assert rows == [
            "*Longest open:*",
            "*#8* Export hangs, 12 days, Jo",
            "*#9* Invoice, 1 day, nobody",
            "and 14 more",
        ]
        assert "2 messages nobody placed. 1 delivery failed." in written(shown.blocks)
        assert "#8 Export hangs, 12 days, Jo" in shown.text

    def test_says_what_came_back(self) -> None:
        shown = digest_message(dataclasses.replace(DIGEST, came_back=2)).text
        assert "112 open (3 more). 2 came back. First answers met 94 %" in shown

    @pytest.mark.parametrize(("change", "words"), [(0, "as many as before"), (-3, "3 fewer"), (1, "1 more")])
    def test_says_how_what_is_open_has_changed(self, change: int, words: str) -> None:
        assert f"112 open ({words})" in digest_message(dataclasses.replace(DIGEST, more_open=change)).text

    def test_a_quiet_day_is_short(self) -> None:
        quiet = DigestView(MONDAY, 0, 0, 0, 0, Kept(), oldest=(), more=0)
        assert len(digest_message(quiet).blocks) == 1


def test_the_chart_says_its_figures_to_who_does_not_see_it() -> None:
    alt = chart_alt(MONDAY, MONDAY, opened=61, resolved=58, open_now=112, kept=Kept(0.94, None))
    assert alt == (
        "Chart of Monday 23 November 2026: 61 opened, 58 resolved, 112 open at the end. First answers met 94 %."
    )


def test_a_hundred_per_cent_is_said_of_nothing_less() -> None:
    assert percent(0.9999) == "99 %"
    assert percent(1.0) == "100 %"
    assert percent(0.94) == "94 %"


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=59), "1 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(days=50, minutes=3), "1,200 h"),
    ],
)
def test_lengths(time: timedelta, words: str) -> None:
    assert length(time) == words


class TestPeriods:
    @pytest.mark.parametrize(
        ("typed", "first", "last"),
        [
            ("", "2026-11-17", "2026-11-23"),
            ("7d", "2026-11-17", "2026-11-23"),
            (" 30 days ", "2026-10-25", "2026-11-23"),
            ("1D", "2026-11-23", "2026-11-23"),
            ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
            ("2026-11-01 .. 2026-11-01", "2026-11-01", "2026-11-01"),
            ("2026-11-02", "2026-11-02", "2026-11-02"),
        ],
    )
    def test_are_read_as_they_are_typed(self, typed: str, first: str, last: str) -> None:
        assert periods.read(typed, MONDAY) == Period(date.fromisoformat(first), date.fromisoformat(last))

    @pytest.mark.parametrize(
        "typed", ["soon", "2026-11-15..2026-11-01", "400d", "2026-02-30", "1900-01-01..1900-01-02", "٣d", "..", "0x7d"]
    )
    def test_anything_else_says_how(self, typed: str) -> None:
        with pytest.raises(InvalidInput, match="Write a period as"):
            periods.read(typed, MONDAY)

    def test_are_local_days_of_the_desk(self) -> None:
        start, end = Period(date(2026, 10, 25), date(2026, 10, 25)).instants("Europe/Vienna")
        assert end - start == timedelta(hours=25)

    @given(st.dates(date(2010, 1, 1), date(2100, 1, 1)), st.integers(0, 300))
    def test_what_is_written_is_read_again(self, first: date, days: int) -> None:
        period = Period(first, first + timedelta(days=days))
        assert periods.read(str(period), MONDAY) == period


def row(**changes: object) -> ExportRow:
    values: dict[str, object] = dict.fromkeys(spreadsheet.COLUMNS) | {
        "number": 42,
        "subject": "Cannot open",
        "customer": "Mara",
        "category": "billing",
        "priority": Priority.HIGH,
        "tier": Tier.PREMIUM,
        "status": TicketStatus.RESOLVED,
        "opened_at": datetime(2026, 11, 23, 12, 20, tzinfo=UTC),
        "reopened_count": 0,
    }
    return ExportRow(**(values | changes))  # type: ignore[arg-type]


def read(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


class TestSpreadsheet:
    def test_a_row_is_a_ticket_in_local_time(self) -> None:
        (found,) = read(spreadsheet.tickets_csv([row()], "Europe/Vienna"))
        assert (found["number"], found["priority"], found["status"]) == ("42", "high", "resolved")
        assert found["opened_at"] == "2026-11-23T13:20:00+01:00"
        assert found["agent"] == ""

    @pytest.mark.parametrize(
        "typed",
        [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠1", " =1", "  @x", "'=1", "'",
            '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", '";=1', '","=1', "\n=1", "\u00a0=1",
            "x;=cmd|' /C calc'!A0;y", "a\t @x", "two lines\n+1", "1;2; ;-3;'4", "smile ;-)",
        ],
    )  # fmt: skip
    def test_no_cell_runs_and_each_comes_back(self, typed: str) -> None:
        (found,) = read(spreadsheet.tickets_csv([row(subject=typed)], "UTC"))
        for part in re.split(r"[;\t\r\n]", found["subject"]):
            assert not part.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        assert spreadsheet.original(found["subject"]) == typed
        assert len(found) == len(spreadsheet.COLUMNS)

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
    def test_any_text_comes_back(self, typed: str) -> None:
        assert spreadsheet.original(spreadsheet.harmless(typed)) == typed
