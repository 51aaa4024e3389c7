"""
The desk against a plain model of it, through random sequences of everything people and timers do, on both databases.

After each step: statuses, holders, queue, loads and what customers can read are as in the model; only legal transitions
are in the log; the clocks, their pauses and their alerts are those that `tests.ticketing.replay` makes of the log alone.
"""

from __future__ import annotations

from hypothesis.stateful import run_state_machine_as_test

from tests.ticketing.machine.examples import with_examples
from tests.ticketing.machine.lives import Lives
from ticketing.database import Database


def test_the_desk_does_what_the_model_does(database: Database) -> None:
    machine = type("DeskMachine", (Lives,), {"database": database})
    run_state_machine_as_test(machine, settings=with_examples(8, steps=20, on=database))
