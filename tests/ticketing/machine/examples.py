"""How many examples the state machines go through: always the same few, or other ones and more of them on demand."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MORE = "HELPDESK_EXAMPLES"
"""The variable of the environment: how many times as many examples, chosen anew on each run."""


def with_examples(count: int, *, steps: int) -> settings:
    """`count` examples of `steps` rules each, the same on every run unless more are asked for."""
    more = int(os.environ.get(MORE, "0"))
    return settings(
        max_examples=count * max(more, 1),
        stateful_step_count=steps,
        deadline=None,
        derandomize=not more,
        print_blob=bool(more),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
