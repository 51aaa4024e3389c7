"""
What becomes of one row once it is drawn: posted, edited, set as an emoji or taken away, and written down where it stands.

When it may be sent: as fast as Slack allows, and only while nobody else may have the row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import metrics, places
from bot.delivery import tries
from bot.delivery.drawing import Drawing
from bot.delivery.errors import NOBODY, Verdict, verdict
from bot.delivery.letters import Instead, Letter, Reactions, digest
from bot.delivery.pace import POSTING, Pace
from bot.delivery.posts import slack_id
from bot.delivery.slack import CallFailed, Posted, Refused, Slack, files_in
from bot.people import MADE_UP
from bot.views import Message
from ticketing.desk import Desk
from ticketing.lanes import Lane
from ticketing.model import DESK_ITSELF
from ticketing.outbox import Errand, Notice
from ticketing.shown import Shown

log = logging.getLogger(__name__)

LEASE_S = 30.0
"""How long a row is left to a worker that may have died, and with it everything behind it in its place."""

POST_WITHIN_S = 18.0
"""Nothing is sent later in a lease than this: with its ten seconds it is over when somebody else may take the row."""

RETAKE_S = 1.0
"""How long a row waits to be taken anew when Slack was too slow for it to be posted within its lease."""

LEFT_TO_ALERTS = 0.2
"""The share of what Slack takes at once that is left to alerts."""

OPTIONAL = 0.5
"""What is optional is shown only while so much of what Slack takes at once is free."""

STRAY = "stray"
"""In a row's data: the message that stands in the channel though it belonged in a thread, as long as it may stand there."""


