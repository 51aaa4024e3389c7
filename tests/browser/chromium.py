"""A Chromium to test with: the machine's, else by apt when root, else by Playwright's own installer."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--no-first-run",
    "--no-pings",
)
INSTALL_TIMEOUT_S = 900


class ChromiumUnavailable(RuntimeError):
    """No Chromium is here and none could be installed."""

    def __init__(self) -> None:
        super().__init__(
            "The browser tests need Chromium: install the package 'chromium' (apt install chromium), "
            "or run '.venv/bin/python -m playwright install chromium'."
        )


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _ran(command: list[str]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=quiet, capture_output=True, check=False, timeout=INSTALL_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _install() -> str | None:
    """Install one, the workers of a parallel run one after the other: the second finds what the first installed."""
    with (Path(tempfile.gettempdir()) / "helpdesk-tests-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _on_path() or _by_apt()
        if found is None and not _ran([sys.executable, "-m", "playwright", "install", "chromium"]):
            raise ChromiumUnavailable
        return found


def _by_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    if not _ran(["apt-get", "install", "-y", "-q", "chromium"]):
        _ran(["apt-get", "update", "-q"])
        _ran(["apt-get", "install", "-y", "-q", "chromium"])
    return _on_path()


@cache
def executable() -> str | None:
    """
    The path of a Chromium, or None for the one that Playwright has installed for itself.

    Raises ChromiumUnavailable when none can be had.
    """
    return _on_path() or _install()


def launch_args() -> dict[str, Any]:
    """What to launch it with: nothing goes out to the network, and root gets no sandbox of the browser's own."""
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    path = executable()
    return {"args": [*QUIET, *as_root], **({"executable_path": path} if path else {})}
