"""What the desk holds about people: every column decided on, all of it written out, and none of it left once erased."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, inspect, select, text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from ticketing import personal_data
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import NotAllowed, PersonNotFound, StillOfTheTeam
from ticketing.events import EventKind
from ticketing.model import Attachment, CloseReason, PersonId, Role, Ticket, TicketRef, TicketStatus, Tier
from ticketing.outbox import Notice
from ticketing.shown import Shown, remember
from ticketing.tables import metadata, personal_data_acts, shown
from ticketing.transaction import Transaction

DOCUMENT: dict[str, Any] = {
    "colleagues_see_tickets": True,
    "categories": [{"key": "billing", "name": "Billing", "fields": [{"key": "invoice", "label": "Invoice"}]}],
}


# --- every column is decided on ---------------------------------------------------------------------------------------


def test_what_becomes_of_every_text_is_decided() -> None:
    undecided, twice = set(), set()
    for table in metadata.sorted_tables:
        for column in table.columns:
            if str(column.type).startswith(("VARCHAR", "TEXT", "JSON")):
                name = f"{table.name}.{column.name}"
                ways = [table.name in personal_data.REMOVED, name in personal_data.BLANKED, name in personal_data.KEPT]
                undecided |= {name} if not any(ways) else set()
                twice |= {name} if sum(ways) > 1 else set()
    assert not undecided, (
        f"Say in ticketing/personal_data.py what becomes of {sorted(undecided)} when a person is erased"
    )
    assert not twice
    assert {*personal_data.BLANKED, *personal_data.KEPT} <= _columns()
    assert set(personal_data.REMOVED) <= set(metadata.tables)


def test_every_column_that_names_a_person_is_exported_or_left_out_for_a_reason() -> None:
    forgotten = set()
    for table in metadata.sorted_tables:
        own = personal_data.own_rows(table)
        for column in table.columns:
            if not column.name.endswith(("_id", "_by")) or column.name in personal_data.NO_PERSON:
                continue
            name = f"{table.name}.{column.name}"
            is_exported = column is own or personal_data.ELSEWHERE.get(table.name) == column.name
            if not is_exported and name not in personal_data.NOT_EXPORTED:
                forgotten.add(name)
    assert not forgotten, f"Say in ticketing/personal_data.py whether {sorted(forgotten)} is somebody's data"
    assert set(personal_data.NOT_EXPORTED) <= _columns()


def _columns() -> set[str]:
    return {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}


# --- canaries ---------------------------------------------------------------------------------------------------------

CANARY = "zqx"
"""What each of them begins with, and nothing else does."""


class Canaries:
    """One word of its own for each place; `texts` are those that stand in tables."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def __call__(self, place: str) -> str:
        return self.texts.setdefault(place, f"{CANARY}{len(self.texts):02}wv")


class Life:
    """A customer who has left a word of theirs, or had one left about them, in every field there is."""

    def __init__(self, desk: Desk, cast: Cast, clock: MovableClock) -> None:
        word = self.word = Canaries()
        desk.configure(DOCUMENT, by=None)
        self.desk, self.clock, self.amir = desk, clock, cast.agent("amir")
        self.who = desk.ensure_person(f"T1:{word('reference')}", word("name"), email=f"{word('email')}@example.com").id
        desk.set_organization(self.who, "Northwind", Tier.PREMIUM, by=None)
        self.solved, self.open = self._ticket("one"), self._ticket("two")
        self._talk(self.solved)
        desk.set_organization(cast.customer("tomas"), "Northwind", Tier.PREMIUM, by=None)
        self.other = cast.ticket("tomas").ref
        desk.watch(self.other, self.who, by=self.amir)
        desk.add_comment(
            self.other,
            author_id=self.who,
            text=f"Me too, {word('comment on the ticket of somebody else')}",
            source=f"m:C:{word('source of that')}",
            files=[Attachment("F9", word("file of that"))],
        )
        self._chat()

    def _ticket(self, name: str) -> TicketRef:
        word = self.word
        return self.desk.open_ticket(
            self.who,
            subject=f"Blank {word(f'subject {name}')}",
            description=f"The PDF, {word(f'description {name}')}.",
            category="billing",
            source=f"m:D1:{word(f'source {name}')}",
            fields={"invoice": word(f"custom field {name}")},
            files=[
                Attachment(
                    word(f"file reference {name}"),
                    word(f"file name {name}"),
                    7,
                    None,
                    f"https://files.slack.com/{word(f'file address {name}')}",
                )
            ],
        ).ref

    def _talk(self, ref: TicketRef) -> None:
        desk, word, amir = self.desk, self.word, self.amir
        for author, place, internal in (
            (self.who, "own comment", False),
            (amir, "answer", False),
            (amir, "note", True),
            (self.who, "edited", False),
            (self.who, "deleted", False),
        ):
            said = desk.add_comment(
                ref,
                author_id=author,
                text=f"It is {word(place)}",
                source=f"m:D1:{word(f'source of {place}')}",
                internal=internal,
            )
            if place == "edited":
                desk.edit_comment(ref, said.number, text=f"now {word('edited anew')}", by=author, source_version="2")
            if place == "deleted":
                desk.delete_comment(ref, said.number, by=author)
        desk.add_tags(ref, [word("tag"), "kept"], by=amir)
        desk.resolve(ref, by=amir, answer=f"Solved by {word('solution')}")
        desk.rate(ref, by=self.who, is_helpful=True, comment=f"Quick, {word('rating')}")

    def _chat(self) -> None:
        desk, word, now = self.desk, self.word, self.clock.now
        desk.inbound.offer(self.who, word("channel"), "1.0", None, at=now, now=now, lease_s=1)
        place, about = f"p:{self.who}", f"t:{self.solved.number}"
        desk.outbox.add(Notice(place, about, "reply", self.solved, data={"x": word("outbox")}), at=now)
        desk.outbox.add(Notice(f"r:{place}", "report", "report", data={"x": word("report")}), at=now)
        with desk._database.write() as connection:
            remember(connection, Shown(self.who, place, about, word("shown in"), "1.0", None, "customer"))


