"""`make demo`: the workspace, the bot and a story that is told through the same buttons that people press."""

from __future__ import annotations

import socket
import sys

from tests.end_to_end.sandbox import Sandbox
from tests.end_to_end.workspace import Workspace
from tests.processes import Process


def test_the_demo_opens_with_its_story_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
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
