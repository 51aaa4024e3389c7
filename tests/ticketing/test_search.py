"""Finding tickets by their words, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, insert, text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing import reindexing, search
from ticketing.database import Database, migrate
from ticketing.desk import Desk
from ticketing.model import PersonId, Priority, Ticket, TicketStatus, Tier
from ticketing.rows import ticket_row
from ticketing.tables import people
from ticketing.words import Stemming


def found(desk: Desk, words: str, *, include_internal: bool = True, **more: Any) -> list[int]:
    return [ticket.number for ticket in desk.search(words, include_internal=include_internal, **more)]


def test_words_are_found_wherever_they_stand(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket(customer="tomas", subject="Cannot open the invoice", description="The PDF is blank.")
    cast.ticket(subject="Something else", description="Nothing alike.")
    cast.says(ticket.ref, ticket.customer_id, "It is Firefox on Linux")
    cast.says(ticket.ref, amir, "Looks like the viewer bug", internal=True)

    for words in ("invoice", "blank", "firefox", "tomas", "viewer", "tomas invoice linux", "viewer PDF"):
        assert found(desk, words) == [ticket.number], words
    assert found(desk, "invoice nothing") == []
    assert desk.search("invoice", include_internal=True) == [desk.ticket(ticket.ref)]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("The café is closed", "CAFE"),
        ("The cafe is closed", "café"),
        ("Straße Łódź Ørsted", "strasse lodz orsted"),
        ("Printing invoices failed", "invoice print fails"),
        ("Cancelling my subscriptions", "subscr"),
        ("It's about C++ and a-b", "it's c++"),
        ("See acme.example/billing/viewer_2", "viewer acme 2"),
        ("ﬁle № 42 in ＦＵＬＬ width", "file full 42"),
        ("Ошибка при оплате", "ошибка опла"),
    ],
)
def test_words_are_compared_without_accents_endings_and_punctuation(
    desk: Desk, cast: Cast, written: str, asked: str
) -> None:
    ticket = cast.ticket(description=written)

    assert found(desk, asked) == [ticket.number]


def test_only_the_last_word_may_be_unfinished(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket(subject="Browser window")

    assert found(desk, "browser wind") == [ticket.number]
    assert found(desk, "brows window") == []


@pytest.mark.parametrize("internal", [True, False])
def test_notes_are_found_by_the_team_alone(desk: Desk, cast: Cast, *, internal: bool) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    cast.says(ticket.ref, amir, "Zanzibar", internal=internal)

    assert found(desk, "zanzibar") == [ticket.number]
    public = [] if internal else [ticket.number]
    for words in ("zanzibar", "zanz", "invoice zanzibar"):
        assert found(desk, words, include_internal=False) == public
        assert found(desk, words, include_internal=False, customer_id=ticket.customer_id) == public


def test_a_customer_finds_their_own(desk: Desk, cast: Cast) -> None:
    own, other = cast.ticket("mara"), cast.ticket("tomas")

    assert found(desk, "invoice", include_internal=False, customer_id=own.customer_id) == [own.number]
    assert found(desk, "invoice", include_internal=False, customer_id=other.customer_id) == [other.number]
    assert found(desk, str(own.customer_id), include_internal=False) == []
    assert found(desk, "invoice", include_internal=False, customer_id=2**70) == []


@pytest.mark.parametrize(
    "asked",
    [
        *(
            "",
            " ",
            "'",
            '"',
            '" OR "',
            "*",
            "()",
            "{notes}:x",
            "C++",
            "a-b",
            "\x00",
            "in\x00voice",
            "\ud800",
            "NEAR(a b)",
        ),
        *("AND", "NOT x", "a & | ! b", "\\", "x:*", ";--", "😀", "%_", "the", "x" * 50_000, "w " * 9_000),
        "1e5 0x1f -3 1.5",
    ],
)
def test_any_text_may_be_asked_for(desk: Desk, cast: Cast, asked: str) -> None:
    ticket = cast.ticket(subject="Odd", description=f"words {asked[:30_000]}")

    for include_internal in (True, False):
        assert desk.search(asked, include_internal=include_internal, customer_id=ticket.customer_id) in ([], [ticket])
    desk.similar_resolved(asked)


def test_what_has_words_is_found_by_itself(desk: Desk, cast: Cast) -> None:
    for odd in ("x" * 50, "1e5 0x1f", "12abc", "٣٤", "日本語", "a'b\"c"):
        ticket = cast.ticket(subject=odd)
        assert ticket.number in found(desk, odd), odd


def test_subject_before_name_before_text(desk: Desk, cast: Cast) -> None:
    in_subject = cast.ticket(subject="Heron", description="A bird stands here and does not move.")
    in_text = cast.ticket(subject="A bird stands", description="Here is a heron and it does not move.")
    for _ in range(6):
        cast.ticket()

    assert found(desk, "heron") == [in_subject.number, in_text.number]
    assert found(desk, "heron", limit=1) == [in_subject.number]


def test_of_too_many_the_newest(desk: Desk, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COMMON_ON_SQLITE", 3)
    monkeypatch.setattr(search, "RANKED", 200)
    first = cast.ticket(subject="Ordinary")
    later = [cast.ticket(subject="Other", description="ordinary") for _ in range(4)]
    last = cast.ticket(subject="Ordinary")

    expected = [last.number, first.number, *(ticket.number for ticket in reversed(later))]
    assert found(desk, "ordinary") == expected
    assert found(desk, "ordinary", limit=2) == expected[:2]
    assert found(desk, "ordinary", customer_id=first.customer_id) == expected
    assert found(desk, "ordinary", customer_id=cast.customer("tomas")) == []


def test_a_customer_finds_what_lies_behind_their_newest(
    desk: Desk, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COMMON_ON_SQLITE", 3)
    monkeypatch.setattr(search, "RANKED", 2)
    own = [cast.ticket(subject="Ordinary"), cast.ticket(description="ordinary")]
    for number in range(12):
        cast.ticket(subject="Other")
        cast.ticket("tomas", subject=f"Ordinary {number}")

    assert found(desk, "ordinary", customer_id=own[0].customer_id) == [each.number for each in own]


def test_tickets_are_found_however_far_apart_their_numbers_are(desk: Desk, cast: Cast, database: Database) -> None:
    """PostgreSQL is asked for one span of numbers after the other, and on a desk as large as this one for two at a time."""
    moved = (
        "UPDATE sequences SET value = :last WHERE name = 'ticket_number'"
        if database.is_sqlite
        else "SELECT setval('ticket_number', :last)"
    )
    numbers = []
    for last in (4_094, 4_095, 8_191, 1_050_000, 2_199_999, 2_203_648, 2_207_744):
        with database.write() as connection:
            connection.execute(text(moved), {"last": last})
        numbers.append(cast.ticket(subject="Relic").number)

    assert numbers == [4_095, 4_096, 8_192, 1_050_001, 2_200_000, 2_203_649, 2_207_745]
    assert found(desk, "relic") == found(desk, "rel") == numbers[::-1]
    desk.reindex()
    assert found(desk, "relic") == numbers[::-1]


def test_who_is_renamed_is_found_by_the_new_name(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket(customer="mara", subject="Mara of the lake")
    other = cast.ticket(customer="mara")
    desk.ensure_person("T1:MARA", "Dagny Lund", tz="Europe/Vienna")

    assert found(desk, "lund invoice") == [other.number]
    assert found(desk, "mara") == [ticket.number]


def test_a_refused_change_leaves_no_trace(desk: Desk, cast: Cast) -> None:
    ticket = cast.ticket()

    def refuse(*_: object) -> None:
        raise RuntimeError

    desk.subscribe(refuse)
    with pytest.raises(RuntimeError):
        cast.says(ticket.ref, ticket.customer_id, "zanzibar")
    with pytest.raises(RuntimeError):
        cast.ticket(subject="zanzibar")
    assert found(desk, "zanzibar") == []


def test_the_longest_conversation_is_kept_and_searched_to_a_point(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir")
    ticket = cast.ticket()
    for part in range(20):
        cast.says(ticket.ref, amir, " ".join(f"w{part}x{word}" for word in range(4_400)), internal=bool(part % 2))

    assert found(desk, "w0x0 w7x4000") == [ticket.number]
    assert found(desk, "w19x0") == []


def test_similar_tickets_are_resolved_ones_that_share_most(desk: Desk, cast: Cast) -> None:
    amir = cast.agent("amir", {"billing": 3, "technical": 3})
    near = cast.ticket(subject="Invoice viewer is blank", description="The PDF viewer stays white on Firefox.")
    far = cast.ticket(subject="Firefox", description="It crashes when I log in.")
    technical = cast.ticket(subject="Invoice viewer blank", description="White on Firefox.", category="technical")
    still_open = cast.ticket(subject="Invoice viewer is blank")
    withdrawn = cast.ticket(subject="Invoice viewer is blank")
    noted = cast.ticket(subject="Printer", description="Paper jam.")
    cast.says(noted.ref, amir, "blank viewer", internal=True)
    for ticket in (near, far, technical, noted):
        desk.resolve(ticket.ref, by=amir)
    desk.withdraw(withdrawn.ref, by=withdrawn.customer_id)

    def similar(text: str, category: str | None = None, limit: int = 3) -> list[int]:
        return [ticket.number for ticket in desk.similar_resolved(text, category=category, limit=limit)]

    asked = "The invoice viewer is blank. White page in Firefox."
    assert set(similar(asked, limit=9)) == {near.number, far.number, technical.number}
    assert similar(asked, "billing") == [near.number, far.number]
    assert similar(asked, "billing", 1) == [near.number]
    assert similar("the and of") == []
    assert still_open.number not in similar(asked, limit=9)


def test_the_index_can_be_built_anew(desk: Desk, cast: Cast, database: Database) -> None:
    amir = cast.agent("amir")
    ticket, other = cast.ticket("tomas"), cast.ticket()
    cast.says(ticket.ref, amir, "public words")
    cast.says(ticket.ref, amir, "secret words", internal=True)
    asked = ("tomas", "public", "secret", "word", "invoice")
    before = [(found(desk, each), found(desk, each, include_internal=False)) for each in asked]
    with database.write() as connection:
        connection.execute(text("DELETE FROM ticket_search"))
    assert found(desk, "invoice") == []

    with database.write() as connection:
        reindexing.rebuild(connection)

    assert [(found(desk, each), found(desk, each, include_internal=False)) for each in asked] == before
    assert before[4][0] == [other.number, ticket.number]


def test_stemming_is_a_setting_that_counts_once_the_index_is_made_anew(
    desk: Desk, cast: Cast, database: Database
) -> None:
    ticket = cast.ticket(subject="Printing invoices", description="Die Rechnungen fehlen.")
    assert (found(desk, "invoice printed failed"), found(desk, "printed invoice")) == ([], [ticket.number])

    desk.configure({"stemming": "off"}, by=None)
    before = cast.ticket(subject="Printing invoices")
    assert set(found(desk, "printed invoice")) == {before.number, ticket.number}, "as before: the index is what it was"
    assert (desk.stemming_of_index(), desk.reindex(), desk.stemming_of_index()) == ("english", "off", "off")
    after = cast.ticket(subject="Printing invoices")
    cast.says(after.ref, after.customer_id, "Rechnungen")

    everything = [after.number, before.number, ticket.number]
    assert (found(desk, "printed invoice"), found(desk, "prints")) == ([], [])
    for asked in ("printing invoices", "PRINTING invoi", "invoices print"):
        assert sorted(found(desk, asked), reverse=True) == everything, asked
    assert set(found(desk, "rechnung")) == {after.number, ticket.number}
    desk.configure({"stemming": "english"}, by=None)
    assert desk.reindex() == "english"
    assert sorted(found(desk, "printed invoice"), reverse=True) == everything


def test_the_index_is_made_anew_beside_who_writes_and_from_where_it_was_interrupted(
    desk: Desk, cast: Cast, database: Database
) -> None:
    tickets = [cast.ticket(subject="Printing invoices") for _ in range(4)]
    desk.configure({"stemming": "off"}, by=None)
    with database.write() as connection:
        reindexing.begin(connection, Stemming.OFF)
        assert reindexing.go_on(connection, rows=1) == 1
    for ticket in (tickets[0], tickets[-1]):  # one that is still to come and one that is done
        cast.says(ticket.ref, ticket.customer_id, "Faxes")
    tickets.append(cast.ticket(subject="Printing invoices", description="Faxes"))
    assert desk.reindex_progress() == (2, 5)

    told: list[tuple[int, int]] = []
    desk.reindex(lambda done, total: told.append((done, total)))

    assert (told, desk.reindex_progress()) == ([(5, 5)], None)
    numbers = [ticket.number for ticket in tickets]
    assert (sorted(found(desk, "printing invoices")), found(desk, "printed")) == (numbers, [])
    assert sorted(found(desk, "faxes")) == [numbers[0], numbers[3], numbers[4]]


def test_nothing_that_is_said_while_the_index_is_made_anew_is_lost(desk: Desk, cast: Cast) -> None:
    tickets = [cast.ticket() for _ in range(5)]
    with ThreadPoolExecutor(3) as pool:
        said = [
            pool.submit(cast.says, ticket.ref, ticket.customer_id, f"quark{number:02}")
            for number, ticket in enumerate(tickets * 4)
        ]
        for _ in range(4):
            desk.reindex()
        for each in said:
            each.result()

    for number, ticket in enumerate(tickets * 4):
        assert found(desk, f"quark{number:02}") == [ticket.number]


def test_an_older_database_is_indexed_when_it_is_brought_up(empty_database_url: str, clock: MovableClock) -> None:
    migrate(empty_database_url, "0001")
    at = clock.now
    old = Ticket(
        customer_id=PersonId(1),
        number=1,
        subject="Old café",
        description="Long ago",
        category="billing",
        priority=Priority.LOW,
        status=TicketStatus.CLOSED,
        tier=Tier.STANDARD,
        opened_at=at,
        sla_start_at=at,
        last_activity_at=at,
        version=1,
        as_of=at,
        source="v:1",
        opened_by=PersonId(1),
    )
    database = Database.open(empty_database_url)
    person = {"id": 1, "external_ref": "T1:U1", "name": "Mara", "tz": "UTC", "role": 0, "created_at": 0}
    with database.write() as connection:
        connection.execute(insert(people), person)
        then = Table("tickets", MetaData(), autoload_with=connection)  # without the columns that came later
        row = ticket_row(old)
        connection.execute(insert(then), {name: row[name] for name in then.columns.keys()})  # noqa: SIM118
    migrate(empty_database_url)
    desk = Desk(database, clock)

    assert desk.search("cafe mara", include_internal=False) == [old]
    database.close()
