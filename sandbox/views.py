"""Modals and App Homes: stacks, hashes, state (https://docs.slack.dev/surfaces/modals)."""

from typing import Any

from sandbox.blockkit.ids import with_ids
from sandbox.blockkit.inputs import first_state
from sandbox.blockkit.views import too_large, view_problems
from sandbox.errors import SlackError
from sandbox.images import image_problems
from sandbox.model import JSON, View
from sandbox.present import view_json
from sandbox.workspace import Workspace

STACK_MAX = 3
"""Views on top of each other in one modal."""


class Views:
    """The open views of everybody."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def stack(self, user: str) -> list[View]:
        """A person's open modals, topmost last."""
        return [self._workspace.views[one] for one in self._workspace.stacks.get(user, ())]

    def stack_json(self, user: str) -> list[JSON]:
        """The same in Slack's JSON."""
        return [view_json(self._workspace, one) for one in self.stack(user)]

    def open(self, user: str, raw: Any) -> View:
        """Open a modal in place of whatever is open. Raises SlackError."""
        body = self._checked(raw, "modal")
        self._drop(self._workspace.stacks.pop(user, []))
        return self._put_on_top(user, body)

    def push(self, user: str, raw: Any) -> View:
        """Put a modal on the open one, up to three. Raises SlackError."""
        body = self._checked(raw, "modal")
        if len(self._workspace.stacks.get(user, [])) >= STACK_MAX:
            raise SlackError("push_limit_reached")
        return self._put_on_top(user, body)

    def update(self, view: View, raw: Any, given_hash: str | None) -> View:
        """Show something else in a view; inputs under the same ids keep what was typed. Raises SlackError."""
        if given_hash is not None and given_hash != view.hash:
            raise SlackError("hash_conflict")
        body = self._checked(raw, view.type, replacing=view)
        view.body = body
        view.hash = self._new_hash()
        view.state = first_state(body["blocks"], view.state)
        self._tell(view)
        return view

    def publish(self, user: str, raw: Any, given_hash: str | None) -> View:
        """Show an App Home. Raises SlackError."""
        view = self._workspace.homes.get(user)
        if view is not None:
            return self.update(view, raw, given_hash)
        if given_hash is not None:
            raise SlackError("hash_conflict")
        body = self._checked(raw, "home")
        view_id = self._workspace.ids.new("V")
        view = View(view_id, user, body, self._new_hash(), view_id, state=first_state(body["blocks"]))
        self._workspace.homes[user] = view
        self._workspace.views[view_id] = view
        self._tell(view)
        return view

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """An open view by either id. Raises SlackError `not_found`."""
        view = self._workspace.views.get(view_id or "")
        if view is None and external_id:
            view = next(
                (one for one in self._workspace.views.values() if one.body.get("external_id") == external_id), None
            )
        if view is None:
            raise SlackError("not_found")
        return view

    def close(self, view: View) -> None:
        """Take a modal and everything on top of it away."""
        stack = self._workspace.stacks.get(view.user, [])
        index = stack.index(view.id)
        self._drop(stack[index:])
        del stack[index:]
        self.tell_stack(view.user)

    def clear(self, user: str) -> list[View]:
        """Take all of a person's modals away; the answer are those."""
        closed = self.stack(user)
        self._drop(self._workspace.stacks.pop(user, []))
        self.tell_stack(user)
        return closed

    def tell_stack(self, user: str) -> None:
        """Tell a person's client what is open."""
        changes = self._workspace.changes
        changes.tell("view", only=(user,), user=user, views=self.stack_json(user))

    def _put_on_top(self, user: str, body: JSON) -> View:
        stack = self._workspace.stacks.setdefault(user, [])
        view_id = self._workspace.ids.new("V")
        view = View(
            view_id, user, body, self._new_hash(), stack[0] if stack else view_id, stack[-1] if stack else None,
            first_state(body["blocks"]),
        )  # fmt: skip
        stack.append(view_id)
        self._workspace.views[view_id] = view
        self.tell_stack(user)
        return view

    def _checked(self, raw: Any, kind: str, replacing: View | None = None) -> JSON:
        problems = view_problems(raw, kind=kind)
        problems = problems or image_problems(self._workspace, raw["blocks"], "view/blocks")
        if problems:
            raise SlackError("invalid_arguments", response_metadata={"messages": problems})
        if too_large(raw):
            raise SlackError("view_too_large")
        external_id = raw.get("external_id")
        if external_id and any(
            one.body.get("external_id") == external_id and one is not replacing
            for one in self._workspace.views.values()
        ):
            raise SlackError("duplicate_external_id")
        return {**raw, "blocks": with_ids(raw["blocks"], self._workspace.ids)}

    def _drop(self, view_ids: list[str]) -> None:
        for view_id in view_ids:
            self._workspace.views.pop(view_id, None)

    def _new_hash(self) -> str:
        return f"{int(self._workspace.clock.now())}.{self._workspace.ids.secret(8)}"

    def _tell(self, view: View) -> None:
        if view.type == "home":
            self._workspace.changes.tell("home", only=(view.user,), user=view.user)
        else:
            self.tell_stack(view.user)
