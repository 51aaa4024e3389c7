"""The process's log: what stands in one line, and what does not stand in it at all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up


@pytest.fixture(autouse=True)
def _the_log_is_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("how", ["text", "json"])
def test_a_connection_that_broke_is_one_line_and_other_errors_show_where(
    capsys: pytest.CaptureFixture[str], how: str
) -> None:
    """The pool replaces it, and whoever used it tells what that meant; an error that nobody expected needs its place."""
    set_up("INFO", "json" if how == "json" else "text")

    try:
        raise ConnectionResetError("gone")
    except ConnectionResetError:
        logging.getLogger("sqlalchemy.pool.impl.QueuePool").error("Exception during reset or similar", exc_info=True)
        lost = capsys.readouterr().err
        logging.getLogger("bot.ticker").exception("A job failed.")
        unexpected = capsys.readouterr().err

    assert "Exception during reset or similar (ConnectionResetError)" in lost
    assert "Traceback" not in lost
    assert "Traceback" in unexpected


def test_nobodys_words_begin_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", "text")
    logging.getLogger("bot").warning("Refused: %s", "x\n2026-01-01 INFO admin granted\x1b[31m")
    set_up("INFO", "json")
    logging.getLogger("bot").warning("Refused: %s", "x\n2026-01-01 INFO admin granted")

    as_text, as_json = capsys.readouterr().err.splitlines()

    assert "\x1b" not in as_text
    assert json.loads(as_json)["message"].startswith("Refused: x\n2026")
