"""
Every method of the desk with everything that cannot be: refused by name or found nowhere, and nothing has changed.

The methods and what is tried stand in `tests.ticketing.use_cases`. On both databases.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.use_cases import CALLS, CHOSEN, INNER, KINDS, LOOKS, STEPS, Stage, a_stage
from ticketing import lifecycle
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.errors import HelpdeskError
from ticketing.events import EventKind
from ticketing.model import TicketStatus
from ticketing.tables import metadata

TAKEN_AS_IT_IS = {
    ("open_ticket", "description"): "a subject may say it all",
    ("wait_for_customer", "question"): "without words nothing is asked",
    ("resolve", "answer"): "without words nothing is answered",
    ("wait_for_customer", "source"): "without a key the desk makes one",
    ("resolve", "source"): "without a key the desk makes one",
    ("add_comment", "source"): "without a key the desk makes one",
    ("ensure_person", "name"): "who has no name is Somebody",
    ("ensure_person", "email"): "without an address it is left out",
    ("apply_macro", "source"): "without a key the desk makes one",
    ("plan_resolve_all", "text"): "without words nobody is told more than that",
    ("rate", "comment"): "without words there is no comment",
    ("remove_tags", "tags"): "what it does not carry is gone already",
    ("delete_macro", "by"): "only one's own macros are looked for",
    ("delete_macro", "key"): "a macro that is not there is gone already",
    ("delete_shared_macro", "key"): "a macro that is not there is gone already",
    ("end_answering", "by"): "who was not answering has nothing to end",
    ("end_answering", "ref"): "nobody was answering it",
    ("unwatch", "person_id"): "who does not watch is not there to be taken away",
    ("detach", "file_ref"): "a file that is not there is gone already",
    ("open_test_ticket", "description"): "a subject may say it all",
    ("seed", "document"): "there is a configuration already",
}
"""Where something empty or unknown is no fault, and why: such a call may also succeed."""

LATER_THAN_NOW_IS_NOW = {("open_ticket", "at"), ("add_comment", "said_at")}
ENDS_OF_TIME = {"the first", "the last"}
ODD = {"accents and joiners", "controls", "lone surrogates", "statements"}


@pytest.fixture
def stage(desk: Desk, cast: Cast, clock: MovableClock) -> Stage:
    return a_stage(desk, cast, clock)


def state_of(database: Database) -> str:
    """A hash of every row of every table. It is asked for after each call, so it goes one way to the database."""
    with database.read() as connection:
        if not database.is_sqlite:
            return str(connection.execute(HASHES).all())
        whole = hashlib.sha256()
        for table in metadata.sorted_tables:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')  # noqa: S608  a name of our own
            whole.update(
                repr((table.name, sorted(map(repr, rows.cursor.fetchall())))).encode("utf-8", "backslashreplace")
            )
    return whole.hexdigest()


HASHES = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', md5(string_agg(r::text, chr(10) ORDER BY r::text)) FROM {table.name} r"  # noqa: S608
        for table in metadata.sorted_tables
    )
)
"""On PostgreSQL the server itself counts what there is."""


def is_fit_to_show(error: HelpdeskError) -> bool:
    """A short sentence without anything of the inside, which takes no more than a screen's line of what was typed."""
    sentence = str(error)
    inner = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "SELECT ", "INSERT ", "ticketing.", "\x00")
    return (
        sentence.rstrip().endswith((".", "!")) and len(sentence) < 2000 and not any(each in sentence for each in inner)
    )


def public_methods() -> set[str]:
    return {name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if not name.startswith("_")}


def test_every_method_has_a_row() -> None:
    missing = public_methods() - CALLS.keys() - INNER.keys()
    gone = (CALLS.keys() | INNER.keys()) - public_methods()

    assert not missing, f"Add good arguments for {sorted(missing)} to ACTS or LOOKS in tests/ticketing/use_cases.py"
    assert not gone, f"Take {sorted(gone)} out of tests/ticketing/use_cases.py"


def test_every_argument_is_tried(stage: Stage) -> None:
    known = {name for names in KINDS.values() for name in names} | CHOSEN
    untried = {(method, name) for method, good in CALLS.items() for name in good(stage) if name not in known}

    assert not untried, f"Say in KINDS of tests/ticketing/use_cases.py what is bad for {sorted(untried)}"


def test_the_good_arguments_are_good(desk: Desk, cast: Cast, clock: MovableClock) -> None:
    """Else what is refused below would be refused for another reason."""
    before_it = {"reopen": "resolve", "undo": "resolve", "rate": "resolve", "claim": "release", "unmerge": "merge"}
    for name in CALLS:
        stage = a_stage(desk, cast, clock)
        if name in before_it:
            getattr(desk, before_it[name])(**CALLS[before_it[name]](stage))
        getattr(desk, name)(**CALLS[name](stage))


