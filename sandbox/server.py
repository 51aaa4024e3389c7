"""The HTTP server: Slack's doors, the control door, the browser client."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import responses
from sandbox.api.door import BODY_MAX, Files, WebApi
from sandbox.api.files import FILE_MAX_BYTES
from sandbox.config import WorkspaceConfig
from sandbox.control import acts, asking, clicks, roster, sight
from sandbox.control import workspace as outside
from sandbox.errors import ControlError, SlackError
from sandbox.house import House
from sandbox.manifest import Manifest
from sandbox.model import JSON

CLIENT = Path(__file__).parent / "client"
STOPPING_S = 0.1
"""How long the end waits for answers that are being written; questions that were kept open for news get none."""
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
          ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png", ".ico": "image/x-icon",
          ".webp": "image/webp", ".woff2": "font/woff2", ".txt": "text/plain", ".md": "text/plain"}  # fmt: skip

HOUSE: web.AppKey[House] = web.AppKey("house", House)


@dataclass(frozen=True)
class ServerConfig:
    """
    How a sandbox is started. `port` 0 takes any free one; `rate` None takes the workspace file's; `begins` (unix seconds) None
    lets the workspace's clock begin now.
    """

    manifest: Manifest
    workspace: WorkspaceConfig = field(default_factory=WorkspaceConfig)
    host: str = "127.0.0.1"
    port: int = 0
    http_url: str = ""
    rate: float | None = None
    rate_limits: bool = True
    begins: float | None = None


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other hosts' names, so that no page elsewhere reaches in, and answer the control door's errors."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    if host not in LOOPBACK:
        return web.json_response(
            {"error": "wrong_host", "message": "This sandbox answers on this machine only."}, status=403
        )
    if request.path.startswith("/control"):
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return web.json_response(
                {"error": "wrong_origin", "message": "Another page cannot steer this sandbox."}, status=403
            )
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": error.code, "message": error.message}, status=error.status)


def _plain(house: House, act: Callable[[House, web.Request], Awaitable[Any]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        answer = await act(house, request)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return handle


def _personal(house: House, act: Callable[..., Awaitable[Any]], *, acting: bool) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        who = asking.person(house, request)
        answer = await act(house, asking.active(who) if acting else who, request)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return handle


def control_routes(house: House) -> list[web.RouteDef]:
    """The control door, as control-api.md lists it."""
    person = "/control/people/{user}"
    plain: list[tuple[str, str, Callable[[House, web.Request], Awaitable[Any]]]] = [
        ("GET", "/control/workspace", outside.workspace),
        ("GET", "/control/credentials", outside.credentials),
        ("PUT", "/control/app", outside.set_delivery),
        ("POST", "/control/reset", outside.reset),
        ("POST", "/control/channels", outside.new_channel),
        ("POST", "/control/channels/{channel}/members", outside.set_member),
        ("PATCH", person, outside.change_person),
        ("POST", "/control/people", roster.new_person),
        ("PATCH", "/control/channels/{channel}", roster.change_channel),
        ("POST", "/control/channels/{channel}/past", roster.put_past),
        ("PATCH", "/control/usergroups/{group}", roster.change_group),
        ("GET", "/control/changes", outside.changes),
        ("GET", "/control/live", outside.live),
        ("GET", "/control/clock", outside.get_clock),
        ("PUT", "/control/clock", outside.put_clock),
        ("GET", "/control/faults", outside.get_faults),
        ("PUT", "/control/faults", outside.put_faults),
        ("POST", "/control/disconnect", outside.disconnect),
        ("GET", "/control/log", outside.log),
        ("GET", "/control/emoji", outside.emoji),
    ]
    doing: list[tuple[str, str, Callable[..., Awaitable[Any]]]] = [
        ("POST", "/commands", acts.command),
        ("POST", "/messages", acts.write),
        ("PATCH", "/messages", acts.edit),
        ("DELETE", "/messages", acts.remove),
        ("POST", "/reactions", acts.react),
        ("POST", "/shortcuts", acts.shortcut),
        ("POST", "/home", acts.home),
        ("POST", "/read", acts.read),
        ("POST", "/actions", clicks.act),
        ("POST", "/options", clicks.options),
        ("POST", "/views/{view}/submit", clicks.submit),
        ("POST", "/views/{view}/close", clicks.close),
    ]
    seeing: list[tuple[str, str, Callable[..., Awaitable[Any]]]] = [
        ("GET", "/conversations", sight.conversations),
        ("GET", "/conversations/{channel}/messages", sight.messages),
        ("GET", "/views", sight.views),
        ("GET", "/home", sight.home),
        ("GET", "/search", sight.search),
        ("GET", "/files/{file}", sight.file),
    ]
    return [
        *(web.route(verb, path, _plain(house, act)) for verb, path, act in plain),
        *(web.route(verb, person + path, _personal(house, act, acting=True)) for verb, path, act in doing),
        *(web.route(verb, person + path, _personal(house, act, acting=False)) for verb, path, act in seeing),
    ]


async def _response_url(request: web.Request) -> web.StreamResponse:
    """A response url (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)."""
    house = request.app[HOUSE]
    raw: Any = None
    try:
        url = house.triggers.use_response_url(request.match_info["key"])
        raw = json.loads(await request.read() or b"{}")
        responses.answer(house, url, raw)
        text, status = "ok", 200
    except ValueError:
        text, status = "invalid_payload", 400
    except SlackError as error:
        text, status = error.code, error.status
        if status == 200:
            status = 400
        if error.fields:
            text = json.dumps({"ok": False, "error": error.code, **error.fields})
    house.log.add("in", "response_url", raw, text, status=status, ms=0.0)
    return web.Response(text=text, status=status)


async def _client(request: web.Request) -> web.StreamResponse:
    """The browser client's files. They are checked again at each load, so an edit shows at once."""
    wanted = (CLIENT / (request.match_info.get("path") or "index.html")).resolve()
    if not wanted.is_relative_to(CLIENT.resolve()) or not wanted.is_file() or wanted.suffix not in _TYPES:
        return web.Response(status=404, text="There is nothing here.")
    known = wanted.stat()
    tag = f'"{known.st_mtime_ns:x}-{known.st_size:x}"'
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
               "Referrer-Policy": "no-referrer", "Content-Type": _content_type(wanted), "ETag": tag}  # fmt: skip
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=wanted.read_bytes(), headers=headers)


