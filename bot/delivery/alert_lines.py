"""The lines in an alert's thread: a step, what somebody did about it, how it ended; several of a kind at once are one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot import places
from bot.blocks.alert_lines import alert_line, alert_lines, is_broadcast
from bot.delivery import called
from bot.delivery.alert_facts import (
    alert_at,
    clock_of,
    due_at_of,
    ended_state,
    holds,
    is_alerted,
    is_lapse_time,
    is_stage_time,
    is_time,
    matter_at,
    of_clock,
    owed_since,
    owed_since_each,
    state_of,
)
from bot.delivery.alerts import let_gather
from bot.delivery.lateness import fell_due_at, told_at, was_found_late
from bot.delivery.letters import Letter
from bot.delivery.reading import Dossier
from bot.views import Alert, AlertState, Message
from ticketing.desk import Desk
from ticketing.desk.alerting import AlertedStage, AlertedTicket
from ticketing.desk.promising import SEEN
from ticketing.events import EventKind, TicketEvent
from ticketing.instants import from_us
from ticketing.ladder import has_no_deadline, number_of, touched
from ticketing.model import DESK_ITSELF, OVER, PersonId, TicketStatus
from ticketing.outbox import Errand
from ticketing.shown import ALERT_LINE, ALERT_SAID, ALERT_SETTLED, BREACH, WARNING, AlertKey, AlertRow
from ticketing.timeline import OWED_AGAIN, last_of

LINES_DRAWN = 10
"""Of several lines told at once; the rest are counted."""

LAPSED, CALLS = "lapsed", "calls"
"""What is in a row's data whose line is that a promise has lapsed, and whom the line of a deed calls."""

QUIET = "quiet"
"""What is in a row's data whose line tells of what another message has told."""


@dataclass(frozen=True)
class Drawn:
    """What a line is about, and the alert that it tells."""

    alert: Alert
    row: AlertRow | None = None
    since: datetime | None = None
    """When that could be told first."""


DrawLine = Callable[[Dossier, Errand], Drawn | None]


