"""Cloud Custodian (https://cloudcustodian.io), in an environment of its own: see setup_venv.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .simulated import CREDENTIALS, REGION, SimulatedAws

PROGRAM = paths.TARGET / "venv-custodian" / "bin" / "custodian"
_POLICY = "ends-soon"
_POLL_SECONDS = 0.05
_SECONDS = 1800


@dataclass(frozen=True)
class CustodianRun:
    """What one run took, and the ARNs that it found."""

    seconds: float
    peak_mib: int | None
    found: set[str]


def certificates_that_end_within(aws: SimulatedAws, days: int, folder: Path) -> CustodianRun:
    """Run the policy for `acm-certificate` that its documentation has for this, without the cache."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ends_soon = {"type": "value", "key": "NotAfter", "value_type": "expiration", "op": "lt", "value": days}
    policy = {"policies": [{"name": _POLICY, "resource": "aws.acm-certificate", "filters": [ends_soon]}]}
    (folder / "policy.json").write_text(json.dumps(policy))
    command = [str(PROGRAM), "run", "--region", REGION, "--cache-period", "0"]
    command += ["--output-dir", str(folder / "out"), str(folder / "policy.json")]
    environment = {"AWS_ENDPOINT_URL": aws.endpoint, "HOME": str(folder), **CREDENTIALS}
    log = folder / "custodian.log"
    begin = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            peak = _wait(process)
        finally:
            process.kill()
            process.wait()
    taken = time.perf_counter() - begin
    if process.returncode:
        sys.exit(f"Cloud Custodian failed:\n{log.read_text()[-4000:]}")
    resources = json.loads((folder / "out" / _POLICY / "resources.json").read_text())
    return CustodianRun(taken, peak, {resource["CertificateArn"] for resource in resources})


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Until it ends; the most that it held, in MiB."""
    peak = None
    end = time.monotonic() + _SECONDS
    while process.poll() is None:
        if time.monotonic() > end:
            sys.exit(f"Cloud Custodian did not end within {_SECONDS} s")
        # What belongs to the process is gone when it has ended, so the last look counts.
        peak = _peak_mib(process.pid) or peak
        time.sleep(_POLL_SECONDS)
    return peak


def _peak_mib(pid: int) -> int | None:
    """The largest resident size so far; only Linux shows it for another process."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(sizes[0]) / 1024) if sizes else None
