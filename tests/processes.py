"""Programs that tests start: their output line by line, and an end that comes whatever happens to the tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_S = 60.0
"""How long a program may take to say that it is ready, in real seconds; the machine may be busy with others."""
STOP_S = 60.0

# The program is told to end when this shell's standard input ends, which it does even if the tests are killed. A session
# of its own keeps a Ctrl-C meant for the tests away from both. The first line is the program's own process id.
_KEEPER = r"""
sh -c 'echo "$$"; exec "$@"' sh "$@" 2>&1 &
exec >/dev/null 2>&1
read -r _
kill -TERM "$!"
wait "$!"
"""


class Process:
    """A running program."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start `command` in the project's directory with nothing in its environment but the path and `environment`."""
        self.command = command
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=ROOT,
            env=plain_environment() | dict(environment or {}),
            start_new_session=True,
        )
        assert self._keeper.stdout is not None
        self.pid = int(self._keeper.stdout.readline())
        self._reader = threading.Thread(target=self._read, name=f"output of {command[0]}", daemon=True)
        self._reader.start()

    def line(self, pattern: str, timeout: float = START_S) -> re.Match[str]:
        """Wait for a line in which `pattern` is found. Raises AssertionError, with all output, when it does not come."""
        with self._news:
            self._news.wait_for(lambda: self._ended or self._found(pattern), timeout)
            found = self._found(pattern)
        if found is None:
            what = "ended without saying" if self._ended else f"did not say within {timeout:.0f} s"
            raise AssertionError(f"{' '.join(self.command)} {what} {pattern!r}:\n{self.tail()}")
        return found

    def tail(self, count: int = 40) -> str:
        """The last lines it has written."""
        return "\n".join(self.lines[-count:])

    def wait(self, timeout: float = STOP_S) -> None:
        """Wait until it has ended by itself. Raises AssertionError, with all output, when it goes on."""
        with self._news:
            if not self._news.wait_for(lambda: self._ended, timeout):
                raise AssertionError(f"{' '.join(self.command)} still runs after {timeout:.0f} s:\n{self.tail()}")

    def kill(self) -> None:
        """End it as a power cut would, without a word."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()
        self.stop()

    def stop(self) -> int:
        """
        Ask it to end (SIGTERM) and give its exit code.

        Raises AssertionError when it goes on, after having killed it.
        """
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            return self._keeper.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            self._keeper.wait()
            raise AssertionError(
                f"{' '.join(self.command)} did not stop within {STOP_S:.0f} s:\n{self.tail()}"
            ) from None
        finally:
            self._reader.join()

    def _found(self, pattern: str) -> re.Match[str] | None:
        return next((match for match in (re.search(pattern, line) for line in self.lines) if match), None)

    def _read(self) -> None:
        output = self._keeper.stdout
        assert output is not None
        with output:
            for line in output:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def plain_environment() -> dict[str, str]:
    """What a program needs from the machine, and none of the settings of whoever runs the tests."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUNBUFFERED": "1"}
