"""The AWS that the Rust tests run on, held against LocalStack: the same exchanges with both.

Where they differ, the table in shared/simulated-aws/exchanges/exchanges.py says why; a difference that
is not in it, or that is gone, fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import paths
from harness.emulator import Emulator
from harness.processes import ManagedProcess, free_port

_CRATE = paths.PROJECT / "shared" / "simulated-aws"
_SECONDS = 30


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[str]:
    """The endpoint of simulated-aws."""
    build = ["cargo", "build", "--locked", "--package", "simulated-aws", "--features", "server"]
    subprocess.run(build, cwd=paths.PROJECT, check=True)
    port = free_port()
    process = ManagedProcess(
        "simulated-aws",
        [str(paths.TARGET / "debug" / "simulated-aws"), "--port", str(port)],
        dict(os.environ),
        tmp_path / "simulated-aws.log",
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        process.wait_until(lambda: _answers(endpoint), _SECONDS)
        yield endpoint
    finally:
        process.stop()


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_simulated/clock", timeout=1):
            return True
    except OSError:
        return False


def test_the_differences_with_localstack_are_the_known_ones(
    simulated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LocalStack as it comes, without our corrections."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with Emulator(corrected=False) as emulator:
        backend = emulator.backend
        script = str(_CRATE / "exchanges" / "exchanges.py")
        others = [backend.endpoint, f"acm-pca={backend.pca_endpoint}"]
        done = subprocess.run(
            [sys.executable, script, simulated, *others], capture_output=True, text=True, timeout=300
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
