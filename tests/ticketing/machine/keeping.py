"""Rules about what is kept with a ticket: words put differently or taken away, files, who reads along, answers to questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.ticketing.desk_model import ModelTicket
from tests.ticketing.machine.documents import FLOORS, NUMBERS
from tests.ticketing.machine.erasing import Erasing, Words
from tests.ticketing.machine.talking import Talking
from ticketing.errors import CommentNotFound, HelpdeskError, InvalidInput, NotAnAgent, StaleTicket, TicketNotFound
from ticketing.model import Attachment, Comment, CommentKey, PersonId, TicketRef

VERSIONS = ["1", "2", "3"]
FILES = ["F1", "F2"]
ACTS = ("edit", "edit", "delete", "attach", "attach", "detach", "read", "answer")
KEPT = st.lists(st.tuples(st.sampled_from(ACTS), NUMBERS, NUMBERS, NUMBERS), min_size=16, max_size=16)
"""What is done about one ticket, one thing after the other: to which of its comments, by whom, and how."""


class Keeping(Erasing, Talking):
    """Keeping."""

    def __init__(self) -> None:
        super().__init__()
        self.edited: dict[CommentKey, str] = {}
        self.files: dict[tuple[TicketRef, int], list[str]] = {}
        self.watching: dict[TicketRef, list[PersonId]] = {}
        self.answers: dict[TicketRef, dict[str, str]] = {}

    def comment_of(self, ticket: ModelTicket, number: int) -> Comment | None:
        """One that was said on this very ticket."""
        said = self.desk.comments(ticket.ref, include_internal=True)
        own = [each for each in said if each.key.ticket == ticket.ref and each.number]
        return own[number % len(own)] if own else None

    def author_or(self, comment: Comment, who: int) -> PersonId:
        return comment.author_id if who % 4 else self.agent(who)

    def reword(self, ticket: ModelTicket, comment: Comment, words: str) -> None:
        texts = ticket.internal if comment.is_internal else ticket.public
        texts[texts.index(comment.text)] = words

    @rule(which=NUMBERS, kept=KEPT)
    def keep_several(self, which: int, kept: list[tuple[str, int, int, int]]) -> None:
        """What goes wrong only with the same few words and files is hardly met among many."""
        self.agent_says(which, 1, timedelta(0), kind="public")
        self.customer_says(which, timedelta(0), thanks=False)
        for act, number, who, dice in kept:
            if act == "edit":
                self.edit(which, number, who, VERSIONS[dice % len(VERSIONS)])
            elif act == "delete":
                self.delete(which, number, who)
            elif act == "attach":
                self.attach(which, number, who, FILES[dice % len(FILES)])
            elif act == "detach":
                self.detach(which, number, who, FILES[dice % len(FILES)])
            elif act == "read":
                self.read_along(which, number, who, begins=dice % 3 > 0)
            else:
                self.answer_question(which, who, ["", *FLOORS, "Roof"][dice % 4])
            self.what_is_kept_is_as_in_the_model()
            self.all_is_as_in_the_model()

    # --- words --------------------------------------------------------------------------------------------------------

    @rule(which=NUMBERS, number=NUMBERS, who=NUMBERS, version=st.sampled_from(VERSIONS))
    def edit(self, which: int, number: int, who: int, version: str) -> None:
        ticket = self.pick(which)
        comment = self.comment_of(ticket, number)
        if comment is None:
            return
        by = self.author_or(comment, who)
        refused = None if comment.author_id == by else CommentNotFound
        words = f"Put otherwise, {version}{self.mark(by)}"
        act: Callable[[], Any] = lambda: self.desk.edit_comment(  # noqa: E731
            ticket.ref, comment.number, words, by=by, source_version=version
        )
        self.does(act, refused)
        if refused is None and comment.deleted_at is None and version > self.edited.get(comment.key, ""):
            self.edited[comment.key] = version
            self.reword(ticket, comment, words)

    @rule(which=NUMBERS, number=NUMBERS, who=NUMBERS)
    def delete(self, which: int, number: int, who: int) -> None:
        ticket = self.pick(which)
        comment = self.comment_of(ticket, number)
        if comment is None:
            return
        by = self.author_or(comment, who)
        refused = None if comment.author_id == by else CommentNotFound
        self.does(lambda: self.desk.delete_comment(ticket.ref, comment.number, by=by), refused)
        if refused is None and comment.deleted_at is None:
            self.reword(ticket, comment, "")
            self.files.pop((ticket.ref, comment.number), None)

    def taken_back(self, answer: Comment) -> None:
        super().taken_back(answer)
        self.files.pop((answer.key.ticket, answer.number), None)

    def followed_up(self, ticket: ModelTicket, follow_up: TicketRef) -> None:
        super().followed_up(ticket, follow_up)
        self.answers[follow_up] = self.answers.get(ticket.ref, {})

    def blank(self, theirs: set[CommentKey], before: Mapping[CommentKey, Words]) -> None:
        super().blank(theirs, before)
        for key in theirs:
            self.files.pop((key.ticket, key.number), None)
            if key.number == 0:
                self.watching[key.ticket], self.answers[key.ticket] = [], {}

    # --- files --------------------------------------------------------------------------------------------------------

    def owner(self, ticket: ModelTicket, number: int, who: int) -> tuple[int, PersonId, type[HelpdeskError] | None]:
        """Of which comment, by whom, and how they are refused; 0 is what the ticket was opened with."""
        comment = self.comment_of(ticket, number) if number % 3 else None
        if comment is None:
            by = ticket.ref.customer_id if who % 4 else self.agent(who)
            opened_by = self.desk.ticket(ticket.ref).opened_by
            return 0, by, None if by in (ticket.ref.customer_id, opened_by) else TicketNotFound
        by = self.author_or(comment, who)
        is_theirs = comment.author_id == by and comment.deleted_at is None
        return comment.number, by, None if is_theirs else CommentNotFound

    @rule(which=NUMBERS, number=NUMBERS, who=NUMBERS, file=st.sampled_from(FILES))
    def attach(self, which: int, number: int, who: int, file: str) -> None:
        ticket = self.pick(which)
        place, by, refused = self.owner(ticket, number, who)
        named = Attachment(file, f"log{self.mark(by)}.txt")
        self.does(lambda: self.desk.attach(ticket.ref, place, [named], by=by), refused)
        if refused is None:
            there = self.files.setdefault((ticket.ref, place), [])
            there += [] if file in there else [file]

    @rule(which=NUMBERS, number=NUMBERS, who=NUMBERS, file=st.sampled_from(FILES))
    def detach(self, which: int, number: int, who: int, file: str) -> None:
        ticket = self.pick(which)
        place, by, refused = self.owner(ticket, number, who)
        self.does(lambda: self.desk.detach(ticket.ref, place, file, by=by), refused)
        if refused is None and file in self.files.get((ticket.ref, place), []):
            self.files[ticket.ref, place].remove(file)

    # --- who reads along ----------------------------------------------------------------------------------------------

    def sees(self, person: PersonId, ticket: ModelTicket) -> bool:
        agent = self.model.agents.get(person)
        return person == ticket.ref.customer_id or (agent is not None and agent.is_active)

    @rule(which=NUMBERS, whom=NUMBERS, who=NUMBERS, begins=st.booleans())
    def read_along(self, which: int, whom: int, who: int, begins: bool) -> None:
        ticket = self.pick(which)
        everybody = [*self.agents, *self.customers]
        person, by = everybody[whom % len(everybody)], everybody[who % len(everybody)]
        there = self.watching.setdefault(ticket.ref, [])
        refused: type[HelpdeskError] | None = None
        is_team = by in self.model.agents and self.model.agents[by].is_active
        if begins or by != person or person not in there:
            if not self.sees(by, ticket):
                refused = TicketNotFound
            elif by not in (person, ticket.ref.customer_id) and not is_team:
                refused = NotAnAgent
            elif begins and not self.sees(person, ticket):
                refused = InvalidInput
        self.clock.advance(microseconds=1)
        act = self.desk.watch if begins else self.desk.unwatch
        done = self.does(lambda: act(ticket.ref, person, by=by), refused)
        if refused is not None:
            return
        if begins:
            assert done == (person not in there and person != ticket.ref.customer_id)
            there += [person] if done else []
        else:
            assert done == (person in there)
            if done:
                there.remove(person)

    # --- answers to questions -----------------------------------------------------------------------------------------

    @rule(which=NUMBERS, who=NUMBERS, answer=st.sampled_from(["", *FLOORS, "Roof"]))
    def answer_question(self, which: int, who: int, answer: str) -> None:
        ticket, by = self.pick(which), self.agent(who)
        refused = self.no_team(ticket, by) or (StaleTicket if ticket.status == "closed" else None)
        if refused is None and (ticket.category != "account" or answer == "Roof"):
            refused = InvalidInput
        self.does(lambda: self.desk.change_fields(ticket.ref, {"floor": answer}, by=by), refused)
        if refused is None:
            self.answers[ticket.ref] = {"floor": answer} if answer else {}

    # --- what holds after each step -----------------------------------------------------------------------------------

    @invariant()
    def what_is_kept_is_as_in_the_model(self) -> None:
        for ref, ticket in self.model.tickets.items():
            files = {number: [file.file_ref for file in each] for number, each in self.files_of(ref).items()}
            assert files == {place: each for (of, place), each in self.files.items() if of == ref and each}
            readers = [person for person in self.watching.get(ref, []) if self.sees(person, ticket)]
            assert [person.id for person in self.desk.watchers(ref)] == readers
            assert self.desk.ticket(ref).fields == self.answers.get(ref, {})

    def files_of(self, ref: TicketRef) -> dict[int, tuple[Attachment, ...]]:
        return self.desk.attachments(ref, include_internal=True)
