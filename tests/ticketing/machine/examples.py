"""How many examples the state machines go through: always the same few, or other ones and more of them on demand."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from ticketing.database import Database

MORE = "HELPDESK_EXAMPLES"
"""The variable of the environment: how many times as many examples, chosen anew on each run."""


def with_examples(count: int, *, steps: int, on: Database) -> settings:
    """
    `count` examples of `steps` rules each, the same on every run unless more are asked for.

    On PostgreSQL the first half of them: the rules are the same code there, and each of its statements is met all the same.
    """
    more = int(os.environ.get(MORE, "0"))
    return settings(
        max_examples=(count if on.is_sqlite else (count + 1) // 2) * max(more, 1),
        stateful_step_count=steps,
        deadline=None,
        derandomize=not more,
        print_blob=bool(more),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
