"""The workspace as its people use it, over the sandbox's control API (sandbox/control-api.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen


class WorkspaceError(Exception):
    """The workspace refused what somebody in it would do."""


class Workspace:
    """One workspace at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock_url = f"{url}/control/clock"

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            self.get("/clock")
        except WorkspaceError:
            return False
        return True

    def credentials(self) -> dict[str, str]:
        """What the app is given: address and tokens."""
        return {key: str(value) for key, value in self.get("/credentials").items()}

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        request = Request(  # noqa: S310 - always http, on this machine
            f"{self.url}/control{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                said: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            raise WorkspaceError(f"{method} {path}: {error.read().decode(errors='replace')[:200]}") from None
        except (URLError, OSError) as error:
            raise WorkspaceError(f"The workspace at {self.url} does not answer: {error}") from None
        if said.get("ok") is False:
            raise WorkspaceError(f"{method} {path}: {said.get('message') or said.get('error')}")
        return said


class Member:
    """One person of the workspace, at their screen."""

    def __init__(self, workspace: Workspace, user: str) -> None:
        self._workspace = workspace
        self._user = user

    def command(self, text: str, channel: str) -> None:
        command, _, rest = text.partition(" ")
        self._post("/commands", {"channel": channel, "command": command, "text": rest})

    def modal(self) -> dict[str, Any] | None:
        """The modal on top, if any is open."""
        views: list[dict[str, Any]] = self._workspace.get(f"/people/{self._user}/views")["views"]
        return views[-1] if views else None

    def home(self) -> dict[str, Any] | None:
        """App Home as it was last drawn for them."""
        view: dict[str, Any] | None = self._workspace.get(f"/people/{self._user}/home")["view"]
        return view

    def look_at_home(self) -> None:
        self._post("/home", {"tab": "home"})

    def act(self, view: Mapping[str, Any], block_id: str, action_id: str, value: str | None = None) -> None:
        body = {"view_id": view["id"], "block_id": block_id, "action_id": action_id}
        self._post("/actions", body if value is None else body | {"value": value})

    def submit(self, view: Mapping[str, Any], state: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        return self._post(f"/views/{view['id']}/submit", {"state": state})

    def close(self, view: Mapping[str, Any]) -> None:
        self._post(f"/views/{view['id']}/close", {"clear_all": True})

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._workspace.post(f"/people/{self._user}{path}", body)


def buttons(view: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every button of a view: block id, action id and value."""
    for block in view["blocks"]:
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if "action_id" in element:
                yield block["block_id"], element["action_id"], str(element.get("value") or "")
