"""What every kind of the desk's work stands on: the database, the clock, the configuration in force, one transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from ticketing.categories import Category
from ticketing.configuration import Configuration, default_document, parse, to_document
from ticketing.database import Database, is_conflict
from ticketing.desk.setbacks import Setbacks
from ticketing.errors import InvalidInput
from ticketing.instants import from_us, is_id, to_us
from ticketing.ladder import Added, Ladder, added_by
from ticketing.model import PersonId
from ticketing.prepared import run
from ticketing.tables import configurations
from ticketing.transaction import Holders, Observer, Transaction, anybody

Clock = Callable[[], datetime]

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 5
"""How often a use case is run again when PostgreSQL finds that two of them waited for each other."""

VERSIONS_KEPT = 100
"""How many versions of the configuration a process keeps parsed."""

LATEST = select(func.max(configurations.c.version).label("version"))
STORED_AT = select(configurations.c.created_at).where(configurations.c.version == bindparam("version"))
EARLIER = (
    select(configurations.c.document)
    .where(configurations.c.version < bindparam("version"))
    .order_by(configurations.c.version)
)
STEPS = (
    select(
        configurations.c.version,
        configurations.c.created_at,
        configurations.c.document[("ladder", "steps")].label("steps"),
    )
    .where(configurations.c.version <= bindparam("version"))
    .order_by(configurations.c.version)
)
DOCUMENT = select(configurations.c.document).where(configurations.c.version == bindparam("version"))

ONE_AT_A_TIME = text("LOCK TABLE configurations IN SHARE ROW EXCLUSIVE MODE")
"""PostgreSQL; readers are not kept waiting. SQLite has one writer anyway."""


class DeskBase:
    """See `ticketing.desk.Desk`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._observers: list[Observer] = []
        self._after_commit: list[Callable[[], None]] = []
        self._after_configured: list[Callable[[], None]] = []
        self._parsed: dict[int, Configuration] = {}
        self._promised_since_then: dict[int, int] = {}
        self._holders: Holders = anybody
        self._after_failure: list[Callable[[str, Exception], None]] = []
        self._setbacks: dict[str, Setbacks[Any]] = {}

    def subscribe(self, observer: Observer) -> None:
        """
        Call `observer(tx, ticket, event)` for every entry of the audit log, inside its transaction.

        `ticket` is as it will be committed. What the observer writes through `tx` commits or vanishes with the change.
        """
        self._observers.append(observer)

    def now(self) -> datetime:
        """The present business instant."""
        return self._clock()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever a ticket's change has been committed, in the thread that made it: keep it short."""
        self._after_commit.append(callback)

    def after_configured(self, callback: Callable[[], None]) -> None:
        """Call `callback` whenever this process has put another configuration in force: what follows from it can begin."""
        self._after_configured.append(callback)

    def after_failure(self, callback: Callable[[str, Exception], None]) -> None:
        """
        Call `callback(job, error)` whenever a step could not do one of the things that were due: the rest goes on, and it is
        tried again later. Where nobody is told the step raises the error.
        """
        self._after_failure.append(callback)

    def setbacks(self, job: str) -> Setbacks[Any]:
        """What failed of a job's work in this process and waits for its next try."""
        if job not in self._setbacks:
            self._setbacks[job] = Setbacks(partial(self._has_failed, job))
        return self._setbacks[job]

    def _has_failed(self, job: str, error: Exception) -> None:
        if not self._after_failure:
            raise error
        for callback in self._after_failure:
            callback(job, error)

    def restrict_holders(self, holders: Holders) -> None:
        """
        Let only those hold a category's tickets whom `holders(category)` names, by outside reference; None: anybody may.

        It is called within transactions, so it must answer from memory.
        """
        self._holders = holders

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        with self._database.write() as connection:
            tx = Transaction(
                connection,
                now=self._clock(),
                configured=partial(self._configuration_of, connection),
                observers=self._observers,
                is_sqlite=self._database.is_sqlite,
                holders=self._holders,
            )
            yield tx
            tx.finish()
        if tx.is_told:
            self._changed()

    def _changed(self) -> None:
        """Something was committed that others may have work from."""
        for callback in self._after_commit:
            callback()

    # --- configuration ------------------------------------------------------------------------------------------------

    def configuration(self) -> Configuration:
        """The configuration in force; the built-in one, as version 0, before any was stored."""
        with self._database.read() as connection:
            return self._configuration_in_force(connection)

    def seed(self, document: Mapping[str, Any]) -> bool:
        """Store a first configuration if there is none; False if there was. Raises InvalidConfiguration."""
        parse(document)
        with self._database.write() as connection:
            if connection.execute(LATEST).scalar_one() is not None:
                return False
            self._store(connection, document, by=None)
            return True

    def _store(self, connection: Connection, document: Mapping[str, Any], *, by: PersonId | None) -> int:
        version = (connection.execute(LATEST).scalar_one() or 0) + 1
        row = {
            "version": version,
            "document": to_document(parse(document)),
            "created_at": to_us(self._clock()),
            "created_by": by,
        }
        connection.execute(insert(configurations), row)
        return version

    def _configuring_alone(self, connection: Connection) -> None:
        """Whoever reads the configuration to store another waits for those who do the same, until their commit."""
        if not self._database.is_sqlite:
            connection.execute(ONE_AT_A_TIME)

    def _configuration_in_force(self, connection: Connection) -> Configuration:
        return self._configuration_of(connection)

    def configured_at(self, version: int) -> datetime | None:
        """When that version of the configuration was stored; None for the built-in one."""
        if not is_id(version):
            return None
        with self._database.read() as connection:
            return from_us(connection.execute(STORED_AT, {"version": version}).scalar_one_or_none())

    def _configuration_of(self, connection: Connection, version: int | None = None) -> Configuration:
        """That version, or the one in force. Versions are immutable, so one is parsed once."""
        if version is None:
            version = run(connection, LATEST, {})[0].version or 0
        known = self._parsed.get(version)
        if known is None:
            stored = connection.execute(DOCUMENT, {"version": version}).scalar_one_or_none()
            known = parse(default_document() if stored is None else stored, version)
            before, count = self._private_before(connection, version), len(known.ladder.steps)
            known = known.remembering(before, self._steps_added(connection, version, count))
            if len(self._parsed) >= VERSIONS_KEPT:
                self._parsed.clear()
            self._parsed[version] = known
        return known

    def _private_before(self, connection: Connection, version: int) -> Iterable[Category]:
        """The categories that were private before that version, as the last version said that had them."""
        before = self._parsed.get(version - 1)
        if before is not None:
            return before.private_categories
        known: dict[str, Category] = {}
        for document in connection.execute(EARLIER, {"version": version}).scalars():
            for each in document.get("categories", ()):
                known.pop(each["key"], None)
                if each.get("private"):
                    known[each["key"]] = Category.model_validate(each)
        return known.values()

    def _steps_added(self, connection: Connection, version: int, count: int) -> tuple[Added, ...]:
        """Which version has added each of the `count` steps of the ladder that this one has."""
        before = self._parsed.get(version - 1)
        if before is not None and count <= len(before.added):
            return before.added[:count]
        if before is not None:
            stored_at = connection.execute(STORED_AT, {"version": version}).scalar_one_or_none()
            return added_by(before.added, count, Added(version, from_us(stored_at)))
        added = (Added(0, None),) * len(Ladder().steps)
        for row in connection.execute(STEPS, {"version": version}):
            steps = Ladder().steps if row.steps is None else row.steps
            added = added_by(added, len(steps), Added(row.version, from_us(row.created_at)))
        return added


