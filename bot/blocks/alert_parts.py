"""What the messages, the lines and the lists of alerts say alike."""

from __future__ import annotations

from bot import text
from bot.actions import Act
from bot.blocks.parts import said
from bot.views import Alert, AlertState
from bot.words import common
from bot.words import team as words

NO_DEADLINE = frozenset({AlertState.NOBODY, AlertState.UNTOUCHED})
SETTLED = frozenset({AlertState.ANSWERED, AlertState.VOID, AlertState.PICKED_UP})


def matter(alert: Alert) -> AlertState:
    """What it is about, whether somebody sees to that or not."""
    return alert.about or alert.state


def is_late(alert: Alert) -> bool:
    return alert.is_late or alert.state is AlertState.OVERDUE


def promise(alert: Alert) -> str:
    if not alert.by or not alert.until:
        return ""
    by, until = text.first(alert.by), text.until(alert.until, alert.facts.zone)
    if alert.state is AlertState.TAKEN:
        return said(words.TAKEN, by=by, until=until)
    return said(words.SEEN, by=by, until=until) if alert.state is AlertState.SEEN else ""


def giving(alert: Alert) -> Act:
    """What is in the queue because nobody takes it is given to somebody for the first time."""
    return Act.ASSIGN if matter(alert) in NO_DEADLINE and not alert.agent else Act.REASSIGN


def first_line(alert: Alert) -> str:
    zone, number, clock = alert.facts.zone, alert.facts.number, common.CLOCK[alert.clock].lower()
    if matter(alert) is AlertState.NOBODY:
        return said(words.LINE_NOBODY, number=number)
    if matter(alert) is AlertState.UNTOUCHED:
        line = words.LINE_UNTOUCHED if alert.agent else words.LINE_UNASSIGNED
        return said(line, number=number, since=text.since(alert.due_at, zone))
    by = text.by(alert.due_at, zone)
    if not is_late(alert) and alert.told_at:
        told = text.at(alert.told_at, zone)
        return said(words.LINE_DUE_SOON_LATE, number=number, clock=clock, by=by, told=told)
    if not is_late(alert):
        return said(words.LINE_DUE_SOON, number=number, clock=clock, by=by)
    if alert.told_at:
        return said(words.LINE_FOUND_LATE, number=number, clock=clock, by=by, told=text.at(alert.told_at, zone))
    return said(words.LINE_OVERDUE, number=number, clock=clock, by=by)


def picked_up_until(alert: Alert, width: int = text.CARD_SUBJECT) -> str:
    """Taken because nobody took it or it lay: that is over, and somebody has named a time."""
    subject, by = text.inline(alert.facts.subject, width), text.first(alert.by) if alert.by else common.SOMEBODY
    until = text.until(alert.until, alert.facts.zone) if alert.until else ""
    return said(words.PICKED_UP_UNTIL, number=alert.facts.number, subject=subject, by=by, until=until)


def picked_up(alert: Alert, subject: str) -> str:
    if not alert.agent:
        return said(words.PICKED_UP_NOBODY, number=alert.facts.number, subject=subject)
    return said(words.PICKED_UP, number=alert.facts.number, subject=subject, agent=text.first(alert.agent))


def settled_line(alert: Alert) -> str:
    if alert.state is AlertState.PICKED_UP and alert.agent:
        return said(words.LINE_PICKED_UP, number=alert.facts.number, agent=text.first(alert.agent))
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.LINE_VOID, number=alert.facts.number)
    template = words.LINE_SETTLED if alert.by else words.LINE_SETTLED_NOBODY
    ended = outcome(alert)
    return said(template, **(ended | {"how": str(ended["how"]).lower()}))


def outcome(alert: Alert) -> dict[str, object]:
    at = alert.at or alert.due_at
    late = (at - alert.due_at).total_seconds()
    return {
        "number": alert.facts.number,
        "how": words.HOW[alert.clock],
        "by": text.first(alert.by) if alert.by else "",
        "at": text.at(at, alert.facts.zone),
        "lateness": said(words.LATE_BY, duration=_at_least_a_minute(late)) if late >= 0 else words.IN_TIME,
    }


def _at_least_a_minute(seconds: float) -> str:
    return text.duration(seconds) if seconds >= 60 else common.UNDER_A_MINUTE
