"""
What people are told when a listener could not do what they asked: the one table of answers (docs/decisions, 25).

| what arrived | refused | the database is down | anything else |
|---|---|---|---|
| command | text in the ack | text in the ack | text with a reference |
| press on a message | private message | private message; a view where a form was to open | private message with a reference |
| press in a view, shortcut | a view | a view | a view with a reference |
| form | at the field, text kept | at the field, text kept | at the field, text kept, with a reference |
| what a list is to offer | nothing to choose | nothing to choose | nothing to choose, and the log |
| event | 200, and a private message to who wrote | 500: Slack sends it again | 500: Slack sends it again |
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError

from bot import refusals, text
from bot.actions import Act, Press
from bot.blocks.forms import plain_view
from bot.blocks.new_ticket import new_ticket_errors
from bot.last_change import last_change
from bot.listeners.ticket_presses import opens_a_form
from bot.payloads import ButtonPress, FormSubmission, PayloadError, Place, SaidMessage, Shortcut, SlackUser, team_of
from bot.people import NotAPerson, OtherOrganization
from bot.private import Private, reason_of
from bot.refusals import Refusal, RefusalContext
from bot.sight import Sight
from bot.values import MalformedValue
from bot.words import inbound as words
from bot.words import refusals as refusal_words
from bot.work import first_waiting
from ticketing.desk import Desk
from ticketing.desk.taking_back import SOMETHING_SINCE
from ticketing.errors import (
    AlreadyHeld,
    DatabaseUnavailable,
    HelpdeskError,
    InvalidInput,
    NotAnAgent,
    NotTheHolder,
    StaleTicket,
    TooLateToUndo,
)
from ticketing.events import EventKind
from ticketing.model import Person, PersonId, Role, Ticket

log = logging.getLogger(__name__)

HOPELESS = frozenset({"not_in_channel", "channel_not_found", "is_archived", "user_not_found", "missing_scope"})
"""What Slack would refuse again however often the event came: sending it once more helps nobody."""


ASKS_BEFORE_IT_ACTS = frozenset(
    {Press.OFFER_ADD, Press.OFFER_NEW, Press.OFFER_DISMISS, Press.OFFER_MENU, Act.KEEP_AS_NOTE}
)
"""What reads a message again before it does something with it."""

LINE = 3000
"""As much of a command's line as is said again."""


WRITTEN = frozenset({EventKind.COMMENTED, EventKind.THANKED, EventKind.FOLLOWED_UP, EventKind.STATUS})
"""What the log says where a customer has written since."""


class Kind(Enum):
    """What arrived, as far as the way to answer goes."""

    COMMAND = auto()
    PRESS = auto()
    FORM = auto()
    SHORTCUT = auto()
    EVENT = auto()
    OPTIONS = auto()
    OTHER = auto()

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Kind:
        if "command" in body:
            return cls.COMMAND
        kinds = {
            "block_actions": cls.PRESS,
            "view_submission": cls.FORM,
            "shortcut": cls.SHORTCUT,
            "message_action": cls.SHORTCUT,
            "event_callback": cls.EVENT,
            "block_suggestion": cls.OPTIONS,
        }
        return kinds.get(str(body.get("type")), cls.OTHER)


