"""`python -m sandbox` from a copy of its folder alone."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.doors import sandbox_process

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


def test_it_stands_alone_and_writes_what_a_bot_needs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sandbox", tmp_path / "sandbox", ignore=shutil.ignore_patterns("__pycache__"))
    ready = tmp_path / "ready.json"
    command = (
        f"import os, runpy, sys; os.chdir({str(tmp_path)!r}); sys.path.insert(0, {str(tmp_path)!r}); "
        "runpy.run_module('sandbox', run_name='__main__')"
    )
    arguments = [sys.executable, "-c", command, "--manifest", str(MANIFEST), "--port", "0", "--ready-file", str(ready)]
    with sandbox_process(arguments, ready) as door:
        assert door.call("GET", "/control/workspace")["team"]["name"] == "Sandbox"
        door.wait_for(ready.exists, "ready file")
        assert json.loads(ready.read_text(encoding="utf-8")) == door.credentials
