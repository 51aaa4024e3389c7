"""
Payloads of what people do: commands, actions, shortcuts, submissions.

Shapes: https://docs.slack.dev/reference/interaction-payloads and
https://docs.slack.dev/interactivity/implementing-slash-commands.
"""

import re

from sandbox.house import House
from sandbox.manifest import Command, Shortcut
from sandbox.model import JSON, Channel, Message, Person, View
from sandbox.present import view_json


def command_payload(house: House, person: Person, channel: Channel, command: Command, text: str) -> dict[str, str]:
    """A slash command's form fields."""
    config = house.config
    if command.should_escape:
        text = escaped(house, text)
    return {
        "token": "sandbox", "team_id": config.team_id, "team_domain": config.team_domain, "channel_id": channel.id,
        "channel_name": channel_name(channel), "user_id": person.id, "user_name": person.name,
        "command": command.command, "text": text, "api_app_id": config.app_id, "is_enterprise_install": "false",
        "response_url": house.base_url + house.triggers.new_response_url(person.id, channel.id),
        "trigger_id": house.triggers.new_trigger(person.id),
    }  # fmt: skip


def escaped(house: House, words: str) -> str:
    """
    People and channels in a command's text as `<@U1|name>` and `<#C1|name>`, for a command with `should_escape`.

    Source: https://docs.slack.dev/interactivity/implementing-slash-commands.
    """

    def mention(found: re.Match[str]) -> str:
        sign, name = found.group(1), found.group(2)
        if sign == "@":
            person = next((one for one in house.workspace.people.values() if one.name == name), None)
            return f"<@{person.id}|{name}>" if person else found.group(0)
        channel = house.workspace.channel_named(name)
        return f"<#{channel.id}|{name}>" if channel else found.group(0)

    return re.sub(r"(?<![\w<])([@#])([a-z0-9._-]+)", mention, words)


def channel_name(channel: Channel) -> str:
    """A channel's name in payloads: Slack keeps the names of conversations to itself."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _common(house: House, kind: str, person: Person) -> JSON:
    config = house.config
    return {
        "type": kind, "token": "sandbox", "api_app_id": config.app_id,
        "team": {"id": config.team_id, "domain": config.team_domain}, "enterprise": None, "is_enterprise_install": False,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
    }  # fmt: skip


def message_action(
    house: House, person: Person, channel: Channel, message: Message, *, action: JSON, state: JSON, ephemeral: bool
) -> JSON:
    """`block_actions` from a message. An ephemeral message itself is not sent along, as in Slack."""
    url = house.triggers.new_response_url(
        person.id, channel.id, message_ts=message.ts, ephemeral=ephemeral, thread_ts=message.thread_ts
    )
    container = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_common(house, "block_actions", person), "container": container,
        "trigger_id": house.triggers.new_trigger(person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)}, "state": {"values": state},
        "response_url": house.base_url + url, "actions": [action],
    }  # fmt: skip
    if not ephemeral:
        payload["message"] = house.messages.shown(channel, message, metadata=True)
    return payload


def view_action(house: House, person: Person, view: View, action: JSON) -> JSON:
    """`block_actions` from a modal or an App Home."""
    return {
        **_common(house, "block_actions", person), "container": {"type": "view", "view_id": view.id},
        "trigger_id": house.triggers.new_trigger(person.id, view.id), "view": view_json(house.workspace, view),
        "actions": [action],
    }  # fmt: skip


def view_submission(house: House, person: Person, view: View) -> JSON:
    """`view_submission`."""
    return {
        **_common(house, "view_submission", person), "trigger_id": house.triggers.new_trigger(person.id, view.id),
        "view": view_json(house.workspace, view), "response_urls": _response_urls(house, person, view),
    }  # fmt: skip


def _response_urls(house: House, person: Person, view: View) -> list[JSON]:
    """One for each conversation chosen in a select with `response_url_enabled`."""
    found = []
    for block in view.body["blocks"]:
        element = block.get("element") or {}
        if block.get("type") == "input" and element.get("response_url_enabled"):
            state = view.state[block["block_id"]][element["action_id"]]
            channel = state.get("selected_conversation") or state.get("selected_channel")
            if channel:
                url = house.base_url + house.triggers.new_response_url(person.id, channel)
                entry = {"block_id": block["block_id"], "action_id": element["action_id"]}
                found.append({**entry, "channel_id": channel, "response_url": url})
    return found


def view_closed(house: House, person: Person, view: View, *, is_cleared: bool) -> JSON:
    """`view_closed`, for views that asked for it."""
    return {**_common(house, "view_closed", person), "view": view_json(house.workspace, view), "is_cleared": is_cleared}


def block_suggestion(house: House, person: Person, place: JSON, *, block_id: str, action_id: str, query: str) -> JSON:
    """`block_suggestion`: what an external select asks while one types."""
    return {
        **_common(house, "block_suggestion", person), **place, "block_id": block_id, "action_id": action_id,
        "value": query,
    }  # fmt: skip


def global_shortcut(house: House, person: Person, shortcut: Shortcut) -> JSON:
    """`shortcut`."""
    return {
        **_common(house, "shortcut", person), "callback_id": shortcut.callback_id,
        "trigger_id": house.triggers.new_trigger(person.id), "action_ts": house.workspace.new_ts(),
    }  # fmt: skip


def message_shortcut(house: House, person: Person, shortcut: Shortcut, channel: Channel, message: Message) -> JSON:
    """`message_action`."""
    url = house.triggers.new_response_url(person.id, channel.id, message_ts=message.ts, thread_ts=message.thread_ts)
    return {
        **_common(house, "message_action", person), "callback_id": shortcut.callback_id,
        "trigger_id": house.triggers.new_trigger(person.id), "action_ts": house.workspace.new_ts(),
        "message_ts": message.ts, "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": house.messages.shown(channel, message), "response_url": house.base_url + url,
    }  # fmt: skip