def line(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line of a step that its home, posted before, could not tell because an edit notifies nobody."""
    let_gather(dossier.desk, errand)
    return _lines(dossier, errand, _step)


def said(dossier: Dossier, errand: Errand) -> Letter | None:
    """The line of what somebody did about the alert, or no longer does."""
    return _lines(dossier, errand, _deed)


def settled(dossier: Dossier, errand: Errand) -> Letter | None:
    """
    The line that says how what was alerted has ended; each end has one, alone or with others.

    Whatever is changed about the ticket later asks for it again. One that stands alone follows, one of several has been told.
    """
    about = _name(errand)
    stands = dossier.desk.outbox.shown(errand.customer_id, errand.place, about)
    if stands is None:
        return _lines(dossier, errand, _end)
    if dossier.desk.outbox.shown(DESK_ITSELF, errand.place, places.about_together(stands.ts)) is not None:
        return None
    own = _end(dossier, errand)
    return None if own is None else _letter(errand, alert_line(own.alert))


def drawn(dossier: Dossier, errand: Errand) -> Drawn | None:
    """What the line of a step, or of what somebody did, says if that still holds."""
    return _step(dossier, errand) if errand.kind == ALERT_LINE else _deed(dossier, errand)


def _lines(dossier: Dossier, errand: Errand, draw: DrawLine) -> Letter | None:
    """One line for everything of the kind that waits for the same thread; None where nothing of it holds any more."""
    rows, alerted = [errand], {}
    stands = dossier.desk.outbox.shown(dossier.ref.customer_id, errand.place, places.about_alert(dossier.ref.number))
    if stands is not None and not errand.is_doubtful:
        rows += dossier.desk.lines_waiting_for(errand.place, stands.channel, stands.ts, errand.kind)
        if len(rows) > LINES_DRAWN:
            alerted = {each.ref: each for each in dossier.desk.alerts_in_message(stands.channel, stands.ts)}
            rows.sort(key=lambda row: (row.ticket not in alerted, row.ticket in alerted and alerted[row.ticket].rank))
    known = _standing(dossier, rows)
    told: dict[str, Drawn] = {}
    counted: dict[str, AlertedStage] = {}
    matters = set[str]()
    for row in rows:
        if row.ticket is None or _name(row) in known or matter_of(row) in matters:
            continue
        if len(told) < LINES_DRAWN:
            one = draw(Dossier(dossier.desk, row.ticket), row)
            if one is not None:
                told[_name(row)] = one
                matters.add(matter_of(row))
        elif (stage := still_true(dossier, row, alerted.get(row.ticket))) is not None:
            counted[_name(row)] = stage
            matters.add(matter_of(row))
    if not told:
        return None
    quiet = {_name(row) for row in rows if row.data.get(QUIET)}
    stages = [stage for name, stage in counted.items() if errand.kind == ALERT_LINE and name not in quiet]
    lines = [
        (row, alerted[row.ticket]) for row in rows if row.ticket in alerted and _name(row) in counted.keys() - quiet
    ]
    drawn_ = [one.alert for one in told.values()]
    letter = _letter(errand, alert_lines(drawn_, len(counted), called_besides(dossier.desk, drawn_, lines)))
    return replace(
        letter,
        # Where its own does not hold, it may yet be told under its name.
        about=letter.about if letter.about in told else next(iter(told)),
        broadcast=any(is_broadcast(one.alert) for name, one in told.items() if name not in quiet),
        also=tuple((row.customer_id, row.id) for row in rows if row is not errand),
        told=keys_of(told.values(), stages),
        owed_since=since_of(dossier.desk, told.values(), stages),
        members=_ends(errand, told, counted),
    )


def called_besides(desk: Desk, drawn_: Iterable[Alert], lines: Iterable[tuple[Errand, AlertedTicket]]) -> list[str]:
    """The mentions of whom lines call that are only counted; each once, and nobody who is called by what is drawn."""
    calls = dict.fromkeys((_calling(line, each) for line, each in lines))
    found = dict.fromkeys(
        mention
        for who, category in calls
        if who is not None
        for mention in (
            [called.mention_of(desk, who)] if isinstance(who, int) else called.by_stage(desk, who, category)
        )
    )
    mentioned = " ".join(alert.mention or "" for alert in drawn_)
    return [mention for mention in found if mention not in mentioned]


def _calling(line: Errand, each: AlertedTicket) -> tuple[PersonId | str | None, str]:
    """A person whom the line of a deed calls, or the stage whose step calls somebody; with the category."""
    if line.kind == ALERT_SAID:
        person = line.data.get(CALLS)
        return (None if person is None else PersonId(int(person))), each.category
    return line.data.get("stage"), each.category


def _letter(errand: Errand, message: Message) -> Letter:
    number = errand.ticket.number if errand.ticket is not None else 0
    return Letter(about=_name(errand), side=places.ALERT, message=message, root=places.about_alert(number))


def keys_of(told: Iterable[Drawn], counted: Iterable[AlertedStage]) -> tuple[AlertKey, ...]:
    """The alerts that a line tells of."""
    return (*(one.row.key for one in told if one.row is not None), *(stage.key for stage in counted))


def since_of(desk: Desk, told: Iterable[Drawn], counted: Iterable[AlertedStage]) -> tuple[datetime, ...]:
    """When each of them could be told first."""
    return (*(one.since for one in told if one.since is not None), *owed_since_each(desk, counted))


def _standing(dossier: Dossier, rows: list[Errand]) -> set[str]:
    """Of ends, those that have been told; of the rest each is asked for once."""
    ends = [(row.customer_id, _name(row)) for row in rows if row.kind == ALERT_SETTLED]
    return {name for _, name in dossier.desk.outbox.standing(rows[0].place, ends)} if ends else set()


def _ends(
    errand: Errand, told: Mapping[str, Drawn], counted: Mapping[str, AlertedStage]
) -> tuple[tuple[int, str], ...]:
    """All ends that one line tells of, so that none is told again."""
    if errand.kind != ALERT_SETTLED or len(told) + len(counted) == 1:
        return ()
    of_told_ = ((one.alert.facts.ref.customer_id, name) for name, one in told.items())
    return (*of_told_, *((stage.key.ref.customer_id, name) for name, stage in counted.items()))


def still_true(dossier: Dossier, errand: Errand, each: AlertedTicket | None) -> AlertedStage | None:
    """What a line that is only counted is about, if that holds and nothing holds it back; asked for once for all of them."""
    if each is None:
        return None
    if errand.kind == ALERT_LINE:
        stage = told_by(errand, each)
        is_time_now = stage is not None and stage.is_owed and is_stage_time(dossier, stage)
    elif errand.kind == ALERT_SAID:
        stage = next(iter(each.owed), None)
        is_time_now = not errand.data.get(LAPSED) or is_lapse_time(
            dossier, each.ref, each.priority, int(errand.data["event"]), errand.created_at
        )
    else:
        stage = next(
            (stage for stage in each.stages if stage.has_ended and stage.is_told and _is_end(errand, stage)), None
        )
        is_time_now = True
    return stage if is_time_now else None


def told_by(errand: Errand, each: AlertedTicket) -> AlertedStage | None:
    """The alert that a line of a step tells of, or one of those that a promise was about, whether it holds or not."""
    if errand.kind == ALERT_SAID:
        return next((stage for stage in each.stages if not has_no_deadline(stage.key.stage)), None)
    is_quiet = bool(errand.data.get(QUIET))
    return next((one for one in each.stages if _stage(one) == _wanted(errand) and (is_quiet or not one.is_told)), None)


def _is_end(errand: Errand, stage: AlertedStage) -> bool:
    return (stage.key.kind.value, stage.key.run) == (errand.data["clock"], errand.data["run"])


def _stage(stage: AlertedStage) -> tuple[str, str, str]:
    return stage.key.kind.value, str(stage.key.run), stage.key.stage


def _name(errand: Errand) -> str:
    """What the line is called: by what it is about, and which time, for an alert that was taken back may come again."""
    time = errand.data.get("seq") if errand.kind == ALERT_LINE else None
    return matter_of(errand) if time is None else f"{matter_of(errand)}:{time}"


def matter_of(errand: Errand) -> str:
    """What the line is about. An alert that quiet hours held back is asked for twice, and told once."""
    number = errand.ticket.number if errand.ticket is not None else 0
    if errand.kind == ALERT_SAID:
        return f"l:{number}:e:{errand.data['event']}"
    stage = errand.data["stage"] if errand.kind == ALERT_LINE else "end"
    return f"l:{number}:{errand.data['clock']}:{errand.data['run']}:{stage}"


def _wanted(errand: Errand) -> tuple[str, str, str]:
    return str(errand.data["clock"]), str(errand.data["run"]), str(errand.data["stage"])


def _step(dossier: Dossier, errand: Errand) -> Drawn | None:
    rows = dossier.desk.outbox.alerts(dossier.ref)
    wanted = _wanted(errand)
    row = next((r for r in rows if (r.key.kind.value, str(r.key.run), r.key.stage) == wanted), None)
    is_quiet = bool(errand.data.get(QUIET))
    if row is None or (row.home is not None and not is_quiet) or not is_time(dossier, row) or not holds(dossier, row):
        return None
    clock = clock_of(dossier, row)
    if clock is None:
        return None
    alert = alert_at(dossier, clock, rows, state_of(row.key.stage))
    if row.key.stage not in (WARNING, BREACH):
        alert = _with_step(dossier, alert, row)
    return Drawn(replace(alert, mention=None)) if is_quiet else Drawn(alert, row, owed_since(dossier, row))


def _with_step(dossier: Dossier, alert: Alert, row: AlertRow) -> Alert:
    """What the step of the ladder adds: that seniors come first from now on, whom it calls, and that it was found late."""
    event = next((e for e in reversed(dossier.events) if _is_of(e, row)), None)
    is_escalated, person = bool(event and event.data.get("escalate")), _named(dossier, event) if event else None
    mentions = called.by_step(dossier.desk, dossier.ticket.category, person=person, escalate=is_escalated)
    found_late = told_at(dossier, row)
    return replace(
        alert,
        unseen_since=_unseen_since(dossier, alert.due_at),
        is_escalated=is_escalated,
        step=number_of(row.key.stage),
        steps=len(dossier.configuration.ladder.steps),
        mention=" ".join(mentions) or None,
        told_at=found_late,
        fell_due_at=fell_due_at(dossier, row) if found_late else None,
    )


def _unseen_since(dossier: Dossier, due_at: datetime) -> datetime:
    """Since when nobody sees to what is late: since a promise about it ended, somebody got it, or it was our turn again."""
    return max([due_at, *(_begun_at(dossier, event) for event in dossier.events if _begins_anew(event))])


def _begun_at(dossier: Dossier, event: TicketEvent) -> datetime:
    """A promise ended at its own instant, whenever that was found, or when what was owed no more then was owed again."""
    if event.kind is not EventKind.ALERT_LAPSED:
        return event.at
    until = from_us(int(event.data["until"]))
    return max(until, last_of(dossier.events, OWED_AGAIN, event.at) or until)


def _begins_anew(event: TicketEvent) -> bool:
    if event.kind is EventKind.STATUS:
        return event.from_value == TicketStatus.PENDING_CUSTOMER
    return event.kind in (EventKind.ALERT_LAPSED, EventKind.ALERT_RELEASED, EventKind.ASSIGNED)


def _named(dossier: Dossier, event: TicketEvent) -> str | None:
    """The reference of whom a step names, by the settings in force."""
    steps, place = dossier.configuration.ladder.steps, event.data.get("step")
    return steps[place].person if place is not None and place < len(steps) else None


def _is_of(event: TicketEvent, row: AlertRow) -> bool:
    data = event.data
    found = (data.get("clock"), data.get("run"), data.get("stage"))
    return event.kind is EventKind.ALERT_STEP and found == (row.key.kind.value, row.key.run, row.key.stage)


def _deed(dossier: Dossier, errand: Errand) -> Drawn | None:
    seq = int(errand.data["event"])
    event = next((each for each in dossier.events if each.seq == seq), None)
    rows = dossier.desk.outbox.alerts(dossier.ref)
    base = _deed_about(dossier, event, rows) if event is not None else None
    if event is None or base is None:
        return None
    is_lapse = event.kind is EventKind.ALERT_LAPSED
    if is_lapse and not is_lapse_time(dossier, dossier.ref, dossier.ticket.priority, seq, event.at):
        return None  # told when the quiet hours are over
    state = {
        EventKind.ALERT_TAKEN: AlertState.SEEN if event.data.get("kind") == SEEN else AlertState.TAKEN,
        EventKind.ALERT_RELEASED: AlertState.RELEASED,
        EventKind.ALERT_LAPSED: AlertState.LAPSED,
    }[event.kind]
    until = event.data.get("until")
    person = event.actor_id if event.kind is EventKind.ALERT_TAKEN else event.data.get("person")
    other = event.actor_id if event.kind is EventKind.ALERT_RELEASED and event.actor_id != person else None
    missed = person if other else _replaced(dossier, event)
    alert = replace(
        base,
        state=state,
        about=base.state if base.state in (AlertState.NOBODY, AlertState.UNTOUCHED) else None,
        by=dossier.name(person),
        until=from_us(int(until)) if until is not None else None,
        released_by=dossier.name(other),
        # Whoever counts on their promise hears that it is no more.
        mention=called.mention_of(dossier.desk, missed) if missed else None,
        told_at=event.at if is_lapse and was_found_late(dossier, from_us(int(until or 0)), event.at) else None,
    )
    row = next((row for row in rows if is_lapse and row.key.stage == event.data.get("stage")), None)
    if row is None or row.home is not None:
        return Drawn(alert)
    return Drawn(alert, row, owed_since(dossier, row))


def _replaced(dossier: Dossier, event: TicketEvent) -> PersonId | None:
    """Whose promise somebody else's has taken the place of, before it came to its end."""
    if event.kind is not EventKind.ALERT_TAKEN:
        return None
    deeds = (EventKind.ALERT_TAKEN, EventKind.ALERT_RELEASED, EventKind.ALERT_LAPSED)
    before = next((e for e in reversed(dossier.events) if e.seq < event.seq and e.kind in deeds), None)
    if before is None or before.kind is not EventKind.ALERT_TAKEN or before.actor_id == event.actor_id:
        return None
    return before.actor_id if from_us(int(before.data["until"])) > event.at else None


def _deed_about(dossier: Dossier, event: TicketEvent, rows: list[AlertRow]) -> Alert | None:
    """What somebody sees to or no longer does, where it is still so; None otherwise, and of an end in the customer's turn."""
    owed = [clock for clock in dossier.ticket.clocks if is_alerted(clock) and of_clock(rows, clock)]
    if event.kind is EventKind.ALERT_LAPSED:
        owed = owed if any(clock.is_counting for clock in owed) else []
    if owed:
        clock = min(owed, key=lambda each: (each.breached_at is None, due_at_of(each, rows)))
        return alert_at(dossier, clock, rows, AlertState.OVERDUE)
    alert = matter_at(dossier, rows)
    if alert is not None:
        return replace(alert, state=alert.about or alert.state, about=None, by=None, until=None)
    # What somebody has picked up has no alert of its own until they let it lie.
    lies = touched(dossier.ticket) <= event.at and dossier.ticket.status not in (TicketStatus.PENDING_CUSTOMER, *OVER)
    about = next((clock_of(dossier, row) for row in reversed(rows) if has_no_deadline(row.key.stage)), None)
    return alert_at(dossier, about, rows, AlertState.PICKED_UP) if about is not None and lies else None


def _end(dossier: Dossier, errand: Errand) -> Drawn | None:
    rows = dossier.desk.outbox.alerts(dossier.ref)
    kind, run = str(errand.data["clock"]), int(errand.data["run"])
    clock = next((c for c in dossier.ticket.clocks if (c.kind.value, c.run) == (kind, run)), None)
    if clock is None or clock.is_running or not any(row.home for row in of_clock(rows, clock)):
        return None
    return Drawn(alert_at(dossier, clock, rows, ended_state(clock)))
