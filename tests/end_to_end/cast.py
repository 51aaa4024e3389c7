"""
Who lives in the workspace of the end-to-end tests, written down twice: for the sandbox and for the bot.

There are more people and categories than tests, so that each test can take some that no other has.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Size:
    """How many there are to be taken. Each has to be written to the database before the bot is ready."""

    teams: Mapping[int, int]
    """Agents in a team -> how many such teams. All are categories, of which a menu holds 100 (Slack's limit)."""
    customers: Mapping[str, int]
    leads: int
    admins: int = 1
    has_channels: bool = True
    """Whether the desk has been told where tickets show and where alerts go."""


SHARED = Size(
    teams={0: 6, 1: 48, 2: 24, 3: 4}, customers={"standard": 180, "premium": 6, "enterprise": 3}, leads=14, admins=12
)
"""For all tests of a combination."""
OWN = Size(teams={0: 1, 1: 3, 2: 1}, customers={"standard": 8, "premium": 1}, leads=2)
"""For one test."""
EMPTY = Size(teams={}, customers={"standard": 4}, leads=0, has_channels=False)
"""For the first run of a desk."""


FAR_TIER, FAR_ZONE = "enterprise", "Asia/Tokyo"
"""Customers of this tier live far away, where the clocks are never changed; all others where the desk is."""
WITH_QUESTIONS = 3
"""The categories of teams of this many agents ask questions of their own."""
QUESTIONS: list[dict[str, Any]] = [
    {"key": "invoice", "label": "Invoice number", "max_length": 10},
    {"key": "product", "label": "Product", "type": "select", "options": ["Basic", "Pro"]},
]


@dataclass(frozen=True)
class SpareTeam:
    """A category nobody uses yet."""

    key: str
    name: str
    channel: str
    agents: list[str]


@dataclass
class Cast:
    """The people and teams of one running workspace, and which of them are still to be had."""

    people: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)
    seeds: list[dict[str, Any]] = field(default_factory=list)
    categories: list[dict[str, Any]] = field(default_factory=list)
    has_channels: bool = True
    _free_people: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _free_teams: dict[int, list[SpareTeam]] = field(default_factory=dict)
    _enough: list[int] = field(default_factory=list)

    @classmethod
    def assemble(cls, size: Size = SHARED) -> Cast:
        """Everybody, always the same."""
        cast = cls(has_channels=size.has_channels)
        names = _names()
        leads = [cast._add(next(names), "lead", skills={}) for _ in range(size.leads)]
        cast._free_people["lead", "standard"] = [name for name, _ in reversed(leads)]
        admins = [cast._add(next(names), "admin", skills={}) for _ in range(size.admins)]
        cast._free_people["admin", "standard"] = [name for name, _ in reversed(admins)]
        for tier, count in size.customers.items():
            customers = [cast._add(next(names), "customer", tier=tier) for _ in range(count)]
            cast._free_people["customer", tier] = [name for name, _ in reversed(customers)]
        staff = [user_id for _, user_id in leads]
        numbers = itertools.count(1)
        for agents, count in size.teams.items():
            cast._free_teams[agents] = [
                cast._team(next(numbers), agents, names, staff, size.leads) for _ in range(count)
            ][::-1]
        cast._enough = [len(free) // 4 for free in cast._free]
        cast._channel("C0SUPPORT1", "support", "everyone")
        cast._channel("C0TRIAGE01", "triage", staff)
        cast._channel("C0ESCALATE", "escalations", staff)
        return cast

    @property
    def runs_short(self) -> bool:
        """Of some kind hardly a quarter is left, which the next test may need."""
        return any(len(free) < enough for free, enough in zip(self._free, self._enough, strict=True))

    @property
    def _free(self) -> list[Sequence[object]]:
        return [*self._free_people.values(), *self._free_teams.values()]

    def take_person(self, role: str, tier: str) -> str:
        """The name of somebody nobody has yet."""
        free = self._free_people.get((role, tier))
        assert free is not None, f"There is no {tier} {role} in the cast; there are {sorted(self._free_people)}."
        assert free, f"All {tier} {role}s are taken: there have to be more in cast.py."
        return free.pop()

    def take_team(self, agents: int) -> SpareTeam:
        """A category nobody has yet, with that many agents."""
        free = self._free_teams.get(agents)
        assert free is not None, f"There is no team of {agents} in the cast; there are {sorted(self._free_teams)}."
        assert free, f"All teams of {agents} are taken: there have to be more in cast.py."
        return free.pop()

    def write(self, directory: Path) -> tuple[Path, Path]:
        """Write the sandbox's workspace file and the bot's settings file; their paths, in this order."""
        workspace, settings = directory / "workspace.toml", directory / "helpdesk.toml"
        team = {"id": "T0TESTS001", "name": "Tests", "domain": "tests"}
        workspace.write_text(toml({"team": team, "people": self.people, "channels": self.channels}), encoding="utf-8")
        desk = {
            "zone": "Europe/Vienna",
            "open_rate_per_hour": 10_000,
            "colleagues_see_tickets": True,
            "board_at": "never",
            "digest_at": "never",
            "channels": {"triage": "C0TRIAGE01", "escalations": "C0ESCALATE"} if self.has_channels else {},
            "categories": [{"key": "general", "name": "General"}, *self.categories],
        }
        settings.write_text(toml({"desk": desk, "people": self.seeds}), encoding="utf-8")
        return workspace, settings

    def _team(self, number: int, size: int, names: Iterator[str], staff: list[str], leads: int) -> SpareTeam:
        key, channel = f"team-{number:02}", f"C0TEAM{number:04}"
        agents = [self._add(next(names), "agent", skills={key: 3}) for _ in range(size)]
        staff.extend(user_id for _, user_id in agents)
        self._channel(channel, key, [*(user_id for _, user_id in agents), *staff[:leads]])
        asks = {"fields": QUESTIONS} if size == WITH_QUESTIONS else {}
        self.categories.append({"key": key, "name": f"Team {number:02}", "channel": channel, **asks})
        return SpareTeam(key, f"Team {number:02}", key, [name for name, _ in agents])

    def _add(self, first: str, role: str, **seed: Any) -> tuple[str, str]:
        name, user_id = first.lower(), f"U0{first.upper():0<8}"
        real_name = f"{first} {role.capitalize()}"
        email = f"{name}@tests.example"
        tz = FAR_ZONE if seed.get("tier") == FAR_TIER else "Europe/Vienna"
        self.people.append({"id": user_id, "name": name, "real_name": real_name, "email": email, "tz": tz})
        if role != "customer" or seed.get("tier") != "standard":
            self.seeds.append({"slack": user_id, "name": real_name, "role": role} | seed)
        return name, user_id

    def _channel(self, channel_id: str, name: str, members: list[str] | str) -> None:
        # The team's channels are private: anybody may look into a public one.
        shared = {"id": channel_id, "name": name, "members": members, "app_is_member": True}
        self.channels.append(shared | {"is_private": members != "everyone"})


def _names() -> Iterator[str]:
    """First names that differ: Bala, Balo, Bami, ..."""
    for start, middle, end in itertools.product(("Ba", "De", "Ki", "Lo", "Mu", "Ra", "Se", "Ti"), "lmnrstv", "aeiou"):
        yield start + middle + end
    for start, middle, end in itertools.product(("Ba", "De", "Ki", "Lo", "Mu", "Ra", "Se", "Ti"), "lmnrstv", "aeiou"):
        yield start + middle + end + "na"


def toml(document: dict[str, Any]) -> str:
    """A document as TOML. Tables and lists of tables stand under headings, everything else is also JSON."""
    return "\n".join(_lines(document, ())) + "\n"


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    nested: list[tuple[str, str, dict[str, Any]]] = []
    for key, value in table.items():
        heading = ".".join((*path, key))
        if isinstance(value, dict) and not (path and path[-1] == "people"):
            nested.append((key, f"[{heading}]", value))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            nested.extend((key, f"[[{heading}]]", one) for one in value)
        elif isinstance(value, dict):
            inner = ", ".join(f"{name} = {json.dumps(one)}" for name, one in value.items())
            yield f"{key} = {{ {inner} }}"
        else:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
    for key, heading, value in nested:
        yield heading
        yield from _lines(value, (*path, key))
