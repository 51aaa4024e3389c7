"""The workspace's clock and machine time, held still."""

from sandbox.clock import BusinessClock
from sandbox.delivery.failures import WINDOW_S, FailureLimit
from sandbox.ratelimits import CHANNEL_BURST, RateLimits, Tier


class Machine:
    """A machine's clock that goes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_business_clock_runs_at_its_rate_and_jumps() -> None:
    machine = Machine()
    clock = BusinessClock(rate=60, machine=lambda: 1_000.0, monotonic=machine)
    machine.now = 2
    assert clock.now() == 1_120
    clock.change(advance=80, rate=1)
    machine.now = 3
    assert (clock.now(), clock.version) == (1_201, 1)


def test_a_restart_never_goes_back() -> None:
    machine = Machine()
    clock = BusinessClock(machine=lambda: 1_000.0, monotonic=machine)
    clock.change(advance=500)
    clock.restart(1.0)
    assert clock.now() == 1_500


def test_a_clock_with_a_beginning_begins_there_again() -> None:
    machine = Machine()
    clock = BusinessClock(begins=500.0, machine=lambda: 1_000.0, monotonic=machine)
    machine.now = 2
    assert clock.now() == 502
    clock.change(advance=500)
    clock.restart(1.0)
    assert clock.now() == 500


def test_a_bucket_refills_evenly() -> None:
    machine = Machine()
    limits = RateLimits(machine)
    assert [limits.wait_for_method("users.list", Tier.T2) for _ in range(21)] == [0] * 20 + [3]
    machine.now = 3
    assert [limits.wait_for_method("users.list", Tier.T2) for _ in range(2)] == [0, 3]
    assert limits.wait_for_method("users.info", Tier.T4) == 0


def test_a_channel_takes_a_burst_and_then_one_a_second() -> None:
    machine = Machine()
    limits = RateLimits(machine)
    assert [limits.wait_for_channel("C1") for _ in range(CHANNEL_BURST + 1)] == [0] * CHANNEL_BURST + [1]
    assert limits.wait_for_channel("C2") == 0
    machine.now = 1
    assert [limits.wait_for_channel("C1") for _ in range(2)] == [0, 1]


def test_failures_of_the_past_hour_count() -> None:
    machine = Machine()
    limit = FailureLimit(machine)
    assert [limit.exceeded(success=False, least=3) for _ in range(4)] == [False, False, True, True]
    machine.now = WINDOW_S + 60
    assert limit.exceeded(success=False, least=3) is False
    assert not any(limit.exceeded(success=number < 2, least=3) for number in range(30)), "2 in 31 are more than 5 %"
