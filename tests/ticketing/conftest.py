"""A desk on each database, with a clock that tests move and a small cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.desks import Cast
from ticketing.database import Database, migrate
from ticketing.desk import Desk


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None]:
    return migrate


class MovableClock:
    """Business time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database, clock: MovableClock) -> Desk:
    return Desk(database, clock)


@pytest.fixture
def cast(desk: Desk) -> Cast:
    return Cast(desk)
