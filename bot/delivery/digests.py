"""The daily digest: once on each local date at the set time, whoever looks and however often."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot import places
from ticketing import dates
from ticketing.desk import Desk
from ticketing.instants import to_us
from ticketing.lanes import BEHIND
from ticketing.outbox import Notice
from ticketing.reports import local_day

DIGEST = "digest"
NOON = time(12)


def keep_digest(desk: Desk, now: datetime) -> datetime | None:
    """
    Put the digest that is due into the outbox unless somebody has; the business instant of the next, None for none.

    After an absence only the last one is told.
    """
    configuration = desk.configuration()
    at, channel, zone = configuration.digest_time, configuration.channels.escalations, configuration.zone
    if at is None or channel is None:
        return None
    local_date = dates.last_date(now, at, zone)
    day, start, end = told_of(local_date, at, zone)
    notice = Notice(
        places.for_reports(places.of_channel(channel)),
        f"d:{local_date.isoformat()}",
        DIGEST,
        priority=BEHIND,
        data={"day": day.isoformat(), "start": to_us(start), "end": to_us(end)},
    )
    desk.outbox.add_on_date([notice], job=DIGEST, local_date=local_date, at=now)
    return dates.next_instant(now, at, zone)


def told_of(local_date: date, at: time, zone: str) -> tuple[date, datetime, datetime]:
    """The day that a digest tells of, from when to when: before noon the day before, later the day so far."""
    if at < NOON:
        day = local_date - timedelta(days=1)
        return day, *local_day(day, zone)
    return local_date, local_day(local_date, zone)[0], dates.instant_on(local_date, at, zone)