D = TypeVar("D", bound=DeskBase)


def use_case(method: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[D, P], R]:
    """Run the method again if the database took it back because of another; it must do all its work in one transaction."""

    def run(self: D, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return method(self, *args, **kwargs)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_conflict(error):
                    raise
        raise AssertionError("unreachable")

    functools.update_wrapper(run, method)
    return run


def checked_key(field: str, key: str, *, longest: int = 300) -> str:
    """A key from outside, exactly as it came. Raises InvalidInput where it could not be stored so."""
    if len(key) > longest or not is_key(key):
        raise InvalidInput(field, f"This is not something that a {field} could be.")
    return key


def is_key(key: str) -> bool:
    """Whether a key could be stored as it is: no row has one that could not."""
    return bool(key) and "\x00" not in key and _is_unicode(key)


def checked_instant(field: str, at: datetime) -> datetime:
    """The instant in UTC. Raises InvalidInput without a time zone, and outside the years 1 to 9999."""
    try:
        if at.utcoffset() is not None:
            return at.astimezone(UTC)
    except (OverflowError, ValueError):
        pass
    raise InvalidInput(field, "This is not a moment in time that can be stored.")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def checked_text(field: str, text: str, *, longest: int, empty: str | None = None) -> str:
    """
    The text as it is stored: without what no database keeps (NUL, lone surrogates) and without space around it.

    Raises InvalidInput, with the sentence `empty` if nothing is left, or if it is too long.
    """
    cleaned = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()
    if not cleaned and empty is not None:
        raise InvalidInput(field, empty)
    if len(cleaned) > longest:
        raise InvalidInput(field, f"This is {len(cleaned):,} characters long; {longest:,} is the most.")
    return cleaned
