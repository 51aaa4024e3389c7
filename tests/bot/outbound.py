"""The outgoing side against a real sandbox: a desk, its observer, a delivery worker, and what people then see."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from bot.delivery import Delivery, Pace, Slack
from bot.delivery.papers import Papers
from bot.delivery.reports import PaperDrawing
from bot.notices import Notices
from tests.end_to_end.sandbox import Sandbox
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import Person, PersonId, Ticket, TicketRef

TEAM = "T0NORTHWND"
PEOPLE = {
    "mara": ("U0MARA0001", "Mara Lindt"),
    "tomas": ("U0TOMAS001", "Tomás Rey"),
    "amir": ("U0AMIR0001", "Amir Haddad"),
    "jo": ("U0JO000001", "Jo Park"),
    "lena": ("U0LENA0001", "Lena Fischer"),
}
SUPPORT, TRIAGE, ESCALATIONS = "C0SUPPORT1", "C0TRIAGE01", "C0ESCALATE"
DOCUMENT: dict[str, Any] = {"zone": "Europe/Vienna", "channels": {"triage": TRIAGE, "escalations": ESCALATIONS}}
Message = dict[str, Any]


class Time:
    """An instant that stands until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class World:
    """One desk whose outbox is delivered into a sandbox, step by step."""

    sandbox: Sandbox
    database: Database
    pace: Pace = field(default_factory=lambda: Pace(is_on=False))
    _sources: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        # The workspace stamps messages with its own clock; the desk's begins with it, and both stand for the test.
        began = datetime.fromtimestamp(self.sandbox.get("/control/clock")["now"], UTC)
        self.clock, self.machine = Time(began), Time(began)
        self.desk = Desk(self.database, self.clock)
        self.desk.configure(DOCUMENT, by=None)
        self.desk.subscribe(Notices())
        self.delivery = self.worker()

    def worker(self, *, timeout: int = 30, lane: Lane = Lane.ALL) -> Delivery:
        """Another delivery worker, as another process would have."""
        known = self.sandbox.credentials()
        client = WebClient(token=known.bot_token, base_url=known.api_url, timeout=timeout, retry_handlers=[])
        ways: dict[str, Any] = {"clock": self.machine, "pace": self.pace, "jitter": random.Random(7), "lane": lane}
        return Delivery(self.desk, Slack(client), **ways)

    def papers(self, hidden: Callable[[Person], frozenset[str]] = lambda _: frozenset()) -> Papers:
        """A worker for what takes long to draw."""
        known = self.sandbox.credentials()
        client = WebClient(token=known.bot_token, base_url=known.api_url, timeout=30, retry_handlers=[])
        ways: dict[str, Any] = {
            "clock": self.machine,
            "pace": self.pace,
            "jitter": random.Random(7),
            "lane": Lane.BEHIND,
        }
        return Papers(self.desk, Slack(client), drawing=PaperDrawing(self.desk, hidden=hidden), **ways)

    # --- people and tickets -------------------------------------------------------------------------------------------

    def person(self, name: str) -> PersonId:
        slack, real_name = PEOPLE[name]
        return self.desk.ensure_person(f"{TEAM}:{slack}", real_name, tz="Europe/Vienna").id

    def agent(self, name: str, **more: Any) -> PersonId:
        person = self.person(name)
        self.desk.make_agent(person, **{"skills": {"billing": 3}, "by": None} | more)
        return person

    def ticket(self, **more: Any) -> Ticket:
        values: dict[str, Any] = {
            "subject": "Cannot open the invoice",
            "description": "The PDF is blank.",
            "category": "billing",
            "source": f"v:{next(self._sources)}",
        }
        return self.desk.open_ticket(self.person("mara"), **values | more)

    def says(self, ref: TicketRef, who: PersonId, text: str, **more: Any) -> None:
        values: dict[str, Any] = {"source": f"v:said:{next(self._sources)}"} | more
        self.desk.add_comment(ref, author_id=who, text=text, **values)

    # --- delivery -----------------------------------------------------------------------------------------------------

    def deliver(self) -> datetime | None:
        """Step until nothing more can be sent just now; when the next could be."""
        for _ in range(200):
            due = self.delivery.step(self.machine())
            if due is None or due > self.machine():
                return due
        raise AssertionError("Delivery never comes to rest.")

    def send_papers(self, papers: Papers) -> None:
        """Step until no slow row waits any more; what Slack still looks into is asked for again and again."""
        for _ in range(20_000):
            due = papers.step(self.machine())
            if due is None:
                return
            if due > self.machine():
                # The sandbox looks into a picture in real time, which the machine's own must not outrun.
                threading.Event().wait(0.02)
            self.machine.now = max(due, self.machine.now)
        raise AssertionError("The slow rows never come to rest.")

    def deliver_all(self) -> None:
        """Step until the outbox is empty, waiting as long as it asks for."""
        for _ in range(50):
            due = self.deliver()
            if due is None:
                assert self.desk.outbox.depth() == 0
                return
            self.machine.now = due
        raise AssertionError("The outbox never empties.")

    def fault(self, **fault: Any) -> None:
        """Let calls go wrong (sandbox/control-api.md); none at all without arguments."""
        self.sandbox.put("/control/faults", {"api": [fault] if fault else []})

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of a method that Slack has received, oldest first."""
        entries = self.sandbox.get("/control/log", limit=2000)["entries"]
        return [entry for entry in entries if entry["direction"] == "in" and entry["name"] == method]

    # --- what people see ----------------------------------------------------------------------------------------------

    def conversation(self, name: str) -> str:
        """Somebody's conversation with the app."""
        found = self.sandbox.get(f"/control/people/{PEOPLE[name][0]}/conversations")["conversations"]
        return str(next(one["id"] for one in found if one["kind"] == "app"))

    def seen(self, name: str, channel: str | None = None, *, thread: str | None = None) -> list[Message]:
        """What somebody sees in a channel, or in their messages with the app; with `thread` the replies in it."""
        where = channel or self.conversation(name)
        path = f"/control/people/{PEOPLE[name][0]}/conversations/{where}/messages"
        messages: list[Message] = self.sandbox.get(path, limit=200, thread_ts=thread)["messages"]
        return messages[1:] if thread else messages

    def thread(self, name: str, channel: str | None = None) -> list[str]:
        """The texts in the thread of the one card that somebody sees."""
        roots = [one for one in self.seen(name, channel) if one.get("thread_ts") in (None, one["ts"])]
        assert len(roots) == 1, [one["text"] for one in roots]
        return [one["text"] for one in self.seen(name, channel, thread=roots[0]["ts"])]


def shown_text(message: Message) -> str:
    """All that a message shows, as one text."""
    return f"{message['text']}\n{message.get('blocks')}"


def hours_from_now(world: World, begin: float, end: float) -> dict[str, list[str]]:
    """A window of each day, from so many hours after now until so many."""
    now = world.clock().astimezone(ZoneInfo(DOCUMENT["zone"]))
    first, last = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (begin, end))
    return {"mon-sun": [f"{first}-{last}"]}
