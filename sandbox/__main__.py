"""`python -m sandbox`: a Slack workspace on localhost."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from datetime import datetime
from pathlib import Path

from sandbox import config, manifest
from sandbox.server import ServerConfig, credentials, running


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Slack workspace on localhost.")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest (YAML or JSON)")
    parser.add_argument("--workspace", type=Path, help="people and channels (TOML); a small workspace if left out")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8900, help="0 takes any free port")
    parser.add_argument("--http-url", default="", help="deliver by signed HTTP to this address, not over Socket Mode")
    parser.add_argument("--rate", type=float, help="how fast the workspace's clock runs; 60 plays an hour a minute")
    parser.add_argument(
        "--begins", type=_instant, help="the workspace's time at the start and after each reset, as 2027-01-12T09:00Z"
    )
    parser.add_argument("--no-rate-limits", action="store_true", help="never answer 429")
    parser.add_argument("--ready-file", type=Path, help="write what a bot needs there, as JSON, once it serves")
    return parser.parse_args()


def _instant(text: str) -> float:
    """Unix seconds. Raises ArgumentTypeError with a sentence; a time without a zone could be anybody's."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2027-01-12T09:00Z") from error
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no zone: write 2027-01-12T09:00Z")
    return instant.timestamp()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _serve(settings: ServerConfig, ready_file: Path | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with running(settings) as house:
        known = credentials(house)
        _say(f"Sandbox workspace {house.config.team_name!r} is open.")
        for label, key in (("Browser", "browser_url"), ("SLACK_API_URL", "api_url"), ("SLACK_BOT_TOKEN", "bot_token"),
                           ("SLACK_APP_TOKEN", "app_token"), ("SLACK_SIGNING_SECRET", "signing_secret")):  # fmt: skip
            _say(f"  {label}={known[key]}" if label.isupper() else f"  {label}: {known[key]}")
        if ready_file is not None:
            whole = ready_file.with_name(ready_file.name + ".part")
            whole.write_text(json.dumps(known), encoding="utf-8")
            whole.replace(ready_file)
        await stopping.wait()


def main() -> int:
    """Run until told to stop; 1 with one sentence when it cannot start."""
    given = _arguments()
    try:
        settings = ServerConfig(
            manifest=manifest.load(given.manifest),
            workspace=config.load(given.workspace) if given.workspace else config.WorkspaceConfig(),
            host=given.host,
            port=given.port,
            http_url=given.http_url,
            rate=given.rate,
            rate_limits=not given.no_rate_limits,
            begins=given.begins,
        )
    except (manifest.ManifestError, config.ConfigError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(settings, given.ready_file))
    except OSError as error:
        sys.stderr.write(f"sandbox: port {given.port} on {given.host} cannot be used: {error.strerror or error}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
