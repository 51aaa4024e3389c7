"""Rules about tickets that become one, two, or another customer's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import KEYS, NUMBERS, PRIORITIES
from tests.ticketing.machine.erasing import Words
from tests.ticketing.machine.labelling import Labelling
from tests.ticketing.machine.passing import Passing
from tests.ticketing.machine.talking import Talking
from ticketing.errors import (
    HelpdeskError,
    InvalidInput,
    OtherCustomersTicket,
    SameTicket,
    TicketClosed,
    TooLateToUndo,
)
from ticketing.events import EventKind, TicketEvent
from ticketing.model import HELD, Comment, CommentKey, PersonId, Priority, Ticket, TicketRef

WINDOW = timedelta(minutes=10)

HANDED_OUT = frozenset(
    {
        *(EventKind.ASSIGNED, EventKind.UNASSIGNABLE, EventKind.PROBLEM_LINKED, EventKind.CLOCKS_RECOMPUTED),
        *(EventKind.WARNED, EventKind.BREACHED, EventKind.ALERT_STEP, EventKind.ALERT_DISPROVED),
    }
)
"""What can have happened to a ticket that is taken back with its move, besides being waiting or assigned."""


@dataclass(frozen=True)
class Merge:
    """What a merge changed: when, and how both tickets stood before."""

    at: datetime
    status: str
    log_length: int
    is_waited_for: bool
    snoozed_until: datetime | None
    tags: frozenset[str]
    """What the other one carries only since then."""
    problem: int | None


class Joining(Labelling, Talking, Passing):
    """Tickets that become one, two, or another customer's."""

    def __init__(self) -> None:
        super().__init__()
        self.merges: dict[int, Merge] = {}
        self.links: dict[frozenset[int], str] = {}
        self.copies: dict[CommentKey, list[tuple[ModelTicket, CommentKey]]] = {}
        self.blanked: set[CommentKey] = set()
        """Where words stood of customers who were erased."""

    @initialize(
        loads=st.lists(st.integers(1, 2), min_size=4, max_size=4),
        opened=st.lists(st.tuples(NUMBERS, KEYS, PRIORITIES), min_size=3, max_size=7),
    )
    def people(self, loads: list[int], opened: list[tuple[int, str, Priority]]) -> None:
        self.make_people(loads, opened)

    # --- merging ------------------------------------------------------------------------------------------------------

    @rule(which=NUMBERS, onto=NUMBERS, who=NUMBERS, stranger=st.integers(0, 5))
    def merge(self, which: int, onto: int, who: int, stranger: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        latest = self.living()[-12:]
        mates = [each for each in latest if not stranger or each.ref.customer_id == ticket.ref.customer_id] or latest
        other = mates[onto % len(mates)]
        self.clock.advance(microseconds=1)
        refused = self.refusal_of_merge(ticket, other, by)
        is_there = refused is None and other in self.way(ticket)
        awaits = refused is None and not is_there and self.awaits_answer(ticket)
        self.does(lambda: self.desk.merge(ticket.ref, other.ref, by=by), refused)
        if refused is not None or is_there:
            return
        is_turn = awaits and other.status != "resolved"
        waited = is_turn and other.status == "pending_customer"
        if is_turn:
            other.snoozed_until = None
            other.status = "in_progress" if waited else other.status
        length = self.desk.ticket(other.ref).last_event
        tags = frozenset(self.tags(ticket) - self.tags(other))
        self.tags(other).update(tags)
        problem = self.regroup(ticket, other)
        self.merges[ticket.ref.number] = Merge(
            self.clock.now, ticket.status, length, waited, ticket.snoozed_until, tags, problem
        )
        self.model.close(ticket)
        ticket.merged_into = other

    def refusal_of_merge(self, ticket: ModelTicket, other: ModelTicket, by: PersonId) -> type[HelpdeskError] | None:
        if ticket is other:
            return SameTicket
        if fault := self.no_team(ticket, by):
            return fault
        if ticket.ref.customer_id != other.ref.customer_id:
            return self.no_team(other, by) or OtherCustomersTicket
        if other in self.way(ticket):
            return None
        return TicketClosed if "closed" in (ticket.status, other.status) else None

    def way(self, ticket: ModelTicket) -> list[ModelTicket]:
        into = ticket.merged_into
        return [] if into is None else [into, *self.way(into)]

    def awaits_answer(self, ticket: ModelTicket) -> bool:
        """By the words of docs/merging.md: the last word that both sides read is the customer's."""
        if ticket.status in ("resolved", "pending_customer"):
            return False
        said = self.desk.comments(ticket.ref, include_internal=False)
        standing = [each for each in said if not each.is_automatic and each.deleted_at is None]
        return not standing or not self.is_of_team(ticket, standing[-1].author_id)

    def is_of_team(self, ticket: ModelTicket, author: PersonId) -> bool:
        agent = self.model.agents.get(author)
        return author != ticket.ref.customer_id and agent is not None and agent.is_active

    @rule(which=NUMBERS, who=NUMBERS)
    def unmerge(self, which: int, who: int) -> None:
        merged = [each for each in self.living() if each.merged_into is not None][-3:]
        ticket = merged[which % len(merged)] if merged else self.pick(which)
        by, other = self.agent(who), ticket.merged_into
        refused = self.no_team(ticket, by)
        since = self.since(ticket) if other is not None else []
        if refused is None and (other is None or self.is_too_late(ticket, other, since)):
            refused = TooLateToUndo
        self.clock.advance(microseconds=1)
        self.does(lambda: self.desk.unmerge(ticket.ref, by=by), refused)
        if refused is not None or other is None:
            return
        merge = self.merges.pop(ticket.ref.number)
        ticket.status, ticket.merged_into = merge.status, None
        self.tags(other).difference_update(merge.tags)
        if merge.problem is not None and self.linked.get(other.ref) == merge.problem:
            self.regroup(other, ticket)
        if merge.snoozed_until is not None and merge.snoozed_until > self.clock.now:
            ticket.snoozed_until = merge.snoozed_until
        if ticket.is_held and ticket.holder is not None:
            self.model.agents[ticket.holder].last_assigned_at = self.clock.now
        if merge.is_waited_for and not any(event.kind is EventKind.STATUS for event in since):
            other.status = "pending_customer"

    def since(self, ticket: ModelTicket) -> list[TicketEvent]:
        """What happened on the other ticket since the merge."""
        assert ticket.merged_into is not None
        return self.logs[ticket.merged_into.ref][self.merges[ticket.ref.number].log_length :]

    def is_too_late(self, ticket: ModelTicket, other: ModelTicket, since: Sequence[TicketEvent]) -> bool:
        merge = self.merges[ticket.ref.number]
        said = [event for event in since if event.kind is EventKind.COMMENTED]
        is_said = any(not event.data["internal"] and not event.data["automatic"] for event in said)
        is_solved = other.status == "resolved" and any(event.to_value == "resolved" for event in since)
        holder = None if ticket.holder is None else self.model.agents[ticket.holder]
        has_left = merge.status in HELD and (holder is None or not holder.is_active)
        late = self.clock.now + timedelta(microseconds=1) > merge.at + WINDOW
        return late or is_said or other.status == "closed" or is_solved or has_left

    # --- splitting and moving -----------------------------------------------------------------------------------------

    @rule(which=NUMBERS, who=NUMBERS, chosen=st.integers(0, 63))
    def split(self, which: int, who: int, chosen: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        said = [c for c in self.desk.comments(ticket.ref, include_internal=True) if c.deleted_at is None]
        comments = [each for place, each in enumerate(said) if chosen >> (place % 6) & 1]
        keys = [each.key for each in comments]
        refused = self.no_team(ticket, by) or (None if comments else InvalidInput)
        source = self.source()
        self.clock.advance(microseconds=1)

        def act() -> Ticket:
            return self.desk.split(ticket.ref, keys, subject="The rest", by=by, source=source)

        new = self.does(act, refused)
        if refused is not None:
            return
        public = next((each for each in comments if not each.is_internal), None)
        made = self.adopt(new, ticket.holder if ticket.is_held else None)
        for comment in comments:
            self.copied(comment, made, is_opening=comment is public)
        self.links[frozenset({ticket.ref.number, new.number})] = "split"
        assert act().ref == new.ref
        self.returned = None

    @rule(which=NUMBERS, who=NUMBERS, whose=NUMBERS)
    def move(self, which: int, who: int, whose: int) -> None:
        ticket, by = self.pick(which), self.agent(who)
        customer = self.customers[whose % len(self.customers)]
        refused: type[HelpdeskError] | None = self.no_team(ticket, by)
        if refused is None and customer == ticket.ref.customer_id:
            refused = InvalidInput
        elif refused is None and ticket.status == "closed":
            refused = TicketClosed
        said = [c for c in self.desk.comments(ticket.ref, include_internal=True) if c.deleted_at is None]
        source = self.source()
        self.clock.advance(microseconds=1)
        new = self.does(lambda: self.desk.move_to_customer(ticket.ref, customer, by=by, source=source), refused)
        if refused is not None:
            return
        holder = ticket.holder if ticket.is_held else None
        self.model.close(ticket)
        made = self.adopt(new, holder, is_escalated=ticket.is_escalated)
        self.tagged[made.ref] = set(self.tags(ticket))
        self.regroup(ticket, made)
        opening = CommentKey(ticket.ref.customer_id, ticket.ref.number, 0)
        self.copies.setdefault(opening, []).append((made, CommentKey(customer, new.number, 0)))
        for comment in said:
            self.copied(comment, made, is_opening=False)
        self.links[frozenset({ticket.ref.number, new.number})] = "moved"

    def move_back(self, ticket: ModelTicket, by: PersonId) -> None:
        """By the words of docs/merging.md: in time, and as long as the other has only been handed out."""
        log = self.logs[ticket.ref]
        act = next(event for event in reversed(log) if event.kind is EventKind.STATUS)
        moves = [event for event in log if event.kind is EventKind.MOVED_TO]
        is_late = not moves or self.clock.now > act.at + WINDOW
        refused = self.no_team(ticket, by) or (TooLateToUndo if is_late else None)
        if refused is not None:
            self.does(lambda: self.desk.undo(ticket.ref, by=by), refused)
            return
        new = self.model.tickets[TicketRef(PersonId(moves[-1].data["customer"]), int(str(moves[-1].to_value)))]
        holder = None if ticket.holder is None else self.model.agents[ticket.holder]
        has_left = act.from_value in HELD and (holder is None or not holder.is_active)
        if has_left or not self.is_as_moved(ticket, new, act.seq):
            refused = TooLateToUndo
        self.does(lambda: self.desk.undo(ticket.ref, by=by), self.no_team(new, by) or refused)
        if refused is not None or self.no_team(new, by):
            return
        self.model.close(new)
        self.regroup(new, ticket)
        self.goes_back(ticket, act)

    def is_as_moved(self, ticket: ModelTicket, new: ModelTicket, end: int) -> bool:
        since = [event for event in self.logs[ticket.ref][end:] if event.kind is not EventKind.PROBLEM_UNLINKED]
        log = self.logs[new.ref]
        began = next(event for event in log if event.kind is EventKind.MOVED_FROM)
        steps = [each for each in log[began.seq :] if each.kind is EventKind.STATUS]
        others = {each.kind for each in log[began.seq :]} - {EventKind.STATUS, *HANDED_OUT}
        return not since and not others and all(step.to_value in ("open", "assigned") for step in steps)

    def adopt(self, new: Ticket, holder: PersonId | None, *, is_escalated: bool = False) -> ModelTicket:
        """A new ticket with who holds the one that it came from, if they can have it."""
        made = self.model.made(new, self.tiers[new.customer_id])
        self.model.tickets[made.ref] = made
        made.is_escalated = is_escalated
        if holder is not None and holder != new.customer_id and self.model.agents[holder].is_active:
            self.model.give(made, holder)
        else:
            self.model.settle(made)
        return made

    def copied(self, comment: Comment, to: ModelTicket, *, is_opening: bool) -> None:
        number = 0
        if not is_opening:
            number = len(to.public) + len(to.internal) + 1
            (to.internal if comment.is_internal else to.public).append(comment.text)
        copy = CommentKey(to.ref.customer_id, to.ref.number, number)
        self.copies.setdefault(comment.key, []).append((to, copy))

    def taken_back(self, answer: Comment) -> None:
        self.take_copies_back(answer.key, answer.text)

    def take_copies_back(self, key: CommentKey, words: str) -> None:
        for ticket, copy in self.copies.get(key, []):
            if copy.number == 0:
                ticket.description = ""
            elif copy not in self.blanked:
                ticket.public.remove(words)
                ticket.public.append("")
            self.take_copies_back(copy, words)

    def blank(self, theirs: set[CommentKey], before: Mapping[CommentKey, Words]) -> None:
        super().blank(theirs, before)
        self.blanked |= theirs

    # --- linking ------------------------------------------------------------------------------------------------------

    @rule(which=NUMBERS, other=NUMBERS, who=NUMBERS, apart=st.booleans())
    def link(self, which: int, other: int, who: int, apart: bool) -> None:
        one, two, by = self.pick(which), self.pick(other), self.agent(who)
        refused: type[HelpdeskError] | None = self.no_team(one, by) or self.no_team(two, by)
        act: Any = self.desk.unlink if apart else self.desk.link
        if one is two:
            refused = refused if apart else SameTicket
        pair = frozenset({one.ref.number, two.ref.number})
        done = self.does(lambda: act(one.ref, two.ref, by=by), refused)
        if refused is not None:
            return
        if apart:
            assert done == (self.links.get(pair) == "related")
            if done:
                del self.links[pair]
        else:
            assert done == (pair not in self.links)
            self.links.setdefault(pair, "related")

    # --- what holds after each step -----------------------------------------------------------------------------------

    @invariant()
    def what_hangs_together_is_as_in_the_model(self) -> None:
        for ref, known in self.model.tickets.items():
            into = self.desk.ticket(ref).merged_into
            assert into == (known.merged_into.ref.number if known.merged_into is not None else None)
            assert self.desk.joined_with(ref) == known.end.ref
            linked = {link.other.number for link in self.desk.links(ref)}
            assert linked == {next(iter(pair - {ref.number})) for pair in self.links if ref.number in pair}
