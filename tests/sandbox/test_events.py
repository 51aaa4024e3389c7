"""Which events the app gets, and what they look like."""

import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.sandbox.doors import Door, Person, Refused
from tests.sandbox.test_chat import error

GENERAL, RANDOM, SECRET, PRIVATE = "C0GENERAL1", "C0RANDOM01", "C0SECRET01", "C0PRIVATE1"


@pytest.fixture(autouse=True)
def _quick(lively: Door) -> None:
    lively.faults(retry_schedule_s=[])


@pytest.fixture
def alice(lively: Door) -> Person:
    return Person(lively, "U0ALICE001")


@pytest.fixture
def bot(lively: Door) -> WebClient:
    return lively.client()


def events(lively: Door, name: str, count: int = 1) -> list[dict[str, Any]]:
    """The events of this name that went out."""
    lively.wait_for(lambda: len(lively.log(name)) >= count, f"event {name}")
    found = [entry["request"] for entry in lively.log(name)]
    assert len(found) == count
    return [one["event"] for one in found]


def test_a_message_comes_with_its_wrapper(lively: Door, alice: Person) -> None:
    ts = alice.write(GENERAL, "hello")
    (event,) = events(lively, "message")
    assert (event["channel"], event["channel_type"], event["user"], event["ts"]) == (GENERAL, "channel", alice.id, ts)
    wrapper = lively.log("message")[0]["request"]
    assert (wrapper["type"], wrapper["api_app_id"], wrapper["team_id"]) == (
        "event_callback",
        "A0TESTAPP1",
        "T0TESTTEAM",
    )
    assert wrapper["authorizations"][0]["user_id"] == "U0TESTBOT1"
    assert wrapper["event_id"].startswith("Ev")


@pytest.mark.parametrize(("channel", "kind"), [(SECRET, "group"), ("app", "im")])
def test_private_conversations_have_their_own_kind(lively: Door, alice: Person, channel: str, kind: str) -> None:
    alice.write(channel, "hello")
    (event,) = events(lively, "message")
    assert event["channel_type"] == kind


def test_where_the_app_is_no_member_it_hears_nothing(lively: Door, alice: Person) -> None:
    alice.write(RANDOM, "<@U0TESTBOT1> hello")
    alice.write(PRIVATE, "hello")
    alice.write(GENERAL, "heard")
    (event,) = events(lively, "message")
    assert event["text"] == "heard"
    assert lively.log("app_mention") == []


def test_a_mention_is_two_events_with_two_ids(lively: Door, alice: Person) -> None:
    alice.write(GENERAL, "<@U0TESTBOT1> hello")
    (mention,) = events(lively, "app_mention")
    assert "channel_type" not in mention
    lively.wait_for(lambda: lively.log("message"), "message")
    ids = {entry["request"]["event_id"] for name in ("message", "app_mention") for entry in lively.log(name)[:1]}
    assert len(ids) == 2


def test_edits_and_deletions_show_before_and_after(lively: Door, alice: Person) -> None:
    ts = alice.write(GENERAL, "before")
    alice.do("messages", "PATCH", channel=GENERAL, ts=ts, text="after")
    (changed,) = events(lively, "message.message_changed")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("after", "before")
    assert changed["message"]["edited"]["user"] == alice.id
    alice.do("messages", "DELETE", channel=GENERAL, ts=ts)
    (deleted,) = events(lively, "message.message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"], deleted["hidden"]) == (ts, "after", True)


def test_a_reply_names_its_thread_and_whose_it_is(lively: Door, alice: Person, bot: WebClient) -> None:
    root = bot.chat_postMessage(channel=GENERAL, text="root")["ts"]
    alice.write(GENERAL, "reply", thread_ts=root)
    _, reply = events(lively, "message", 2)
    assert (reply["thread_ts"], reply["parent_user_id"]) == (root, "U0TESTBOT1")


def test_files_come_as_a_share(lively: Door, alice: Person, bot: WebClient) -> None:
    alice.do("messages", channel=GENERAL, text="look", files=[
        {"name": "a.txt", "mimetype": "text/plain", "content_base64": "aGk="}])  # fmt: skip
    (share,) = events(lively, "message.file_share")
    assert share["files"][0]["name"] == "a.txt"
    (shared,) = events(lively, "file_shared")
    about: Any = bot.files_info(file=shared["file_id"])["file"]
    assert (about["user"], about["size"]) == (alice.id, 2)


def test_reactions_membership_and_profiles(lively: Door, alice: Person) -> None:
    ts = alice.write(GENERAL, "nice")
    alice.do("reactions", channel=GENERAL, ts=ts, name="+1")
    alice.do("reactions", channel=GENERAL, ts=ts, name="+1", remove=True)
    (added,) = events(lively, "reaction_added")
    assert added["item"] == {"type": "message", "channel": GENERAL, "ts": ts}
    assert events(lively, "reaction_removed")[0]["reaction"] == "+1"
    lively.call("POST", f"/control/channels/{RANDOM}/members", {"user": "U0TESTBOT1", "present": True})
    assert events(lively, "member_joined_channel")[0]["user"] == "U0TESTBOT1"
    lively.call("POST", f"/control/channels/{RANDOM}/members", {"user": "U0TESTBOT1", "present": False})
    assert events(lively, "member_left_channel")[0]["channel"] == RANDOM
    lively.call("PATCH", f"/control/people/{alice.id}", {"real_name": "Alice Aspen"})
    assert events(lively, "user_change")[0]["user"]["profile"]["real_name"] == "Alice Aspen"
    lively.call("POST", "/control/channels", {"name": "new", "members": [alice.id]})
    assert events(lively, "channel_created")[0]["channel"]["name"] == "new"


