"""One person of the workspace: what they see, and what they do as they would in Slack's client."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.words.inbound import ONE_MOMENT
from tests.end_to_end.reading import JSON, Control, controls, find_field, find_press, plain, read, read_block
from tests.end_to_end.sandbox import Refused

if TYPE_CHECKING:
    from tests.end_to_end.workspace import Workspace

PAGE = 1000


class Failed(Exception):
    """Slack told the person that what they did failed; `code` is Slack's, such as `operation_timeout`."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code}: {message}")


T = TypeVar("T")


def _as_it_stands(act: Callable[[], T]) -> T:
    """Look and act; once more where what was looked at had been drawn anew by the time that was sent."""
    for _ in range(2):
        try:
            return act()
        except Refused as refused:
            if refused.code != "no_such_action":
                raise
    return act()


@dataclass(frozen=True)
class Message:
    """A message as one person saw it at one time. As a place, it stands for its thread."""

    channel: str
    raw: JSON

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def thread_ts(self) -> str | None:
        """The root of the thread it is in, which may be itself."""
        return self.raw.get("thread_ts")

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.raw.get("ephemeral"))

    @property
    def author(self) -> str:
        """The user id of who wrote it; the app has one too."""
        return str(self.raw.get("user", ""))

    @property
    def notification(self) -> str:
        """What a notification or a screen reader says: the message's `text`, without its blocks."""
        return plain(self.raw.get("text") or "")

    @property
    def text(self) -> str:
        """What is seen: its blocks if it has any, one line each (reading.py has the notation)."""
        return read(self.raw)

    def says(self, text: str) -> bool:
        return text in self.text or text in self.notification


@dataclass(frozen=True)
class View:
    """A modal or an App Home as it was shown at one time."""

    raw: JSON

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def title(self) -> str:
        return str((self.raw.get("title") or {}).get("text", ""))

    @property
    def text(self) -> str:
        return read(self.raw)

    @property
    def fields(self) -> list[str]:
        """The labels of its inputs, in order."""
        return [control.labels[0] for control in controls(self.raw["blocks"]) if control.is_input]

    def options(self, label: str) -> list[str]:
        """What the menu under `label` offers."""
        field = find_field(self.raw["blocks"], label)
        return list(field.options) if field else []


@dataclass(frozen=True)
class Submission:
    """What became of a form: `closed`, `cleared`, `updated`, `pushed` or `errors`, and the view shown then, if any."""

    result: str
    errors: dict[str, str]
    """Label of a field -> the sentence under it."""
    view: View | None


Place = str | Message
"""`app` (the conversation with the app), a channel by name with or without #, or a message, meaning its thread."""


