"""`views.*` (https://docs.slack.dev/reference/methods?family=views)."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import JSON, View
from sandbox.present import view_json
from sandbox.ratelimits import Tier
from sandbox.triggers import Trigger


def _view(call: Call) -> JSON:
    view = call.structure("view")
    if view is None:
        raise SlackError.arguments("missing required field: view")
    if not isinstance(view, dict):
        raise SlackError.arguments("must provide an object [json-pointer:/view]")
    return view


def _trigger(call: Call) -> Trigger:
    return call.house.triggers.exchange(call.required("trigger_id"))


def _answer(call: Call, view: View) -> JSON:
    return {"view": view_json(call.house.workspace, view)}


def open_(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/views.open"""
    call.required("trigger_id")
    view = _view(call)
    return _answer(call, call.house.views.open(_trigger(call).user, view))


def push(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/views.push: on the view in which the trigger arose."""
    call.required("trigger_id")
    view = _view(call)
    trigger = _trigger(call)
    if trigger.view_id is None or trigger.view_id not in call.house.workspace.stacks.get(trigger.user, ()):
        raise SlackError("no_open_view")
    return _answer(call, call.house.views.push(trigger.user, view))


def update(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/views.update"""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if view_id is None and external_id is None:
        raise SlackError.arguments("missing required field: view_id or external_id")
    raw = _view(call)
    found = call.house.views.find(view_id, external_id)
    return _answer(call, call.house.views.update(found, raw, call.text("hash")))


def publish(call: Call) -> JSON:
    """https://docs.slack.dev/reference/methods/views.publish"""
    workspace = call.house.workspace
    user = call.required("user_id")
    raw = _view(call)
    if not workspace.manifest.home_tab:
        raise SlackError("not_enabled")
    if workspace.person(user) is None:
        raise SlackError("user_not_found")
    return _answer(call, call.house.views.publish(user, raw, call.text("hash")))


METHODS = (
    Method("views.open", open_, Tier.T4),
    Method("views.push", push, Tier.T4),
    Method("views.update", update, Tier.T4),
    Method("views.publish", publish, Tier.T4),
)
