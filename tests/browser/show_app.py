"""
A small Bolt app that shows what the browser client draws, and the workspace it runs in.

`python -m tests.browser.show_app` opens it for a look by hand.
"""

import signal
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.transport import closed
from sandbox import manifest
from sandbox.config import ChannelEntry, PersonEntry, WorkspaceConfig
from sandbox.server import Running, ServerConfig, start
from tests.browser import show_blocks as show

MARA, AMIR, LENA = "U0MARA0001", "U0AMIR0001", "U0LENA0001"
GENERAL, SUPPORT, TRIAGE = "C0GENERAL1", "C0SUPPORT1", "C0TRIAGE01"

MANIFEST: dict[str, Any] = {
    "_metadata": {"major_version": 1, "minor_version": 1},
    "display_information": {"name": "Show"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": "Show", "always_online": True},
        "shortcuts": [
            {
                "name": "Open a ticket",
                "type": "message",
                "callback_id": "from_message",
                "description": "From a message",
            },
            {"name": "New ticket", "type": "global", "callback_id": "from_anywhere", "description": "Open a ticket"},
        ],
        "slash_commands": [
            {
                "command": "/show",
                "description": "Show blocks",
                "usage_hint": "[card | blocks | form | inputs | fail | quiet]",
                "should_escape": False,
            },
            {
                "command": "/helpdesk",
                "description": "For agents",
                "usage_hint": "[queue | mine]",
                "should_escape": False,
            },
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["commands", "chat:write", "im:history", "channels:history", "channels:read", "users:read"]}
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.im", "message.channels"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
        "org_deploy_enabled": False,
        "token_rotation_enabled": False,
    },
}

WORKSPACE = WorkspaceConfig(
    team_id="T0SHOW00001",
    team_name="Lakeside Software",
    people=(
        PersonEntry(MARA, "mara", "Mara Lindt", "mara@northwind.example", "Europe/Vienna"),
        PersonEntry(AMIR, "amir", "Amir Haddad", "amir@lakeside.example", "America/New_York"),
        PersonEntry(LENA, "lena", "Lena Fischer", "lena@lakeside.example", "Europe/Berlin", is_admin=True),
    ),
    channels=(
        ChannelEntry(GENERAL, "general", "Everybody", members="everyone"),
        ChannelEntry(SUPPORT, "support", "Ask here, or type /show anywhere", members="everyone", app_is_member=True),
        ChannelEntry(TRIAGE, "triage", "For agents", is_private=True, members=(AMIR, LENA), app_is_member=True),
    ),
)