class Person:
    """A person. What they do waits for the app's ack, as Slack does; what they look for is waited for."""

    def __init__(self, workspace: Workspace, raw: JSON) -> None:
        self.workspace = workspace
        self.id = str(raw["id"])
        self.name = str(raw["name"])
        self.real_name = str(raw["real_name"])
        self._typed: dict[str, dict[str, dict[str, Any]]] = {}

    def __repr__(self) -> str:
        return f"<{self.real_name}>"

    @property
    def first_name(self) -> str:
        return self.real_name.partition(" ")[0]

    # What they see

    def messages(self, where: Place = "app", thread: Message | None = None) -> list[Message]:
        """What stands there now, oldest first: a conversation's roots and broadcasts, or a thread with its root."""
        channel, thread_ts = self._place(thread or where)
        page = self._get(f"conversations/{channel}/messages", limit=PAGE, thread_ts=thread_ts)
        return [Message(channel, raw) for raw in page["messages"]]

    def ephemerals(self, where: Place = "app") -> list[Message]:
        """What only this person sees there."""
        return [message for message in self.messages(where) if message.is_ephemeral]

    def everything(self) -> str:
        """All this person can read anywhere: every conversation with its threads, the open forms and the App Home."""
        read: list[str] = []
        for conversation in self._get("conversations")["conversations"]:
            roots = self.messages("app" if conversation["kind"] == "app" else str(conversation["id"]))
            threads = [root for root in roots if root.raw.get("reply_count")]
            for message in [*roots, *(reply for root in threads for reply in self.messages(root))]:
                read += [message.text, message.notification]
        return "\n".join([*read, *(view.text for view in self.views), self.home().text])

    def sees(self, text: str, where: Place = "app") -> Message:
        """Wait until a message there says `text`, in its blocks or its notification; the newest that does."""

        def look() -> Message | None:
            return next((message for message in reversed(self.messages(where)) if message.says(text)), None)

        return self.workspace.wait_for(look, lambda: f"{self.real_name} does not see {text!r}.\n{self.describe(where)}")

    def sees_not(self, text: str, where: Place = "app") -> None:
        """
        Nothing there says `text` now.

        It proves something only after the person has seen what comes later than the text would have.
        """
        found = [message.text for message in self.messages(where) if message.says(text)]
        assert not found, f"{self.real_name} sees {text!r}:\n{found[-1]}"

    def loses(self, text: str, where: Place = "app", *, besides: Message | None = None) -> None:
        """Wait until nothing there says `text` any more but `besides`."""

        def look() -> bool | None:
            saying = [message.ts for message in self.messages(where) if message.says(text)]
            return True if saying == ([besides.ts] if besides is not None else []) else None

        self.workspace.wait_for(look, lambda: f"{self.real_name} still sees {text!r}.\n{self.describe(where)}")

    def now(self, message: Message) -> Message:
        """The message as it stands by now. Raises AssertionError when it is gone."""
        found = self._find(message)
        assert found is not None, f"{self.real_name} sees this message no more:\n{message.text}"
        return found

    def sees_change(self, message: Message, text: str) -> Message:
        """Wait until this very message says `text`, having been edited."""

        def look() -> Message | None:
            found = self._find(message)
            return found if found is not None and found.says(text) else None

        return self.workspace.wait_for(
            look,
            lambda: f"{self.real_name} does not see the message turn to {text!r}. It says:\n{self.now(message).text}",
        )

    def sees_lost(self, message: Message, text: str) -> Message:
        """Wait until this very message says `text` no more, having been edited."""

        def look() -> Message | None:
            found = self._find(message)
            return found if found is not None and not found.says(text) else None

        return self.workspace.wait_for(
            look, lambda: f"{self.real_name} still sees {text!r}. The message says:\n{self.now(message).text}"
        )

    @property
    def views(self) -> list[View]:
        """The open modals, topmost last."""
        return [View(raw) for raw in self._get("views")["views"]]

    @property
    def view(self) -> View:
        """The topmost open modal; waited for, until it says more than that it will."""

        def look() -> View | None:
            top = next(reversed(self.views), None)
            return top if top is not None and ONE_MOMENT not in top.text.splitlines() else None

        return self.workspace.wait_for(look, lambda: f"{self.real_name} has no form open.\n{self.describe('app')}")

    def view_says(self, text: str) -> View:
        """Wait until the topmost open modal says `text`, drawn anew if need be."""

        def look() -> View | None:
            return self.view if text in self.view.text else None

        return self.workspace.wait_for(
            look, lambda: f"The form does not say {text!r} to {self.real_name}.\n{self.describe('app')}"
        )

    def view_loses(self, text: str) -> View:
        """Wait until the topmost open modal says `text` no more."""

        def look() -> View | None:
            return self.view if text not in self.view.text else None

        return self.workspace.wait_for(
            look, lambda: f"The form still says {text!r} to {self.real_name}.\n{self.describe('app')}"
        )

    def describe(self, where: Place) -> str:
        """What this person has before them, for a test's failure."""
        shown = "\n\n".join(message.text for message in self.messages(where)[-8:]) or "(no message)"
        forms = "".join(f"\n\n== open form\n{view.text}" for view in self.views)
        return f"== {self.real_name} in {where if isinstance(where, str) else 'the thread'}\n{shown}{forms}"

    # What they do

    def command(self, line: str, channel: str = "app") -> Message | None:
        """Type a slash command, such as `/ticket list`; what the app answers in its ack, if anything."""
        command, _, text = line.partition(" ")
        place, _ = self._place(channel)
        answer = self._act("commands", {"channel": place, "command": command, "text": text})
        return Message(place, answer["response"]) if answer.get("response") else None

    def writes(
        self,
        text: str,
        channel: str = "app",
        thread: Message | None = None,
        *,
        broadcast: bool = False,
        files: Mapping[str, bytes] | None = None,
    ) -> Message:
        """Write a message as typed: `@name` mentions a person or the app. `files` come with it, by name."""
        place, thread_ts = self._place(thread or channel)
        body: JSON = {"channel": place, "text": self._typed_text(text), "broadcast": broadcast}
        if files:
            body["files"] = [
                {"name": name, "mimetype": "application/octet-stream", "content_base64": b64encode(content).decode()}
                for name, content in files.items()
            ]
        ts = self._act("messages", body | ({"thread_ts": thread_ts} if thread_ts else {}))["ts"]
        return next(message for message in self.messages(thread or channel) if message.ts == ts)

    def writes_all(self, texts: Iterable[str], thread: Message) -> None:
        """Write many messages in a thread, one after the other, without a look at what stands there."""
        place, thread_ts = self._place(thread)
        for text in texts:
            self._act("messages", {"channel": place, "text": self._typed_text(text), "thread_ts": thread_ts})

    def edits(self, message: Message, text: str) -> None:
        body = {"channel": message.channel, "ts": message.ts, "text": self._typed_text(text)}
        self.workspace.sandbox.patch(f"{self._path}/messages", body)

    def deletes(self, message: Message) -> None:
        self.workspace.sandbox.delete(f"{self._path}/messages", {"channel": message.channel, "ts": message.ts})

    def reacts(self, message: Message, name: str, *, remove: bool = False) -> None:
        self._act("reactions", {"channel": message.channel, "ts": message.ts, "name": name, "remove": remove})

    def uses_shortcut(self, name: str, on: Message | None = None) -> None:
        """Choose a shortcut by the name that people see, from everywhere or from a message's menu."""
        kind = "message" if on else "global"
        known = self.workspace.sandbox.get("/control/workspace")["app"]["shortcuts"]
        callback_id = next((one["callback_id"] for one in known if (one["name"], one["type"]) == (name, kind)), None)
        assert callback_id, f"There is no {kind} shortcut {name!r}: {known}"
        self._act("shortcuts", {"callback_id": callback_id} | ({"channel": on.channel, "ts": on.ts} if on else {}))

    def home(self) -> View:
        """Open the App Home and wait for what the app shows there."""
        before = self._get("home")["view"]
        self._act("home", {"tab": "home"})

        def look() -> View | None:
            view = self._get("home")["view"]
            return View(view) if view and (before is None or view["hash"] != before["hash"]) else None

        return self.workspace.wait_for(look, lambda: f"The app has not shown {self.real_name} a home.")

    def home_says(self, text: str) -> View:
        """Wait until the App Home before this person says `text`, without their opening it anew."""

        def look() -> View | None:
            view = self._get("home")["view"]
            return View(view) if view and text in View(view).text else None

        return self.workspace.wait_for(look, lambda: f"{self.real_name}'s home does not say {text!r}.")

    def press(self, label: str, on: Message | View | None = None, *, row: str = "") -> None:
        """
        Press a button, or choose from an overflow menu, by its words: in the open form unless `on` says where, and in the
        row that says `row`.
        """

        def look() -> tuple[JSON, Control, str | None] | None:
            where = on or self.view
            blocks = [block for block in self._blocks(where) if row in read_block(block)]
            found = find_press(blocks, label)
            return (self._target(where), *found) if found else None

        def failure() -> str:
            return f"{self.real_name} sees no {label!r} to press in:\n{read({'blocks': self._blocks(on or self.view)})}"

        def press() -> None:
            target, control, value = self.workspace.wait_for(look, failure)
            self._click(target, control, value)

        _as_it_stands(press)

    def choose(self, label: str, option: str, on: Message | View | None = None) -> None:
        """Choose from the menu under `label`, by visible words; a menu of people takes a person's name."""

        def choose() -> None:
            where = on or self._view_with(label)
            control = self._field(where, label)
            self._click(self._target(where), control, self._value(where, control, option))

        _as_it_stands(choose)

    def fill(self, fields: dict[str, object] | None = None, /, **by_name: object) -> None:
        """
        Fill in the open form, field by field, as labelled: `fill(subject="...", invoice_number="7")`.

        Menus take the visible words of an option (or a list of them). A field that tells the app at once does so.
        """
        for label, given in [*(fields or {}).items(), *by_name.items()]:
            _as_it_stands(partial(self._fill, label, given))

    def _fill(self, label: str, given: object) -> None:
        view = self._view_with(label)
        control = self._field(view, label)
        value = given if control.is_text or given is None else self._value(view, control, given)
        if control.dispatches and not control.is_text:
            self._click(self._target(view), control, value)
        self._typed.setdefault(view.id, {}).setdefault(control.block_id, {})[control.action_id] = value

    def _view_with(self, label: str) -> View:
        """The topmost form, as soon as it has that field: a press before may still be opening it, or a choice drawing it."""
        return self.workspace.wait_for(
            lambda: view if find_field((view := self.view).raw["blocks"], label) else None,
            lambda: f"There is no field {label!r} in:\n{self.view.text}",
        )

    def submit(self) -> Submission:
        """Send the open form."""
        view = self.view
        answer = _as_it_stands(lambda: self._act(f"views/{view.id}/submit", {"state": self._state(view)}))
        labels = {control.block_id: control.labels[0] for control in controls(view.raw["blocks"]) if control.is_input}
        errors = {labels[block_id]: text for block_id, text in (answer.get("errors") or {}).items()}
        return Submission(answer["result"], errors, View(answer["view"]) if answer.get("view") else None)

    def close(self, *, all_forms: bool = False) -> None:
        """Close the open form, or all of them."""
        self._act(f"views/{self.view.id}/close", {"clear_all": all_forms})

    # How it is done

    @property
    def _path(self) -> str:
        return f"/control/people/{self.id}"

    def _get(self, path: str, **query: object) -> JSON:
        return self.workspace.sandbox.get(f"{self._path}/{path}", **query)

    def _act(self, path: str, body: JSON) -> JSON:
        answer = self.workspace.sandbox.post(f"{self._path}/{path}", body)
        if not answer["ok"]:
            raise Failed(str(answer["error"]), f"{answer.get('message')}\n{self.workspace.describe_app()}")
        return answer

    def _place(self, where: Place) -> tuple[str, str | None]:
        if isinstance(where, Message):
            return where.channel, where.thread_ts or where.ts
        return ("app" if where == "app" else self.workspace.channel(where)), None

    def _find(self, message: Message) -> Message | None:
        in_thread = message.thread_ts is not None and message.thread_ts != message.ts
        page = self._get(
            f"conversations/{message.channel}/messages", limit=PAGE, thread_ts=message.thread_ts if in_thread else None
        )
        return next((Message(message.channel, raw) for raw in page["messages"] if raw["ts"] == message.ts), None)

    def _blocks(self, where: Message | View) -> list[JSON]:
        if isinstance(where, Message):
            return self.now(where).raw.get("blocks") or []
        shown = [*self.views, *([View(home)] if (home := self._get("home")["view"]) else [])]
        current = next((view for view in shown if view.id == where.id), None)
        assert current is not None, f"{self.real_name} has this no longer open:\n{where.text}"
        blocks: list[JSON] = current.raw["blocks"]
        return blocks

    def _target(self, where: Message | View) -> JSON:
        if isinstance(where, Message):
            return {"channel": where.channel, "message_ts": where.ts}
        return {"view_id": where.id, "state": self._state(where)}

    def _state(self, view: View) -> dict[str, dict[str, Any]]:
        """What was typed so far, of the fields that are still there."""
        there = {(control.block_id, control.action_id) for control in controls(self._blocks(view))}
        return {
            block_id: kept
            for block_id, typed in self._typed.get(view.id, {}).items()
            if (kept := {action_id: value for action_id, value in typed.items() if (block_id, action_id) in there})
        }

    def _field(self, where: Message | View, label: str) -> Control:
        """The field there; waited for, as a choice before it may bring it."""
        return self.workspace.wait_for(
            lambda: find_field(self._blocks(where), label),
            lambda: f"There is no field {label!r} in:\n{read({'blocks': self._blocks(where)})}",
        )

    def _value(self, where: Message | View, control: Control, given: object) -> Any:
        if isinstance(given, list):
            return [self._value(where, control, one) for one in given]
        words = str(given)
        if "users_select" in control.kind:
            return self.workspace.person(words).id
        if "channels_select" in control.kind or "conversations_select" in control.kind:
            return self.workspace.channel(words)
        if "select" not in control.kind and control.kind not in {"radio_buttons", "checkboxes"}:
            return given
        offered = control.options
        if "external" in control.kind and words not in offered:
            # One looks at what is listed, and else types the name.
            offered = self._asked(where, control, "")
            offered |= (
                {} if words in offered else self._asked(where, control, words.partition(",")[0].removeprefix("To "))
            )
        assert words in offered, f"{words!r} is not among {list(offered)}"
        return offered[words]

    def _asked(self, where: Message | View, control: Control, query: str) -> dict[str, str]:
        place = {key: value for key, value in self._target(where).items() if key != "state"}
        ids = {"block_id": control.block_id, "action_id": control.action_id}
        answer = self._act("options", place | ids | {"query": query})
        asked = Control(
            {"options": answer["options"], "option_groups": answer["option_groups"]},
            "",
            (),
            is_input=False,
            dispatches=False,
        )
        return asked.options

    def _click(self, target: JSON, control: Control, value: Any) -> None:
        body = target | {"block_id": control.block_id, "action_id": control.action_id}
        self._act("actions", body if value is None else body | {"value": value})

    def _typed_text(self, text: str) -> str:
        def mention(match: re.Match[str]) -> str:
            user_id = self.workspace.mentionable.get(match[1].lower())
            return f"<@{user_id}>" if user_id else match[0]

        return re.sub(r"@([\w.-]*\w)", mention, html.escape(text, quote=False))
