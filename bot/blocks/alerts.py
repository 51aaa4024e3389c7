"""The home message of an alert in the escalation channel, edited with each step."""

from __future__ import annotations

from bot import text
from bot.actions import Act
from bot.blocks.alert_lines import alert_line
from bot.blocks.alert_parts import (
    NO_DEADLINE,
    SETTLED,
    first_line,
    giving,
    is_late,
    matter,
    outcome,
    picked_up,
    picked_up_until,
    promise,
    settled_line,
)
from bot.blocks.parts import act_button, actions, facts_line, menu, message, said, section
from bot.views import Alert, AlertState, Message
from bot.views.common import Block
from bot.words import common
from bot.words import team as words

_MENU = (Act.SEEN, Act.REPLY, Act.ESCALATE, Act.MORE)


def alert_message(alert: Alert) -> Message:
    """The alert's home, at every stage. Nothing of what the customer wrote beyond the subject."""
    if alert.state in SETTLED:
        sentence = _settled(alert)
        return message(settled_line(alert), [section(sentence), actions(act_button(Act.WHY, alert.facts))])
    if alert.about is AlertState.PICKED_UP:
        return message(alert_line(alert).text, [section(picked_up_until(alert)), _buttons(alert)])
    head, due, holder, promised = _head(alert), _due(alert), _holder(alert), promise(alert)
    due = "" if matter(alert) in NO_DEADLINE else due
    if alert.told_at and not is_late(alert):
        due = f"{due} {said(words.GROUP_LATE, told=text.at(alert.told_at, alert.facts.zone))}".strip()
    about = said(
        words.ABOUT,
        facts=facts_line(alert.facts),
        customer=text.inline(alert.customer, text.NAME),
        tier=common.TIER[alert.tier],
    )
    last = " ".join(part for part in (about, holder, promised) if part)
    return message(
        [first_line(alert), (promised or holder).replace("*", "")],
        [section(f"{head} {due}".strip() + f"\n{last}"), _buttons(alert)],
    )


def _head(alert: Alert) -> str:
    zone, number = alert.facts.zone, alert.facts.number
    subject = text.inline(alert.facts.subject, text.CARD_SUBJECT)
    since, sentence = text.since(alert.due_at, zone), text.ended(subject)
    if matter(alert) is AlertState.NOBODY:
        return said(words.NOBODY_HEAD, number=number, subject=sentence)
    if matter(alert) is AlertState.UNTOUCHED:
        head = words.UNTOUCHED_HEAD if alert.agent else words.UNASSIGNED_HEAD
        return said(head, number=number, subject=subject, since=since)
    if not is_late(alert):
        return said(words.DUE_SOON_HEAD, number=number, subject=sentence)
    if alert.told_at:
        told = text.at(alert.told_at, zone)
        return said(words.FOUND_LATE_HEAD, number=number, subject=sentence, since=since, told=told)
    return said(words.OVERDUE_HEAD, number=number, subject=sentence, since=since)


def _due(alert: Alert) -> str:
    clock, by = common.CLOCK[alert.clock], text.by(alert.due_at, alert.facts.zone)
    if is_late(alert):
        return said(words.WAS_DUE, clock=clock, by=by)
    if alert.countdown:
        return said(words.DUE_BY_UNDER, clock=clock, by=by, minutes=alert.countdown)
    return said(words.DUE_BY, clock=clock, by=by)


def _holder(alert: Alert) -> str:
    if not alert.agent:
        return "" if promise(alert) else words.NO_HOLDER
    agent = text.first(alert.agent)
    if alert.agent_since is None:
        return said(words.HOLDER, agent=agent)
    template = words.HOLDER_ANSWERED if alert.is_answered else words.HOLDER_NO_ANSWER
    return said(template, agent=agent, since=text.since(alert.agent_since, alert.facts.zone))


def _settled(alert: Alert) -> str:
    subject = text.inline(alert.facts.subject, text.CARD_SUBJECT)
    if alert.state is AlertState.PICKED_UP:
        return picked_up(alert, subject)
    if alert.state is AlertState.VOID or alert.at is None:
        return said(words.NO_LONGER_OWED, number=alert.facts.number, subject=subject)
    template = words.SETTLED if alert.by else words.SETTLED_NOBODY
    return said(template, subject=subject, **outcome(alert))


def _buttons(alert: Alert) -> Block | None:
    facts, possible = alert.facts, alert.possible
    if alert.state is AlertState.TAKEN:
        return actions(*(act_button(act, facts, possible) for act in (Act.ALERT_RELEASE, Act.WHY)))
    take = act_button(Act.TAKE, facts, possible, primary=True)
    rest = [act_button(act, facts, possible) for act in (giving(alert), Act.WHY)]
    return actions(take, *rest, menu(_MENU, facts, possible))
