"""Text on its way to Slack: what people typed can do no harm, and is never torn apart."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import text
from tests.bot.builders import VIENNA, at, by, since

MONGREL = st.text(
    alphabet=st.sampled_from("ab &<>*_~`\n\u0301\u200d👩👧🏽🇦🇹각\u1100\u1161\u0915\u094d\ud83d"), max_size=80
)


def test_the_three_characters_slack_reads_are_escaped() -> None:
    assert text.escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


@pytest.mark.parametrize(
    ("typed", "limit", "seen"),
    [
        ("short", 10, "short"),
        ("0123456789", 10, "0123456789"),  # fits exactly: nothing is lost
        ("0123456789a", 10, "012345678…"),
        ("ae\u0301i", 3, "a…"),  # an accent stays with its letter
        ("a👩‍👩‍👧b", 5, "a…"),  # a joined family is one picture
        ("a👍🏽bcd", 5, "a…"),  # so is a skin tone
        ("🇦🇹🇩🇪", 7, "🇦🇹…"),  # flags are pairs
        ("x각\u11a8yz", 3, "x…"),  # Hangul
        ("one two", 5, "one…"),  # no blank before the dots
    ],
)
def test_a_text_is_cut_between_characters_people_see(typed: str, limit: int, seen: str) -> None:
    assert text.cut(typed, limit) == seen


def test_a_pile_of_accents_is_cut_all_the_same() -> None:
    """Somebody will paste one: it must not break the card."""
    assert text.size(text.cut("a" + "\u0301" * 5000, 100)) <= 100


@given(MONGREL, st.integers(1, 60))
def test_what_is_cut_fits_and_is_the_beginning(typed: str, limit: int) -> None:
    seen = text.cut(typed, limit)

    assert text.size(seen) <= limit
    assert typed.startswith(seen.removesuffix("…")) or seen == typed


@given(MONGREL, st.integers(1, 60))
def test_no_accent_ever_stands_alone(typed: str, limit: int) -> None:
    seen = text.cut(typed, limit)
    rest = typed[len(seen) - 1 :] if seen != typed else ""

    if rest and len(seen) > 1 and not typed[len(seen) - 1].isspace():
        assert unicodedata.category(rest[0])[0] != "M"


@given(MONGREL.map(lambda one: one * 200))
def test_a_whole_text_in_pieces_loses_nothing_but_blanks(typed: str) -> None:
    pieces = text.body(typed)

    assert all(text.size(piece) <= 3000 for piece in pieces)
    kept = "".join("".join(pieces).split())
    assert kept == "".join(text.escape(text.clean(typed)).split()) or not text.clean(typed).strip()


def test_one_line_cannot_begin_or_end_bold() -> None:
    seen = text.inline("a *bold* _move_ ~gone~ `code`", 80)

    assert not set("*_~`") & set(seen)
    assert seen == "a ∗bold∗ ˍmoveˍ ∼gone∼ ˋcodeˋ"


def test_a_file_name_is_left_as_it_is() -> None:
    """Within a word Slack reads no underscore, and people copy such names."""
    assert text.inline("see my_file_2.pdf", 80) == "see my_file_2.pdf"


def test_a_line_says_something_even_when_nothing_was_typed() -> None:
    assert text.inline(" \n\t", 80) == "(no text)"


def test_marks_that_turn_the_direction_of_writing_are_taken_out() -> None:
    assert text.clean("in\u202evoice\u2066.pdf\x00") == "invoice.pdf"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("<https://pay.example/status>", "&lt;<https://pay.example/status>&gt;"),
        ('"https://pay.example/a&b", she said', '"<https://pay.example/a&amp;b>", she said'),
    ],
)
def test_what_stands_around_an_address_is_none_of_it(typed: str, seen: str) -> None:
    assert text.linked(typed) == seen


def test_an_address_is_a_link_to_itself() -> None:
    seen, _ = text.excerpt("See https://pay.example/a?b=1&c=2, then <https://evil.example|your bank>.")

    assert seen == ("See <https://pay.example/a?b=1&amp;c=2>, then &lt;<https://evil.example>|your bank&gt;.")


def test_an_excerpt_says_whether_something_is_missing() -> None:
    assert text.excerpt("all of it") == ("all of it", False)
    assert text.excerpt("x" * 601) == ("x" * 599 + "…", True)
    assert text.excerpt("line\n" * 100)[1]


def test_every_line_of_a_quote_is_quoted() -> None:
    assert text.quote("a\n\nb") == "> a\n> \n> b"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U1> and <@U2>", "@Mara and @U2"),
        ("<#C1|general> <!here> <!subteam^S1|@helpers>", "#general @here @helpers"),
        (
            "<https://x.example|x.example> <https://x.example|our site>",
            "https://x.example our site (https://x.example)",
        ),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
    ],
)
def test_a_message_is_read_as_people_read_it(sent: str, read: str) -> None:
    assert text.from_slack(sent, {"U1": "Mara"}) == read


def test_a_date_token_falls_back_to_the_readers_zone_and_names_it() -> None:
    assert text.by(at(14, 20), VIENNA) == by(at(14, 20), "23 Nov 14:20 CET")
    assert text.by(at(14, 20), "America/Sao_Paulo").endswith("|by 23 Nov 10:20 UTC-03>")
    assert text.by(at(14, 20), "Nowhere/Else").endswith("|by 23 Nov 13:20 UTC>")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        text.by(datetime(2026, 11, 23), VIENNA)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("due_in_s", "said"),
    [
        (16 * 60, "due in 16 min"),
        (16 * 60 + 59, "due in 16 min"),  # minutes round down
        (3 * 3600 + 20 * 60, "due in 3 h 20 min"),
        (3 * 3600, "due in 3 h"),
        (59, "due now"),  # under one minute
        (0, "due now"),
        (-59, "due now"),
        (-9 * 60, "overdue by 9 min"),
    ],
)
def test_how_a_deadline_lies_on_the_same_day(due_in_s: int, said: str) -> None:
    now = at(14, 4)

    assert text.due(now + timedelta(seconds=due_in_s), now, VIENNA) == said


def test_on_another_day_a_deadline_is_its_date() -> None:
    now = at(23, 50)

    assert text.due(at(0, 10, day=24), now, VIENNA) == f"due {by(at(0, 10, day=24), '24 Nov 00:10 CET')}"
    assert text.due(at(14, 0, day=22), now, VIENNA) == f"overdue {since(at(14, 0, day=22), '22 Nov 14:00 CET')}"


def test_which_day_it_is_depends_on_the_reader() -> None:
    """23:50 in Vienna is the afternoon in New York, and ten past midnight still the same day there."""
    assert text.due(at(0, 10, day=24), at(23, 50), "America/New_York") == "due in 20 min"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 min"), (3599, "59 min"), (86400, "1 day"), (2 * 86400 + 4 * 3600 + 60, "2 days 4 h"), (-5, "0 min")],
)
def test_a_length_of_time(seconds: int, said: str) -> None:
    assert text.duration(seconds) == said


def test_the_first_of_a_persons_names() -> None:
    assert text.first_name("Mara Lindt") == "Mara"
    assert text.first_name("Wolfeschlegelsteinhausenberger X", text.BUTTON_NAME) == "Wolfeschlegelsteinh…"
    assert text.first_name("  ") == "An agent"
