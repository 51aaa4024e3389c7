"""Reports, exports and digests on their way out: pictures, files, and what goes wrong with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from threading import Thread
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest

from bot import charts, places
from bot.delivery.digests import keep_digest, told_of
from bot.delivery.papers import PICTURE_WITHIN, Papers
from bot.delivery.uploading import takes_files
from tests.bot.outbound import DOCUMENT, ESCALATIONS, Message, Time, World
from ticketing.database import Database
from ticketing.desk import Desk
from ticketing.lanes import BEHIND, Lane
from ticketing.model import PersonId, Role
from ticketing.outbox import Notice

PERIOD = "2026-11-01..2026-11-30"


@pytest.fixture
def lena(world: World) -> PersonId:
    person = world.person("lena")
    world.desk.set_role(person, Role.LEAD, by=None)
    return person


@pytest.fixture
def papers(world: World) -> Papers:
    world.clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    return world.papers()


def ask(world: World, who: PersonId, kind: str, **data: Any) -> None:
    place = places.for_reports(places.of_person(who))
    notice = Notice(place, f"{kind}:1", kind, priority=BEHIND, data={"period": PERIOD, **data})
    world.desk.outbox.add(notice, at=world.clock())


def images(message: Message) -> list[dict[str, Any]]:
    return [block for block in message.get("blocks") or [] if block["type"] == "image"]


def test_a_report_comes_with_a_picture_and_its_figures_in_words(world: World, papers: Papers, lena: PersonId) -> None:
    world.agent("amir")
    ticket = world.ticket()
    world.desk.resolve(ticket.ref, by=world.person("amir"))
    ask(world, lena, "report")

    world.send_papers(papers)

    (report,) = world.seen("lena")
    assert "1 opened, 1 resolved, 0 open." in report["text"]
    assert [block["type"] for block in report["blocks"]][:2] == ["section", "image"]
    (image,) = images(report)
    assert "1 opened, 1 resolved" in image["alt_text"]
    (call,) = world.calls("files.completeUploadExternal")
    assert "channel_id" not in str(call), "nobody is shown the bare file"


def test_without_the_library_that_draws_the_words_come_alone(
    world: World, papers: Papers, lena: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: Any) -> bytes:
        raise charts.ChartsUnavailable

    monkeypatch.setattr(charts, "by_day", unavailable)
    ask(world, lena, "report")
    world.send_papers(papers)
    (report,) = world.seen("lena")
    assert (report["text"].startswith("Sunday 1 November"), images(report)) == (True, [])


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"])
def test_a_picture_that_slack_refuses_is_left_out(world: World, papers: Papers, lena: PersonId, method: str) -> None:
    world.fault(method=method, error="missing_scope")
    ask(world, lena, "report")
    world.send_papers(papers)
    world.fault()
    (report,) = world.seen("lena")
    assert images(report) == []


def test_a_picture_that_never_becomes_known_is_left_out(
    world: World, papers: Papers, lena: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers._slack, "file", lambda _: {"mimetype": ""})
    ask(world, lena, "report")
    began = world.machine.now
    world.send_papers(papers)
    (report,) = world.seen("lena")
    assert images(report) == []
    assert world.machine.now - began >= PICTURE_WITHIN


def test_a_message_refused_for_its_picture_comes_without(world: World, papers: Papers, lena: PersonId) -> None:
    world.fault(method="chat.postMessage", error="invalid_blocks", times=1)
    ask(world, lena, "report")
    world.send_papers(papers)
    (report,) = world.seen("lena")
    assert images(report) == []
    assert world.desk.outbox.parked() == []


def test_an_export_is_a_file_with_a_row_for_each_ticket(world: World, papers: Papers, lena: PersonId) -> None:
    world.ticket(subject="=HYPERLINK(1)")
    ask(world, lena, "export")
    world.send_papers(papers)
    (message,) = world.seen("lena")
    assert message["text"] == "Tickets opened Sunday 1 November to Monday 30 November 2026, one row each."
    (file,) = message["files"]
    assert file["name"] == f"tickets-{PERIOD}.csv"


def test_private_tickets_are_counted_and_not_exported(world: World, lena: PersonId) -> None:
    world.clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    private = {"key": "hr", "name": "People", "channel": "C0TRIAGE01", "private": True}
    world.desk.configure(DOCUMENT | {"categories": [private, {"key": "billing", "name": "Billing"}]}, by=None)
    world.ticket()
    world.ticket(category="hr", subject="Secret")
    papers = world.papers(hidden=lambda _: frozenset({"hr"}))
    ask(world, lena, "export")
    ask(world, lena, "report")
    world.send_papers(papers)
    export, report = world.seen("lena")
    assert "1 of a private category is only counted and not in it." in export["text"]
    assert b"Secret" not in _content(world, export)
    assert "2 opened" in report["text"]
    assert "People" not in str(report["blocks"])


def _content(world: World, message: Message) -> bytes:
    file = message["files"][0]["id"]
    with urlopen(f"{world.sandbox.url}/control/people/U0LENA0001/files/{file}") as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def test_a_lost_answer_sends_the_file_once(world: World, papers: Papers, lena: PersonId) -> None:
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal"):
        world.fault(method=method, lose_answer=True, times=1)
        world.desk.outbox.add(
            Notice(
                places.for_reports(places.of_person(lena)),
                f"export:{method}",
                "export",
                priority=BEHIND,
                data={"period": PERIOD},
            ),
            at=world.clock(),
        )
        world.send_papers(papers)
    assert len(world.seen("lena")) == 2


def test_a_worker_that_died_after_sharing_has_shared(world: World, papers: Papers, lena: PersonId) -> None:
    ask(world, lena, "export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(papers._outbox, "done", _dies)
        with pytest.raises(KeyboardInterrupt):
            papers.step(world.machine())
    world.machine.advance(seconds=Papers.lease_s + 1)
    world.send_papers(world.papers())
    assert len(world.seen("lena")) == 1


def _dies(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_who_asked_is_told_that_the_app_may_not_send_files(world: World, papers: Papers, lena: PersonId) -> None:
    world.fault(method="files.getUploadURLExternal", error="missing_scope")
    ask(world, lena, "export")
    world.send_papers(papers)
    world.deliver_all()
    (told,) = world.seen("lena")
    assert told["text"] == (
        "The file could not be sent: the app may not send files (scopes files:write and files:read). An admin sees to it."
    )


def test_who_asked_is_told_of_a_file_that_cannot_be_made(world: World, lena: PersonId) -> None:
    def cannot(_: Any) -> Any:
        raise ZeroDivisionError

    papers = world.papers(hidden=cannot)
    ask(world, lena, "export")
    world.send_papers(papers)
    world.deliver_all()
    (told,) = world.seen("lena")
    assert told["text"] == "The file could not be sent: something failed on our side. An admin sees to it."


def test_who_is_no_lead_any_more_gets_nothing(world: World, papers: Papers, lena: PersonId) -> None:
    ask(world, lena, "report")
    world.desk.set_role(lena, Role.AGENT, by=None)
    world.send_papers(papers)
    assert world.calls("chat.postMessage") == []


def test_an_alert_does_not_wait_for_a_report(world: World, lena: PersonId) -> None:
    """The worker of cards and alerts leaves reports alone, also those in the same conversation."""
    ask(world, lena, "report")
    world.agent("lena")
    world.ticket()
    world.deliver()
    assert len(world.seen("lena")) == 1
    assert world.desk.outbox.depth() == 1


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://files.slack.com/upload/v1/abc", True),
        ("http://files.slack.com/upload/v1/abc", False),
        ("https://files.slack.com.evil.example/upload", False),
        ("https://files.slack.com@evil.example/upload", False),
        ("https://evil.example/files.slack.com", False),
        ("https://slack.com/upload", False),
        ("file:///etc/passwd", False),
    ],
)
def test_bytes_go_to_slacks_host_for_files_only(url: str, may: bool) -> None:
    assert takes_files(url, "https://slack.com/api/") is may
    assert takes_files("http://127.0.0.1:8900/upload/v1/F1", "http://127.0.0.1:8900/api/")
    assert not takes_files("http://127.0.0.1:8901/upload/v1/F1", "http://127.0.0.1:8900/api/")


# --- the digest -------------------------------------------------------------------------------------------------------


def test_the_digest_is_the_day_before_with_its_oldest_and_its_troubles(world: World) -> None:
    papers = world.papers()
    world.clock.now = datetime(2026, 11, 9, 12, tzinfo=UTC)
    for number in range(7):
        world.ticket(subject=f"Old one {number}")
    world.clock.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    world.agent("amir", skills={"technical": 3})
    ticket = world.ticket(subject="Of the day", category="technical")
    world.desk.resolve(ticket.ref, by=world.person("amir"))
    world.deliver_all()
    world.clock.now = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    world.ticket(subject="Of the morning after")

    keep_digest(world.desk, world.clock())
    keep_digest(world.desk, world.clock())
    world.send_papers(papers)

    (digest,) = [each for each in world.seen("lena", ESCALATIONS) if "Monday 23 November." in each["text"]]
    assert digest["text"].startswith("Monday 23 November. 1 opened, 1 resolved, 7 open (as many as before).")
    shown = str(digest["blocks"])
    assert "Old one 0, 14 days, nobody" in shown
    assert "Old one 5" not in shown
    assert "and 2 more" in shown
    assert "Of the morning after" not in shown
    assert "Show all" in shown
    assert [block["type"] for block in digest["blocks"]][:2] == ["section", "image"]


def test_a_digest_that_is_moved_to_a_later_hour_of_the_day_tells_nothing_old(world: World, papers: Papers) -> None:
    """Yesterday would be the last on which the new hour has come, also where no process ran then."""
    world.clock.now = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    world.ticket(subject="Of today")
    keep_digest(world.desk, world.clock())
    world.send_papers(papers)
    world.desk.configure({**DOCUMENT, "digest_at": "18:00"}, by=None)
    keep_digest(world.desk, world.clock())
    assert world.desk.outbox.depth_of(f"r:c:{ESCALATIONS}") == 0

    world.clock.advance(days=1, hours=9)
    keep_digest(world.desk, world.clock())
    assert world.desk.outbox.depth_of(f"r:c:{ESCALATIONS}") == 1


def test_a_desk_with_nothing_to_say_says_nothing(world: World, papers: Papers) -> None:
    world.ticket(subject="Of today, which tomorrow's tells of")
    keep_digest(world.desk, world.clock())
    world.send_papers(papers)
    assert world.calls("chat.postMessage") == []


def test_before_noon_it_tells_of_the_day_before_and_later_of_the_day_so_far() -> None:
    zone = "Europe/Berlin"
    monday = date(2026, 11, 23)
    morning, evening = told_of(monday, time(9), zone), told_of(monday, time(18), zone)
    assert morning[0] == monday - timedelta(days=1)
    assert morning[2] - morning[1] == timedelta(days=1)
    assert evening == (monday, datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        # the clocks skip 02:30: it comes at 03:00
        ("Europe/Berlin", "02:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("America/New_York", "02:30", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        # they show it twice: it comes at the first
        ("Europe/Berlin", "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", "01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    ],
)
def test_four_replicas_send_one_digest_on_each_of_the_odd_nights(
    database_url: str, zone: str, at: str, due: datetime
) -> None:
    clock, databases = Time(due - timedelta(hours=26)), [Database.open(database_url) for _ in range(4)]
    desks = [Desk(database, clock) for database in databases]
    desks[0].configure({"zone": zone, "digest_at": at, "channels": {"escalations": ESCALATIONS}}, by=None)
    came: dict[str, datetime] = {}
    while clock.now < due + timedelta(hours=30):
        replicas = [Thread(target=keep_digest, args=(desk, clock.now)) for desk in desks]
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.join()
        rows = [errand.about for errand in desks[0].outbox.ready(clock.now, 50, lane=Lane.BEHIND)]
        for errand in desks[0].outbox.claim(clock.now, 50, 30, lane=Lane.BEHIND):
            desks[0].outbox.done(errand)
            assert errand.about not in came, "it was sent twice"
            came[errand.about] = clock.now
        assert len(rows) <= 1
        clock.advance(minutes=10 if abs(clock.now - due) < timedelta(hours=3) else 60)
    night = due.astimezone(ZoneInfo(zone)).date()
    assert came[f"d:{night}"] == due
    assert set(came) == {f"d:{night + timedelta(days=days)}" for days in (-2, -1, 0, 1)}
    for database in databases:
        database.close()


@pytest.mark.parametrize(
    ("zone", "midnight", "moves"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), {-4: "01:30", 0: "02:30", 2: "03:30", 3: "02:00"}),
        (
            "America/New_York",
            datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
            {-4: "03:30", 1: "02:30", 2: "01:30", 4: "23:30"},
        ),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), {1: "01:30", 2: "02:30", 3: "03:00", 25: "00:30"}),
    ],
    ids=["later, and back", "earlier, and to the evening", "there, back and there again"],
)
def test_a_digest_that_is_moved_in_an_odd_night_comes_once_on_each_date(
    database_url: str, zone: str, midnight: datetime, moves: dict[int, str]
) -> None:
    """Two processes look, more often in that night, right before and right after each change, `moves` hours from midnight."""
    clock, databases = Time(midnight), [Database.open(database_url) for _ in range(2)]
    desks = [Desk(database, clock) for database in databases]
    asked = {"zone": zone, "channels": {"escalations": ESCALATIONS}}
    desks[0].configure(asked | {"digest_at": "02:30"}, by=None)
    came: list[str] = []
    for hours in (-26.0, -12.0, -4.0, *(half / 2 for half in range(-1, 12)), 12.0, 25.0, 29.0, 49.0, 53.0):
        clock.now = midnight + timedelta(hours=hours)
        for at in (moves.get(int(hours)) if hours.is_integer() else None, None):
            for desk in desks:
                keep_digest(desk, clock.now)
            if at is not None:
                desks[0].configure(asked | {"digest_at": at}, by=None)
        for errand in desks[0].outbox.claim(clock.now, 50, 30, lane=Lane.BEHIND):
            desks[0].outbox.done(errand)
            came.append(errand.about)
    night = midnight.astimezone(ZoneInfo(zone)).date()
    assert came == sorted(set(came)), "never twice, and none after a later one"
    assert {f"d:{night + timedelta(days=days)}" for days in (-1, 0, 1)} <= set(came)
    for database in databases:
        database.close()