@pytest.fixture
def life(desk: Desk, cast: Cast, clock: MovableClock) -> Life:
    return Life(desk, cast, clock)


def rows_with(connection: Connection, word: str) -> set[str]:
    """The tables, of whatever kind, in a row of which a word stands."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = set()
    for name in inspect(connection).get_table_names():
        whole = f'SELECT * FROM "{name}"' if is_sqlite else f'SELECT CAST(t AS text) FROM "{name}" AS t'  # noqa: S608
        if any(word in repr(tuple(row)) for row in connection.execute(text(whole))):
            found.add(name)
    return found


def in_files(database: Database, word: str) -> set[str]:
    """The files of the database in whose bytes a word stands."""
    if database.is_sqlite:
        path = Path(str(database.engine.url.database))
        return {each.name for each in path.parent.glob(f"{path.name}*") if word.encode() in each.read_bytes()}
    with database.outside_transactions() as run:
        run("CHECKPOINT")
    relations = text(
        "SELECT relname, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class"
        " WHERE relkind IN ('r', 'i', 't', 'S') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)"
        " AND pg_relation_filepath(oid) IS NOT NULL AND oid >= 16384"
    )
    quoted = text(
        "SELECT tablename, concat(most_common_vals, histogram_bounds, most_common_elems) FROM pg_stats"
        " WHERE schemaname = 'public'"
    )
    with database.read() as connection:
        found = {str(row[0]) for row in connection.execute(relations) if word.encode() in bytes(row[1])}
        return found | {f"statistics of {row[0]}" for row in connection.execute(quoted) if word in str(row[1])}


def test_of_twenty_canaries_none_is_left(life: Life, database: Database) -> None:
    desk, word = life.desk, life.word
    assert len(word.texts) >= 20
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    with database.read() as connection:
        unseen = {place for place, canary in word.texts.items() if not rows_with(connection, canary)}
    assert unseen == {"deleted", "edited"}, "the rest is there before"
    assert in_files(database, CANARY)

    erased = desk.erase_customer(life.who, by=None)
    desk.compact()

    assert (erased.tickets, erased.comments) == (2, 1)
    with database.read() as connection:
        assert rows_with(connection, CANARY) == set()
    assert in_files(database, CANARY) == set()


def test_erased_tickets_are_found_by_nothing_and_others_are_as_before(life: Life, cast: Cast) -> None:
    desk, word = life.desk, life.word
    kept = cast.ticket("tomas", subject="Printer on fire")
    theirs = [*word.texts.values(), "blank", "quick", "solved"]
    desk.erase_customer(life.who, by=None)
    for asked in theirs:
        found = {ticket.ref for ticket in desk.search(asked, limit=9, include_internal=True)}
        assert not found & {life.solved, life.open}, asked
    assert [ticket.ref for ticket in desk.search("printer fire", limit=9, include_internal=True)] == [kept.ref]
    (said,) = desk.comments(life.other, include_internal=True)
    assert (said.text, said.deleted_at) == ("", life.clock.now)
    assert desk.ticket(life.other).subject == "Cannot open the invoice"
    assert desk.tags(life.solved) == []


def test_merged_split_moved_and_linked_tickets_are_erased_as_well(
    life: Life, cast: Cast, clock: MovableClock, database: Database
) -> None:
    """The words went on to other tickets, and so does their erasure; what others wrote there stays."""
    desk, word, amir = life.desk, life.word, life.amir
    first, second, third = (
        cast.desk.open_ticket(
            life.who,
            subject=f"Odd {word(f'subject of {name}')}",
            description=f"It is {word(f'description of {name}')}",
            category="billing",
            source=f"v:{word(f'source of {name}')}",
            files=[Attachment(f"F{name}", word(f"file of {name}"))],
        ).ref
        for name in ("merged", "kept", "moved")
    )
    said = desk.add_comment(first, author_id=life.who, text=f"And {word('said on it')}", source="m:D1:77")
    desk.add_comment(
        third, author_id=life.who, text=f"For a colleague, {word('said before it was moved')}", source="m:D1:78"
    )
    desk.add_comment(third, author_id=amir, text="We see to it", source="m:D1:79")
    split = desk.split(first, [said.key], subject=f"Apart {word('subject of the split')}", by=amir, source="v:split")
    desk.merge(first, second, by=amir)
    moved = desk.move_to_customer(third, cast.customer("tomas"), by=amir, source="v:move")
    desk.link(second, life.other, by=amir)
    problem = desk.open_problem("Printers", by=amir, source="v:problem")
    desk.link_to_problem(second, problem.id, by=amir)
    assert word("description of moved") in desk.ticket(moved.ref).description

    desk.erase_customer(life.who, by=None)
    desk.compact()

    with database.read() as connection:
        assert rows_with(connection, CANARY) == set()
    assert in_files(database, CANARY) == set()
    there = desk.ticket(moved.ref)
    assert (there.status in (TicketStatus.OPEN, TicketStatus.ASSIGNED, TicketStatus.IN_PROGRESS), there.subject) == (
        True,
        "",
    )
    assert [each.text for each in desk.comments(moved.ref, include_internal=True) if each.text] == ["We see to it"]
    assert desk.ticket(split.ref).close_reason is CloseReason.ERASED
    assert desk.search("odd", limit=9, include_internal=True) == []


def test_words_that_became_the_beginning_of_tickets_of_others_are_erased_there(
    life: Life, cast: Cast, clock: MovableClock, database: Database
) -> None:
    """By a split, by a move of what was split off, by a merge of that, by a follow-up; what others wrote there stays."""
    desk, word, amir, tomas = life.desk, life.word, life.amir, cast.customer("tomas")
    theirs = cast.ticket("tomas", subject="Scanner").ref
    own = desk.add_comment(theirs, author_id=tomas, text="My own words", source="m:C:own")
    files = [Attachment("F88", word("file split off"))]
    said = desk.add_comment(
        theirs, author_id=life.who, text=f"And {word('said and split off')}", source="m:C:88", files=files
    )
    off = desk.split(theirs, [said.key], subject=f"About {word('subject of that')}", by=amir, source="v:off")
    begun = desk.split(theirs, [own.key, said.key], subject="His", by=amir, source="v:begun")
    moved = desk.move_to_customer(off.ref, cast.customer("lena"), by=amir, source="v:moved")
    there = desk.add_comment(moved.ref, author_id=moved.customer_id, text="Lena asks as well", source="m:C:89")
    apart = desk.split(moved.ref, [there.key], subject="Lena's", by=amir, source="v:apart")
    into = cast.ticket("lena", subject="Scanner").ref
    desk.merge(moved.ref, into, by=amir)
    joined = next(each for each in desk.comments(into, include_internal=True) if each.key.number == 0)
    out_of_merged = desk.split(into, [joined.key], subject="Once more", by=amir, source="v:again")
    desk.resolve(theirs, by=amir)
    clock.advance(days=9)
    late = desk.add_comment(
        theirs,
        author_id=life.who,
        text=f"Still {word('follow-up')}",
        source=f"m:C:{word('source of follow-up')}",
        files=[Attachment("F90", word("file of follow-up"))],
    )
    ref = TicketRef(tomas, late.ticket_number)
    document = desk.export_customer(life.who, by=None)["tickets_opened_for_others"]
    assert [(row["id"], row["description"]) for row in document] == [(ref.number, f"Still {word('follow-up')}")]
    assert [file["name"] for file in document[0]["attachments"]] == [word("file of follow-up")]
    assert "Scanner" not in json.dumps(document)

    desk.erase_customer(life.who, by=None)
    desk.compact()

    with database.read() as connection:
        assert rows_with(connection, CANARY) == set()
    assert in_files(database, CANARY) == set()
    assert [desk.ticket(each.ref).description for each in (off, moved, out_of_merged)] == ["", "", ""]
    follow_up = desk.ticket(ref)
    assert (follow_up.subject, follow_up.description) == ("Scanner", "")
    kept = [desk.ticket(each.ref) for each in (begun, apart)]
    assert [(each.subject, each.description) for each in kept] == [
        ("His", "My own words"),
        ("Lena's", "Lena asks as well"),
    ]
    assert [found.number for found in desk.search("lena asks", include_internal=True)] != []
    assert desk.search("still", include_internal=True) == []
    desk.erase_customer(tomas, by=None)  # whose ticket it is, and who is no less erased for it
    assert desk.ticket(ref).close_reason is CloseReason.ERASED


def test_what_is_erased_is_locked_by_ascending_number(life: Life, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of merged tickets runs to lower numbers as well; two who lock it in two orders would wait for each other."""
    desk, amir = life.desk, life.amir
    lower, higher = cast.ticket("tomas").ref, cast.ticket("tomas").ref
    desk.add_comment(higher, author_id=life.who, text="Me too", source="m:C:91")
    desk.merge(higher, lower, by=amir)
    desk.merge(life.open, life.solved, by=amir)
    locked = Transaction.locked
    order: dict[Transaction, list[int]] = {}

    def noted(self: Transaction, ref: TicketRef) -> Ticket:
        numbers = order.setdefault(self, [])
        numbers += [ref.number] if ref.number not in numbers else []
        return locked(self, ref)

    monkeypatch.setattr(Transaction, "locked", noted)
    desk.erase_customer(life.who, by=None)

    assert {(lower.number, higher.number), (life.solved.number, life.open.number)} <= set(map(tuple, order.values()))
    assert all(numbers == sorted(numbers) for numbers in order.values())


