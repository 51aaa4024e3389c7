"""
A small app that has nothing to do with tickets: it takes orders for lunch.

It is an ordinary Bolt app; but for the client's address nothing in it knows of the sandbox.
"""

from typing import Any

from slack_bolt import Ack, App, Respond, Say
from slack_sdk import WebClient

DISHES = ("Pizza", "Salad", "Soup")


def text(words: str) -> dict[str, Any]:
    """Plain text."""
    return {"type": "plain_text", "text": words}


def order_view(**more: Any) -> dict[str, Any]:
    """The form."""
    options = [{"text": text(dish), "value": dish.lower()} for dish in DISHES]
    blocks = [
        {"type": "input", "block_id": "dish", "label": text("Dish"),
         "element": {"type": "static_select", "action_id": "choice", "options": options}},
        {"type": "input", "block_id": "note", "label": text("Note"), "optional": True,
         "element": {"type": "plain_text_input", "action_id": "words", "max_length": 20}},
        {"type": "input", "block_id": "place", "label": text("Place"), "optional": True,
         "element": {"type": "external_select", "action_id": "where", "min_query_length": 0}},
        {"type": "actions", "block_id": "more", "elements": [
            {"type": "button", "action_id": "push", "text": text("Details"), "value": "d"}]},
    ]  # fmt: skip
    return {"type": "modal", "callback_id": "order", "title": text("Lunch"), "submit": text("Order"), "blocks": blocks,
            "notify_on_close": True, **more}  # fmt: skip


def receipt(dish: str) -> list[dict[str, Any]]:
    """A message with a button."""
    button = {"type": "button", "action_id": "cancel", "text": text("Cancel"), "value": dish, "style": "danger"}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{dish}* is ordered."}},
        {"type": "actions", "block_id": "receipt", "elements": [button]},
    ]


def build(client: WebClient, signing_secret: str) -> App:
    """The app, over whichever transport."""
    app = App(client=client, signing_secret=signing_secret, process_before_response=True)

    @app.command("/lunch")
    def lunch(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        if body["text"]:
            ack(f"Ordering {body['text']}.")
            return
        client.views_open(trigger_id=body["trigger_id"], view=order_view())
        ack()

    @app.command("/echo")
    def echo(ack: Ack, body: dict[str, Any]) -> None:
        ack(response_type="in_channel", text=body["text"])

    @app.shortcut("order")
    def order(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=order_view())
        ack()

    @app.shortcut("quote")
    def quote(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        respond(f"> {body['message']['text']}")
        ack()

    @app.view("order")
    def ordered(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        values = body["view"]["state"]["values"]
        dish, note = values["dish"]["choice"]["selected_option"]["value"], values["note"]["words"]["value"]
        if note == "raw":
            ack(response_action="errors", errors={"note": "We cook everything."})
        elif note == "push":
            ack(response_action="push", view={**order_view(), "callback_id": "second"})
        elif note == "update":
            ack(response_action="update", view=order_view(title=text("Again")))
        elif note == "clear":
            ack(response_action="clear")
        else:
            client.chat_postMessage(channel=body["user"]["id"], text=f"{dish} is ordered.", blocks=receipt(dish))
            ack()

    @app.view({"type": "view_closed", "callback_id": "order"})
    def gave_up(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.chat_postMessage(channel=body["user"]["id"], text="No lunch.")
        ack()

    @app.action("push")
    def details(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_push(trigger_id=body["trigger_id"], view={**order_view(), "callback_id": "second"})
        ack()

    @app.action("cancel")
    def cancel(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        respond(text=f"{body['actions'][0]['value']} is cancelled.", replace_original=True)
        ack()

    @app.options("where")
    def places(ack: Ack, payload: dict[str, Any]) -> None:
        rooms = [room for room in ("Attic", "Cellar") if payload["value"].lower() in room.lower()]
        ack(options=[{"text": text(room), "value": room.lower()} for room in rooms])

    @app.event("app_mention")
    def mentioned(event: dict[str, Any], say: Say) -> None:
        say("Hungry?", thread_ts=event["ts"])

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        if event["tab"] == "home":
            view = {"type": "home", "blocks": receipt("Soup")}
            client.views_publish(user_id=event["user"], view=view)

    @app.event("message")
    def said(event: dict[str, Any], say: Say) -> None:
        if event.get("text") == "menu":
            say(", ".join(DISHES))
        if event.get("text") == "fail":
            raise RuntimeError("the kitchen is closed")

    for name in ("reaction_added", "reaction_removed", "member_joined_channel", "member_left_channel", "user_change",
                 "channel_created", "channel_rename", "channel_archive", "channel_unarchive", "team_join",
                 "subteam_members_changed", "subteam_updated", "file_shared"):  # fmt: skip
        app.event(name)(_taken)

    return app


def _taken(event: dict[str, Any]) -> None:
    """Acked, nothing more."""
