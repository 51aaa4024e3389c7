"""Which answers a customer is offered before they ask: their own, and what the team has shared; on both databases."""

from __future__ import annotations

import pytest

from tests.ticketing.desks import Cast
from ticketing.configuration import to_document
from ticketing.desk import Desk
from ticketing.errors import NotAnAgent, TicketNotFound
from ticketing.events import EventKind
from ticketing.model import PersonId, Ticket

QUESTION = "The zeppelin manual will not open"


def solved(
    desk: Desk, cast: Cast, agent: PersonId, *, customer: str = "mara", share: bool, subject: str = QUESTION
) -> Ticket:
    ticket = cast.ticket(customer, subject=subject, description="It stays shut.")
    desk.claim(ticket.ref, by=agent)
    return desk.resolve(
        ticket.ref, by=agent, answer=f"Turn the {subject.split()[1]} over.", share=share, source=f"v:{ticket.number}r"
    )


def offered(desk: Desk, customer: PersonId) -> list[tuple[int, str]]:
    found = desk.offered_answers(customer, "my zeppelin manual", category="billing")
    return [(each.ticket.number, each.answer.text) for each in found]


def test_of_others_only_what_was_shared_is_offered(desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir"), cast.customer("tomas")
    kept = solved(desk, cast, amir, share=False)
    shared = solved(desk, cast, amir, share=True)

    assert offered(desk, tomas) == [(shared.number, "Turn the zeppelin over.")]
    assert {number for number, _ in offered(desk, cast.customer("mara"))} == {kept.number, shared.number}
    assert desk.offered_answer(tomas, shared.ref).answer.text == "Turn the zeppelin over."
    with pytest.raises(TicketNotFound):
        desk.offered_answer(tomas, kept.ref)
    (event,) = [event for event in desk.events(shared.ref) if event.kind is EventKind.SHARED]
    assert event.actor_id == amir


def test_an_answer_that_is_taken_back_is_offered_no_more(desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir"), cast.customer("tomas")
    pulled = solved(desk, cast, amir, share=True)
    reopened = solved(desk, cast, amir, share=True)
    assert len(offered(desk, tomas)) == 2

    (answer,) = desk.comments(pulled.ref, include_internal=False)
    desk.pull_back(pulled.ref, answer.number, by=amir)
    desk.reopen(reopened.ref, by=amir)

    assert offered(desk, tomas) == []
    with pytest.raises(TicketNotFound):
        desk.offered_answer(tomas, pulled.ref)


def test_of_a_private_category_nothing_is_shared(desk: Desk, cast: Cast) -> None:
    amir, tomas = cast.agent("amir"), cast.customer("tomas")
    before = solved(desk, cast, amir, share=True)
    document = dict(to_document(desk.configuration()))
    document["categories"] = [
        {**each, "private": True, "channel": "G1"} if each["key"] == "billing" else each
        for each in document["categories"]
    ]
    desk.configure(document, by=None)

    after = solved(desk, cast, amir, share=True)

    assert offered(desk, tomas) == []
    assert {number for number, _ in offered(desk, cast.customer("mara"))} == {before.number, after.number}
    assert not [event for event in desk.events(after.ref) if event.kind is EventKind.SHARED]


def test_what_was_withdrawn_or_says_something_else_is_not_offered(desk: Desk, cast: Cast) -> None:
    amir, mara = cast.agent("amir"), cast.customer("mara")
    solved(desk, cast, amir, share=True, subject="The submarine is wet")
    withdrawn = cast.ticket("mara", subject=QUESTION)
    desk.withdraw(withdrawn.ref, by=mara)

    assert offered(desk, mara) == []


def test_only_the_team_opens_for_others(desk: Desk, cast: Cast) -> None:
    amir, mara, tomas = cast.agent("amir"), cast.customer("mara"), cast.customer("tomas")

    ticket = cast.ticket("mara", opened_by=amir)
    with pytest.raises(NotAnAgent):
        cast.ticket("mara", opened_by=tomas)

    (opened, *_) = desk.events(ticket.ref)
    assert (opened.kind, opened.actor_id, ticket.customer_id) == (EventKind.OPENED, amir, mara)
