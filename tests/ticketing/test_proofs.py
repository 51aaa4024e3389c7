"""docs/proofs.md tells which test shows what, and says the truth."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")


def test_every_promise_names_a_test() -> None:
    rows = [line for line in DOCUMENT.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(rows) > 30
    assert [row for row in rows if "::test_" not in row] == []


def test_every_test_that_is_named_exists() -> None:
    folders = [ROOT / "tests" / each for each in ("ticketing", "bot", "end_to_end")]
    for module, test in re.findall(r"`(test_\w+\.py)::(test_\w+)`", DOCUMENT):
        texts = [(folder / module).read_text(encoding="utf-8") for folder in folders if (folder / module).is_file()]
        assert any(f"def {test}(" in text for text in texts), f"{module}::{test}"
