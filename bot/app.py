"""
The process: everything put together, started and stopped in order.

What comes in goes through a transport to Bolt and its listeners; what goes out is driven by the ticker. Both use one desk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import metrics, stopping
from bot.access import Access
from bot.answers import Answers
from bot.aside import Lanes
from bot.channel_checks import ChannelChecks
from bot.clock import Clock, FollowedClock, SystemClock
from bot.explaining import Explaining
from bot.first_run import FirstRun
from bot.following import Following
from bot.leaving import follow_leaving
from bot.listeners import Parts, register
from bot.outward import Outward
from bot.patience import PatientClient
from bot.people import People
from bot.private import Private
from bot.recovery import Recovery
from bot.rereading import Rereading
from bot.screens import Screens
from bot.settings import Settings
from bot.sight import Sight
from bot.starting import Installation, installed, patiently, refusal
from bot.ticker import Job
from bot.transport import Http, SocketMode, Transport
from ticketing.database import Database, migrate
from ticketing.desk import Desk

log = logging.getLogger(__name__)

LISTENER_TIMEOUT_S = 2
"""How long a listener waits for one answer of Slack's, without another try. What is called besides is done aside."""

NEWCOMER_TIMEOUT_S = 1.2
"""How long a listener waits to hear who somebody is whom it has not met; what it then shows them is another call."""

KNOWN_TIMEOUT_S = 0.5
"""How long a listener waits to hear whether somebody whom it knows is called differently by now: another call follows."""

READING_TIMEOUT_S = 8
DATABASE_PATIENCE_S = 2.0
"""How long a listener waits for a locked database, so that the answer still leaves within Slack's 3 s."""


def web_client(settings: Settings, timeout_s: float = LISTENER_TIMEOUT_S) -> WebClient:
    """The client of listeners: short time-out, no second try (bot/patience.py). The outbox has one of its own."""
    return PatientClient(settings.bot_token(), settings.slack_api_url, timeout_s)


def reading_client(settings: Settings) -> WebClient:
    """The client that reads conversations again: nobody waits for it, and what fails is read later."""
    return web_client(settings, READING_TIMEOUT_S)


def bolt_app(client: WebClient, installation: Installation) -> App:
    """
    Bolt, answering only after a listener has returned: an event whose transaction failed is not acknowledged.

    Requests over HTTP come through `bot.transport.Door`, which has verified them before Bolt reads anything.
    """
    known = AuthorizeResult(
        enterprise_id=installation.enterprise,
        team_id=installation.team,
        bot_user_id=installation.bot_user_id,
        bot_id=installation.bot_id,
        bot_token=client.token,
    )

    def authorize(**_: Any) -> AuthorizeResult:
        return known

    # Bolt's own log is heard from ERROR on: below, it quotes payloads, which are what people wrote.
    bolt_log = logging.getLogger("bolt")
    bolt_log.setLevel(logging.ERROR)
    return App(
        name="helpdesk",
        logger=bolt_log,
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def clock_of(settings: Settings) -> Clock:
    """The business clock. Raises ClockError when the clock to follow does not answer."""
    return FollowedClock(settings.clock_url) if settings.clock_url else SystemClock()


class Helpdesk:
    """One process of the helpdesk: `start`, then `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._is_started = False
        settings.transport  # noqa: B018 - says what is missing before anything is touched
        self.installation = patiently(lambda: installed(settings))
        migrate(settings.database_url)
        self.clock = clock_of(settings)
        self.database = Database.open(settings.database_url, patience_s=DATABASE_PATIENCE_S)
        self.desk = Desk(self.database, self.clock)
        self.desk.seed(settings.desk)
        client = web_client(settings)
        people = People(
            self.desk,
            client,
            self.installation.team,
            self.installation.bot_user_id,
            hurried=web_client(settings, KNOWN_TIMEOUT_S),
            met=web_client(settings, NEWCOMER_TIMEOUT_S),
        )
        people.seed(settings.people)

        self.lanes = Lanes()
        private = Private(client, self.lanes)
        self.sight = sight = Sight(self.desk, client, self.installation.team)
        self.desk.restrict_holders(sight.holders)
        screens = Screens(self.desk, self.clock, sight, FirstRun(self.desk, ChannelChecks(client)))
        access = Access(self.desk, people, sight)
        answers = Answers(self.desk, private, self.installation.team, sight)
        parts = Parts(
            self.desk,
            access,
            screens,
            Explaining(self.desk, self.clock),
            private,
            client,
            self.clock,
            Rereading(client, self.installation.team),
            self.installation.url,
            answers.answer,
        )
        self.app = bolt_app(client, self.installation)
        inward = register(self.app, parts)
        answers.register(self.app)
        recovery = Recovery(
            self.desk,
            reading_client(settings),
            inward.messages,
            answers.answer,
            lambda: self.transport.connection if self._is_started else None,
            self.clock,
            self.installation.team,
        )
        further = [
            Job("members", lambda _now: follow_leaving(self.desk, sight, self.clock()), heartbeat_s=20),
            Job("answering", inward.answering.step, heartbeat_s=60),
            Job("following", Following(self.desk, reading_client(settings), people).step, heartbeat_s=20),
            Job("offers", inward.offers.step, heartbeat_s=15),
            Job("recovery", recovery.step, heartbeat_s=2),
        ]
        self.outward = Outward(settings, self.desk, self.clock, further, sight=sight)
        self.transport = _transport(settings, self.app)
        self._metrics = settings.metrics_host, settings.metrics_port
        self.metrics: metrics.Served | None = None

    def start(self) -> None:
        """Take up work; returns once requests can arrive. Raises SettingsError, SlackUnavailable or Told (to stop)."""
        self.clock.start()
        host, port = self._metrics
        if port is not None:
            self.metrics = metrics.Served(self.desk.figures, host, port)
        # Before the first job: until Slack has said who is in a private channel, its tickets could be given to nobody.
        follow_leaving(self.desk, self.sight, self.clock())
        self.outward.start()
        patiently(self.transport.start)  # what runs by itself does so meanwhile
        self._is_started = True

    def stop(self) -> None:
        """Take nothing new, finish what runs, disconnect; then stop sending."""
        for what, step in (
            ("transport", self.transport.stop),
            ("lanes", self.lanes.stop),
            ("outward", self.outward.stop),
            ("metrics", self.metrics.stop if self.metrics else lambda: None),
            ("clock", self.clock.stop),
            ("database", self.database.close),
        ):
            _stop(what, step)


def _stop(what: str, step: Callable[[], None]) -> None:
    try:
        step()
    except Exception:
        log.exception("Stopping the %s failed.", what)


def _transport(settings: Settings, app: App) -> Transport:
    if settings.transport == "socket":
        return SocketMode(app, settings.app_token(), lambda error: refusal("SLACK_APP_TOKEN", error, settings))
    return Http(app, settings.signing_secret(), settings.http_host, settings.http_port)


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """
    Run until SIGTERM or SIGINT, telling `say` what a person starting it waits for. Slack is waited for, too.

    Raises SettingsError, SlackUnavailable, ClockError or a database's error when it cannot start.
    """
    with stopping.held_back(), suppress(stopping.Told):
        helpdesk = Helpdesk(settings)
        try:
            helpdesk.start()
            if helpdesk.metrics:
                say(f"Metrics on http://{settings.metrics_host}:{helpdesk.metrics.port}/metrics")
            if helpdesk.transport.ready_line:
                say(helpdesk.transport.ready_line)
            say("Helpdesk is running")
            stopping.wait()
        finally:
            helpdesk.stop()
