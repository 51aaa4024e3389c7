"""What somebody waits for is answered in time, however many calls to Slack it takes and however slow they are."""

from __future__ import annotations

import threading

import pytest

from bot import patience
from bot.patience import ANSWER_WITHIN_S, PatientClient


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def client(most_s: float = 2.0) -> PatientClient:
    return PatientClient("xoxb-1", "http://127.0.0.1:9/", most_s)


def test_calls_that_follow_each_other_share_what_there_is() -> None:
    clock, slack = Clock(), client()
    with patience.bounded(clock):
        assert slack.timeout == 2.0
        clock.now += 2.0
        assert slack.timeout == pytest.approx(ANSWER_WITHIN_S - 2.0)
        assert client(0.1).timeout == 0.1
        clock.now += ANSWER_WITHIN_S - 2.0
        with pytest.raises(TimeoutError):
            slack.users_info(user="U1")  # fails before anything is asked


def test_where_nobody_waits_each_call_has_its_own_time() -> None:
    clock, slack, found = Clock(), client(), list[float]()
    with patience.bounded(clock):
        clock.now += 60
        aside = threading.Thread(target=lambda: found.append(slack.timeout))
        aside.start()
        aside.join()
    assert (found, slack.timeout, patience.left_s()) == ([2.0], 2.0, None)
