"""What Slack sends, read into values. What Slack would not send is refused, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads import (
    ButtonPress,
    FormSubmission,
    HomeOpened,
    PayloadError,
    Place,
    SaidMessage,
    Shortcut,
    SlackUser,
    SlashCommand,
    instant,
)

MARA = SlackUser("T1", "U1")


def press(**changes: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T1"},
        "trigger_id": "1.2.3",
        "channel": {"id": "C1"},
        "container": {"type": "message", "message_ts": "10.000001", "channel_id": "C1"},
        "message": {"ts": "10.000001"},
        "actions": [{"action_id": "ticket.start", "block_id": "b", "value": "1:2:3", "type": "button"}],
    } | changes


def message(**changes: Any) -> dict[str, Any]:
    return {"user": "U1", "ts": "1795440000.000100", "channel": "D1", "channel_type": "im", "text": "hello"} | changes


class TestAButton:
    def test_says_who_pressed_what_where(self) -> None:
        read = ButtonPress.read(press())
        assert (read.person, read.action_id, read.value) == (MARA, "ticket.start", "1:2:3")
        assert read.place == Place("C1", "10.000001", None)
        assert read.view is None

    def test_of_a_menu_carries_the_chosen_option(self) -> None:
        chosen = {"action_id": "ticket.menu", "selected_option": {"value": "ticket.note:1:2:3"}}
        assert ButtonPress.read(press(actions=[chosen])).value == "ticket.note:1:2:3"

    def test_in_a_view_has_no_place(self) -> None:
        body = press(view={"id": "V1", "type": "home"})
        for key in ("channel", "container", "message"):
            body.pop(key)
        read = ButtonPress.read(body)
        assert read.place is None
        assert read.view is not None
        assert read.view.kind == "home"

    def test_in_a_thread_knows_the_thread(self) -> None:
        read = ButtonPress.read(press(message={"ts": "11.0", "thread_ts": "10.0"}))
        assert read.place == Place("C1", "11.0", "10.0")

    def test_of_another_organisation_keeps_its_own_team(self) -> None:
        assert ButtonPress.read(press(user={"id": "U9", "team_id": "T9"})).person == SlackUser("T9", "U9")

    @pytest.mark.parametrize(
        "broken",
        [{"actions": []}, {"actions": None}, {"actions": ["x"]}, {"user": None}, {"user": {}}, {"actions": [{}]}],
    )
    def test_that_is_broken_is_refused(self, broken: dict[str, Any]) -> None:
        with pytest.raises(PayloadError):
            ButtonPress.read(press(**broken))


class TestAForm:
    def test_has_its_views_id_as_natural_key(self) -> None:
        body = {
            "user": {"id": "U1", "team_id": "T1"},
            "view": {
                "id": "V7",
                "type": "modal",
                "private_metadata": "1:2:3",
                "state": {"values": {"text": {"value": {"type": "plain_text_input", "value": " hello "}}}},
            },
        }
        read = FormSubmission.read(body)
        assert read.source == "v:V7"
        assert read.view.text("text") == "hello"
        assert read.view.text("other") == ""

    def test_without_a_view_is_refused(self) -> None:
        with pytest.raises(PayloadError):
            FormSubmission.read({"user": {"id": "U1", "team_id": "T1"}})


def test_a_command_is_read_without_blanks_around_its_text() -> None:
    body = {"team_id": "T1", "user_id": "U1", "command": "/ticket", "text": "  list ", "trigger_id": "t"}
    read = SlashCommand.read(body)
    assert (read.person, read.command, read.text) == (MARA, "/ticket", "list")


def test_a_shortcut_on_a_message_has_that_message() -> None:
    body = {
        "type": "message_action",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "callback_id": "open_ticket_from_message",
        "trigger_id": "t",
        "channel": {"id": "C1"},
        "message": {"user": "U2", "ts": "5.000001", "text": "broken", "team": "T1"},
    }
    read = Shortcut.read(body)
    assert read.message is not None
    assert read.message.source == "m:C1:5.000001"
    assert read.message.person == SlackUser("T1", "U2")


class TestAMessage:
    def test_has_its_place_as_natural_key_and_its_own_time(self) -> None:
        read = SaidMessage.read(message(), team="T1")
        assert read.source == "m:D1:1795440000.000100"
        assert read.said_at == datetime(2026, 11, 23, 13, 20, 0, 100, tzinfo=UTC)

    def test_of_a_bot_is_nobodys(self) -> None:
        assert SaidMessage.read(message(bot_id="B1"), team="T1").person is None

    def test_from_a_shared_channel_keeps_the_writers_organisation(self) -> None:
        assert SaidMessage.read(message(user_team="T9"), team="T1").person == SlackUser("T9", "U1")

    def test_that_begins_a_thread_is_not_in_it(self) -> None:
        ts = message()["ts"]
        assert not SaidMessage.read(message(thread_ts=ts), team="T1").is_in_thread
        assert SaidMessage.read(message(thread_ts="1.0"), team="T1").is_in_thread


def test_home_says_which_tab() -> None:
    body = {"team_id": "T1", "event": {"user": "U1", "tab": "messages"}}
    assert HomeOpened.read(body) == HomeOpened(MARA, "messages")


class TestAnInstant:
    @pytest.mark.parametrize(
        ("ts", "expected"),
        [
            ("0.000000", datetime(1970, 1, 1, tzinfo=UTC)),
            ("1795440000", datetime(2026, 11, 23, 13, 20, tzinfo=UTC)),
            # Six places, which a float would not keep.
            ("1795440000.999999", datetime(2026, 11, 23, 13, 20, 0, 999999, tzinfo=UTC)),
        ],
    )
    def test_is_exact(self, ts: str, expected: datetime) -> None:
        assert instant(ts) == expected

    @pytest.mark.parametrize("ts", ["", "x", "-1.0", "1e9", "1.0000001", "१.0", "9" * 30, "1..0", "NaN"])
    def test_that_is_none_is_refused(self, ts: str) -> None:
        with pytest.raises(PayloadError):
            instant(ts)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["user", "id", "team", "team_id", "actions", "view", "state", "values", "event", "message", "ts"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = st.dictionaries(
    st.sampled_from(["user", "team", "team_id", "actions", "view", "event", "message", "channel", "container", "type"]),
    ANYTHING,
)


@given(body=BODIES)
def test_whatever_arrives_is_read_or_refused(body: dict[str, Any]) -> None:
    """Nothing else than PayloadError may come of a forged payload."""
    for read in (ButtonPress.read, FormSubmission.read, SlashCommand.read, Shortcut.read, HomeOpened.read):
        try:
            read(body)
        except PayloadError:
            continue
