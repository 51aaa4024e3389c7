"""
Merging, taking apart, splitting, linking and moving among everything else that people and timers do, on both databases.

As `tests.ticketing.test_desk_machine`, with rules of its own (`tests.ticketing.machine.joining`). At any moment, and once at
the end of each life, a customer is written out and erased: no word of theirs is found after that, and figures and clocks still
follow from the log (`...machine.erasing`, `...machine.looking_back`).
"""

from __future__ import annotations

from hypothesis.stateful import run_state_machine_as_test

from tests.ticketing.machine.examples import with_examples
from tests.ticketing.machine.looking_back import LookingBack
from ticketing.database import Database


def test_the_desk_merges_and_splits_as_the_model_does(database: Database) -> None:
    machine = type("MergingMachine", (LookingBack,), {"database": database})
    run_state_machine_as_test(machine, settings=with_examples(6, steps=20, on=database))
