"""The door itself and the families other than `chat.*` and `views.*`."""

import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.sandbox.doors import Door, Person
from tests.sandbox.test_chat import GENERAL, error, refusal


def test_who_am_i(client: WebClient, door: Door) -> None:
    me = client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U0TESTBOT1", "B0TESTBOT1", "T0TESTTEAM")
    assert me.headers["X-OAuth-Scopes"].startswith("app_mentions:read,")
    empty = door.call("POST", "/api/auth.test", None, {"Authorization": f"Bearer {client.token}"})
    assert empty["ok"] is True


@pytest.mark.parametrize(("token", "code"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
def test_tokens_are_asked_for(door: Door, token: str, code: str) -> None:
    client = WebClient(token, base_url=door.credentials["api_url"])
    assert error(client.auth_test) == code


def test_each_kind_of_token_has_its_methods(client: WebClient, door: Door) -> None:
    assert error(client.apps_connections_open, app_token=door.credentials["bot_token"]) == "not_allowed_token_type"
    app = WebClient(door.credentials["app_token"], base_url=door.credentials["api_url"])
    assert error(app.chat_postMessage, channel=GENERAL, text="x") == "not_allowed_token_type"


def test_an_unknown_method_and_a_broken_body_have_names(client: WebClient, door: Door) -> None:
    assert error(client.api_call, api_method="chat.shout") == "unknown_method"
    assert (
        door.call("POST", "/api/auth.test", [1], {"Authorization": f"Bearer {client.token}"})["error"]
        == "json_not_object"
    )


def test_api_test_echoes(client: WebClient) -> None:
    assert client.api_test(foo="bar")["args"] == {"foo": "bar"}
    assert error(client.api_test, error="my_error") == "my_error"


def test_history_pages_newest_first(client: WebClient, alice: Person) -> None:
    sent = [alice.write(GENERAL, str(number)) for number in range(5)]
    first = client.conversations_history(channel=GENERAL, limit=3)
    assert [one["ts"] for one in first["messages"]] == sent[:1:-1]
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=GENERAL, limit=3, cursor=cursor)
    assert ([one["ts"] for one in rest["messages"]], rest["has_more"]) == ([sent[1], sent[0]], False)
    assert error(client.conversations_history, channel=GENERAL, cursor="nonsense!") == "invalid_cursor"


def test_history_has_a_window(client: WebClient, alice: Person) -> None:
    sent = [alice.write(GENERAL, str(number)) for number in range(4)]
    inner = client.conversations_history(channel=GENERAL, oldest=sent[0], latest=sent[3])
    assert [one["ts"] for one in inner["messages"]] == [sent[2], sent[1]]
    whole = client.conversations_history(channel=GENERAL, oldest=sent[0], latest=sent[3], inclusive=True)
    assert len(whole["messages"]) == 4


def test_replies_page_oldest_first_after_the_root(client: WebClient, alice: Person) -> None:
    root = alice.write(GENERAL, "root")
    sent = [alice.write(GENERAL, str(number), thread_ts=root) for number in range(3)]
    first = client.conversations_replies(channel=GENERAL, ts=root, limit=2)
    assert [one["ts"] for one in first["messages"]] == [root, sent[0]]
    rest = client.conversations_replies(
        channel=GENERAL, ts=root, limit=10, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["ts"] for one in rest["messages"]] == [root, *sent[1:]]
    late = client.conversations_replies(channel=GENERAL, ts=root, oldest=sent[1])
    assert [one["ts"] for one in late["messages"]] == [root, sent[2]]
    assert error(client.conversations_replies, channel=GENERAL, ts="1700000000.000100") == "thread_not_found"


def test_what_the_app_is_not_in_it_cannot_read(client: WebClient) -> None:
    assert error(client.conversations_history, channel="C0RANDOM01") == "not_in_channel"
    assert error(client.conversations_history, channel="C0PRIVATE1") == "channel_not_found"
    assert client.conversations_history(channel="C0SECRET01")["ok"]


def test_joining_makes_a_member(client: WebClient, alice: Person) -> None:
    assert client.conversations_info(channel="C0RANDOM01")["channel"]["is_member"] is False
    assert client.conversations_join(channel="C0RANDOM01")["channel"]["is_member"] is True
    assert client.conversations_join(channel="C0RANDOM01")["warning"] == "already_in_channel"
    assert alice.messages("C0RANDOM01")[-1]["subtype"] == "channel_join"


def test_conversations_are_listed_by_kind_and_page(client: WebClient) -> None:
    names = [one["name"] for one in client.conversations_list()["channels"]]
    assert names == ["general", "random"]
    both = client.conversations_list(types="public_channel,private_channel", limit=2)
    assert [one["name"] for one in both["channels"]] == ["general", "random"]
    more = client.conversations_list(
        types="public_channel,private_channel", cursor=both["response_metadata"]["next_cursor"]
    )
    assert [one["name"] for one in more["channels"]] == ["secret"]
    assert [one["id"] for one in client.users_conversations(types="public_channel")["channels"]] == [GENERAL]
    assert error(client.conversations_list, types="everything") == "invalid_types"


def test_opening_a_conversation_twice_opens_one(client: WebClient, alice: Person) -> None:
    first = client.conversations_open(users=[alice.id])
    again = client.conversations_open(users=alice.id)
    assert first["channel"]["id"] == again["channel"]["id"] == alice.app
    assert again["already_open"] is True
    assert error(client.conversations_open, users="U0NOBODY01") == "user_not_found"


@pytest.mark.parametrize(
    ("method", "key", "arguments", "names"),
    [
        ("conversations.members", "members", {"channel": GENERAL}, {"U0ALICE001", "U0BOB00001", "U0TESTBOT1"}),
        ("users.list", "members", {}, {"U0ALICE001", "U0BOB00001", "U0TESTBOT1"}),
        (
            "conversations.list",
            "channels",
            {"types": "public_channel,private_channel"},
            {GENERAL, "C0RANDOM01", "C0SECRET01"},
        ),
        ("users.conversations", "channels", {"types": "public_channel,private_channel"}, {GENERAL, "C0SECRET01"}),
    ],
)
def test_lists_are_read_page_by_page(
    client: WebClient, method: str, key: str, arguments: dict[str, Any], names: set[str]
) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page: Any = client.api_call(method, params={**arguments, "limit": 1, "cursor": cursor})
        (entry,) = page[key]
        found.append(entry if isinstance(entry, str) else entry["id"])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert len(found) == len(names)
    assert set(found) == names
    assert (
        error(client.api_call, api_method=method, params={**arguments, "cursor": "bm9uc2Vuc2U6MQ=="})
        == "invalid_cursor"
    )


def test_people_are_found(client: WebClient) -> None:
    alice = client.users_info(user="U0ALICE001")["user"]
    assert (alice["tz"], alice["is_admin"], alice["profile"]["email"]) == (
        "Europe/London",
        True,
        "alice@sandbox.example",
    )
    assert client.users_lookupByEmail(email="ALICE@sandbox.example")["user"]["id"] == "U0ALICE001"
    assert {one["id"] for one in client.users_list()["members"]} == {"U0ALICE001", "U0BOB00001", "U0TESTBOT1"}
    stranger = client.users_info(user="U0STRANGER")["user"]
    assert (stranger["team_id"], stranger["is_stranger"]) == ("T0OTHERTEA", True)
    assert error(client.users_info, user="U0NOBODY01") == "user_not_found"
    assert error(client.users_lookupByEmail, email="no@one.example") == "users_not_found"


def test_groups_bots_and_the_team_are_found(client: WebClient) -> None:
    (group,) = client.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("support", ["U0ALICE001"])
    assert client.usergroups_users_list(usergroup="S0SUPPORT1")["users"] == ["U0ALICE001"]
    assert error(client.usergroups_users_list, usergroup="S0NOTHING1") == "no_such_subteam"
    assert client.bots_info(bot="B0TESTBOT1")["bot"]["user_id"] == "U0TESTBOT1"
    assert client.team_info()["team"]["domain"] == "test-team"


def test_reactions_are_a_set(client: WebClient, alice: Person) -> None:
    ts = alice.write(GENERAL, "nice")
    client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    assert error(client.reactions_add, channel=GENERAL, timestamp=ts, name="eyes") == "already_reacted"
    assert error(client.reactions_add, channel=GENERAL, timestamp=ts, name="no such emoji") == "invalid_name"
    alice.do("reactions", channel=GENERAL, ts=ts, name="eyes")
    (reaction,) = client.reactions_get(channel=GENERAL, timestamp=ts)["message"]["reactions"]
    assert reaction == {"name": "eyes", "users": ["U0TESTBOT1", "U0ALICE001"], "count": 2}
    client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")
    assert error(client.reactions_remove, channel=GENERAL, timestamp=ts, name="eyes") == "no_reaction"


def test_a_file_is_uploaded_in_three_steps_and_read_with_the_token(
    client: WebClient, door: Door, alice: Person
) -> None:
    done = client.files_upload_v2(channel=GENERAL, content=b"a,b\n1,2\n", filename="table.csv", initial_comment="Here.")
    file_id = done["file"]["id"]
    (message,) = alice.messages(GENERAL)
    assert (message["text"], message["files"][0]["name"], message["subtype"]) == ("Here.", "table.csv", "file_share")
    assert (done["file"]["mimetype"], done["file"]["filetype"]) == ("", "")
    about = _once_looked_into(client, file_id)
    assert (about["mimetype"], about["size"], about["channels"]) == ("text/csv", 8, [GENERAL])
    assert _bytes(about["url_private"], f"Bearer {client.token}") == b"a,b\n1,2\n"
    assert b"Sign in" in _bytes(about["url_private"], "Bearer wrong")
    assert _bytes(f"{door.url}/control/people/{alice.id}/files/{file_id}", "") == b"a,b\n1,2\n"


def test_a_file_that_was_not_uploaded_cannot_be_shared(client: WebClient) -> None:
    started = client.files_getUploadURLExternal(filename="a.txt", length=3)
    arguments = {"files": [{"id": started["file_id"]}], "channel_id": GENERAL}
    assert error(client.files_completeUploadExternal, **arguments) == "file_not_found"
    assert error(client.files_info, file=started["file_id"]) == "file_not_found"


def test_a_picture_stands_in_a_block_once_its_type_is_known(client: WebClient, door: Door, alice: Person) -> None:
    """It may be seen by nobody but the app before: whoever reads the message sees it there."""
    file_id = _uploaded(client, "chart.png", b"\x89PNG")
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "A chart"}
    early = refusal(client.chat_postMessage, channel=GENERAL, text="Chart", blocks=[image])
    assert (early["error"], early["errors"]) == (
        "invalid_blocks",
        ["invalid slack file [json-pointer:/blocks/0/slack_file]"],
    )

    about = _once_looked_into(client, file_id)
    by_url = image | {"slack_file": {"url": about["permalink"]}}
    client.chat_postMessage(channel=GENERAL, text="Chart", blocks=[image, by_url])
    client.views_publish(user_id=alice.id, view={"type": "home", "blocks": [image]})
    assert _bytes(f"{door.url}/control/people/{alice.id}/files/{file_id}", "") == b"\x89PNG"


