"""From a row of the outbox to what is to stand in Slack now: which renderer draws which kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import places
from bot.blocks import customer, triage
from bot.blocks.reports import paper_failed_message
from bot.delivery import (
    accounts,
    alert_lines,
    alert_lists,
    alerts,
    boards,
    cards,
    countdown,
    days,
    downtime,
    emoji,
    escalations,
    hidden,
    joining,
    moved,
    outages,
    posts,
    problems,
)
from bot.delivery.letters import Instead, Letter, Reactions
from bot.delivery.reading import Dossier
from bot.escalating import ESCALATED
from bot.problems import CARD, DONE
from bot.sight import Sight
from ticketing.desk import Desk
from ticketing.lanes import AHEAD_FROM
from ticketing.model import TicketRef
from ticketing.outbox import Errand, Notice
from ticketing.shown import ALERT_CARD, ALERT_COUNTDOWN, ALERT_LINE, ALERT_LISTED, ALERT_SAID, ALERT_SETTLED, Shown

Draw = Callable[[Dossier, Errand], Letter | Reactions | Instead | None]


class UnknownKind(Exception):
    """A row that this version of the program does not know how to show."""


def _assignment(dossier: Dossier, errand: Errand) -> Letter | None:
    agent_id = places.person_in(errand.place)
    return None if agent_id is None else cards.for_agent(dossier, agent_id)


def _team_side(dossier: Dossier, errand: Errand) -> str:
    return places.AGENT if places.person_in(errand.place) is not None else places.TEAM


KINDS: dict[str, Draw] = {
    "customer_card": lambda dossier, errand: cards.for_customer(dossier, errand.place),
    "assignment_card": _assignment,
    "triage_card": lambda dossier, errand: cards.for_team(dossier, errand.place),
    ALERT_CARD: lambda dossier, errand: (
        moved.instead(dossier, errand)
        or downtime.instead(dossier, errand)
        or alerts.home(dossier, errand.place, errand)
    ),
    ALERT_LISTED: downtime.again,
    ALERT_COUNTDOWN: countdown.countdown,
    ALERT_LINE: lambda dossier, errand: (
        moved.instead(dossier, errand)
        or downtime.instead(dossier, errand)
        or alert_lists.instead_of_lines(dossier, errand)
        or alert_lines.line(dossier, errand)
    ),
    ALERT_SETTLED: alert_lines.settled,
    ALERT_SAID: lambda dossier, errand: (
        moved.instead(dossier, errand)
        or downtime.instead(dossier, errand)
        or alert_lists.instead_of_lines(dossier, errand)
        or alert_lines.said(dossier, errand)
    ),
    "reply": lambda dossier, errand: posts.to_customer(customer.reply_post, dossier, errand),
    "question": lambda dossier, errand: posts.to_customer(customer.question_post, dossier, errand),
    "solution": lambda dossier, errand: posts.to_customer(customer.resolved_post, dossier, errand),
    "own": lambda dossier, errand: posts.to_customer(customer.own_post, dossier, errand),
    "resolved": posts.resolved,
    "reopened": posts.reopened,
    "closes_soon": posts.closes_soon,
    "thanked": posts.thanked,
    "apology": posts.apology,
    "assigned_again": posts.assigned_again,
    "woken": posts.woken,
    "from_customer": lambda d, e: posts.to_team(triage.from_customer_post, d, e, _team_side(d, e)),
    "sent": lambda d, e: posts.to_team(triage.sent_post, d, e, _team_side(d, e)),
    "note": lambda d, e: posts.to_team(triage.note_post, d, e, _team_side(d, e)),
    "rated": lambda d, e: posts.rated(d, e, _team_side(d, e)),
    "joined": lambda d, e: joining.joined(d, e, _team_side(d, e)),
    "watch_card": lambda d, e: joining.watch_card(d, e.place, only_edit=bool(e.data.get("again"))),
    "watched": joining.watched,
    "undelivered": posts.undelivered,
    "unsent": posts.unsent,
    ESCALATED: escalations.escalated,
    "mirror_card": emoji.mirror,
    "sent_mark": emoji.sent,
}
"""Each kind of row, and what draws it from current state. None: what it was to say holds no longer."""


SAID_TO_CUSTOMER = frozenset({"reply", "question", "solution"})
NEVER_TOLD_INSTEAD = frozenset({ESCALATED, "undelivered", "unsent", "mirror_card", "sent_mark"})

OF_THE_DESK: dict[str, Callable[[Desk, Errand], Letter | None]] = {
    "board_card": boards.board,
    "handover_card": days.handover,
    accounts.ENDED: accounts.ended,
    outages.OUTAGE: outages.outage,
    CARD: problems.drawn,
    DONE: problems.drawn,
    alert_lists.KIND: alert_lists.listed,
    downtime.KIND: downtime.told,
}
"""The kinds that are about no single ticket."""


@dataclass(frozen=True)
class Drawing:
    """Draws what stands in a desk's outbox. Without `sight` nothing of a private category is drawn for anybody's own place."""

    desk: Desk
    sight: Sight | None = None

    @property
    def _sight(self) -> Sight:
        return self.sight or Sight(self.desk)

    def draw(self, errand: Errand) -> Letter | Reactions | Instead | None:
        """
        What the row is to show now; None when there is nothing to say any more. Raises what drawing raises, and NotYet while
        Slack does not say whether somebody may still see it.
        """
        if errand.kind == days.MY_DAY:
            return days.day(self.desk, errand, self._sight.hidden)
        if errand.kind in OF_THE_DESK:
            return OF_THE_DESK[errand.kind](self.desk, errand)
        if errand.kind == "take_away":
            return Letter(about=errand.about, side=places.TEAM, message=None)
        if errand.kind == "paper_failed":
            message = paper_failed_message(str(errand.data["kind"]), str(errand.data["reason"]))
            return Letter(about=errand.about, side=places.REPORTS, message=message)
        draw = KINDS.get(errand.kind)
        if draw is None or errand.ticket is None:
            raise UnknownKind(errand.kind)
        dossier = Dossier(self.desk, errand.ticket)
        return (
            hidden.instead(dossier, errand) if hidden.is_from(dossier, errand, self._sight) else draw(dossier, errand)
        )

    def root(self, place: str, about: str, ref: TicketRef) -> Letter | None:
        """The card in whose thread something of the ticket is to be posted; None where no such card would be."""
        dossier = Dossier(self.desk, ref)
        if about == places.about_alert(ref.number):
            return alerts.home(dossier, place)
        if places.watched_in(about) is not None:
            return joining.watch_card(dossier, place)
        if place == places.of_customer(dossier.ticket, dossier.configuration):
            return cards.for_customer(dossier, place)
        agent_id = places.person_in(place)
        if agent_id == ref.customer_id:
            # The channel message that it was opened from is gone: their messages take its place.
            return cards.for_customer(dossier, place)
        return cards.for_team(dossier, place) if agent_id is None else cards.for_agent(dossier, agent_id)

    def shown_with(self, errand: Errand, stands: Shown) -> list[Notice]:
        """The other tickets of one message of the escalation channel about which something is still owed."""
        if stands.side != places.ALERT:
            return []
        members = self.desk.alerts_in_message(stands.channel, stands.ts)
        return [
            Notice(stands.place, places.about_alert(each.ref.number), ALERT_CARD, each.ref, priority=errand.priority)
            for each in members
            if each.is_owed and each.ref != errand.ticket
        ]

    def is_awaited(self, errand: Errand) -> bool:
        """Whether it is an alert, and in the channel in which alerts are read: it waits however long that is closed."""
        return errand.priority >= AHEAD_FROM and errand.place in places.all_of_alerts(self.desk.configuration())

    def instead(self, errand: Errand, reason: str) -> list[Notice]:
        """What is told elsewhere because the row cannot be shown where it was to be."""
        if errand.ticket is None or errand.kind in NEVER_TOLD_INSTEAD:
            return []
        dossier = Dossier(self.desk, errand.ticket)
        about = places.about_ticket(errand.ticket.number)
        at_home = places.of_person(errand.ticket.customer_id)
        if errand.place == places.of_customer(dossier.ticket, dossier.configuration) and errand.place != at_home:
            return [Notice(at_home, about, errand.kind, errand.ticket, data=dict(errand.data))]
        if places.person_in(errand.place) is None or errand.kind == "own":
            return []  # what somebody said themselves, nobody has to be told of
        told = []
        if errand.kind in SAID_TO_CUSTOMER:
            said = dossier.comment(int(errand.data["comment"]))
            if said is not None and not said.is_automatic:
                data = {"comment": said.number, "reason": reason}
                told.append(Notice(places.of_person(said.author_id), about, "unsent", errand.ticket, data=data))
        team = places.of_team(dossier.ticket, dossier.configuration)
        if team is not None:
            data = {"place": errand.place, "reason": reason}
            told.append(Notice(team, about, "undelivered", errand.ticket, data=data))
        return told
