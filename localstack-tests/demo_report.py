"""The report of the demo's certificates, as certificate-report makes it of any account."""

from __future__ import annotations

import os
import subprocess

from harness import paths
from harness.backend import Backend

REPORT = paths.TARGET / "demo" / "report.html"
_PROGRAM = paths.TARGET / "demo" / "certificate-report"
_ACCOUNT = "000000000000"


def write(backend: Backend) -> list[str]:
    """Write it; what is not as it should be. LocalStack lacks services that use certificates, so simulated-aws is read."""
    assert backend.simulated, "another AWS is not read without being asked"
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": backend.simulated,
        # simulated-aws takes the account from such a key.
        "AWS_ACCESS_KEY_ID": _ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": backend.region,
    }
    command = [_PROGRAM, "--out", REPORT, "--quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return [f"certificate-report ended with {done.returncode}: {done.stderr.strip()[-500:]}"]
    return [] if REPORT.stat().st_size else ["the report is empty"]