def test_people_join_the_team(lively: Door, bot: WebClient) -> None:
    made = lively.call(
        "POST", "/control/people", {"name": "dan", "real_name": "Dan Dell", "email": "dan@sandbox.example"}
    )
    assert events(lively, "team_join")[0]["user"]["id"] == made["id"]
    assert bot.users_info(user=made["id"])["user"]["profile"]["email"] == "dan@sandbox.example"
    Person(lively, made["id"]).write("app", "menu")
    with pytest.raises(Refused, match="name_taken"):
        lively.call("POST", "/control/people", {"name": "dan"})


def test_channels_are_renamed_and_archived(lively: Door, alice: Person, bot: WebClient) -> None:
    lively.call("PATCH", f"/control/channels/{GENERAL}", {"name": "everybody"})
    assert events(lively, "channel_rename")[0]["channel"]["name"] == "everybody"
    lively.call("PATCH", f"/control/channels/{GENERAL}", {"is_archived": True})
    assert events(lively, "channel_archive")[0]["channel"] == GENERAL
    assert error(bot.chat_postMessage, channel=GENERAL, text="x") == "is_archived"
    with pytest.raises(Refused, match="is_archived"):
        alice.write(GENERAL, "x")
    lively.call("PATCH", f"/control/channels/{GENERAL}", {"is_archived": False})
    events(lively, "channel_unarchive")
    assert bot.chat_postMessage(channel=GENERAL, text="x")["ok"]
    for body, code in (
        ({"name": "No Such"}, "invalid_name"),
        ({"name": "random"}, "name_taken"),
        ({"x": 1}, "invalid_field"),
    ):
        with pytest.raises(Refused, match=code):
            lively.call("PATCH", f"/control/channels/{GENERAL}", body)


def test_a_group_changes_its_members(lively: Door, bot: WebClient) -> None:
    lively.call("PATCH", "/control/usergroups/S0SUPPORT1", {"users": ["U0BOB00001"]})
    (changed,) = events(lively, "subteam_members_changed")
    assert (changed["added_users"], changed["removed_users"]) == (["U0BOB00001"], ["U0ALICE001"])
    assert events(lively, "subteam_updated")[0]["subteam"]["users"] == ["U0BOB00001"]
    assert bot.usergroups_users_list(usergroup="S0SUPPORT1")["users"] == ["U0BOB00001"]
    for path, body, code in (
        ("S0NOBODY", {"users": []}, "no_such_group"),
        ("S0SUPPORT1", {"users": ["U0NOBODY01"]}, "no_such_person"),
        ("S0SUPPORT1", {}, "invalid_field"),
    ):
        with pytest.raises(Refused, match=code):
            lively.call("PATCH", f"/control/usergroups/{path}", body)


def test_a_file_in_a_thread_names_its_thread_and_its_bytes_are_the_apps(
    lively: Door, alice: Person, bot: WebClient
) -> None:
    root = alice.write(GENERAL, "root")
    alice.do("messages", channel=GENERAL, thread_ts=root, files=[
        {"name": "a.txt", "mimetype": "text/plain", "content_base64": "aGk="}])  # fmt: skip
    (share,) = events(lively, "message.file_share")
    assert (share["thread_ts"], share["channel"]) == (root, GENERAL)
    about = bot.files_info(file=share["files"][0]["id"])["file"]
    assert about["shares"]["public"][GENERAL][0]["thread_ts"] == root
    request = urllib.request.Request(about["url_private"], headers={"Authorization": f"Bearer {bot.token}"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.read() == b"hi"


def test_deliveries_are_delayed_on_demand(lively: Door, alice: Person) -> None:
    lively.faults(delivery={"latency_ms": 150})
    alice.write(GENERAL, "slowly")
    lively.wait_for(lambda: lively.log("message"), "the message")
    assert lively.log("message")[0]["ms"] >= 150


def test_what_the_app_does_itself_comes_back_to_it_too(lively: Door, bot: WebClient) -> None:
    ts = bot.chat_postMessage(channel=GENERAL, text="mine")["ts"]
    bot.chat_update(channel=GENERAL, ts=ts, text="still mine")
    (message,) = events(lively, "message")
    assert message["bot_id"] == "B0TESTBOT1"
    events(lively, "message.message_changed")


def test_duplicates_are_made_on_demand(lively: Door, alice: Person) -> None:
    lively.faults(delivery={"duplicate": 1.0})
    alice.write("app", "menu")
    lively.wait_for(lambda: len(alice.messages(alice.app)) == 3, "the menu twice")


def test_dropped_events_are_sent_again(lively: Door, alice: Person) -> None:
    lively.faults(delivery={"drop": 0.5}, retry_schedule_s=[0] * 20, seed=3)
    for _ in range(5):
        alice.write("app", "menu")
    lively.wait_for(lambda: len(alice.messages(alice.app)) == 10, "five menus")


def test_reordered_events_overtake_each_other(lively: Door, alice: Person) -> None:
    lively.faults(delivery={"reorder": 0.5}, seed=2)
    sent: list[str] = []

    def arrived() -> list[str]:
        return [entry["request"]["event"]["ts"] for entry in lively.log("message")]

    def overtaken() -> bool:
        sent.append(alice.write(GENERAL, "another"))  # on a busy machine the next is written after the last was held
        return arrived() != sorted(arrived())

    lively.wait_for(overtaken, "overtaking")
    lively.wait_for(lambda: sorted(arrived()) == sent, "all of them")
