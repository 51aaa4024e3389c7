"""
What the desk holds about a person, written out; and a person erased from it (docs/privacy.md).

Erasing goes ticket by ticket, each in a transaction of its own, and begins with whom it is about: from then on nobody is found
under their reference. Whoever is interrupted calls it again, and it goes on with what is left. The audit log stays whole: it
holds ids, codes and numbers only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from ticketing import indexing, permissions
from ticketing.compaction import compact
from ticketing.desk import named_in_settings
from ticketing.desk.amending import index_anew, locked_with_places, without_words_here
from ticketing.desk.attachments import drop_files
from ticketing.desk.base import checked_key, use_case
from ticketing.desk.copies import DESCRIPTION
from ticketing.desk.people import known_person
from ticketing.desk.personal_document import document, instant
from ticketing.desk.progress import closed
from ticketing.desk.reading import Reading
from ticketing.desk.roles import role_of
from ticketing.desk.words_elsewhere import SAID_ELSEWHERE, WordsElsewhere, words_elsewhere
from ticketing.errors import StillOfTheTeam
from ticketing.events import EventKind
from ticketing.instants import to_us
from ticketing.model import CloseReason, CommentKey, Person, PersonId, Role, TicketRef
from ticketing.tables import (
    agent_leaves,
    agents,
    answering,
    attachments,
    comments,
    customers,
    given_back,
    held_back,
    offers,
    outbox,
    people,
    personal_data_acts,
    personal_macros,
    ratings,
    shown,
    tags,
    team_changes,
    ticket_tags,
    ticket_watchers,
    tickets,
    unread,
)

FORMAT = 1
"""Of the written-out document; it grows when something in it is called differently."""

NAMELESS = "Somebody"
COPY = "copy"
EXPORTED, ERASING, ERASED = "exported", "erasing", "erased"
BATCH = 200

_person: Any = bindparam("person")
_ticket_key: tuple[Any, Any] = (bindparam("customer"), bindparam("ticket"))
_is_erased = tickets.c.source.like("erased:%")
NEXT_TICKETS = (
    select(tickets.c.id).where(tickets.c.customer_id == _person, ~_is_erased).order_by(tickets.c.id).limit(BATCH)
)
WATCHED_ELSEWHERE = select(ticket_watchers.c.customer_id, ticket_watchers.c.ticket_id).where(
    ticket_watchers.c.person_id == _person, ticket_watchers.c.customer_id != _person
)
WAS_OF_THE_TEAM = select(func.count()).select_from(agents).where(agents.c.id == _person)
PERSONS_LIKE = select(people.c.id, people.c.external_ref).where(
    or_(people.c.external_ref == bindparam("ref"), people.c.external_ref.like(bindparam("end"), escape="\\"))
)
_CUT = literal("erased:") + cast(comments.c.ticket_id, String) + literal(":") + cast(comments.c.id, String)
_COMMENTS = (comments.c.customer_id == _ticket_key[0], comments.c.ticket_id == _ticket_key[1])
BLANK_COMMENTS = update(comments).where(*_COMMENTS).values(text="", source=_CUT)
CUT_COMMENT = update(comments).where(*_COMMENTS, comments.c.id == bindparam("comment")).values(source=_CUT)
# Written before all the rest, for the index of words to be read by it.
PUT_WORDS = (
    update(tickets)
    .where(tickets.c.customer_id == _ticket_key[0], tickets.c.id == _ticket_key[1])
    .values(subject=bindparam("title"), description=bindparam("words"))
)
BLANK_RATINGS = (
    update(ratings)
    .where(ratings.c.customer_id == _ticket_key[0], ratings.c.ticket_id == _ticket_key[1])
    .values(comment="")
)
_CHILDREN = (attachments, ticket_watchers, ticket_tags, answering, given_back, held_back, outbox)
FORGET_CHILDREN = {
    table: delete(table).where(table.c.customer_id == _ticket_key[0], table.c.ticket_id == _ticket_key[1])
    for table in _CHILDREN
}
TAGS_OF = select(ticket_tags.c.tag_id).where(
    ticket_tags.c.customer_id == _ticket_key[0], ticket_tags.c.ticket_id == _ticket_key[1]
)
FORGET_TAG = delete(tags).where(tags.c.id == bindparam("tag"), ~exists().where(ticket_tags.c.tag_id == tags.c.id))
_still_to_be_changed = exists().where(
    outbox.c.customer_id == shown.c.customer_id,
    outbox.c.place == shown.c.place,
    outbox.c.about == shown.c.about,
    outbox.c.state == literal_column("'waiting'"),
)
# SQLite writes the clause in the same words.
NOTE = postgresql.insert(personal_data_acts).on_conflict_do_nothing()
_of_theirs: Any = bindparam("places", expanding=True)
LEFTOVERS = (
    delete(unread).where(
        or_(
            unread.c.channel.in_(select(offers.c.channel).where(offers.c.customer_id == _person)),
            unread.c.channel.in_(select(shown.c.channel).where(shown.c.place.in_(_of_theirs))),
        )
    ),
    delete(offers).where(offers.c.customer_id == _person),
    delete(outbox).where(outbox.c.customer_id == 0, outbox.c.place.in_(_of_theirs)),
    delete(shown).where(or_(shown.c.customer_id == _person, shown.c.place.in_(_of_theirs)), ~_still_to_be_changed),
)


@dataclass(frozen=True)
class Erased:
    """What an erasure went through: their tickets, and what they had said on those of others."""

    tickets: int
    comments: int


class Privacy(Reading):
    """See `ticketing.desk.Desk`."""

    def people_called(self, external_ref: str) -> list[Person]:
        """
        Who is meant by an outside reference, by the part of it after its last colon, or by an id; for operators.

        Raises InvalidInput.
        """
        reference = checked_key("reference", external_ref, longest=200)
        with self._database.read() as connection:
            end = "%:" + re.sub(r"([%_\\])", r"\\\1", reference)
            rows = connection.execute(PERSONS_LIKE, {"ref": reference, "end": end}).all()
            found = [
                row.id for row in rows if row.external_ref == reference or row.external_ref.endswith(f":{reference}")
            ]
            if not found and reference.isascii() and reference.isdigit() and len(reference) < 19:
                found = list(connection.execute(select(people.c.id).where(people.c.id == int(reference))).scalars())
            return [known_person(connection, PersonId(each)) for each in found]

    def export_customer(self, person_id: PersonId, *, by: PersonId | None) -> dict[str, Any]:
        """
        Everything that the desk holds about one person, as a JSON document; that it was written out is recorded.

        Raises PersonNotFound, NotAllowed.
        """
        with self._database.write() as connection:
            _as_admin(connection, by)
            known_person(connection, person_id)
            connection.execute(NOTE, _act(person_id, EXPORTED, by, self._clock()))
        with self._database.read() as connection:
            return {"format": FORMAT, "written_at": instant(to_us(self._clock()))} | document(connection, person_id)

    def erase_customer(self, person_id: PersonId, *, by: PersonId | None) -> Erased:
        """
        Blank everything personal that the desk holds about one person; open tickets of theirs are closed.

        Called again it goes on with what is left. What they wrote on other people's tickets as one of the team stays, under
        no name. Raises PersonNotFound, NotAllowed, StillOfTheTeam.
        """
        was_of_the_team = self._begin_erasing(person_id, by)
        done = said = 0
        while refs := self._found(NEXT_TICKETS, person_id):
            for (number,) in refs:
                self._erase_ticket(TicketRef(person_id, number), by)
                done += 1
        if not was_of_the_team:
            while rows := self._found(SAID_ELSEWHERE, person_id):
                for row in rows:
                    self._erase_comment(CommentKey(*row), by)
                    said += 1
        with self._database.read() as connection:
            elsewhere = words_elsewhere(connection, person_id, was_of_the_team=was_of_the_team)
        for words in elsewhere:
            if words.key.number == DESCRIPTION:
                self._erase_description(words, person_id, by)
            else:
                self._erase_comment(words.key, by)
        for row in self._found(WATCHED_ELSEWHERE, person_id):
            self._stop_watching(TicketRef(row[0], row[1]), person_id, by)
        self._finish_erasing(person_id, by)
        return Erased(done, said)

    def compact(self) -> None:
        """Write the whole database anew, so that nothing deleted is left in its files; others wait meanwhile."""
        compact(self._database)

    def _found(self, statement: Any, person_id: PersonId) -> list[tuple[Any, ...]]:
        with self._database.read() as connection:
            return [tuple(row) for row in connection.execute(statement, {"person": person_id})]

    @use_case
    def _begin_erasing(self, person_id: PersonId, by: PersonId | None) -> bool:
        """Cut off who it is; whether they were of the team."""
        with self._database.write() as connection:
            _as_admin(connection, by)
            person = known_person(connection, person_id)
            is_active = connection.execute(select(agents.c.is_active).where(agents.c.id == person_id)).scalar()
            if person.role > Role.CUSTOMER or is_active:
                raise StillOfTheTeam(person_id)
            self._configuring_alone(connection)
            if (in_force := named_in_settings.take_out(connection, person.external_ref)) is not None:
                self._store(connection, in_force, by=by)  # a new version, for every process to take up
                self._parsed.clear()
            nobody = {"external_ref": f"erased:{person_id}", "name": NAMELESS, "email": None, "tz": "UTC"}
            connection.execute(update(people).where(people.c.id == person_id).values(nobody))
            bare = {"tier": None, "organization_id": None}
            connection.execute(update(customers).where(customers.c.id == person_id).values(bare))
            connection.execute(update(agents).where(agents.c.id == person_id).values(shifts=None, away_until=None))
            connection.execute(delete(agent_leaves).where(agent_leaves.c.agent_id == person_id))
            connection.execute(delete(personal_macros).where(personal_macros.c.owner_id == person_id))
            log = team_changes.c
            connection.execute(update(team_changes).where(log.person_id == person_id).values(before=None, after=None))
            indexing.rename(connection, person_id, "")
            connection.execute(NOTE, _act(person_id, ERASING, by, self._clock()))
            return bool(connection.execute(WAS_OF_THE_TEAM, {"person": person_id}).scalar())

    @use_case
    def _erase_ticket(self, ref: TicketRef, by: PersonId | None) -> None:
        """A ticket without words; closed if it was not. What others are shown of it is asked for by who hears of it."""
        with self._transaction() as tx:
            key = {"customer": ref.customer_id, "ticket": ref.number}
            ticket = closed(tx, locked_with_places(tx, ref), CloseReason.ERASED, by=by)
            tagged = tx.connection.execute(TAGS_OF, key).scalars().all()
            for forget in FORGET_CHILDREN.values():
                tx.connection.execute(forget, key)
            for tag in tagged:
                tx.connection.execute(FORGET_TAG, {"tag": tag})
            tx.connection.execute(BLANK_COMMENTS, key)
            tx.connection.execute(BLANK_RATINGS, key)
            source = f"erased:{ref.number}"
            ticket = tx.change(
                tx.final(ref), subject="", description="", source=source, fields={}, organization_id=None
            )
            tx.connection.execute(PUT_WORDS, key | {"words": "", "title": ""})
            index_anew(tx, ref)
            tx.log(ticket, EventKind.ERASED, by=by)

    @use_case
    def _erase_comment(self, key: CommentKey, by: PersonId | None) -> None:
        """Something that they said on somebody else's ticket: it is deleted there, and its copies go as those of others do."""
        with self._transaction() as tx:
            locked_with_places(tx, key.ticket)
            without_words_here(tx, key, by=by, reason=ERASED)
            tx.connection.execute(CUT_COMMENT, _key(key.ticket) | {"comment": key.number})

    @use_case
    def _erase_description(self, words: WordsElsewhere, person_id: PersonId, by: PersonId | None) -> None:
        """A ticket of somebody else's that began with their words."""
        with self._transaction() as tx:
            ref = words.key.ticket
            ticket = locked_with_places(tx, ref)
            bare: dict[str, Any] = {"description": ""} | (
                {"subject": "", "fields": {}} if words.is_whole_ticket else {}
            )
            if ticket.opened_by == person_id:
                bare["source"] = f"cut:{ref.number}"  # it named their message; "erased:" is a ticket without any words
            if all(getattr(ticket, name) == value for name, value in bare.items()):
                return
            ticket = tx.change(ticket, **bare)
            tx.connection.execute(PUT_WORDS, _key(ref) | {"words": ticket.description, "title": ticket.subject})
            drop_files(tx.connection, ref, DESCRIPTION)
            index_anew(tx, ref)
            tx.log(ticket, EventKind.ERASED, by=by, reason=COPY)

    @use_case
    def _stop_watching(self, ref: TicketRef, person_id: PersonId, by: PersonId | None) -> None:
        with self._transaction() as tx:
            ticket = tx.locked(ref)
            mine = (ticket_watchers.c.customer_id == ref.customer_id, ticket_watchers.c.ticket_id == ref.number)
            tx.connection.execute(delete(ticket_watchers).where(*mine, ticket_watchers.c.person_id == person_id))
            tx.log(ticket, EventKind.UNWATCHED, by=by, from_value=person_id)

    @use_case
    def _finish_erasing(self, person_id: PersonId, by: PersonId | None) -> None:
        places = [f"p:{person_id}", f"r:p:{person_id}"]
        with self._database.write() as connection:
            for statement in LEFTOVERS:
                asked = {"person": person_id, "places": places}
                connection.execute(statement, asked)
            connection.execute(NOTE, _act(person_id, ERASED, by, self._clock()))


def _as_admin(connection: Connection, by: PersonId | None) -> None:
    if by is not None:
        permissions.check_admin(role_of(connection, by), "see to personal data")


def _act(person_id: PersonId, act: str, by: PersonId | None, at: datetime) -> dict[str, Any]:
    return {"person_id": person_id, "act": act, "done_at": to_us(at), "by_id": by}


def _key(ref: TicketRef) -> dict[str, int]:
    return {"customer": ref.customer_id, "ticket": ref.number}
