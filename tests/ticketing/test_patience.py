"""A database that somebody else keeps locked is said not to answer, in time, to all who wait for it."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.conftest import SqliteTemplates
from tests.postgres import PostgresServer, connect
from tests.ticketing.desks import Cast
from ticketing import silence
from ticketing.database import Database, FairLock, migrate
from ticketing.desk import Desk
from ticketing.errors import DatabaseUnavailable
from ticketing.model import Ticket

PATIENCE_S = 0.4


def test_all_who_wait_are_told_and_nothing_is_changed(sqlite_templates: SqliteTemplates, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    database = Database.open(sqlite_templates.new_database(path, migrate), patience_s=PATIENCE_S)
    desk = Desk(database, lambda: datetime(2026, 11, 23, tzinfo=UTC))
    cast = Cast(desk)
    ticket = cast.ticket()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    outcomes: list[Ticket | Exception] = []

    def write() -> None:
        try:
            outcomes.append(desk.withdraw(ticket.ref, by=ticket.customer_id))
        except DatabaseUnavailable as error:
            outcomes.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(each) for each in outcomes] == [DatabaseUnavailable] * 8
    holder.execute("ROLLBACK")
    holder.close()
    assert desk.ticket(ticket.ref).version == ticket.version
    assert desk.withdraw(ticket.ref, by=ticket.customer_id).version > ticket.version
    database.close()


def test_the_lock_goes_on_to_the_next_when_somebody_gave_up() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.01)
    granted = threading.Event()

    def wait() -> None:
        if lock.acquire(10):
            granted.set()

    thread = threading.Thread(target=wait)
    thread.start()
    lock.release()
    thread.join()
    assert granted.is_set()


def test_without_patience_a_free_database_is_written_all_the_same(
    sqlite_templates: SqliteTemplates, tmp_path: Path
) -> None:
    database = Database.open(sqlite_templates.new_database(tmp_path / "desk.db", migrate), patience_s=0)
    with database.write() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()


def test_a_server_that_says_nothing_is_given_up_and_asked_anew_later(postgresql_server: PostgresServer) -> None:
    url = postgresql_server.new_database(migrate)
    database = Database.open(url, patience_s=60)  # the server itself would let it wait for longer than any press can
    desk = Desk(database, lambda: datetime(2026, 11, 23, tzinfo=UTC))
    ticket = Cast(desk).ticket()
    with connect(make_url(url)) as holder, holder.transaction():
        holder.execute("LOCK TABLE tickets IN EXCLUSIVE MODE")
        with silence.bounded(0.1), pytest.raises(DatabaseUnavailable):
            desk.withdraw(ticket.ref, by=ticket.customer_id)
    assert desk.ticket(ticket.ref).version == ticket.version
    assert desk.withdraw(ticket.ref, by=ticket.customer_id).version > ticket.version
    database.close()
    postgresql_server.drop_database(url)


def test_whoever_finds_every_connection_in_use_is_told_so(postgresql_url: str) -> None:
    database = Database.open(postgresql_url, pool_size=1, patience_s=0.1)
    held = [database.engine.connect() for _ in range(11)]
    with pytest.raises(DatabaseUnavailable), database.read():
        pass
    for each in held:
        each.close()
    database.close()


def test_a_line_that_carries_nothing_is_noticed_unless_the_address_says_otherwise(postgresql_url: str) -> None:
    other = make_url(postgresql_url).update_query_dict({"tcp_user_timeout": "1234"})
    database = Database.open(other.render_as_string(hide_password=False))
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
        raw = connection.connection.dbapi_connection
        assert raw is not None
        said = raw.info.get_parameters()
    assert (said["connect_timeout"], said["keepalives_idle"], said["tcp_user_timeout"]) == ("2", "10", "1234")
    database.close()
