"""docs/sandbox.md tells what is covered, and says the truth."""

import re
from pathlib import Path

from sandbox.api.door import METHODS
from sandbox.config import WorkspaceConfig
from sandbox.house import House
from sandbox.manifest import load
from sandbox.server import make_app

HERE = Path(__file__).parent
DOCUMENT = (HERE.parent.parent / "docs" / "sandbox.md").read_text(encoding="utf-8")
CONTROL = (HERE.parent.parent / "sandbox" / "control-api.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    section = DOCUMENT.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_method_has_a_row_and_every_row_a_method() -> None:
    rows = {row[0].strip("`"): row[1] for row in _rows("Web API methods")}
    assert set(rows) == set(METHODS)
    for name, page in rows.items():
        assert page == f"/reference/methods/{name}"
        assert f"docs.slack.dev/reference/methods/{name}" in (METHODS[name].handler.__doc__ or "")


def test_every_route_is_written_down() -> None:
    house = House(WorkspaceConfig(), load(HERE / "manifest.yml"), rate=None, http_url="", rate_limits=True)
    documented = " ".join(row[0] for row in _rows("Slack's other doors"))
    control = re.sub(r"USER|CHANNEL|VIEW|FILE|GROUP", "{}", CONTROL)
    for resource in make_app(house).router.resources():
        path = resource.canonical
        if path.startswith("/control"):
            assert re.sub(r"\{\w+\}", "{}", path) in control, path
        else:
            assert f"`{path}`" in documented, path


def test_every_row_names_a_test_that_exists() -> None:
    named = re.findall(r"(test_\w+\.py)::(test_\w+)", DOCUMENT)
    assert len(named) > 150
    for module, test in named:
        folder = HERE.parent / "browser" if module.startswith("test_client_") else HERE
        assert f"def {test}(" in (folder / module).read_text(encoding="utf-8"), f"{module}::{test}"
