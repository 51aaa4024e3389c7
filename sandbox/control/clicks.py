"""Being a person: buttons, menus, forms."""

from functools import partial
from typing import Any

from aiohttp import web

from sandbox.blockkit.elements import STATEFUL
from sandbox.blockkit.inputs import action, client_errors, find, first_state, state_value
from sandbox.control import asking
from sandbox.control.acts import Answer, unacked
from sandbox.delivery.outgoing import Outgoing
from sandbox.errors import ControlError, SlackError
from sandbox.house import House
from sandbox.interactions import block_suggestion, message_action, view_action, view_closed, view_submission
from sandbox.model import JSON, Channel, Message, Person, View
from sandbox.present import view_json

State = dict[str, dict[str, JSON]]


def _place(house: House, who: Person, body: JSON) -> tuple[Channel, Message, bool]:
    """The message acted on, and whether only this person sees it."""
    channel = asking.channel(house, who, asking.text(body, "channel"))
    ts = asking.text(body, "message_ts")
    private = house.workspace.ephemerals.get((who.id, channel.id), {}).get(ts)
    if private is not None:
        return channel, private, True
    return channel, asking.message(channel, ts), False


def _choose(house: House, element: JSON, block_id: str, value: Any, state: State, *, place: str) -> JSON | None:
    """The new state of the element acted on, kept if it is an input; nothing for a button."""
    if element["type"] in {"button", "workflow_button"}:
        return None
    options = house.offers.made(place, block_id, element["action_id"])
    # What is chosen already can be sent again, though no query has offered it since the view was drawn anew.
    kept = state.get(block_id, {}).get(element["action_id"], {})
    chosen_before = [*(kept.get("selected_options") or []), *filter(None, [kept.get("selected_option")])]
    chosen = state_value(element, value, partial(asking.known, house), [*options, *chosen_before])
    if element["type"] in STATEFUL:
        state.setdefault(block_id, {})[element["action_id"]] = chosen
    return chosen


async def act(house: House, who: Person, request: web.Request) -> Answer:
    """A click or a choice, on a message, in a modal or in App Home."""
    body = await asking.body_of(request)
    if body.get("view_id"):
        return await _act_in_view(house, who, body)
    channel, message, ephemeral = _place(house, who, body)
    if who.id not in channel.members and not ephemeral:
        raise ControlError(403, "not_in_channel", f"{who.real_name} is not a member of #{channel.name}.")
    blocks = message.body.get("blocks") or []
    block, element = find(blocks, asking.text(body, "block_id"), asking.text(body, "action_id"))
    key = (who.id, channel.id, message.ts)
    state = first_state(blocks, house.workspace.message_state.get(key))
    chosen = _choose(house, element, block["block_id"], body.get("value"), state, place=message.ts)
    if element["type"] in STATEFUL:
        house.workspace.keep_message_state(key, state)
    entry = action(block, element, chosen, house.workspace.new_ts())
    payload = message_action(house, who, channel, message, action=entry, state=state, ephemeral=ephemeral)
    return await _send(house, payload, entry)


async def _act_in_view(house: House, who: Person, body: JSON) -> Answer:
    view = asking.view(house, who, asking.text(body, "view_id"))
    _fill(house, view, body.get("state") or {})
    blocks = view.body["blocks"]
    block, element = find(blocks, asking.text(body, "block_id"), asking.text(body, "action_id"))
    chosen = _choose(house, element, block["block_id"], body.get("value"), view.state, place=view.id)
    if block["type"] == "input" and not block.get("dispatch_action"):
        # Slack keeps the choice and tells the app on submission.
        return {"ok": True, "dispatched": False}
    entry = action(block, element, chosen, house.workspace.new_ts())
    return await _send(house, view_action(house, who, view, entry), entry)


async def _send(house: House, payload: JSON, entry: JSON) -> Answer:
    if not house.workspace.manifest.interactivity:
        return {
            "ok": False,
            "error": "interactivity_disabled",
            "message": "This app is not configured to handle interactive responses.",
        }
    ack = await house.courier.ask(Outgoing("interactive", f"block_actions {entry['action_id']}", payload))
    return {"ok": True} if ack.ok else unacked(ack, "This")


def _fill(house: House, view: View, values: Any) -> None:
    """Put what was typed and chosen into a view's state. Raises ControlError for what could not be."""
    if not isinstance(values, dict):
        raise ControlError(400, "invalid_field", "'state' must be an object.")
    for block_id, by_action in values.items():
        if not isinstance(by_action, dict):
            raise ControlError(400, "invalid_field", f"'state' of {block_id!r} must be an object.")
        for action_id, value in by_action.items():
            _, element = find(view.body["blocks"], block_id, action_id)
            _choose(house, element, block_id, value, view.state, place=view.id)


