"""The door of the Web API: reads a request, asks for token, scope and rate, runs the method, answers."""

import asyncio
import json
import re
import time
from typing import Any

from aiohttp import web

from sandbox.api import auth, chat, conversations, files, people, reactions, views
from sandbox.api.call import Call, Method, require
from sandbox.api.chat import ratelimited
from sandbox.errors import SlackError
from sandbox.faults import ApiFault
from sandbox.house import House
from sandbox.model import JSON

BODY_MAX = 5_000_000
METHODS: dict[str, Method] = {
    method.name: method
    for family in (auth, chat, conversations, files, people, reactions, views)
    for method in family.METHODS
}
_UNKNOWN = "unknown_method"
CHARSETS = {"utf-8", "utf8", "iso-8859-1"}
_ARGUMENT_NAME = re.compile(r"[A-Za-z0-9_]{1,255}")


async def arguments_of(request: web.Request) -> JSON:
    """
    The arguments of a call: query, form or JSON body (https://docs.slack.dev/apis/web-api#basics).

    An empty JSON body is no arguments. Raises SlackError for a body that cannot be read and for names that no argument has;
    a name that a method merely does not know is passed over, as Slack does.
    """
    if (request.charset or "utf-8").lower() not in CHARSETS:
        raise SlackError("invalid_charset")
    arguments = await _raw_arguments(request)
    for name in arguments:
        if name.endswith("]") and "[" in name:
            raise SlackError("invalid_array_arg")
        if not _ARGUMENT_NAME.fullmatch(name):
            raise SlackError("invalid_arg_name")
    return arguments


async def _raw_arguments(request: web.Request) -> JSON:
    arguments: JSON = dict(request.query)
    if request.method == "GET":
        return arguments
    kind = request.content_type
    if kind == "application/json":
        raw = await request.read()
        if not raw.strip():
            return arguments
        try:
            body = json.loads(raw)
        except (ValueError, UnicodeDecodeError) as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return arguments | body
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = await request.post()
        return arguments | {key: value for key, value in form.items() if isinstance(value, str)}
    if not await request.read():
        return arguments
    raise SlackError("invalid_post_type" if "Content-Type" in request.headers else "missing_post_type")


def _authorize(house: House, method: Method, request: web.Request, arguments: JSON) -> None:
    if method.caller == "none":
        return
    header = request.headers.get("Authorization", "")
    token = (
        header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else str(arguments.get("token") or "")
    )
    if not token:
        raise SlackError("not_authed")
    workspace = house.workspace
    kind = {workspace.bot_token: "bot", workspace.app_token: "app"}.get(token)
    if kind is None:
        raise SlackError("invalid_auth")
    if method.caller not in {kind, "any"}:
        raise SlackError("not_allowed_token_type")
    if kind == "bot":
        require(house, method.scopes)


def _within_rate(house: House, method: Method) -> None:
    if house.faults.rate_limits:
        wait = house.limits.wait_for_method(method.name, method.tier)
        if wait:
            raise ratelimited(wait)


class WebApi:
    """Serves `/api/METHOD`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call, logged."""
        start = time.perf_counter()
        name = request.match_info["method"]
        arguments: JSON = {}
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._house.workspace.manifest.scopes))}
        status = 200
        fault = self._house.faults.strike(name)
        try:
            arguments = await arguments_of(request)
            if fault is not None:
                await self._suffer(fault)
            answer = {"ok": True, **self._run(name, arguments, request)}
        except SlackError as error:
            answer = {"ok": False, "error": error.code, **error.fields}
            status = error.status
            headers |= error.headers
        ms = (time.perf_counter() - start) * 1000
        if fault is not None and fault.lose_answer:
            self._house.log.add("in", name, arguments, answer, status="answer lost", ms=ms)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        self._house.log.add("in", name, arguments, answer, status=status, ms=ms)
        if status >= 500:
            return web.Response(status=status, text="")
        return web.json_response(answer, status=status, headers=headers)

    def _run(self, name: str, arguments: JSON, request: web.Request) -> JSON:
        method = METHODS.get(name)
        if method is None:
            raise SlackError(_UNKNOWN, req_method=name)
        _authorize(self._house, method, request, arguments)
        _within_rate(self._house, method)
        return method.handler(Call(self._house, name, arguments))

    async def _suffer(self, fault: ApiFault) -> None:
        if fault.latency_ms:
            await asyncio.sleep(fault.latency_ms / 1000)
        if fault.error is None:
            return
        if fault.error == "ratelimited":
            raise ratelimited(fault.retry_after)
        if fault.error.startswith("http_"):
            raise SlackError(fault.error, status=int(fault.error.removeprefix("http_")))
        raise SlackError(fault.error)


class Files:
    """Serves the upload address and the private urls of files."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The second step of the external upload: the bytes, raw or as a form."""
        file = self._house.workspace.files.get(request.match_info["file"])
        if file is None or file.uploaded:
            return web.Response(status=404, text="file_not_found")
        if request.content_type == "multipart/form-data":
            form = await request.post()
            part: Any = next((one for one in form.values() if isinstance(one, web.FileField)), None)
            content = part.file.read() if part is not None else b""
        else:
            content = await request.read()
        if len(content) != file.size:
            return web.Response(status=400, text=f"expected {file.size} bytes, got {len(content)}")
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A private url: with the bot token and `files:read`; without one, Slack shows its login page."""
        workspace = self._house.workspace
        file = workspace.files.get(request.match_info["key"].rpartition("-")[2])
        if (
            request.headers.get("Authorization") != f"Bearer {workspace.bot_token}"
            or "files:read" not in workspace.manifest.scopes
        ):
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        if file is None or not file.completed:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype)
