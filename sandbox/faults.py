"""Faults on demand: by method and rate in the Web API, on the way out in delivery. The same seed gives the same faults."""

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.errors import ControlError

RETRY_SCHEDULE_S = (0.0, 60.0, 300.0)
"""When an event that was not acked is sent again (https://docs.slack.dev/apis/events-api, Retries)."""
ACK_LIMIT_S = 3.0
"""How long the app has to ack (https://docs.slack.dev/interactivity/handling-user-interaction and /apis/events-api)."""
SWITCH_OFF_AFTER = 1_000
"""An app with fewer deliveries an hour is not switched off (https://docs.slack.dev/apis/events-api, Failure limits)."""


@dataclass
class ApiFault:
    """What goes wrong with calls of one method, or of all (`*`). Raises ValueError for what is no figure."""

    method: str = "*"
    latency_ms: float = 0.0
    error: str | None = None
    retry_after: int = 1
    rate: float = 1.0
    times: int | None = None
    lose_answer: bool = False

    def __post_init__(self) -> None:
        self.latency_ms, self.rate = float(self.latency_ms), float(self.rate)
        if self.error is not None and self.error.startswith("http_"):
            int(self.error.removeprefix("http_"))


@dataclass
class DeliveryFault:
    """What goes wrong between the workspace and the app. Raises ValueError for what is no figure."""

    latency_ms: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0

    def __post_init__(self) -> None:
        self.latency_ms, self.duplicate = float(self.latency_ms), float(self.duplicate)
        self.reorder, self.drop = float(self.reorder), float(self.drop)


@dataclass
class Faults:
    """The faults in force, the switch of the rate limits and the schedule of retries."""

    rate_limits: bool = True
    api: list[ApiFault] = field(default_factory=list)
    delivery: DeliveryFault = field(default_factory=DeliveryFault)
    retry_schedule_s: tuple[float, ...] = RETRY_SCHEDULE_S
    seed: int = 1
    switch_off_after: int = SWITCH_OFF_AFTER
    ack_limit_s: float = ACK_LIMIT_S

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self._rate_limits_at_start = self.rate_limits

    def clear(self) -> None:
        """None at all, as at the start."""
        self.change({"api": [], "delivery": {}, "rate_limits": self._rate_limits_at_start,
                     "retry_schedule_s": list(RETRY_SCHEDULE_S), "seed": 1, "switch_off_after": SWITCH_OFF_AFTER,
                     "ack_limit_s": ACK_LIMIT_S})  # fmt: skip

    def strike(self, method: str) -> ApiFault | None:
        """The fault that hits this call, if one does."""
        for fault in self.api:
            if fault.method not in {"*", method} or fault.times == 0:
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def chance(self, share: float) -> bool:
        """Whether something of this likelihood happens now."""
        return share > 0 and self._random.random() < share

    def change(self, raw: dict[str, Any]) -> None:
        """Set what is named; what is not named stays. Raises ControlError for what is not a fault."""
        try:
            api = [ApiFault(**one) for one in raw["api"]] if "api" in raw else self.api
            delivery = DeliveryFault(**raw["delivery"]) if "delivery" in raw else self.delivery
            schedule = tuple(float(s) for s in raw.get("retry_schedule_s", self.retry_schedule_s))
            seed = int(raw.get("seed", self.seed))
            limit = float(raw.get("ack_limit_s", self.ack_limit_s))
            least = int(raw.get("switch_off_after", self.switch_off_after))
        except (TypeError, ValueError) as error:
            raise ControlError(400, "invalid_faults", f"These are not faults: {error}.") from error
        unknown = set(raw) - {
            "api",
            "delivery",
            "rate_limits",
            "retry_schedule_s",
            "seed",
            "switch_off_after",
            "ack_limit_s",
        }
        if unknown:
            raise ControlError(400, "invalid_faults", f"{sorted(unknown)[0]!r} is not a fault.")
        self.api, self.delivery, self.retry_schedule_s = api, delivery, schedule
        self.rate_limits = bool(raw.get("rate_limits", self.rate_limits))
        self.switch_off_after, self.ack_limit_s = least, limit
        if "seed" in raw:
            self.seed = seed
            self._random = random.Random(seed)  # noqa: S311

    @property
    def in_force(self) -> bool:
        """Whether anything goes wrong on purpose."""
        return bool(self.api) or self.delivery != DeliveryFault()

    def as_json(self) -> dict[str, Any]:
        """What the control API says of them."""
        return {
            "api": [asdict(one) for one in self.api],
            "delivery": asdict(self.delivery),
            "rate_limits": self.rate_limits,
            "retry_schedule_s": list(self.retry_schedule_s),
            "seed": self.seed,
            "switch_off_after": self.switch_off_after,
            "ack_limit_s": self.ack_limit_s,
        }
