"""Arguments that are missing, of the wrong kind or unknown: what each method answers."""

import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.api.door import METHODS
from tests.sandbox.doors import Door
from tests.sandbox.test_chat import GENERAL, error, refusal

VIEW = {"type": "home", "blocks": []}
# method -> arguments without which it cannot be called
REQUIRED: dict[str, dict[str, Any]] = {
    "chat.delete": {"channel": GENERAL, "ts": "1.1"},
    "chat.getPermalink": {"channel": GENERAL, "message_ts": "1.1"},
    "chat.postEphemeral": {"channel": GENERAL, "user": "U0ALICE001", "text": "x"},
    "chat.postMessage": {"channel": GENERAL, "text": "x"},
    "chat.update": {"channel": GENERAL, "ts": "1.1", "text": "x"},
    "conversations.history": {"channel": GENERAL},
    "conversations.info": {"channel": GENERAL},
    "conversations.join": {"channel": GENERAL},
    "conversations.members": {"channel": GENERAL},
    "conversations.open": {"users": "U0ALICE001"},
    "conversations.replies": {"channel": GENERAL, "ts": "1.1"},
    "files.completeUploadExternal": {"files": [{"id": "F1"}]},
    "files.getUploadURLExternal": {"filename": "a.txt", "length": 1},
    "files.info": {"file": "F1"},
    "reactions.add": {"channel": GENERAL, "timestamp": "1.1", "name": "eyes"},
    "reactions.get": {"channel": GENERAL, "timestamp": "1.1"},
    "reactions.remove": {"channel": GENERAL, "timestamp": "1.1", "name": "eyes"},
    "usergroups.users.list": {"usergroup": "S1"},
    "users.info": {"user": "U0ALICE001"},
    "users.lookupByEmail": {"email": "a@b.example"},
    "views.open": {"trigger_id": "1.2.a", "view": VIEW},
    "views.publish": {"user_id": "U0ALICE001", "view": VIEW},
    "views.push": {"trigger_id": "1.2.a", "view": VIEW},
    "views.update": {"view_id": "V1", "view": VIEW},
}
NOTHING_NEEDED = {"api.test", "apps.connections.open", "auth.test", "bots.info", "conversations.list", "team.info",
                  "usergroups.list", "users.conversations", "users.list"}  # fmt: skip
# Where Slack has a word of its own for what is missing.
MISSING = {("conversations.open", "users"): "users_list_not_supplied", ("chat.postMessage", "text"): "no_text",
           ("chat.postEphemeral", "text"): "no_text", ("chat.update", "text"): "no_text"}  # fmt: skip
EACH = [(method, name) for method, arguments in REQUIRED.items() for name in arguments]


def test_every_method_is_tried() -> None:
    assert set(REQUIRED) | NOTHING_NEEDED == set(METHODS)


@pytest.mark.parametrize(("method", "name"), EACH)
def test_a_missing_argument_has_slacks_error(client: WebClient, method: str, name: str) -> None:
    arguments = {key: value for key, value in REQUIRED[method].items() if key != name}
    response = refusal(client.api_call, api_method=method, json=arguments)
    code = MISSING.get((method, name), "invalid_arguments")
    assert response["error"] == code
    if code == "invalid_arguments":
        (message,) = response["response_metadata"]["messages"]
        assert message.startswith("[ERROR] missing required field: ")
        assert name in message


@pytest.mark.parametrize(("method", "name"), EACH)
def test_an_argument_of_the_wrong_kind_is_named(client: WebClient, method: str, name: str) -> None:
    wrong: Any = [1] if name == "view" else {"a": 1}
    response = refusal(client.api_call, api_method=method, json={**REQUIRED[method], name: wrong})
    assert response["error"] == "invalid_arguments"
    assert f"json-pointer:/{name}]" in response["response_metadata"]["messages"][0]


def test_an_argument_that_a_method_does_not_know_is_passed_over(client: WebClient) -> None:
    assert client.api_call("users.info", params={"user": "U0ALICE001", "favourite_colour": "red"})["ok"]


@pytest.mark.parametrize(
    ("name", "code"), [("user[7]", "invalid_array_arg"), ("us er", "invalid_arg_name"), ("a" * 256, "invalid_arg_name")]
)
def test_a_name_that_no_argument_has_is_refused(client: WebClient, name: str, code: str) -> None:
    assert error(client.api_call, api_method="users.info", params={"user": "U0ALICE001", name: "x"}) == code


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json; charset=klingon", "{}", "invalid_charset"),
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "json_not_object"),
        ("application/pdf", "x", "invalid_post_type"),
    ],
)
def test_a_body_that_cannot_be_read_has_a_name(
    door: Door, client: WebClient, content_type: str, body: str, code: str
) -> None:
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {client.token}"}
    request = urllib.request.Request(door.url + "/api/auth.test", body.encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert f'"error": "{code}"' in answer.read().decode()


@pytest.mark.parametrize(("name", "value"), [("oldest", "yesterday"), ("latest", "1.x")])
def test_a_bound_that_is_no_time_is_refused(client: WebClient, name: str, value: str) -> None:
    assert error(client.conversations_history, channel=GENERAL, **{name: value}) == f"invalid_ts_{name}"
    assert error(client.conversations_replies, channel=GENERAL, ts="1.1", **{name: value}) == "thread_not_found"


@pytest.mark.parametrize(
    ("limit", "code"), [("many", "invalid_arguments"), (0, "invalid_limit"), (-1, "invalid_limit")]
)
def test_a_limit_that_is_none_is_refused(client: WebClient, limit: Any, code: str) -> None:
    for method in ("conversations.history", "conversations.members", "users.list"):
        arguments = {"limit": limit, **REQUIRED.get(method, {})}
        assert error(client.api_call, api_method=method, params=arguments) == code
