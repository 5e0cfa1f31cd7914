"""Lets a process end when the one that started it is gone, even when that one was killed.

The parent keeps the writing end of the child's standard input open. When the parent ends in any way, the
operating system closes it, and the child reads the end of the file.
"""

from __future__ import annotations

import os
import signal
import threading
import time

# Set by the parent when standard input is such a line.
VARIABLE = "HARNESS_LIFELINE"
_GRACE_SECONDS = 3


def end_with_parent() -> None:
    """Watch standard input, when the parent asked for it."""
    if os.environ.get(VARIABLE) == "1":
        threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    # Not through sys.stdin, whose lock would be held while the interpreter shuts down.
    while os.read(0, 1024):
        pass
    # The parent made this process the leader of a group of its own: function processes are in it.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.killpg(os.getpgid(0), signal.SIGKILL)