def trials(stage: Stage, kind: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Method, argument, what is wrong with it, and the whole call."""
    number = count(1)
    for method, good in CALLS.items():
        arguments = good(stage)
        for name in sorted(KINDS[kind].keys() & arguments.keys()):
            bad = dict(KINDS[kind][name])
            if name in ("by", "to", "opened_by"):
                bad["another customer"] = stage.tomas
            for label, value in bad.items():
                # Else it would be known already.
                opens = method in ("open_ticket", "open_test_ticket", "split", "move_to_customer")
                own = {"source": f"v:trial {next(number)}"} if opens else {}
                yield method, name, label, arguments | own | {name: value}


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(stage: Stage, database: Database, kind: str) -> None:
    faults = []
    before = state_of(database)
    for method, name, label, call in trials(stage, kind):
        said = f"{method}({name}: {label})"
        is_refused = False
        try:
            getattr(stage.desk, method)(**call)
        except HelpdeskError as error:
            is_refused = True
            if type(error) is HelpdeskError or not is_fit_to_show(error):
                faults.append(f"{said} says {type(error).__name__} {error}")
        except Exception as error:  # noqa: BLE001  whatever else is raised is the fault that is looked for
            faults.append(f"{said} raises {type(error).__name__}: {str(error)[:90]!r}")
        after = state_of(database)
        may_succeed = method in LOOKS or (method, name) in TAKEN_AS_IT_IS or label in ODD | ENDS_OF_TIME
        if after != before and (is_refused or method in LOOKS):
            faults.append(f"{said} was {'refused' if is_refused else 'a look'} and changed something")
        if not is_refused and not may_succeed:
            faults.append(f"{said} is taken as if it were right")
        before = after
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("status", TicketStatus)
def test_no_step_leads_where_the_lifecycle_does_not(
    desk: Desk, cast: Cast, clock: MovableClock, database: Database, status: TicketStatus
) -> None:
    """Each is refused by name and changes nothing, or takes only steps that the tables have."""
    taken = set()
    for name in STEPS:
        stage = a_stage(desk, cast, clock)
        bring_to(stage, status)
        before, known = state_of(database), len(desk.events(stage.ref))
        arguments = CALLS[name](stage)
        try:
            getattr(desk, name)(**arguments)
        except HelpdeskError as error:
            assert is_fit_to_show(error), error
            assert state_of(database) == before, f"{name} was refused and changed something"
            continue
        now = status
        for event in desk.events(stage.ref)[known:]:
            if event.kind is EventKind.STATUS:
                step = TicketStatus(str(event.from_value)), TicketStatus(str(event.to_value))
                assert step[0] is now
                assert any(lifecycle.is_allowed(*step, because) for because in (None, *lifecycle.Because)), (name, step)
                now = step[1]
        assert desk.ticket(stage.ref).status is now
        taken |= {name} if now is not status else set()
    assert taken == LEAD_ON[status] | (GOES_ELSEWHERE if status is not TicketStatus.CLOSED else set())


LEAD_ON = {
    TicketStatus.OPEN: {"claim", "assign", "take_alert", "withdraw", "put_aside", "add_comment", "apply_macro"},
    TicketStatus.ASSIGNED: {
        "release",
        "start",
        "resume",
        "wait_for_customer",
        "resolve",
        "withdraw",
        "put_aside",
        "add_comment",
        "apply_macro",
    },
    TicketStatus.IN_PROGRESS: {"release", "wait_for_customer", "resolve", "transition", "withdraw", "put_aside"},
    TicketStatus.PENDING_CUSTOMER: {"release", "start", "resume", "resolve", "transition", "withdraw", "put_aside"},
    TicketStatus.RESOLVED: {"reopen", "undo"},
    TicketStatus.CLOSED: {"undo"},
}
"""What takes a ticket to another status, by its last holder (withdrawing: by its customer); all else stays or is refused."""


GOES_ELSEWHERE = {"merge", "move_to_customer"}
"""What closes a ticket of every status, since it goes on in another."""


def bring_to(stage: Stage, status: TicketStatus) -> None:
    """The stage's ticket, which Amir works on, in that status by an act of his."""
    desk, ref, amir = stage.desk, stage.ref, stage.amir
    if status is TicketStatus.OPEN:
        desk.release(ref, by=amir)
    elif status is TicketStatus.ASSIGNED:
        desk.release(ref, by=amir)
        desk.claim(ref, by=amir)
    elif status is TicketStatus.PENDING_CUSTOMER:
        desk.wait_for_customer(ref, by=amir)
    elif status is TicketStatus.RESOLVED:
        desk.resolve(ref, by=amir)
    elif status is TicketStatus.CLOSED:
        desk.put_aside(ref, by=amir)