def test_what_is_no_picture_of_the_apps_cannot_stand_in_a_block(client: WebClient) -> None:
    table = _uploaded(client, "table.csv", b"a,b")
    _once_looked_into(client, table)
    for file in ({"id": table}, {"id": "F0UNKNOWN1"}, {"url": "https://files.slack.com/files-pri/T1-F0UNKNOWN1/x.png"}):
        block = {"type": "image", "slack_file": file, "alt_text": "x"}
        assert error(client.chat_postMessage, channel=GENERAL, text="x", blocks=[block]) == "invalid_blocks"
        home = {"type": "home", "blocks": [block]}
        assert error(client.views_publish, user_id="U0ALICE001", view=home) == "invalid_arguments"
    both = {"type": "image", "slack_file": {"id": table, "url": "https://x"}, "alt_text": "x"}
    assert error(client.chat_postMessage, channel=GENERAL, text="x", blocks=[both]) == "invalid_blocks"


def _uploaded(client: WebClient, name: str, content: bytes) -> str:
    started = client.files_getUploadURLExternal(filename=name, length=len(content))
    request = urllib.request.Request(str(started["upload_url"]), data=content, method="POST")  # noqa: S310
    urllib.request.urlopen(request).close()  # noqa: S310
    client.files_completeUploadExternal(files=[{"id": str(started["file_id"]), "title": name}])
    return str(started["file_id"])


def _once_looked_into(client: WebClient, file_id: str) -> Any:
    """What is known of a file, as soon as its type is."""
    for _ in range(1000):
        about: Any = client.files_info(file=file_id)["file"]
        if about["mimetype"]:
            return about
    raise AssertionError("Its type never becomes known.")


def _bytes(url: str, authorization: str) -> bytes:
    request = urllib.request.Request(url, headers={"Authorization": authorization})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def test_over_the_limit_is_429_with_a_time_to_wait(client: WebClient, door: Door) -> None:
    door.faults(rate_limits=True)
    for _ in range(20):
        client.users_list()
    response = refusal(client.users_list)
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert 1 <= int(response.headers["Retry-After"]) <= 3
    door.faults(rate_limits=False)
    assert client.users_list()["ok"]


def test_one_message_a_second_in_a_channel(client: WebClient, door: Door) -> None:
    door.faults(rate_limits=True)
    outcomes = [client.api_call("api.test")["ok"]]
    with pytest.raises(Exception, match="ratelimited"):
        outcomes += [client.chat_postMessage(channel=GENERAL, text=str(number))["ok"] for number in range(20)]
    assert client.chat_postMessage(channel="C0SECRET01", text="elsewhere")["ok"]
