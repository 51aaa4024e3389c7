"""The bot as a process of its own, in the two combinations in which the end-to-end tests run it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import make_url

from tests.end_to_end.sandbox import Sandbox
from tests.postgres import connect
from tests.processes import Process
from ticketing.database import Database
from ticketing.tables import offers, outbox, unread

LONG_AGO_US = 1
Combination = Literal["sqlite-socket", "postgresql-http"]
COMBINATIONS: tuple[Combination, ...] = ("sqlite-socket", "postgresql-http")


class RunningBot(Protocol):
    """A bot that is connected to a sandbox."""

    def said(self) -> str:
        """What it wrote to its output last."""
        ...

    def tracebacks(self) -> str:
        """What it wrote since this was asked last, if a traceback is in it; else nothing."""
        ...

    def stop(self) -> None:
        """End it in good order, as an operator would, unless it was killed. Raises AssertionError when it does not end well."""
        ...

    def without_database(self) -> AbstractContextManager[None]:
        """Its PostgreSQL lets nobody in meanwhile."""
        ...

    def kill(self) -> None:
        """End it as a power cut would. What it was doing is left to it no longer."""
        ...

    def restart(self) -> None:
        """Start it again on the same database. It must have ended."""
        ...


@dataclass
class BotProcess:
    """`helpdesk run` against a sandbox, over Socket Mode or signed HTTP."""

    sandbox: Sandbox
    settings: Path
    database_url: str
    over_http: bool
    process: Process
    is_killed: bool = False
    _lines_seen: int = 0

    @classmethod
    def start(cls, sandbox: Sandbox, settings: Path, database_url: str, combination: Combination) -> BotProcess:
        """Start it and wait until it is ready. Raises AssertionError, with its output, when it does not get there."""
        over_http = combination == "postgresql-http"
        process = cls._run(sandbox, settings, database_url, over_http)
        return cls(sandbox, settings, database_url, over_http, process)

    @staticmethod
    def _run(sandbox: Sandbox, settings: Path, database_url: str, over_http: bool) -> Process:
        known = sandbox.credentials()
        environment = {
            "SLACK_API_URL": known.api_url,
            "SLACK_BOT_TOKEN": known.bot_token,
            "HELPDESK_DATABASE_URL": database_url,
            "HELPDESK_CLOCK_URL": f"{sandbox.url}/control/clock",
        }
        if over_http:
            environment |= {"SLACK_SIGNING_SECRET": known.signing_secret, "HELPDESK_HTTP_PORT": "0"}
        else:
            environment |= {"SLACK_APP_TOKEN": known.app_token}
        process = Process([sys.executable, "-m", "bot", "run", "--config", str(settings)], environment)
        try:
            if over_http:
                sandbox.deliver_by_http(process.line(r"Listening on (http://\S+)")[1])
            process.line("Helpdesk is running")
        except AssertionError:
            process.stop()
            raise
        return process

    def said(self) -> str:
        return self.process.tail()

    def tracebacks(self) -> str:
        fresh = self.process.lines[self._lines_seen :]
        self._lines_seen += len(fresh)
        return "\n".join(fresh[-200:]) if any("Traceback" in line for line in fresh) else ""

    def stop(self) -> None:
        if self.is_killed:
            return
        code = self.process.stop()
        assert code == 0, f"The bot ended with {code}:\n{self.said()}"
        assert not self.tracebacks(), f"The bot ended with a traceback:\n{self.said()}"

    @contextmanager
    def without_database(self) -> Iterator[None]:
        address = make_url(self.database_url)
        with connect(address.set(database="postgres")) as operator:
            operator.execute(f'ALTER DATABASE "{address.database}" ALLOW_CONNECTIONS false'.encode())
            operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [address.database]
            )
            try:
                yield
            finally:
                operator.execute(f'ALTER DATABASE "{address.database}" ALLOW_CONNECTIONS true'.encode())

    def kill(self) -> None:
        self.process.kill()
        self.is_killed = True
        self._leases_end()

    def _leases_end(self) -> None:
        """As if the half minute had passed for which they hold: only a bot that comes back later can take them over."""
        database = Database.open(self.database_url)
        with database.write() as connection:
            for table in (outbox, unread, offers):
                held = table.c.lease_until.is_not(None)
                connection.execute(table.update().where(held).values(lease_until=LONG_AGO_US))
        database.close()

    def restart(self) -> None:
        assert not self.tracebacks(), f"The bot said a traceback before it was killed:\n{self.said()}"
        self._lines_seen = 0
        self.process = self._run(self.sandbox, self.settings, self.database_url, self.over_http)
        self.is_killed = False
