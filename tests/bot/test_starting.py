"""Slack is busy or away while the helpdesk starts. Nothing here waits: how long it would is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot import stopping
from bot.settings import Settings, SettingsError
from bot.starting import SlackUnavailable, installed, patiently
from tests.end_to_end.sandbox import Sandbox

ME = "auth.test"


@pytest.fixture
def settings(sandbox_process: Sandbox) -> Settings:
    known = sandbox_process.credentials()
    return Settings.model_validate({"slack_bot_token": known.bot_token, "slack_api_url": known.api_url})


@contextmanager
def faults(sandbox: Sandbox, *api: dict[str, Any]) -> Iterator[None]:
    sandbox.put("/control/faults", {"api": [{"method": ME, **each} for each in api]})
    try:
        yield
    finally:
        sandbox.put("/control/faults", {"api": []})


def written_down(waits: list[float], told_after: int = 100) -> Callable[[float], bool]:
    def told_within(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) >= told_after

    return told_within


def test_slack_that_is_busy_or_fails_is_asked_again_when_it_says_or_later_and_later(
    settings: Settings, sandbox_process: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    waits = list[float]()
    passing = ["http_500", "internal_error", "service_unavailable"]
    busy = {"error": "ratelimited", "retry_after": 7, "times": 1}
    with faults(sandbox_process, *[{"error": each, "times": 1} for each in passing], busy):
        found = patiently(lambda: installed(settings), written_down(waits))
    assert found == installed(settings)
    assert waits == [1, 2, 4, 7]
    assert [record.getMessage() for record in caplog.records if record.name == "bot.starting"] == [
        f"Slack at {settings.slack_api_url} does not answer: {why}. It is asked again in {wait:.0f} s."
        for why, wait in zip([*passing, "ratelimited"], waits, strict=True)
    ]


def test_slack_that_is_away_is_asked_again_each_half_minute_until_somebody_says_stop(settings: Settings) -> None:
    waits = list[float]()
    away = settings.model_copy(update={"slack_api_url": "http://127.0.0.1:9/api/"})
    with pytest.raises(stopping.Told):
        patiently(lambda: installed(away), written_down(waits, told_after=7))
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_what_passes_only_when_somebody_changes_something_is_said_at_once(
    settings: Settings, sandbox_process: Sandbox
) -> None:
    for code, error in (("token_revoked", SettingsError), ("team_access_not_granted", SlackUnavailable)):
        waits = list[float]()
        with faults(sandbox_process, {"error": code}), pytest.raises(error, match=code):
            patiently(lambda: installed(settings), written_down(waits))
        assert waits == []