def test_the_log_stays_whole_and_the_figures_with_it(life: Life) -> None:
    desk, clock = life.desk, life.clock
    start, end = clock.now - timedelta(days=1), clock.now + timedelta(hours=1)
    before, figures = {ref: desk.events(ref) for ref in (life.solved, life.open)}, desk.report(start, end)
    clock.advance(hours=2)
    late = desk.report(start, end)

    desk.erase_customer(life.who, by=None)

    for ref, events in before.items():
        after = desk.events(ref)
        assert after[: len(events)] == events
        assert after[-1].kind is EventKind.ERASED
        assert [event.seq for event in after] == list(range(1, len(after) + 1))
    again = desk.report(start, end)
    for name in ("days", "resolved_by_agent", "reopened", "ratings", "first_response", "resolution"):
        assert getattr(again, name) == getattr(late, name), name
    assert again.ratings == figures.ratings
    closed, solved = desk.ticket(life.open), desk.ticket(life.solved)
    assert (closed.status, closed.close_reason) == (TicketStatus.CLOSED, CloseReason.ERASED)
    assert solved.close_reason is CloseReason.ERASED
    agent = desk.agent(life.amir)
    assert agent is not None
    assert agent.current_load == len(desk.tickets_of_agent(life.amir))


def test_who_was_interrupted_goes_on(life: Life, monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    desk = life.desk
    erase, calls = desk._erase_ticket, []

    def dies_at_the_second(ref: TicketRef, by: PersonId | None) -> None:
        calls.append(ref)
        if len(calls) == 2:
            raise KeyboardInterrupt
        erase(ref, by)

    monkeypatch.setattr(desk, "_erase_ticket", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        desk.erase_customer(life.who, by=None)
    monkeypatch.undo()
    assert desk.erase_customer(life.who, by=None).tickets == 1
    assert desk.erase_customer(life.who, by=None).tickets == 0
    desk.compact()
    with database.read() as connection:
        assert rows_with(connection, CANARY) == set()


def test_whoever_writes_under_that_reference_again_is_somebody_new(life: Life) -> None:
    life.desk.erase_customer(life.who, by=None)
    again = life.desk.ensure_person("T1:SAME", "Same")
    assert again.id != life.who
    assert life.desk.person(life.who).name == "Somebody"
    assert life.desk.tickets_of_customer(again.id) == []


def test_only_admins_see_to_personal_data_and_it_is_recorded(life: Life, cast: Cast, database: Database) -> None:
    desk = life.desk
    lena, jo = cast.customer("lena"), cast.customer("jo")
    desk.set_role(lena, Role.ADMIN, by=None)
    desk.set_role(jo, Role.LEAD, by=None)
    for act in (desk.erase_customer, desk.export_customer):
        for by in (jo, life.amir, life.who):
            with pytest.raises(NotAllowed, match="Only admins can see to personal data"):
                act(life.who, by=by)
        with pytest.raises(PersonNotFound):
            act(PersonId(999), by=lena)
    desk.export_customer(life.who, by=lena)
    life.clock.advance(minutes=1)
    desk.erase_customer(life.who, by=lena)
    acts = select(personal_data_acts).order_by(personal_data_acts.c.done_at, personal_data_acts.c.act.desc())
    with database.read() as connection:
        found = [(row.person_id, row.act, row.by_id) for row in connection.execute(acts)]
    assert found == [(life.who, act, lena) for act in ("exported", "erasing", "erased")]


def test_an_agent_leaves_the_team_first_and_what_they_did_for_others_stays(
    desk: Desk, cast: Cast, database: Database
) -> None:
    word = Canaries()
    jo = desk.ensure_person(f"T1:{word('reference')}", word("name"), email=f"{word('email')}@example.com").id
    desk.make_agent(jo, skills={"billing": 3}, by=None)
    steps = [{"after": "30m", "person": who} for who in (word("reference"), f"T1:{word('reference')}", "U0LENA")]
    for earlier in (steps, steps[:1], steps):
        desk.configure({"ladder": {"steps": earlier}}, by=None)
    desk.set_shifts(jo, {"mon-sun": ["00:00-24:00"]}, by=jo)
    desk.save_macro({"key": "mine", "title": word("macro"), "text": word("macro's text")}, by=jo)
    ticket = cast.ticket()
    desk.add_comment(ticket.ref, author_id=jo, text="Try again", source="m:C:1")
    with pytest.raises(StillOfTheTeam):
        desk.erase_customer(jo, by=None)
    desk.set_role(jo, Role.CUSTOMER, by=None)

    desk.erase_customer(jo, by=None)

    with database.read() as connection:
        assert rows_with(connection, CANARY) == set()
    assert [said.text for said in desk.comments(ticket.ref, include_internal=True)] == ["Try again"]
    assert desk.person(jo).name == "Somebody"
    for seen in (desk, Desk(database, desk._clock)):
        assert (seen.configuration().version, [step.person for step in seen.configuration().ladder.steps]) == (
            4,
            [None, None, "U0LENA"],
        )


# --- the document -----------------------------------------------------------------------------------------------------


def test_everything_about_a_customer_is_one_document(life: Life) -> None:
    document = json.loads(json.dumps(life.desk.export_customer(life.who, by=None)))

    written = json.dumps(document)
    missing = {place for place, canary in life.word.texts.items() if canary not in written}
    assert missing == {"deleted", "edited", "file of that", "report"}, (
        "words that are gone, and what is not of theirs alone"
    )
    assert document["people"][0]["name"] == life.word("name")
    assert document["customers"][0]["organization"] == "Northwind"
    first = next(each for each in document["tickets"] if each["id"] == life.solved.number)
    assert {"comments", "attachments", "ticket_events", "sla_clocks", "ratings", "ticket_tags"} <= set(first)
    assert first["opened_at"] == life.clock.now.isoformat()
    assert life.word("tag") in [row["tag"] for row in first["ticket_tags"]]
    assert [row["ticket_id"] for row in document["comments_on_others_tickets"]] == [life.other.number]


def test_the_document_holds_nothing_of_others(life: Life, cast: Cast) -> None:
    cast.ticket("tomas", subject="Nobody else's business", description="Private")
    written = json.dumps(life.desk.export_customer(life.who, by=None))
    assert "business" not in written
    assert "Tomas" not in written


def test_every_row_of_theirs_is_in_the_document(life: Life, database: Database) -> None:
    document = life.desk.export_customer(life.who, by=None)
    counted: dict[str, int] = {}

    def count(value: Any) -> None:
        for name, rows in value.items():
            if isinstance(rows, list) and name in metadata.tables:
                counted[name] = counted.get(name, 0) + len(rows)
                for row in rows:
                    count(row)

    count(document)
    with database.read() as connection:
        for table in personal_data.tables_of_people():
            column: Any = personal_data.own_rows(table)
            rows = connection.execute(select(func.count()).select_from(table).where(column == life.who)).scalar_one()
            assert counted.get(table.name, 0) == rows, table.name
        assert connection.execute(select(func.count()).select_from(shown)).scalar_one() == 1
