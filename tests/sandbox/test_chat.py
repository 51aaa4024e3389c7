"""`chat.*` as Slack answers it."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.api.chat import TEXT_MAX, UPDATE_TEXT_MAX
from tests.sandbox.doors import Door, Person

GENERAL = "C0GENERAL1"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


def refusal(call: Any, **arguments: Any) -> Any:
    """What the client's error carries."""
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response


def error(call: Any, **arguments: Any) -> str:
    """The error code."""
    code: str = refusal(call, **arguments)["error"]
    return code


def test_a_message_is_the_apps_and_has_a_stamp_of_its_own(client: WebClient) -> None:
    first, second = (client.chat_postMessage(channel=GENERAL, text="hi", blocks=BLOCKS) for _ in range(2))
    message = first["message"]
    assert (message["bot_id"], message["app_id"], message["user"]) == ("B0TESTBOT1", "A0TESTAPP1", "U0TESTBOT1")
    assert message["blocks"][0]["block_id"]
    assert first["ts"] < second["ts"]
    seconds, micros = first["ts"].split(".")
    assert (len(seconds), len(micros)) == (10, 6)


def test_form_and_json_bodies_mean_the_same(client: WebClient) -> None:
    form = client.api_call("chat.postMessage", data={"channel": GENERAL, "blocks": '[{"type": "divider"}]'})
    body = client.api_call("chat.postMessage", json={"channel": GENERAL, "blocks": [{"type": "divider"}]})
    assert form["message"]["blocks"][0]["type"] == body["message"]["blocks"][0]["type"] == "divider"


def test_posting_to_a_person_opens_their_conversation(client: WebClient, alice: Person) -> None:
    posted = client.chat_postMessage(channel=alice.id, text="hello you")
    assert posted["channel"] == alice.app
    assert alice.messages(alice.app)[-1]["text"] == "hello you"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": "C0PRIVATE1", "text": "x"}, "channel_not_found"),  # private, and the app is not in it
        ({"channel": "C0RANDOM01", "text": "x"}, "not_in_channel"),
        ({"channel": GENERAL}, "no_text"),
        ({"channel": GENERAL, "text": "x", "thread_ts": "1700000000.000100"}, "cannot_reply_to_message"),
        ({"channel": GENERAL, "text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        ({"channel": GENERAL, "blocks": "no json"}, "invalid_blocks_format"),
        ({"channel": GENERAL, "text": "x", "username": "Boss"}, "missing_scope"),
    ],
)
def test_what_cannot_be_posted(client: WebClient, arguments: dict[str, Any], code: str) -> None:
    assert error(client.api_call, api_method="chat.postMessage", json=arguments) == code


