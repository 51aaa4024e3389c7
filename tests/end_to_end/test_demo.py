"""`make demo`: the workspace, the bot and a story that is told through the same buttons that people press."""

from __future__ import annotations

import os
import socket
import sys

from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.workspace import Workspace
from tests.processes import Process


def free_port() -> int:
    """One of those that a machine gives to nobody by itself, so that no other test's connection takes it meanwhile."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("There is no free port.")


def test_the_demo_opens_with_its_story_told() -> None:
    port = free_port()
    demo = Process([sys.executable, "-m", "demo"], {"PORT": str(port)})
    try:
        demo.line("The helpdesk is open")
        workspace = Workspace(Sandbox(f"http://127.0.0.1:{port}"))
        mara = workspace.person("mara")
        mara.sees("The second one was a mistake of ours")
        listed = mara.command("/ticket list")
        assert listed is not None
        assert "Cannot open the invoice" in listed.text
        workspace.person("lena").sees("Nobody can log in", where="triage")
    finally:
        demo.stop()
