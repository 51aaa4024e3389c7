"""Being told to stop is heard at whatever moment it comes."""

from __future__ import annotations

import sys

from tests.processes import Process

ROUNDS = """
import os, signal, threading
from bot import stopping

with stopping.held_back():
    os.kill(os.getpid(), signal.SIGINT)
    stopping.wait()
    print("told before it waits")
    for _ in range(200):
        teller = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGTERM))
        teller.start()
        stopping.wait()
        teller.join()
    print("told as it begins to wait")
    assert not stopping.is_told_within(0)
    os.kill(os.getpid(), signal.SIGTERM)
    assert stopping.is_told_within(3600)
    assert not stopping.is_told_within(0)
print("told while it waits for something else")
assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])
"""


def test_a_signal_is_heard_whenever_it_comes() -> None:
    process = Process([sys.executable, "-c", ROUNDS])
    process.wait()
    assert process.stop() == 0
    assert process.lines == [
        "told before it waits",
        "told as it begins to wait",
        "told while it waits for something else",
    ]
