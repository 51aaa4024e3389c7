"""
An alert's home says how near its deadline is: 30, 15 and 5 minutes.

Each is an edit that ranks last of all that is shown, and is dropped where Slack has little room for edits: what stands there
("due by {14:20}") stays true without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import places
from bot.delivery.alerts import alone
from bot.delivery.letters import Letter
from bot.delivery.reading import Dossier
from ticketing.desk import Desk
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_COUNTDOWN

PRIORITY = -10
"""Behind everything."""

LOOKS_BACK = timedelta(minutes=2)
"""How far a first look goes back (business time): a deadline that came near while nobody ran is not counted down late."""


def countdown(dossier: Dossier, errand: Errand) -> Letter | None:
    """The home as it stands now, if it is there and of one ticket: lists count no minutes."""
    ref, desk = dossier.ref, dossier.desk
    stands = desk.outbox.shown(ref.customer_id, errand.place, places.about_alert(ref.number))
    if stands is None or len(desk.alerts_in_message(stands.channel, stands.ts)) > 1:
        return None
    return alone(dossier, is_optional=True)


@dataclass
class Countdown:
    """Asks for the edits as deadlines come near; several processes ask for the same one, which is one row."""

    desk: Desk
    _looked_at: datetime | None = None

    def step(self, now: datetime) -> datetime | None:
        """Ask for what is due by `now` (business time); returns when the next is."""
        configuration = self.desk.configuration()
        for ref in self.desk.counted_down(self._looked_at or now - LOOKS_BACK, now):
            ticket = self.desk.ticket(ref)
            place = places.of_alerts(ticket, configuration)
            if place is not None:
                about = places.about_alert(ref.number)
                self.desk.outbox.add(Notice(place, about, ALERT_COUNTDOWN, ref, priority=PRIORITY), at=now)
        self._looked_at = now
        return self.desk.next_countdown(now)
