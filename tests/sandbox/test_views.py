"""Views: triggers, stacks, hashes, state, limits."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.errors import SlackError
from sandbox.ids import Ids
from sandbox.triggers import RESPONSE_URL_LIFE_S, RESPONSE_URL_USES, TRIGGER_LIFE_S, Triggers
from tests.sandbox.doors import Door, Person, Refused
from tests.sandbox.other_app import text
from tests.sandbox.test_chat import error, refusal


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal."""
    return {"type": "modal", "title": text("Title"), "submit": text("Send"), "blocks": list(blocks), **more}


def words(block_id: str = "words", **element: Any) -> dict[str, Any]:
    """A text input."""
    inner = {"type": "plain_text_input", "action_id": "text", **element}
    return {"type": "input", "block_id": block_id, "label": text("Words"), "element": inner}


def trigger(door: Door, person: Person) -> str:
    """A fresh trigger id, from a command that no app answers."""
    person.do("commands", channel="C0GENERAL1", command="/silent", text="")
    found: str = door.log("/silent")[-1]["request"]["trigger_id"]
    return found


def test_a_trigger_opens_one_view(client: WebClient, door: Door, alice: Person) -> None:
    trigger_id = trigger(door, alice)
    client.views_open(trigger_id=trigger_id, view=modal(words()))
    assert error(client.views_open, trigger_id=trigger_id, view=modal(words())) == "exchanged_trigger_id"
    assert error(client.views_open, trigger_id="1.2.abc", view=modal(words())) == "invalid_trigger_id"


def test_a_trigger_wears_off_after_three_seconds() -> None:
    now = [0.0]
    triggers = Triggers(Ids(), "T0", lambda: now[0])
    first, second = triggers.new_trigger("U1"), triggers.new_trigger("U1")
    now[0] = TRIGGER_LIFE_S
    assert triggers.exchange(first).user == "U1"
    now[0] += 0.001
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.exchange(second)


def test_a_response_url_is_good_five_times_within_half_an_hour() -> None:
    now = [0.0]
    triggers = Triggers(Ids(), "T0", lambda: now[0])
    keys = [triggers.new_response_url("U1", "C1").rpartition("/")[2] for _ in range(2)]
    for _ in range(RESPONSE_URL_USES):
        triggers.use_response_url(keys[0])
    with pytest.raises(SlackError, match="used_url"):
        triggers.use_response_url(keys[0])
    now[0] = RESPONSE_URL_LIFE_S + 1
    with pytest.raises(SlackError, match="expired_url"):
        triggers.use_response_url(keys[1])


def test_three_views_stand_on_each_other_and_no_more(client: WebClient, door: Door, alice: Person) -> None:
    button = {
        "type": "actions",
        "block_id": "b",
        "elements": [{"type": "button", "action_id": "push", "text": text("Push")}],
    }
    client.views_open(trigger_id=trigger(door, alice), view=modal(button))
    for _ in range(2):
        client.views_push(trigger_id=click(door, alice), view=modal(button))
    assert error(client.views_push, trigger_id=click(door, alice), view=modal(button)) == "push_limit_reached"
    views = alice.see("views")["views"]
    assert [one["previous_view_id"] for one in views] == [None, views[0]["id"], views[1]["id"]]


def click(door: Door, person: Person) -> str:
    """A trigger id from the button of the topmost modal."""
    person.do("actions", view_id=person.view["id"], block_id="b", action_id="push")
    found: str = door.log("block_actions push")[-1]["request"]["trigger_id"]
    return found


def test_a_stale_hash_changes_nothing(client: WebClient, door: Door, alice: Person) -> None:
    view: Any = client.views_open(trigger_id=trigger(door, alice), view=modal(words()))["view"]
    fresh: Any = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(words(), callback_id="2"))[
        "view"
    ]
    assert fresh["hash"] != view["hash"]
    stale = {"view_id": view["id"], "hash": view["hash"], "view": modal(words(), callback_id="3")}
    assert error(client.views_update, **stale) == "hash_conflict"
    assert alice.view["callback_id"] == "2"


def test_an_update_keeps_what_was_typed_under_the_same_ids(client: WebClient, door: Door, alice: Person) -> None:
    view: Any = client.views_open(trigger_id=trigger(door, alice), view=modal(words("a"), words("b")))["view"]
    alice.do(f"views/{view['id']}/submit", state={"a": {"text": "kept"}})  # b is empty, so it stays open
    client.views_update(view_id=view["id"], view=modal(words("a"), words("c", initial_value="new")))
    values = alice.view["state"]["values"]
    assert {block: one["text"]["value"] for block, one in values.items()} == {"a": "kept", "c": "new"}


def test_a_closed_view_is_gone(client: WebClient, door: Door, alice: Person) -> None:
    view: Any = client.views_open(trigger_id=trigger(door, alice), view=modal(words(), external_id="mine"))["view"]
    client.views_update(external_id="mine", view=modal(words(), external_id="mine"))
    duplicate = {"trigger_id": trigger(door, alice), "view": modal(words(), external_id="mine")}
    assert error(client.views_open, **duplicate) == "duplicate_external_id"
    alice.do(f"views/{view['id']}/close")
    assert error(client.views_update, view_id=view["id"], view=modal(words())) == "not_found"
    with pytest.raises(Refused, match="409"):
        alice.do(f"views/{view['id']}/submit", state={})


def test_a_home_is_published_and_seen(client: WebClient, alice: Person, bob: Person) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first: Any = client.views_publish(user_id=alice.id, view=home)["view"]
    client.views_publish(user_id=alice.id, view=home, hash=first["hash"])
    assert error(client.views_publish, user_id=alice.id, view=home, hash=first["hash"]) == "hash_conflict"
    assert alice.see("home")["view"]["id"] == first["id"]
    assert bob.see("home")["view"] is None


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (modal(words(), title=text("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (
            modal(words(), private_metadata="x" * 3001),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (
            {"type": "modal", "title": text("T"), "blocks": [words()]},
            "missing required field: submit [json-pointer:/view]",
        ),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal({"type": "video2"}), "unsupported type: video2 [json-pointer:/view/blocks/0/type]"),
        (
            modal(words(), colour="red"),
            "no more than allowed fields: invalid additional property: colour [json-pointer:/view]",
        ),
        ({"type": "home", "blocks": []}, "must be modal [json-pointer:/view/type]"),
    ],
)
def test_a_view_over_a_limit_is_refused_and_keeps_its_trigger(
    client: WebClient, door: Door, alice: Person, view: dict[str, Any], message: str
) -> None:
    response = refusal(client.views_open, trigger_id=trigger(door, alice), view=view)
    assert response["error"] == "invalid_arguments"
    assert response["response_metadata"]["messages"] == [f"[ERROR] {message}"]


def test_a_view_is_at_most_250_kb(client: WebClient, door: Door, alice: Person) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 90
    assert error(client.views_open, trigger_id=trigger(door, alice), view=modal(*blocks)) == "view_too_large"
