"""The AWS that all tests run on, held against LocalStack and moto: the same exchanges with both.

Where they differ, the table in shared/testing/simulated-aws/exchanges/exchanges.py says why; a difference that
is not in it, or that is gone, fails.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import paths, simulated
from harness.emulator import Emulator

_SCRIPT = paths.PROJECT / "shared" / "testing" / "simulated-aws" / "exchanges" / "exchanges.py"
_SECONDS = 30


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A simulated-aws of its own."""
    log = tmp_path / "simulated-aws.log"
    process, started = simulated.start(log)
    try:
        process.wait_until(lambda: simulated.is_ready(log), _SECONDS)
        yield started
    finally:
        process.stop()


def test_the_differences_with_localstack_are_the_known_ones(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LocalStack as it comes, and moto's AWS Private CA."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with Emulator(forwarded=False) as emulator:
        command = [sys.executable, str(_SCRIPT), endpoint, emulator.backend.endpoint]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
