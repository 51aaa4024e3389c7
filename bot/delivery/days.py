"""What agents are told about a shift that no single ticket is about: My day at its start, a hand-over at its end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot import places
from bot.blocks.day import ROWS, handover_notice, my_day
from bot.delivery.letters import Letter
from bot.handing_over import result
from bot.views import AgentRow, TicketFacts
from bot.views.day import MyDay
from bot.work import count_waiting, is_answered, next_due, work_of
from ticketing.desk import Desk
from ticketing.model import Person, PersonId, Ticket
from ticketing.outbox import Errand, Notice

MY_DAY = "my_day"


def begin_days(desk: Desk, now: datetime, known: dict[PersonId, datetime]) -> None:
    """
    Tell everybody whose shift has begun what their day holds, once for each local date, whoever asks and however often.

    Somebody who is away or on leave then is told when they are back. `known` is remembered between the looks.
    """
    for each in desk.on_shift(now, known=known):
        about = f"{MY_DAY}:{each.began_on.isoformat()}"
        notice = Notice(places.of_person(each.agent_id), about, MY_DAY)
        desk.outbox.add_on_date([notice], job=f"{MY_DAY}:{each.agent_id}", local_date=each.began_on, at=now)
        known[each.agent_id] = each.ends_at


def day(desk: Desk, errand: Errand, hidden: Callable[[Person], frozenset[str]]) -> Letter | None:
    """My day as it is now; nothing any more once the shift is over."""
    agent_id = places.person_in(errand.place)
    shift = desk.shift(agent_id) if agent_id is not None else None
    if agent_id is None or shift is None or desk.agent(agent_id) is None:
        return None
    person = desk.person(agent_id)
    message = my_day(day_of(desk, person, max(errand.created_at, shift.start), hidden=hidden(person)))
    return Letter(about=errand.about, side=places.AGENT, message=message)


def day_of(desk: Desk, person: Person, now: datetime, *, hidden: Collection[str]) -> MyDay:
    """What My day says of somebody's work at `now`; nothing of the categories `hidden`."""
    agent = desk.agent(person.id)
    work = work_of(desk, person, now, hidden=hidden)
    queued = count_waiting(desk, agent, hidden) if agent else 0
    return MyDay(
        rows=tuple(_row(desk, ticket, person.tz) for ticket in work.tickets[:ROWS]),
        now=now,
        due_today=work.due_today,
        waiting=work.waiting,
        overdue=work.overdue,
        queued=queued,
        more=max(0, len(work.tickets) - ROWS),
        zone=person.tz,
    )


def handover(desk: Desk, errand: Errand) -> Letter | None:
    """What became of a hand-over that whoever pressed was not there to see."""
    done = desk.handover(str(errand.data["source"]))
    if not done:
        return None
    return Letter(about=errand.about, side=places.AGENT, message=handover_notice(result(desk, done)))


def _row(desk: Desk, ticket: Ticket, zone: str) -> AgentRow:
    category = desk.configuration().category(ticket.category)
    return AgentRow(
        facts=TicketFacts.of(ticket, category=category.name if category else None, zone=zone),
        status=ticket.status,
        is_answered=is_answered(ticket),
        customer=desk.person(ticket.customer_id).name,
        due_at=next_due(ticket),
    )