class Paced(CallFailed):
    """Not called: Slack would have asked to wait. `seconds` until it may be."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("pace")


class Sending:
    """Sends drawn rows. `clock` is machine time; `pace` is shared by the lanes of a process."""

    lease_s = LEASE_S
    post_within_s = POST_WITHIN_S

    def __init__(
        self, desk: Desk, slack: Slack, *, clock: Callable[[], datetime], pace: Pace, lane: Lane, drawing: Drawing
    ) -> None:
        self._outbox = desk.outbox
        self._drawing = drawing
        self._desk = desk
        self._slack = slack
        self._clock = clock
        self._pace = pace
        self._lane = lane

    def _deliver(self, errand: Errand, letter: Letter | Reactions | Instead | None) -> str:
        if isinstance(letter, Reactions):
            return self._react(errand, letter)
        errand = self._take_stray_away(errand)
        tried = tries.last(errand) if errand.is_doubtful else None
        if tried is not None:
            arrived = self._arrived(errand, tried, letter)
            if arrived is not None:
                return self._write_down(errand, tried, arrived)
            errand = replace(errand, is_doubtful=False)
        if isinstance(letter, Instead):
            self._outbox.done(errand, also=letter.also, then=letter.by)
            return "listed"
        if letter is None:
            self._outbox.done(errand)
            return "obsolete"
        return self._show(errand, letter)

    def _show(self, errand: Errand, letter: Letter) -> str:
        stands = self._outbox.shown(errand.customer_id, errand.place, letter.about)
        if letter.message is None:
            return self._take_away(errand, stands or self._found_in_its_thread(errand, letter))
        if stands is None and letter.only_edit:
            stands = self._found_in_its_thread(errand, letter)
            if stands is None:
                self._outbox.done(errand)
                return "obsolete"
        thread_ts = letter.thread_ts
        if stands is None and letter.root is not None:
            root, is_new = self._root(errand, letter.root)
            if root is None:
                self._outbox.done(errand)
                return "obsolete"
            if is_new:
                # The root may have told it already.
                return self._deliver(errand, self._drawing.draw(errand))
            thread_ts = root.thread_ts or root.ts
        if stands is None and errand.is_doubtful:
            stands = self._found(errand, letter, thread_ts)
        if stands is not None:
            return self._edit(errand, letter, letter.message, stands)
        shown = self._post(errand, letter, letter.message, thread_ts)
        self._outbox.done(
            errand, shown, told=letter.told, also=letter.also, members=_members(letter.members, shown), then=letter.then
        )
        self._observe(letter)
        return "posted"

    def _observe(self, letter: Letter) -> None:
        """How late Slack has what was told: asked when it has it."""
        now = self._desk.now()
        for since in letter.owed_since:
            metrics.ALERT_LAG.observe((now - since).total_seconds())

    def _edit(self, errand: Errand, letter: Letter, message: Message, stands: Shown) -> str:
        drawn = digest(message)
        known = stands
        if letter.members:
            # One message of many tickets: what it says is remembered once, whichever of them it was drawn for.
            known = self._outbox.shown(DESK_ITSELF, errand.place, places.about_together(stands.ts)) or replace(
                stands, digest=""
            )
        if known.digest == drawn:
            self._outbox.done(errand, also=letter.also)
            return "unchanged"
        self._keep_pace("chat.update", errand, spare=OPTIONAL if letter.is_optional else 0.0)
        try:
            self._slack.update(stands.channel, stands.ts, message, _key(errand, letter.about))
        except Refused as refused:
            if verdict(refused.code, errand.attempts) is Verdict.REPAIR:
                self._forget(errand, stands)
            raise
        # Found by its key: nothing is known of what it told, and what was to follow it has not been asked for.
        is_found, stands = stands.digest is None, replace(stands, digest=drawn)
        self._outbox.done(
            errand,
            stands,
            also=() if is_found else letter.also,
            members=_members(letter.members, stands)[-1:],
            then=letter.then if is_found else (),
        )
        return "edited"

    def _react(self, errand: Errand, marks: Reactions) -> str:
        """Where it cannot be, such as on a message that is gone, nobody misses it."""
        for name in sorted(marks.unwanted | marks.wanted):
            is_wanted = name in marks.wanted
            self._keep_pace("reactions.add" if is_wanted else "reactions.remove", errand)
            try:
                self._slack.react(marks.channel, marks.ts, name, present=is_wanted)
            except Refused as refused:
                if verdict(refused.code, errand.attempts) in (Verdict.RETRY, Verdict.DOUBTFUL, Verdict.HALT):
                    raise
                log.info("An emoji of row %s could not be set: %s.", errand.id, refused.code)
        self._outbox.done(errand)
        return "marked"

    def _take_away(self, errand: Errand, stands: Shown | None) -> str:
        if stands is not None:
            self._delete(errand, stands.channel, stands.ts)
            self._outbox.forget(stands)
        self._outbox.done(errand)
        return "taken_away"

    def _root(self, errand: Errand, about: str) -> tuple[Shown | None, bool]:
        """The card in whose thread the row belongs, posted now if it does not stand; None where there is to be none."""
        stands = self._outbox.shown(errand.customer_id, errand.place, about)
        if stands is not None or errand.ticket is None:
            return stands, False
        letter = self._drawing.root(errand.place, about, errand.ticket)
        if letter is None or letter.message is None or letter.only_edit:
            return None, False
        found = self._found(errand, letter, letter.thread_ts) if errand.is_doubtful else None
        root = found or self._post(errand, letter, letter.message, letter.thread_ts)
        self._outbox.remember(root, told=letter.told if found is None else ())
        self._observe(letter)
        return root, True

    def _post(self, errand: Errand, letter: Letter, message: Message, thread_ts: str | None) -> Shown:
        self._keep_pace(POSTING, errand)
        if letter.side == places.ALERT:
            written = tries.written(letter, digest(message), thread_ts)
            errand = self._outbox.keep(errand, {**errand.data, **written})
        posted = self._slack.post(
            self._channel(errand),
            message,
            _key(errand, letter.about),
            thread_ts=thread_ts,
            broadcast=letter.broadcast and thread_ts is not None,
            shares_files=self._shares_files(errand, letter, message),
        )
        if thread_ts is not None and posted.thread_ts != thread_ts:
            # Slack puts an answer to a message that is gone into the channel itself, before everybody. Where it stands is
            # written down first: it is taken away by a later try, if this one cannot.
            stray = {"channel": posted.channel, "ts": posted.ts}
            self._take_stray_away(self._outbox.keep(errand, {**errand.data, STRAY: stray}))
            raise Refused("thread_not_found")
        self._remember_origin(errand, letter, posted.channel)
        return _shown(errand, letter, posted, digest(message))

    def _remember_origin(self, errand: Errand, letter: Letter, channel: str) -> None:
        """What is written under somebody else's message, in whose thread it is, is written on this side."""
        if letter.thread_ts is not None:
            root, place = Posted(channel, letter.thread_ts, None), places.of_origin(channel)
            self._outbox.remember(replace(_shown(errand, letter, root, None), place=place))

    def _take_stray_away(self, errand: Errand) -> Errand:
        """Take away what an answer to a vanished message became, if there is one."""
        stray = errand.data.get(STRAY)
        if stray is None:
            return errand
        self._delete(errand, stray["channel"], stray["ts"])
        return self._outbox.keep(errand, {name: value for name, value in errand.data.items() if name != STRAY})

    def _delete(self, errand: Errand, channel: str, ts: str) -> None:
        """That it is gone already is fine."""
        self._keep_pace("chat.delete", errand)
        try:
            self._slack.delete(channel, ts)
        except Refused as refused:
            if verdict(refused.code, errand.attempts) not in (Verdict.REPAIR, Verdict.IGNORE):
                raise

    def _shares_files(self, errand: Errand, letter: Letter, message: Message) -> bool:
        """
        Whether all files that it names came with what was said on its ticket.

        An address can be typed by anybody who has seen it, also that of a file which those who read here may not open.
        """
        named = files_in(message)
        if not named or errand.ticket is None:
            return False
        came = self._desk.attachments(errand.ticket, include_internal=letter.side != places.CUSTOMER)
        return named <= {file.url for files in came.values() for file in files}

    def _found_in_its_thread(self, errand: Errand, letter: Letter) -> Shown | None:
        """What an earlier try may have posted, of a row whose message is to be posted no more."""
        if not errand.is_doubtful:
            return None
        root = self._outbox.shown(errand.customer_id, errand.place, letter.root) if letter.root is not None else None
        return self._found(errand, letter, (root.thread_ts or root.ts) if root is not None else letter.thread_ts)

    def _found(self, errand: Errand, letter: Letter, thread_ts: str | None) -> Shown | None:
        """The message that an earlier try has sent, if it did; what it says may be out of date."""
        found = self._sought(errand, letter.about, thread_ts)
        if found is None:
            return None
        self._remember_origin(errand, letter, found.channel)
        return _shown(errand, letter, found, None)

    def _sought(self, errand: Errand, about: str, thread_ts: str | None) -> Posted | None:
        channel = self._channel(errand)
        if places.person_in(errand.place) is not None:
            channel = self._slack.conversation_with(channel)
        return self._slack.find(channel, _key(errand, about), thread_ts=thread_ts, since=errand.created_at)

    # --- what a try of before has told --------------------------------------------------------------------------------

    def _arrived(self, errand: Errand, tried: tries.Try, letter: Letter | Instead | None) -> Posted | None:
        """The message of the try before, where Slack has it."""
        try:
            return self._sought(errand, tried.about, tried.thread_ts)
        except Refused as refused:
            # Where nothing is to be shown there any more, the channel or thread need not be open to us.
            is_closed = verdict(refused.code, errand.attempts) in (Verdict.PARK, Verdict.REPAIR, Verdict.IGNORE)
            if isinstance(letter, Letter) or not is_closed:
                raise
            return None

    def _write_down(self, errand: Errand, tried: tries.Try, posted: Posted) -> str:
        """
        What the message told when it was posted is told, and nothing that came about since: of that nobody was notified.

        Where it is the ticket's own message, or that in whose thread the row belongs, the row is asked for anew.
        """
        stands = Shown(
            errand.customer_id,
            errand.place,
            tried.about,
            posted.channel,
            posted.ts,
            posted.thread_ts,
            tried.side,
            tried.digest,
        )
        again = list(tried.then)
        if errand.ticket is not None and tried.about == places.about_alert(errand.ticket.number):
            data = tries.without(errand.data)
            again.append(Notice(errand.place, errand.about, errand.kind, errand.ticket, errand.priority, data))
        members = _members(tried.members, stands)
        self._outbox.done(errand, stands, told=tried.told, also=tried.also, members=members, then=again)
        return "found"

    def _channel(self, errand: Errand) -> str:
        """What chat.postMessage takes: a channel's id, or a person's, which opens their conversation with the app."""
        person_id = places.person_in(errand.place)
        if person_id is None:
            return places.channel_in(errand.place) or errand.place
        slack = slack_id(self._desk.person(person_id).external_ref)
        if slack == MADE_UP:
            raise Refused(NOBODY)  # a test ticket's customer is no one, and has no conversation
        return slack

    def _forget(self, errand: Errand, stands: Shown) -> None:
        """A message is gone: what it showed together, and is still to be shown, comes back together."""
        self._outbox.forget_together(stands, self._drawing.shown_with(errand, stands), at=errand.created_at)

    # --- when it may be sent ------------------------------------------------------------------------------------------

    def _keep_pace(self, method: str, errand: Errand, *, spare: float = 0.0) -> None:
        """To be asked before each call that people see. Raises Paced where it may not be made now."""
        spare = max(spare, LEFT_TO_ALERTS if self._lane is Lane.REST else 0.0)
        wait = self._pace.wait_for(method, errand.place, self._clock(), spare=spare)
        if wait > 0:
            raise Paced(wait)
        self._keep_lease(errand)

    def _with_time_to_send(self, errand: Errand) -> Errand:
        """
        However long drawing took: were it given back for that, a machine that is slow for a message of thousands would draw it
        for ever. Raises LeaseLost.
        """
        if self._is_late(errand):
            return self._outbox.renew(errand, self._clock(), self.lease_s)
        return errand

    def _is_late(self, errand: Errand) -> bool:
        """Whether so much of the lease is over that somebody else might have the row before a call has ended."""
        left = timedelta(seconds=self.lease_s - self.post_within_s)
        return errand.lease_until is not None and self._clock() > errand.lease_until - left

    def _keep_lease(self, errand: Errand) -> None:
        """Raises Paced where it is too late for a call."""
        if self._is_late(errand):
            raise Paced(RETAKE_S)


def _key(errand: Errand, about: str) -> str:
    """What a message is, whoever sends it and however often: the same for each try."""
    return f"{errand.customer_id}/{errand.place}/{about}"


def _members(members: tuple[tuple[int, str], ...], stands: Shown) -> list[Shown]:
    """Everything that one message shows together, and last what it says, under a name of the desk's own."""
    if not members:
        return []
    each = [replace(stands, customer_id=customer_id, about=about) for customer_id, about in members]
    return [*each, replace(stands, customer_id=DESK_ITSELF, about=places.about_together(stands.ts))]


def _shown(errand: Errand, letter: Letter, posted: Posted, drawn: str | None) -> Shown:
    return Shown(
        errand.customer_id, errand.place, letter.about, posted.channel, posted.ts, posted.thread_ts, letter.side, drawn
    )
