"""What an admin's App Home says about a desk that is not set up whole."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Press


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    A question of the first run, what was `answered` so far (empty for nothing), and a hint in `small` print; all mrkdwn,
    escaped already. `opens` and `value` are what its button does; `later` names it where it can wait, and `put_off`: it does.
    """

    asks: str
    answered: str = ""
    opens: Press
    value: str = "-"
    small: str = ""
    later: str = ""
    put_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Guide:
    """
    The first run: its steps, and how many come before the one to be answered now. Without steps it is over; what is
    `missing` (sentences, escaped already) is said all the same.
    """

    steps: tuple[Step, ...] = ()
    at: int = 0
    missing: tuple[str, ...] = ()