@dataclass
class ShowApp:
    """The app's listeners, and what reached them."""

    client: WebClient
    base_url: str
    pressed: list[dict[str, Any]] = field(default_factory=list)
    submitted: list[dict[str, Any]] = field(default_factory=list)

    def register(self, app: App) -> None:
        """Tell Bolt who listens."""
        app.command("/show")(self.show)
        app.command("/helpdesk")(lambda ack: ack("There is nothing in the queue."))
        app.shortcut("from_message")(self.shortcut)
        app.shortcut("from_anywhere")(self.shortcut)
        app.action({"block_id": "category", "action_id": "category"})(self.choose_category)
        app.action("new")(self.open_form)
        for action_id in (
            "claim",
            "assign",
            "withdraw",
            "more",
            "person",
            "category",
            "day",
            "time",
            "size",
            "refresh",
            "open",
        ):
            app.action(action_id)(self.press)
        app.options("a12")(self.find_tickets)
        app.view("form")(self.submit)
        app.view("everything")(self.submit)
        app.event("app_home_opened")(self.home)
        app.event("message")(self.hear)

    def show(self, ack: Ack, command: dict[str, Any]) -> None:
        """`/show WHAT`."""
        what = command["text"].strip()
        channel = command["channel_id"]
        if what == "fail":
            return
        if what == "form":
            self.client.views_open(trigger_id=command["trigger_id"], view=show.form())
        elif what == "inputs":
            self.client.views_open(trigger_id=command["trigger_id"], view=show.everything())
        elif what == "blocks":
            self.client.chat_postMessage(
                channel=channel, text="All kinds of blocks.", blocks=show.showcase(self.base_url)
            )
        elif what == "quiet":
            self.client.chat_postEphemeral(
                channel=channel, user=command["user_id"], text="There is no ticket *#42* that you can see."
            )
        else:
            self.client.chat_postMessage(channel=channel, text="#42: waiting for an agent.", blocks=show.card())
        ack()

    def shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        """A form, from anywhere."""
        self.client.views_open(trigger_id=body["trigger_id"], view=show.form())
        ack()

    def open_form(self, ack: Ack, body: dict[str, Any]) -> None:
        """The button in App Home."""
        self.client.views_open(trigger_id=body["trigger_id"], view=show.form())
        ack()

    def choose_category(self, ack: Ack, body: dict[str, Any]) -> None:
        """The one moment at which the form changes."""
        view = body["view"]
        chosen = body["actions"][0]["selected_option"]["value"]
        self.client.views_update(view_id=view["id"], hash=view["hash"], view=show.form(chosen=chosen))
        ack()

    def press(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A press changes the card's state."""
        self.pressed.append(action)
        if action["action_id"] == "claim":
            first = show.mrkdwn(f"*#42 Cannot open the invoice*\n*<@{body['user']['id']}> has it*")
            blocks = [{"type": "section", "block_id": "card", "text": first}, *show.card()[1:3]]
            self.client.chat_update(
                channel=body["channel"]["id"], ts=body["message"]["ts"], text="#42 is claimed.", blocks=blocks
            )
        ack()

    def find_tickets(self, ack: Ack, payload: dict[str, Any]) -> None:
        """What the external select finds."""
        found = [
            (number, f"#{number} {subject}")
            for number, subject in ((31, "Invoice twice"), (39, "Login loops"), (42, "Cannot open the invoice"))
        ]
        ack(
            options=[
                show.option(text, str(number)) for number, text in found if payload["value"].lower() in text.lower()
            ]
        )

    def submit(self, ack: Ack, view: dict[str, Any]) -> None:
        """A subject that is too short is refused at its field; the subject "slow" is never acked."""
        subject = view["state"]["values"].get("subject", {}).get("subject", {}).get("value") or ""
        if subject == "slow":
            return
        if view["callback_id"] == "form" and len(subject) < 4:
            ack(response_action="errors", errors={"subject": "Write one line, so that we find it again."})
            return
        self.submitted.append(view["state"]["values"])
        if view["callback_id"] == "form":
            receipt = {
                "type": "section",
                "text": show.mrkdwn("*We have it: ticket #42.*\nIts thread is under Messages."),
            }
            ack(
                response_action="update", view={"type": "modal", "title": show.plain("New ticket"), "blocks": [receipt]}
            )
        else:
            ack()

    def home(self, ack: Ack, event: dict[str, Any]) -> None:
        """App Home is published when it is opened."""
        if event["tab"] == "home":
            self.client.views_publish(user_id=event["user"], view=show.home())
        ack()

    def hear(self, ack: Ack, event: dict[str, Any]) -> None:
        """Nothing is done with messages; they are acked."""
        ack()


@dataclass
class Show:
    """A running workspace with the app in it."""

    sandbox: Running
    app: ShowApp
    client: WebClient

    @property
    def url(self) -> str:
        """Where the browser client is, without a trailing slash."""
        return self.sandbox.url


@contextmanager
def running(port: int = 0) -> Iterator[Show]:
    """The sandbox and the app, connected over Socket Mode."""
    sandbox = start(ServerConfig(manifest=manifest.parse(MANIFEST), workspace=WORKSPACE, port=port, rate_limits=False))
    client = WebClient(token=sandbox.credentials["bot_token"], base_url=sandbox.credentials["api_url"])
    bolt = App(client=client, process_before_response=True)
    listeners = ShowApp(client, sandbox.credentials["browser_url"])
    listeners.register(bolt)
    handler = SocketModeHandler(bolt, sandbox.credentials["app_token"], web_client=client, ping_interval=5)
    try:
        handler.connect()  # type: ignore[no-untyped-call]
        yield Show(sandbox, listeners, client)
    finally:
        cut(sandbox, handler)
        closed(handler)
        sandbox.stop()


def cut(sandbox: Running, handler: SocketModeHandler) -> None:
    """End the app's line from the sandbox's side: the client itself waits 2 s for something to read before it closes."""
    handler.client.auto_reconnect_enabled = False
    request = urllib.request.Request(f"{sandbox.url}/control/disconnect", b"{}", method="POST")  # noqa: S310
    with urllib.request.urlopen(request):  # noqa: S310
        """The line is cut."""


def main() -> None:
    """Run until Ctrl-C."""
    with running(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as show_app:
        sys.stdout.write(f"{show_app.url}/#left={MARA}/support&right={AMIR}/app\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