def _content_type(path: Path) -> str:
    kind = _TYPES[path.suffix]
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def make_app(house: House) -> web.Application:
    """The whole server."""
    api, files = WebApi(house), Files(house)
    app = web.Application(middlewares=[_guard], client_max_size=max(BODY_MAX, FILE_MAX_BYTES * 2))
    app[HOUSE] = house
    app.add_routes(
        [
            web.route("*", "/api/{method:[A-Za-z.]+}", api.handle),
            web.get("/socket", house.socket.handle),
            web.post("/hooks/{kind}/{team}/{number}/{key}", _response_url),
            web.post("/upload/v1/{file}", files.upload),
            web.get("/files-pri/{key}/{name}", files.download),
            *control_routes(house),
            web.get("/", _client),
            web.get("/{path:.+}", _client),
        ]
    )

    async def close(_: web.Application) -> None:
        await house.courier.close()

    app.on_shutdown.append(close)
    return app


@contextlib.asynccontextmanager
async def running(config: ServerConfig) -> AsyncIterator[House]:
    """A sandbox that serves while inside. Raises OSError when the port is taken."""
    house = House(
        config.workspace,
        config.manifest,
        rate=config.rate,
        http_url=config.http_url,
        rate_limits=config.rate_limits,
        begins=config.begins,
    )
    runner = web.AppRunner(make_app(house), access_log=None, shutdown_timeout=STOPPING_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.host, config.port)
        await site.start()
        port = runner.addresses[0][1]
        house.base_url = f"http://{config.host}:{port}"
        yield house
    finally:
        await runner.cleanup()


def credentials(house: House) -> JSON:
    """What a bot and a person need, as printed at the start and written to the ready file."""
    state = house.workspace
    return {
        "api_url": f"{house.base_url}/api/", "bot_token": state.bot_token, "app_token": state.app_token,
        "signing_secret": state.signing_secret, "browser_url": f"{house.base_url}/",
    }  # fmt: skip


@dataclass
class Running:
    """A sandbox in a thread of this process."""

    url: str
    credentials: JSON
    _loop: asyncio.AbstractEventLoop
    _stopping: asyncio.Event
    _thread: threading.Thread

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()


def start(config: ServerConfig) -> Running:
    """Run a sandbox in a thread of its own. Raises OSError when the port is taken."""
    ready: list[Running] = []
    failed: list[BaseException] = []
    told = threading.Event()

    async def serve() -> None:
        stopping = asyncio.Event()
        async with running(config) as house:
            loop = asyncio.get_running_loop()
            ready.append(Running(house.base_url, credentials(house), loop, stopping, thread))
            told.set()
            await stopping.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except OSError as error:
            failed.append(error)
        finally:
            told.set()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    told.wait()
    if failed:
        raise failed[0]
    return ready[0]
