"""Processes that the harness starts: ready within a time limit, and ended exactly."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from . import lifeline

_TAIL_LINES = 40
# Nothing that the processes would save is wanted.
_TERMINATE_SECONDS = 0.5


class NotReady(Exception):
    """A process ended or did not answer in time; the message holds the end of its log."""


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ManagedProcess:
    """A process in a group of its own, with its log in a file."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        stays: bool = False,
    ) -> None:
        self.name, self.log, self._stays = name, log, stays
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                env=environment if stays else {**environment, lifeline.VARIABLE: "1"},
                stdin=subprocess.DEVNULL if stays else subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process, which is also the leader of its group."""
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Block until `ready`; NotReady when the process ends or the time has passed."""
        end = time.monotonic() + seconds
        while not ready():
            if (code := self._process.poll()) is not None:
                raise NotReady(f"{self.name} ended with code {code}\n{self.tail()}")
            if time.monotonic() > end:
                raise NotReady(f"{self.name} is not ready after {seconds:.0f} s\n{self.tail()}")
            time.sleep(0.1)

    def tail(self) -> str:
        """The end of the log."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([f"--- end of {self.log}", *lines, "---"])

    def stop(self) -> None:
        """End the process and everything that it started."""
        for sign, seconds in ((signal.SIGTERM, _TERMINATE_SECONDS), (signal.SIGKILL, 10.0)):
            try:
                os.killpg(self.pid, sign)
            except (ProcessLookupError, PermissionError):
                # PermissionError is macOS's answer for a group that holds only a zombie.
                break
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self._kill_group()
        if self._process.stdin:
            self._process.stdin.close()

    def _kill_group(self) -> None:
        """The leader is gone; what it started may still be there."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
