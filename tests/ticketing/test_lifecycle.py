"""The transition tables: every pair of statuses against the design's table, and each addition by its reason."""

from __future__ import annotations

from itertools import product

import pytest

from ticketing.errors import TransitionNotAllowed
from ticketing.lifecycle import ADDITIONAL_TRANSITIONS, VALID_TRANSITIONS, Because, check, is_allowed
from ticketing.model import TicketStatus

OPEN, ASSIGNED, IN_PROGRESS, PENDING, RESOLVED, CLOSED = TicketStatus

# One row a status it comes from, one column a status it goes to, in the order of the enum.
#                O  A  I  P  R  C
DESIGN = {
    OPEN: "        .  x  .  .  .  .",
    ASSIGNED: "    x  .  x  .  .  .",
    IN_PROGRESS: " .  .  .  x  x  .",
    PENDING: "     .  .  x  .  x  .",
    RESOLVED: "    .  .  x  .  .  x",
    CLOSED: "      .  .  .  .  .  .",
}
PAIRS = list(product(TicketStatus, TicketStatus))

ADDITIONS = [
    # back to the queue: by the agent who gives it up, or who leaves
    (Because.RELEASED, IN_PROGRESS, OPEN),
    (Because.RELEASED, PENDING, OPEN),
    # reopened, and nobody to give it back to
    (Because.REOPENED, RESOLVED, OPEN),
    # withdrawn, merged, moved, not a ticket: from everywhere that is not the end already
    (Because.ENDED, OPEN, CLOSED),
    (Because.ENDED, ASSIGNED, CLOSED),
    (Because.ENDED, IN_PROGRESS, CLOSED),
    (Because.ENDED, PENDING, CLOSED),
    (Because.ENDED, RESOLVED, CLOSED),
    # a resolve taken back, to where it came from
    (Because.UNDONE, RESOLVED, ASSIGNED),
    (Because.UNDONE, RESOLVED, IN_PROGRESS),
    (Because.UNDONE, RESOLVED, PENDING),
    # a withdrawal or a merge taken back
    (Because.UNDONE, CLOSED, OPEN),
    (Because.UNDONE, CLOSED, ASSIGNED),
    (Because.UNDONE, CLOSED, IN_PROGRESS),
    (Because.UNDONE, CLOSED, PENDING),
    (Because.UNDONE, CLOSED, RESOLVED),
]


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{before}-{after}" for before, after in PAIRS])
def test_each_of_the_36_pairs_is_as_the_design_says(before: TicketStatus, after: TicketStatus) -> None:
    allowed = DESIGN[before].split()[list(TicketStatus).index(after)] == "x"

    assert is_allowed(before, after) is allowed
    assert (after in VALID_TRANSITIONS[before]) is allowed


@pytest.mark.parametrize(("because", "before", "after"), ADDITIONS)
def test_an_addition_needs_its_reason(because: Because, before: TicketStatus, after: TicketStatus) -> None:
    assert is_allowed(before, after, because)
    assert is_allowed(before, after) is (after in VALID_TRANSITIONS[before])


@pytest.mark.parametrize("because", Because)
def test_a_reason_allows_its_own_steps_and_those_of_the_first_table_alone(because: Because) -> None:
    listed = {(before, after) for reason, before, after in ADDITIONS if reason is because}
    first = {(before, after) for before, afters in VALID_TRANSITIONS.items() for after in afters}

    assert {pair for pair in PAIRS if is_allowed(*pair, because)} == first | listed
    assert {(before, after) for before, afters in ADDITIONAL_TRANSITIONS[because].items() for after in afters} == listed


def test_nothing_follows_closed_but_an_undo() -> None:
    leaving = {because for because, after in product(Because, TicketStatus) if is_allowed(CLOSED, after, because)}

    assert leaving == {Because.UNDONE}
    assert not any(is_allowed(CLOSED, after) for after in TicketStatus)


def test_a_refusal_says_what_cannot_become_what() -> None:
    with pytest.raises(TransitionNotAllowed) as refused:
        check(42, PENDING, ASSIGNED)

    assert (refused.value.number, refused.value.from_status, refused.value.to_status) == (42, PENDING, ASSIGNED)
    assert str(refused.value) == "#42 is pending customer and cannot become assigned."


def test_a_step_that_is_allowed_passes() -> None:
    check(42, RESOLVED, CLOSED)
    check(42, OPEN, CLOSED, Because.ENDED)