def test_a_missing_argument_is_named(client: WebClient) -> None:
    response = refusal(client.api_call, api_method="chat.postMessage", json={"text": "x"})
    assert response["error"] == "invalid_arguments"
    assert response["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_long_text_is_cut_when_posted_and_refused_when_updated(client: WebClient) -> None:
    posted = client.chat_postMessage(channel=GENERAL, text="x" * (TEXT_MAX + 1))
    assert len(posted["message"]["text"]) == TEXT_MAX
    assert (
        error(client.chat_update, channel=GENERAL, ts=posted["ts"], text="x" * (UPDATE_TEXT_MAX + 1)) == "msg_too_long"
    )


def test_invalid_blocks_say_where(client: WebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    response = refusal(client.chat_postMessage, channel=GENERAL, text="x", blocks=blocks)
    assert response["error"] == "invalid_blocks"
    assert response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_an_update_without_blocks_takes_them_away_and_keeps_the_place(client: WebClient, alice: Person) -> None:
    posted = client.chat_postMessage(channel=GENERAL, text="old", blocks=BLOCKS)
    client.chat_update(channel=GENERAL, ts=posted["ts"], text="new")
    (seen,) = alice.messages(GENERAL)
    assert (seen["text"], seen["ts"], "blocks" in seen, seen["edited"]["user"]) == (
        "new",
        posted["ts"],
        False,
        "U0TESTBOT1",
    )


def test_an_update_makes_nothing_unread(client: WebClient, alice: Person) -> None:
    posted = client.chat_postMessage(channel=GENERAL, text="old")
    alice.do("read", channel=GENERAL, ts=posted["ts"])
    client.chat_update(channel=GENERAL, ts=posted["ts"], text="new")
    assert _unread(alice) == 0
    client.chat_postMessage(channel=GENERAL, text="more")
    assert _unread(alice) == 1


def _unread(person: Person) -> int:
    count: int = next(one["unread"] for one in person.see("conversations")["conversations"] if one["id"] == GENERAL)
    return count


def test_only_its_own_messages_are_the_apps_to_change(client: WebClient, alice: Person) -> None:
    ts = alice.write(GENERAL, "mine")
    assert error(client.chat_update, channel=GENERAL, ts=ts, text="x") == "cant_update_message"
    assert error(client.chat_delete, channel=GENERAL, ts=ts) == "cant_delete_message"
    assert error(client.chat_update, channel=GENERAL, ts="1700000000.000100", text="x") == "message_not_found"


def test_a_deleted_message_is_gone_and_a_deleted_root_leaves_a_stone(client: WebClient, alice: Person) -> None:
    lone, root = (client.chat_postMessage(channel=GENERAL, text="x")["ts"] for _ in range(2))
    client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=root)
    client.chat_delete(channel=GENERAL, ts=lone)
    client.chat_delete(channel=GENERAL, ts=root)
    (stone,) = alice.messages(GENERAL)
    assert (stone["ts"], stone["subtype"], stone["reply_count"]) == (root, "tombstone", 1)


def test_threads_count_and_broadcasts_show_in_the_channel(client: WebClient, alice: Person) -> None:
    root = alice.write(GENERAL, "root")
    quiet = client.chat_postMessage(channel=GENERAL, text="quiet", thread_ts=root)["ts"]
    loud = client.chat_postMessage(channel=GENERAL, text="loud", thread_ts=quiet, reply_broadcast=True)["ts"]
    shown = alice.messages(GENERAL)
    assert [one["ts"] for one in shown] == [root, loud]
    assert (shown[0]["reply_count"], shown[0]["latest_reply"], shown[0]["reply_users"]) == (2, loud, ["U0TESTBOT1"])
    assert (shown[1]["subtype"], shown[1]["thread_ts"], shown[1]["root"]["ts"]) == ("thread_broadcast", root, root)
    assert [one["ts"] for one in alice.messages(GENERAL, f"&thread_ts={root}")] == [root, quiet, loud]


def test_an_ephemeral_is_seen_by_one_and_is_in_no_history(client: WebClient, alice: Person, bob: Person) -> None:
    client.chat_postEphemeral(channel=GENERAL, user=alice.id, text="psst")
    assert [one["text"] for one in alice.messages(GENERAL)] == ["psst"]
    assert bob.messages(GENERAL) == []
    assert client.conversations_history(channel=GENERAL)["messages"] == []
    assert error(client.chat_postEphemeral, channel=GENERAL, user="U0STRANGER", text="x") == "user_not_in_channel"


def test_metadata_comes_back_only_when_asked_for(client: WebClient) -> None:
    metadata = {"event_type": "row", "event_payload": {"key": "42"}}
    client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata)
    assert "metadata" not in client.conversations_history(channel=GENERAL)["messages"][0]
    full = client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata


def test_a_permalink_names_channel_stamp_and_thread(client: WebClient, alice: Person) -> None:
    root = alice.write(GENERAL, "root")
    reply = alice.write(GENERAL, "reply", thread_ts=root)
    link = client.chat_getPermalink(channel=GENERAL, message_ts=reply)["permalink"]
    stamp = reply.replace(".", "")
    assert link == f"https://test-team.slack.com/archives/{GENERAL}/p{stamp}?thread_ts={root}&cid={GENERAL}"


def test_a_deactivated_person_gets_nothing(client: WebClient, door: Door, bob: Person) -> None:
    door.call("PATCH", f"/control/people/{bob.id}", {"deleted": True})
    assert error(client.chat_postMessage, channel=bob.id, text="x") == "channel_not_found"
    assert error(client.conversations_open, users=bob.id) == "user_disabled"
    assert client.users_info(user=bob.id)["user"]["deleted"] is True
