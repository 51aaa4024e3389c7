"""
What a message of alerts tells, written down before Slack has it.

Whoever dies before they have Slack's answer, or never hears it, cannot know any more what the message said: by the next try more
has come about, and what is drawn then is not what people were notified of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.delivery.letters import Letter
from ticketing.model import ClockKind, PersonId, TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import AlertKey

TRIED = "tried"
"""Where it is in a row's data."""


@dataclass(frozen=True)
class Try:
    """A message as it was handed to Slack: `digest` is of what it says, the rest as in `Letter`."""

    about: str
    side: str
    thread_ts: str | None
    digest: str
    told: tuple[AlertKey, ...]
    also: tuple[tuple[int, int], ...]
    members: tuple[tuple[int, str], ...]
    then: tuple[Notice, ...] = ()


def written(letter: Letter, digest: str, thread_ts: str | None) -> dict[str, Any]:
    """What is kept in a row's data until it is known what has become of the message."""
    told = [[key.ref.customer_id, key.ref.number, key.kind.value, key.run, key.stage] for key in letter.told]
    return {
        TRIED: {
            "about": letter.about,
            "side": letter.side,
            "thread_ts": thread_ts,
            "digest": digest,
            "told": told,
            "also": [list(row) for row in letter.also],
            "members": [list(matter) for matter in letter.members],
            "then": [_kept(notice) for notice in letter.then],
        }
    }


def last(errand: Errand) -> Try | None:
    """The message that the last try handed to Slack, if it came so far."""
    kept: Mapping[str, Any] | None = errand.data.get(TRIED)
    if kept is None:
        return None
    return Try(
        kept["about"],
        kept["side"],
        kept["thread_ts"],
        kept["digest"],
        tuple(_alert(*key) for key in kept["told"]),
        tuple((customer_id, row) for customer_id, row in kept["also"]),
        tuple((customer_id, about) for customer_id, about in kept["members"]),
        tuple(_notice(notice) for notice in kept.get("then", ())),
    )


def without(data: Mapping[str, Any]) -> dict[str, Any]:
    """A row's data as it was before any try."""
    return {name: value for name, value in data.items() if name != TRIED}


def _alert(customer_id: int, number: int, kind: str, run: int, stage: str) -> AlertKey:
    return AlertKey(TicketRef(PersonId(customer_id), number), ClockKind(kind), run, stage)


def _kept(notice: Notice) -> list[Any]:
    ref = [notice.ticket.customer_id, notice.ticket.number] if notice.ticket is not None else None
    return [notice.place, notice.about, notice.kind, ref, notice.priority, dict(notice.data)]


def _notice(kept: list[Any]) -> Notice:
    place, about, kind, ref, priority, data = kept
    ticket = TicketRef(PersonId(ref[0]), ref[1]) if ref is not None else None
    return Notice(place, about, kind, ticket, priority, data)
