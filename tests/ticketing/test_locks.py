"""Whose tickets a transaction holds: of one customer, whatever people and timers do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from typing import cast as typed

from tests.ticketing.conftest import MovableClock
from tests.ticketing.desks import Cast
from tests.ticketing.test_schema import OF_A_TICKET
from tests.ticketing.use_cases import ACTS, INNER
from tests.ticketing.wire import Wire, listening
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.model import Attachment, CommentKey, PersonId, Priority, Role, Ticket, TicketRef, TicketStatus

HOUR = timedelta(hours=1)
OF_TWO = {"link", "unlink", "move_to_customer"}
"""What is about tickets of two customers holds both, one statement each."""

NOT_ABOUT_TICKETS = {
    *("ensure_person", "set_shifts", "add_leave", "set_tier", "set_organization", "export_customer", "seed"),
    *("change_member", "make_agent", "set_available", "configure", "rename_problem", "set_problem_owner"),
    *("save_macro", "save_shared_macro", "delete_macro", "delete_shared_macro", "follow_members", "on_shift"),
    *("open_and_late", "alert_settings_since", "note_alerts_looked_at"),
}
BY_THE_CLOCK = {name for name, why in INNER.items() if "by the clock" in why}


class Asked:
    """A desk that notes what is asked of it."""

    def __init__(self, desk: Desk, wire: Wire) -> None:
        self.desk, self.wire = desk, wire
        self.calls: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        act: Any = getattr(self.desk, name)

        def noted(*args: Any, **more: Any) -> Any:
            self.calls.add(name)
            self.wire.call = name
            return act(*args, **more)

        return noted


class Scene:
    """Two customers to whom everything happens at the same time, so that what works on many tickets meets both of them."""

    def __init__(self, desk: Desk, clock: MovableClock) -> None:
        self.desk, self.clock, self.cast = desk, clock, Cast(desk)
        self.customers = [self.cast.customer("mara"), self.cast.customer("tomas")]
        self.amir, self.jo = self.cast.agent("amir", max_load=99), self.cast.agent("jo", max_load=99)
        self.lena = self.cast.customer("lena")
        desk.set_role(self.lena, Role.ADMIN, by=None)
        for agent in (self.amir, self.jo):
            desk.save_macro({"key": "known", "title": "Known", "text": "We know.", "tags": ["export"]}, by=agent)

    def pair(self, **more: Any) -> list[Ticket]:
        return [self.cast.ticket(name, **more) for name in ("mara", "tomas")]

    def held(self, **more: Any) -> list[Ticket]:
        """Both are Amir's."""
        return [self.desk.assign(ticket.ref, to=self.amir, by=self.jo) for ticket in self.pair(**more)]

    def all_of_it(self) -> None:
        for part in (self.queue_and_hands, self.talk, self.work, self.alerts, self.hand_over, self.join):
            part()
        for part in (self.problem, self.settings, self.rest, self.leave):
            part()

    def queue_and_hands(self) -> None:
        desk, amir, jo = self.desk, self.amir, self.jo
        tickets = self.held()
        for ticket in tickets:
            desk.assign(ticket.ref, to=jo, by=amir)
            desk.undo(ticket.ref, by=amir)
            desk.release(ticket.ref, by=amir)
        desk.drain_queue(self.clock())
        for ticket in self.held():
            desk.release(ticket.ref, by=amir)
            desk.claim(ticket.ref, by=jo)
            desk.withdraw(ticket.ref, by=ticket.customer_id)
        for customer in self.customers:
            desk.open_test_ticket(
                customer, subject="A test", description="Nobody waits.", channel="C1", source="v:trial", by=self.lena
            )

    def talk(self) -> None:
        desk, amir = self.desk, self.amir
        for ticket in self.held(files=[Attachment("F1", "blank.pdf")]):
            ref = ticket.ref
            said = [
                desk.add_comment(ref, author_id=amir, text=f"{n}", source=f"m:C:{ref.number}.{n}") for n in range(3)
            ]
            desk.edit_comment(ref, said[0].number, text="Other words", by=amir, source_version="2")
            desk.attach(ref, said[0].number, files=[Attachment("F2", "log.txt")], by=amir)
            desk.delete_comment(ref, said[1].number, by=amir)
            desk.pull_back(ref, said[2].number, by=amir)
            desk.detach(ref, 0, "F1", by=ticket.customer_id)
            desk.watch(ref, self.jo, by=self.jo)
            desk.unwatch(ref, self.jo, by=self.jo)
            desk.watch(ref, self.lena, by=self.lena)
            desk.begin_answering(ref, by=self.jo, view="V1")
            desk.begin_answering(ref, by=amir, view="V2")
            desk.end_answering(ref, by=amir)
        self.clock.advance(hours=9)
        desk.forget_answering(self.clock())

    def work(self) -> None:
        desk, amir = self.desk, self.amir
        for ticket in self.held():
            ref = ticket.ref
            desk.start(ref, by=amir)
            desk.wait_for_customer(ref, by=amir, question="Which?")
            desk.resume(ref, by=amir)
            desk.wait_for_customer(ref, by=amir)
            self.cast.says(ref, ticket.customer_id, "That one")
            desk.set_priority(ref, Priority.LOW, by=amir)
            desk.set_category(ref, "technical", by=amir)
            desk.change_fields(ref, {}, by=amir)
            desk.set_tags(ref, ["printer"], by=amir)
            desk.add_tags(ref, ["vpn"], by=amir)
            desk.remove_tags(ref, ["vpn"], by=amir)
            desk.apply_macro(ref, "known", by=amir, source="v:m")
            desk.escalate(ref, by=amir)
            desk.snooze(ref, self.clock() + HOUR, by=amir)
            desk.resolve(ref, by=amir, answer="Done")
            desk.undo(ref, by=amir)
            desk.resolve(ref, by=amir)
            desk.rate(ref, by=ticket.customer_id, is_helpful=True, comment="Quick")
            desk.reopen(ref, by=ticket.customer_id)
            desk.transition(ref, TicketStatus.CLOSED, by=amir)
        for ticket in self.held():
            desk.put_aside(ticket.ref, by=amir)

    def alerts(self) -> None:
        desk, amir = self.desk, self.amir
        tickets = self.held(priority=Priority.URGENT)
        self.clock.advance(minutes=31)
        desk.watch_step(self.clock())
        self.clock.advance(minutes=31)
        desk.watch_step(self.clock())
        for ticket in tickets:
            desk.take_alert(ticket.ref, by=self.jo, until=self.clock() + HOUR)
            desk.release_alert(ticket.ref, by=amir)
            desk.take_alert(ticket.ref, by=amir, until=self.clock() + HOUR, seen=True)
        for hours in (1.5, 0.6, 1.1, 2):
            self.clock.advance(hours=hours)
            desk.lapse_step(self.clock())
            desk.ladder_step(self.clock())
            desk.watch_step(self.clock())

    def hand_over(self) -> None:
        desk = self.desk
        for source, goes_on in (("v:h1", True), ("v:h2", False)):
            plan: dict[TicketRef, PersonId | None] = {ticket.ref: self.jo for ticket in self.held()}
            desk.plan_handover(self.amir, plan, source=source)
            if goes_on:
                desk.carry_out_handover(source)
            self.clock.advance(minutes=1)
            desk.handover_step(self.clock())

    def join(self) -> None:
        desk, amir = self.desk, self.amir
        ones, others = self.held(), self.held()
        for ticket, other in zip(ones, others, strict=True):
            self.cast.says(ticket.ref, ticket.customer_id, "And another thing")
            said = [CommentKey(ticket.customer_id, ticket.number, 1)]
            desk.merge(other.ref, ticket.ref, by=amir)
            desk.unmerge(other.ref, by=amir)
            desk.split(ticket.ref, said, subject="The rest", by=amir, source=f"v:s{ticket.number}")
        desk.link(ones[0].ref, ones[1].ref, by=amir)
        desk.unlink(ones[0].ref, ones[1].ref, by=amir)
        for ticket, customer in zip(others, reversed(self.customers), strict=True):
            self.cast.says(ticket.ref, amir, "Whose is it?")
            desk.move_to_customer(ticket.ref, customer, by=amir, source=f"v:v{ticket.number}")

    def problem(self) -> None:
        desk, amir = self.desk, self.amir
        problem = desk.open_problem("The export hangs", by=amir, source="v:p").id
        tickets = [*self.held(), *self.held()]
        for ticket in tickets:
            desk.link_to_problem(ticket.ref, problem, by=amir)
        desk.unlink_from_problem(tickets[0].ref, by=amir)
        desk.plan_answer_to_all(problem, "We are on it", by=amir, source="v:a")
        desk.plan_resolve_all(problem, "It works again", by=amir, source="v:r")
        while desk.problem_step(self.clock()):
            pass
        desk.reopen_problem(problem, by=amir)

    def settings(self) -> None:
        self.held()
        self.desk.configure({"policies": [{"first_response": {"medium": "90m"}}], "queue": {"premium": 7}}, by=None)
        self.desk.recompute_step()

    def rest(self) -> None:
        desk = self.desk
        asleep, done = self.held(), self.held()
        for one, other in zip(asleep, done, strict=True):
            desk.snooze(one.ref, self.clock() + HOUR, by=self.amir)
            desk.wake(one.ref, by=self.amir)
            desk.snooze(one.ref, self.clock() + HOUR, by=self.amir)
            desk.resolve(other.ref, by=self.amir)
        for days in (1, 1, 2):
            self.clock.advance(days=days)
            desk.wake_step(self.clock())
            desk.close_step(self.clock())
            desk.roster_step(self.clock())
        for ticket in done:
            self.cast.says(ticket.ref, ticket.customer_id, "One more thing")

    def leave(self) -> None:
        desk = self.desk
        self.held()
        desk.remove_agent(self.amir, by=self.lena)
        desk.drain_queue(self.clock())
        desk.set_role(self.jo, Role.CUSTOMER, by=self.lena)
        for who in (*self.customers, self.jo):
            desk.erase_customer(who, by=None)


