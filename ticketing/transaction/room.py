"""Room with an agent, taken in one conditional statement, so that nobody is ever given more than they can hold."""

from __future__ import annotations

from collections.abc import Sequence

from ticketing.instants import to_us
from ticketing.model import PersonId
from ticketing.prepared import change, run
from ticketing.statements import TAKE_LOAD, TAKE_LOAD_BY_HAND, TAKE_LOAD_URGENT, TAKE_UNHELD
from ticketing.transaction.reading import Reading


class Room(Reading):
    """Capacity; the load of every other path follows from the tickets when they are written."""

    def take_load(self, agent_id: PersonId, *, urgent: bool = False, by_hand: bool = False) -> bool:
        """
        Make room with an agent if there is any; False: choose again, for somebody else has just taken it.

        URGENT needs no room, only that they are there; an agent who claims needs room, but is there in any case.
        """
        statement = TAKE_LOAD_BY_HAND if by_hand else TAKE_LOAD_URGENT if urgent else TAKE_LOAD
        return change(self.connection, statement, {"agent": agent_id, "now": to_us(self.now)}) == 1

    def take_load_of_first(self, agents: Sequence[PersonId], *, urgent: bool = False) -> PersonId | None:
        """
        Make room with the first of the agents, or with one of the next if the first are just being given something else.

        So writers who have all found the same agent do not wait for each other. None: choose again, the room is gone.
        """
        if not self._is_sqlite and len(agents) > 1:
            values = {"agents": list(agents), "now": to_us(self.now)}
            taken = run(self.connection, TAKE_UNHELD, values)
            if taken:
                return PersonId(taken[0].agent_id)
        return agents[0] if self.take_load(agents[0], urgent=urgent) else None
