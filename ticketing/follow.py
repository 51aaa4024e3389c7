"""Whose members are agents, as it is written in the configuration (docs/team.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^\S+$")]
Level = Annotated[int, Field(strict=True, ge=1, le=5)]


class Follow(BaseModel):
    """
    A private channel, a user group, or both, whose members are agents; None of both is nobody.

    Who becomes an agent so begins with `skills`. By hand anybody can be made one or kept from it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Id | None = None
    usergroup: Id | None = None
    skills: dict[str, Level] = {}

    @property
    def is_on(self) -> bool:
        return self.channel is not None or self.usergroup is not None
