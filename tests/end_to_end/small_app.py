"""A small Bolt app over signed HTTP, on which the harness itself is tried: a form, a card, a home, a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from tests.end_to_end.sandbox import Sandbox

JSON = dict[str, Any]


def _text(words: str) -> JSON:
    return {"type": "plain_text", "text": words}


def _menu(action_id: str, words: list[str], placeholder: str) -> JSON:
    options = [{"text": _text(one), "value": one.lower()} for one in words]
    return {"type": "static_select", "action_id": action_id, "placeholder": _text(placeholder), "options": options}


def _input(block_id: str, label: str, element: JSON, **more: Any) -> JSON:
    return {"type": "input", "block_id": block_id, "label": _text(label), "element": element, **more}


def form(*, with_invoice: bool) -> JSON:
    """The form; choosing a category asks one question more."""
    blocks = [
        _input("subject", "Subject", {"type": "plain_text_input", "action_id": "typed", "max_length": 150}),
        _input(
            "category", "Category", _menu("chosen", ["Billing", "General"], "Choose a category"), dispatch_action=True
        ),
    ]
    if with_invoice:
        blocks.append(_input("invoice", "Invoice number", {"type": "plain_text_input", "action_id": "typed"}))
    return {
        "type": "modal",
        "callback_id": "form",
        "title": _text("New ticket"),
        "submit": _text("Send"),
        "close": _text("Cancel"),
        "blocks": blocks,
    }


def card(subject: str, state: str) -> JSON:
    """A card with two buttons and a menu."""
    overflow = {
        "type": "overflow",
        "action_id": "more",
        "options": [{"text": _text(one), "value": one} for one in ("Note", "Why")],
    }
    claim = {"type": "button", "action_id": "claim", "text": _text("Claim"), "value": subject, "style": "primary"}
    release = {"type": "button", "action_id": "release", "text": _text("Release"), "value": subject}
    return {
        "text": f"{subject}: {state}",
        "blocks": [
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": f"*{subject}*\n*{state}* due <!date^1795440000^by {{time}}|by 14:20>.",
                },
            },
            {"type": "actions", "elements": [claim, release, overflow]},
        ],
    }


def make_app(client: WebClient) -> App:
    """The app."""
    app = App(
        client=client, signing_secret=_secret(client), process_before_response=True, token_verification_enabled=False
    )

    @app.command("/ticket")
    def open_form(ack: Ack, command: JSON, client: WebClient) -> None:
        if command["text"] == "help":
            ack("Type */ticket* &amp; fill in the form.")
            return
        client.views_open(trigger_id=command["trigger_id"], view=form(with_invoice=False))
        ack()

    @app.action("chosen")
    def category_chosen(ack: Ack, body: JSON, client: WebClient) -> None:
        chosen = body["view"]["state"]["values"]["category"]["chosen"]["selected_option"]["value"]
        view = form(with_invoice=chosen == "billing")
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
        ack()

    @app.view("form")
    def submitted(ack: Ack, body: JSON, view: JSON, client: WebClient) -> None:
        subject = view["state"]["values"]["subject"]["typed"]["value"]
        if subject == "?":
            ack(response_action="errors", errors={"subject": "Write one line, so that we find it again."})
            return
        client.chat_postMessage(channel=body["user"]["id"], **card(subject, "Waiting for an agent"))
        ack(
            response_action="update",
            view={"type": "modal", "title": _text("Sent"), "blocks": [_section(f"We have it: {subject}")]},
        )

    @app.action("claim")
    def claimed(ack: Ack, body: JSON, action: JSON, client: WebClient) -> None:
        state = f"{body['user']['name']} has it"
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], **card(action["value"], state))
        ack()

    @app.action("more")
    def more(ack: Ack, body: JSON, action: JSON, client: WebClient) -> None:
        words = f"You chose {action['selected_option']['value']}."
        client.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text=words)
        ack()

    @app.event("app_home_opened")
    def home(event: JSON, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [_section("No tickets yet.")]})

    @app.event("message")
    def written(event: JSON, client: WebClient) -> None:
        if event.get("thread_ts"):
            client.chat_postMessage(
                channel=event["channel"], thread_ts=event["thread_ts"], text=f"Noted: {event['text']}"
            )

    return app


def _section(words: str) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def _secret(client: WebClient) -> str:
    return Sandbox(client.base_url.removesuffix("/api/")).credentials().signing_secret


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[None]:
    """The app, connected to a sandbox over HTTP."""
    known = sandbox.credentials()
    app = make_app(WebClient(token=known.bot_token, base_url=known.api_url, retry_handlers=[]))
    handler = SlackRequestHandler(app, path="/slack/events")
    with make_server("127.0.0.1", 0, handler, server_class=_Server, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="small app")
        thread.start()
        sandbox.deliver_by_http(f"http://127.0.0.1:{server.server_port}/slack/events")
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each request: what two people do at once must not wait for one another."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """The sandbox has a log already."""