async def options(house: House, who: Person, request: web.Request) -> Answer:
    """What an external select offers for a query."""
    body = await asking.body_of(request)
    block_id, action_id, query = (
        asking.text(body, "block_id"),
        asking.text(body, "action_id"),
        asking.text(body, "query", ""),
    )
    if body.get("view_id"):
        view = asking.view(house, who, asking.text(body, "view_id"))
        find(view.body["blocks"], block_id, action_id)
        place = {"container": {"type": "view", "view_id": view.id}, "view": view_json(house.workspace, view)}
        where = view.id
    else:
        channel, message, ephemeral = _place(house, who, body)
        find(message.body.get("blocks") or [], block_id, action_id)
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
        place = {"container": container, "channel": {"id": channel.id, "name": channel.name}, "message": message.body}
        where = message.ts
    payload = block_suggestion(house, who, place, block_id=block_id, action_id=action_id, query=query)
    outgoing = Outgoing("interactive", f"block_suggestion {action_id}", payload, accepts_response=True, is_options=True)
    ack = await house.courier.ask(outgoing)
    if not ack.ok:
        return unacked(ack, "This menu")
    answer = ack.payload if isinstance(ack.payload, dict) else {}
    offered, groups = answer.get("options") or [], answer.get("option_groups") or []
    grouped = [one for group in groups for one in group.get("options", [])]
    house.offers.add(where, block_id, action_id, [*offered, *grouped])
    return {"ok": True, "options": offered, "option_groups": groups}


async def submit(house: House, who: Person, request: web.Request) -> Answer:
    """Send a form. What Slack's client would refuse is refused without asking the app."""
    view = asking.view(house, who, request.match_info["view"])
    if view.type != "modal":
        raise ControlError(400, "not_a_modal", "App Home has nothing to submit.")
    body = await asking.body_of(request)
    _fill(house, view, body.get("state") or {})
    errors = client_errors(view.body["blocks"], view.state)
    if errors:
        return {"ok": True, "result": "errors", "errors": errors, "view": view_json(house.workspace, view)}
    payload = view_submission(house, who, view)
    name = f"view_submission {view.body.get('callback_id', '')}"
    ack = await house.courier.ask(Outgoing("interactive", name, payload, accepts_response=True))
    if not ack.ok:
        return {**unacked(ack, "This form"), "message": "We had some trouble connecting. Try again?"}
    if house.workspace.views.get(view.id) is not view:
        return {"ok": True, "result": "closed", "view": _top(house, who)}
    try:
        return {"ok": True, **_respond(house, who, view, ack.payload)}
    except SlackError as error:
        return {
            "ok": False,
            "error": error.code,
            "message": "We had some trouble connecting. Try again?",
            **error.fields,
        }


def _respond(house: House, who: Person, view: View, payload: Any) -> JSON:
    """
    What the ack of a submission does to the views (https://docs.slack.dev/surfaces/modals, response_action).

    Raises SlackError for an answer that Slack would not take.
    """
    answer = payload if isinstance(payload, dict) else {}
    kind = answer.get("response_action")
    if kind is None:
        house.views.close(view)
        return {"result": "closed", "view": _top(house, who)}
    if kind == "clear":
        house.views.clear(who.id)
        return {"result": "cleared", "view": None}
    if kind == "errors":
        errors = answer.get("errors")
        inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise SlackError("invalid_errors", detail="errors must name input blocks of this view")
        return {"result": "errors", "errors": errors, "view": view_json(house.workspace, view)}
    if kind == "update":
        house.views.update(view, answer.get("view"), None)
        return {"result": "updated", "view": view_json(house.workspace, view)}
    if kind == "push":
        pushed = house.views.push(who.id, answer.get("view"))
        return {"result": "pushed", "view": view_json(house.workspace, pushed)}
    raise SlackError("invalid_response_action")


def _top(house: House, who: Person) -> JSON | None:
    stack = house.views.stack_json(who.id)
    return stack[-1] if stack else None


async def close(house: House, who: Person, request: web.Request) -> Answer:
    """Close a modal, or all of them; the app hears of those that asked for it."""
    view = asking.view(house, who, request.match_info["view"])
    if view.type != "modal":
        raise ControlError(400, "not_a_modal", "App Home cannot be closed.")
    body = await asking.body_of(request)
    stack = house.views.stack(who.id)
    clear_all = asking.flag(body, "clear_all") or bool(view.body.get("clear_on_close"))
    closed = list(reversed(stack)) if clear_all else list(reversed(stack[stack.index(view) :]))
    payloads = [view_closed(house, who, one, is_cleared=clear_all) for one in closed if one.body.get("notify_on_close")]
    if clear_all:
        house.views.clear(who.id)
    else:
        house.views.close(view)
    for payload in payloads:
        house.courier.tell(Outgoing("interactive", f"view_closed {payload['view']['callback_id']}", payload))
    return {"ok": True, "view": _top(house, who)}
