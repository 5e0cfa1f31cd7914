"""The harness leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from harness import paths
from harness.backend import Backend
from harness.emulator import Emulator
from harness.processes import NotReady
from harness.subscribers import wait_for

# Where the tests run in the background, a shell has SIGINT ignored, and Python leaves it so.
STARTER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from harness.emulator import Emulator
with Emulator() as emulator:
    print(*emulator.pids, flush=True)
    sys.stdin.read()
"""


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_the_emulators_end_with_the_harness(how: signal.Signals) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")
    }
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER],
        cwd=paths.TESTS,
        env=environment | {"PYTHONPATH": str(paths.TESTS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert starter.stdin and starter.stdout
        pids = [int(pid) for pid in starter.stdout.readline().split()]
        assert len(pids) == 2
        assert all(alive(pid) for pid in pids)
        starter.send_signal(how)
        starter.wait(20)
        wait_for("the end of both", lambda: not any(alive(pid) for pid in pids), seconds=20)
    finally:
        starter.kill()
        starter.wait()
        for stream in (starter.stdin, starter.stdout):
            stream.close()


def test_an_aws_that_is_given_must_keep_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    """LocalStack as it comes does not."""
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    with Emulator(forwarded=False) as plain:
        monkeypatch.setenv("AWS_ENDPOINT_URL", plain.backend.endpoint)
        with pytest.raises(NotReady, match="loses a certificate's tags"):
            Emulator().__enter__()
        assert plain.backend.client("acm").list_certificates()["CertificateSummaryList"] == []


def test_an_aws_that_keeps_them_is_used(
    own_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", own_backend.endpoint)
    with Emulator() as given:
        assert given.backend.endpoint == own_backend.endpoint
        assert not given.backend.own
        assert given.pids == []
