"""Rules about agents whose day ends: shifts, leave, being away for a while, and what they hold then goes to others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.ticketing.desk_model import ModelAgent
from tests.ticketing.machine.assigning import Assigning
from tests.ticketing.machine.documents import KEYS, NUMBERS
from ticketing.desk.handing_over import HandedOver
from ticketing.errors import HelpdeskError, InvalidInput, NotAnAgent
from ticketing.model import PersonId, TicketRef

HOURS = [None, (8, 16), (10, 18), (22, 6)]
"""When one works every day, from and to, in UTC."""
SPANS = [timedelta(minutes=30), timedelta(hours=7), timedelta(days=2)]
DAYS = st.lists(
    st.tuples(NUMBERS, st.sampled_from(["hours", "leave", "away", "wait"]), NUMBERS), min_size=8, max_size=8
)
"""What happens on a day: to whom, what, and how."""


class ModelRoster:
    """When somebody is there, by the words of docs/team.md: on shift, not on leave and not away."""

    def __init__(self) -> None:
        self.hours: tuple[int, int] | None = None
        self.leaves: list[tuple[datetime, datetime]] = []
        self.is_away = False
        self.away_until: datetime | None = None
        self.looked_at: datetime | None = None

    def is_there(self, at: datetime) -> bool:
        if self.away_until is not None and self.away_until <= at:
            self.is_away, self.away_until = False, None
        on_leave = any(start <= at < end for start, end in self.leaves)
        return self.is_on_shift(at) and not on_leave and not self.is_away

    def is_on_shift(self, at: datetime) -> bool:
        if self.hours is None:
            return True
        start, end = self.hours
        hour = at.hour
        return start <= hour < end if start < end else hour >= start or hour < end

    def has_changed_by(self, now: datetime) -> bool:
        """Whether a shift, a leave or an absence began or ended since it was last looked at."""
        since = self.looked_at
        assert since is not None
        moments = [self.away_until] if self.away_until is not None else []
        moments += [moment for leave in self.leaves for moment in leave]
        for day in range((now - since).days + 2) if self.hours is not None else ():
            date = (since + timedelta(days=day)).date()
            moments += [datetime.combine(date, time(hour), UTC) for hour in self.hours or ()]
        return any(since < moment <= now for moment in moments)


class Shifts(Assigning):
    """Shifts, and handing over."""

    def __init__(self) -> None:
        super().__init__()
        self.rosters: dict[PersonId, ModelRoster] = {}

    def roster(self, agent: ModelAgent) -> ModelRoster:
        if agent.id not in self.rosters:
            self.rosters[agent.id] = ModelRoster()
            self.rosters[agent.id].looked_at = self.clock.now
        return self.rosters[agent.id]

    def look_again(self, agent: ModelAgent) -> None:
        roster = self.roster(agent)
        is_there = agent.is_active and roster.is_there(self.clock.now)
        agent.comes_or_goes(is_available=is_there, now=self.clock.now)
        roster.looked_at = self.clock.now

    # --- who is there -------------------------------------------------------------------------------------------------

    def refused_to(self, agent: ModelAgent) -> type[HelpdeskError] | None:
        return None if agent.is_active else NotAnAgent

    @rule(who=NUMBERS, hours=st.sampled_from(HOURS))
    def set_hours(self, who: int, hours: tuple[int, int] | None) -> None:
        agent = self.model.agents[self.agent(who)]
        shifts = None if hours is None else {"mon-sun": [f"{hours[0]:02}:00-{hours[1]:02}:00"]}
        refused = self.refused_to(agent)
        self.does(lambda: self.desk.set_shifts(agent.id, shifts, by=None), refused)
        if refused is None:
            self.roster(agent).hours = hours
            self.look_again(agent)

    @rule(who=NUMBERS, ahead=st.sampled_from(SPANS), length=st.sampled_from(SPANS))
    def go_on_leave(self, who: int, ahead: timedelta, length: timedelta) -> None:
        agent = self.model.agents[self.agent(who)]
        start = self.clock.now + ahead - timedelta(minutes=30)
        refused = self.refused_to(agent)
        if any(begins == start for begins, _ in self.roster(agent).leaves):
            refused = InvalidInput
        self.does(lambda: self.desk.add_leave(agent.id, start, start + length, by=None), refused)
        if refused is None:
            self.roster(agent).leaves.append((start, start + length))
            self.look_again(agent)

    @rule(who=NUMBERS, available=st.booleans(), span=st.sampled_from([None, *SPANS]))
    def come_and_go(self, who: int, available: bool, span: timedelta | None) -> None:
        """By hand one is there, or away, until something of the roster changes."""
        agent = self.model.agents[self.agent(who)]
        until = None if span is None else self.clock.now + span
        refused = self.refused_to(agent)
        self.does(lambda: self.desk.set_available(agent.id, available=available, by=None, until=until), refused)
        if refused is None:
            roster = self.roster(agent)
            roster.is_away, roster.away_until = not available, None if available else until
            roster.looked_at = self.clock.now
            agent.comes_or_goes(is_available=available, now=self.clock.now)

    @rule()
    def day_goes_on(self) -> None:
        following = self.does(lambda: self.desk.roster_step(self.clock.now))
        assert following is None or following > self.clock.now
        for agent in self.model.agents.values():
            if agent.is_active and self.roster(agent).has_changed_by(self.clock.now):
                self.look_again(agent)

    @rule(day=DAYS)
    def live_a_day(self, day: list[tuple[int, str, int]]) -> None:
        """One thing after the other; in the evening everybody is there."""
        for who, act, dice in day:
            if act == "hours":
                self.set_hours(who, HOURS[dice % len(HOURS)])
            elif act == "leave":
                self.go_on_leave(who, SPANS[dice % 2], SPANS[dice % len(SPANS)])
            elif act == "away":
                self.come_and_go(who, dice % 4 == 0, SPANS[dice % len(SPANS)])
            else:
                self.clock.advance(hours=1 + dice)
                self.day_goes_on()
            self.loads_are_what_is_held()
        for who in range(len(self.agents)):
            self.come_and_go(who, True, None)

    @rule(who=NUMBERS, demoted=st.booleans())
    def leave(self, who: int, demoted: bool) -> None:
        super().leave(who, demoted)
        roster = self.roster(self.model.agents[self.agent(who)])
        roster.is_away, roster.away_until = False, None

    @rule(who=NUMBERS, max_load=st.integers(1, 4), category=KEYS, level=st.integers(1, 5))
    def learn(self, who: int, max_load: int, category: str, level: int) -> None:
        agent = self.model.agents[self.agent(who)]
        returns = not agent.is_active
        super().learn(who, max_load, category, level)
        if returns:
            self.look_again(agent)

    # --- the end of a shift -------------------------------------------------------------------------------------------

    @rule(who=NUMBERS, takers=st.lists(st.one_of(st.none(), NUMBERS), min_size=3, max_size=3), breaks_off=st.booleans())
    def hand_over(self, who: int, takers: list[int | None], breaks_off: bool) -> None:
        """Whoever made the plan carries it out, or has ended before that, and the step does."""
        agent = self.model.agents[self.agent(who)]
        held = [each for each in self.model.tickets.values() if each.is_held and each.holder == agent.id]
        held.sort(key=lambda each: each.ref.number)
        chosen = [None if taker is None else self.agent(taker) for taker in takers]
        plan = dict(zip((each.ref for each in held), chosen, strict=False))
        source = f"v:{next(self.sources)}"
        refused = self.refused_to(agent)
        self.does(lambda: self.desk.plan_handover(agent.id, plan, source=source), refused)
        if refused is not None:
            return
        if breaks_off:
            self.clock.advance(seconds=11)
            self.model.now = self.clock.now
            self.does(lambda: self.desk.handover_step(self.clock.now))
        else:
            self.does(lambda: self.desk.carry_out_handover(source))
        expected = {ref: self.handed(ref, to, agent.id) for ref, to in plan.items()}
        assert {each.ref: each.outcome for each in self.desk.handover(source)} == expected

    def handed(self, ref: TicketRef, to: PersonId | None, by: PersonId) -> HandedOver:
        ticket = self.model.tickets[ref]
        if to is None:
            self.model.give_back(ticket, by)
            return HandedOver.QUEUED
        if self.no_team(ticket, to) is not None:
            return HandedOver.REFUSED
        if ticket.holder != to:
            self.model.give_by_hand(ticket, to, by)
            self.model.agents[to].last_assigned_at = self.clock.now
        return HandedOver.GIVEN