@dataclass(frozen=True)
class Answers:
    """Turns whatever a listener raised into an answer; nothing raised ever reaches Slack as it is."""

    desk: Desk
    private: Private
    team: str
    sight: Sight
    reference: Callable[[], str] = lambda: secrets.token_hex(2).upper()

    def register(self, app: App) -> None:
        app.error(self.failed)

    def failed(self, error: Exception, body: dict[str, Any], ack: Ack, response: BoltResponse | None) -> BoltResponse:
        """What Bolt calls. `response` is what it would answer by itself; None where the listener has acknowledged."""
        is_beside = Kind.of(body) in (Kind.PRESS, Kind.SHORTCUT)
        if isinstance(error, DatabaseUnavailable) and is_beside and response is not None:
            # The database took most of Slack's three seconds: what is said beside the message must not take the rest.
            response.status = 200
            ack()
        return self.answer(error, body)

    def answer(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        kind = Kind.of(body)
        try:
            return self._answer(error, kind, body)
        except (PayloadError, MalformedValue):
            log.warning("A payload that Slack would not send was refused (%s).", kind.name.lower())
            return _ok()

    def _answer(self, error: Exception, kind: Kind, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, PayloadError | MalformedValue):
            raise error
        if kind is Kind.EVENT:
            return self._event(error, body)
        refused = self._refusal(error, kind, body)
        if kind is Kind.COMMAND:
            return _json({"response_type": "ephemeral", "text": refused.text})
        if kind is Kind.FORM:
            return self._at_the_field(refused, error, body)
        if kind is Kind.OPTIONS:
            return _json({"options": []})
        if kind is Kind.PRESS:
            self._beside(refused, error, ButtonPress.read(body))
        if kind is Kind.SHORTCUT:
            shortcut = Shortcut.read(body)
            on = shortcut.message.place if shortcut.message is not None else None
            self.private.say(shortcut.person, refused.text, trigger_id=shortcut.trigger_id, place=on)
        return _ok()

    def _refusal(self, error: Exception, kind: Kind, body: dict[str, Any]) -> Refusal:
        if isinstance(error, HelpdeskError):
            return refusals.refusal(error, self._context(error, kind, body))
        if isinstance(error, SlackClientError | TimeoutError | OSError):
            log.warning("Slack did not do what a %s needed: %s.", kind.name.lower(), reason_of(error))
            return Refusal(_not_done(kind, body))
        return self._failure(error, kind)

    def _failure(self, error: Exception, kind: Kind) -> Refusal:
        reference = self.reference()
        log.error("Failed to answer a %s, reference %s.", kind.name.lower(), reference, exc_info=error)
        return refusals.failure(reference, self._lead())

    def _lead(self) -> str | None:
        """Somebody who can help, by name; None where there is nobody, or the database does not answer."""
        try:
            return next((each.name for each in self.desk.members() if each.role >= Role.LEAD), None)
        except Exception:  # noqa: BLE001 - what is said of one failure must not become another
            return None

    def _event(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, OtherOrganization | NotAPerson):
            return _ok()
        if isinstance(error, DatabaseUnavailable):
            log.error("The database does not answer; Slack will send the event again.")
            return BoltResponse(status=500, body="")
        if isinstance(error, HelpdeskError):
            self._to_the_writer(error, body)
            return _ok()
        if isinstance(error, SlackApiError) and reason_of(error) in HOPELESS:
            log.warning("An event could not be answered: %s.", reason_of(error))
            return _ok()
        self._failure(error, Kind.EVENT)
        return BoltResponse(status=500, body="")

    def _to_the_writer(self, error: HelpdeskError, body: dict[str, Any]) -> None:
        event = body.get("event") or {}
        if event.get("subtype") == "message_changed":
            event = {**(event.get("message") or {}), "channel": event.get("channel")}
        if not (event.get("ts") and event.get("user") and event.get("channel")):
            return
        said = SaidMessage.read(event, team=team_of(body))
        if said.person is not None:
            context = replace(self._context(error, Kind.EVENT, body, said.person), source=said.source)
            refused = refusals.refusal(error, context)
            # Below what they wrote: that is where they look.
            place = Place(said.place.channel, said.place.ts, said.place.thread_ts)
            self.private.say(said.person, refused.message() if refused.button else refused.text, place=place)

    def _at_the_field(self, refused: Refusal, error: Exception, body: dict[str, Any]) -> BoltResponse:
        submission = FormSubmission.read(body)
        blocks = submission.view.payload.get("blocks") or []
        inputs = [str(block.get("block_id")) for block in blocks if block.get("type") == "input"]
        if not inputs:
            return _json({"response_action": "update", "view": plain_view(refused.message())})
        named = error.field if isinstance(error, InvalidInput) else ""
        # Under a field Slack writes what it is given: no dates of the reader's, no escapes.
        sentence = text.from_slack(refused.text)
        if isinstance(error, StaleTicket | NotTheHolder | AlreadyHeld) and submission.has_text:
            sentence = refusal_words.TEXT_IS_HERE.format(sentence=sentence)
        errors = new_ticket_errors(submission.view.payload, {named or inputs[0]: sentence})
        fitting = {block if block in inputs else inputs[0]: sentence for block, sentence in errors.items()}
        return _json({"response_action": "errors", "errors": fitting})

    def _beside(self, refused: Refusal, error: Exception, press: ButtonPress) -> None:
        if isinstance(error, DatabaseUnavailable) and opens_a_form(press):
            self.private.say(press.person, refused.text, trigger_id=press.trigger_id, view=press.view)
            return
        self.private.say(
            press.person, refused.message(), place=press.place, trigger_id=press.trigger_id, view=press.view
        )

    def _context(
        self, error: HelpdeskError, kind: Kind, body: dict[str, Any], user: SlackUser | None = None
    ) -> RefusalContext:
        known = RefusalContext(
            from_form=kind is Kind.FORM, from_command=kind is Kind.COMMAND, is_message=kind is Kind.EVENT
        )
        if isinstance(error, DatabaseUnavailable):
            return known
        reader = self._reader(user or _user(body))
        known = replace(known, zone=reader.tz if reader else "UTC", reader=reader.id if reader else None)
        if isinstance(error, NotAnAgent):
            return replace(known, lead=self._lead())
        if isinstance(error, TooLateToUndo):
            return replace(known, written_by=self._has_written(error))
        if not isinstance(error, AlreadyHeld | NotTheHolder | StaleTicket):
            return known
        changed = last_change(self.desk.events(error.ticket.ref)) if isinstance(error, StaleTicket) else None
        following = self._next_for(reader) if isinstance(error, AlreadyHeld) else None
        return replace(
            known,
            names=self._names(error.ticket.assigned_agent_id, *((changed.by, changed.to) if changed else ())),
            now=error.ticket.as_of,
            next_in_queue=(following.ref, following.version) if following else None,
            last_change=changed,
        )

    def _has_written(self, error: TooLateToUndo) -> str | None:
        """The customer, where it is that they have written since; None where it is something else."""
        last = self.desk.events(error.ticket.ref)[-1] if error.why == SOMETHING_SINCE else None
        is_theirs = last is not None and last.actor_id == error.ticket.customer_id
        said = is_theirs and last is not None and last.kind in WRITTEN
        return self.desk.person(error.ticket.customer_id).name if said else None

    def _reader(self, user: SlackUser | None) -> Person | None:
        return self.desk.person_by_ref(user.external_ref) if user else None

    def _names(self, *people: PersonId | None) -> dict[PersonId, str]:
        return {person: self.desk.person(person).name for person in people if person is not None}

    def _next_for(self, reader: Person | None) -> Ticket | None:
        agent = self.desk.agent(reader.id) if reader else None
        if agent is None:
            return None
        hidden = self.sight.hidden(reader) if reader else ()
        return first_waiting(self.desk, agent, hidden)


def _not_done(kind: Kind, body: dict[str, Any]) -> str:
    """What came of it; a command's line is gone from where it was typed, so it is said again."""
    if kind is Kind.FORM:
        return words.SLACK_SILENT_FORM
    if kind is Kind.PRESS and ButtonPress.read(body).action_id in ASKS_BEFORE_IT_ACTS:
        return words.SLACK_SILENT
    if kind is not Kind.COMMAND:
        return words.NOT_OPENED
    line = " ".join(f"{body.get('command')} {body.get('text') or ''}".split())
    return words.NOT_OPENED_COMMAND.format(line=text.inline(line, LINE))


def _user(body: dict[str, Any]) -> SlackUser | None:
    try:
        if "user_id" in body:
            return SlackUser(str(body.get("team_id") or ""), str(body["user_id"]))
        return SlackUser.read(body)
    except PayloadError:
        return None


def _ok() -> BoltResponse:
    return BoltResponse(status=200, body="")


def _json(payload: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(payload), headers={"content-type": ["application/json"]})