def test_no_transaction_holds_tickets_of_two_customers(database: Database, desk: Desk, clock: MovableClock) -> None:
    tables = tuple(sorted(OF_A_TICKET - {"outbox"} | (set() if database.is_sqlite else {"ticket_search"})))
    with listening(database, tables) as wire:
        asked = Asked(desk, wire)
        Scene(typed(Desk, asked), clock).all_of_it()
    whole = ACTS.keys() | BY_THE_CLOCK | {"carry_out_handover"}
    assert whole - asked.calls <= NOT_ABOUT_TICKETS, "Let it happen in the scene."

    sent = [each for transaction in wire.transactions.values() for each in transaction]
    assert len(sent) > 300
    names = "|".join(tables)
    for each in sent:
        for written, rest in re.findall(rf"(?:UPDATE|DELETE FROM) ({names})\b(.*)", each.sql, re.DOTALL):
            assert re.search(r"WHERE.*customer_id", rest, re.DOTALL), (each.call, written, each.sql)
        assert [whose for whose in each.customers if len(whose) > 1] == [], (each.call, each.sql)
    if database.is_sqlite:
        return  # the whole file is one lock
    for transaction in wire.transactions.values():
        whose = frozenset().union(*(customers for each in transaction for customers in each.customers))
        assert len(whose) <= 1 + (transaction[0].call in OF_TWO), transaction
