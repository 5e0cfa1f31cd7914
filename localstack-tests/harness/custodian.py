"""Cloud Custodian (https://cloudcustodian.io) and its c7n-org, in an environment of its own: see setup_venv.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .simulated import CREDENTIALS, REGION, SimulatedAws

_PROGRAMS = paths.TARGET / "venv-custodian" / "bin"
PROGRAM = _PROGRAMS / "custodian"
ORGANIZATION_PROGRAM = _PROGRAMS / "c7n-org"
_POLICY = "ends-soon"
_POLL_SECONDS = 0.2
_SECONDS = 1800


@dataclass(frozen=True)
class CustodianRun:
    """What one run took, and the ARNs that it found."""

    seconds: float
    peak_mib: int | None
    found: set[str]


def certificates_that_end_within(aws: SimulatedAws, days: int, folder: Path) -> CustodianRun:
    """Run the policy for `acm-certificate` that its documentation has for this, without the cache."""
    policy = _policy(days, folder)
    command = [str(PROGRAM), "run", "--region", REGION, "--cache-period", "0"]
    command += ["--output-dir", str(folder / "out"), str(policy)]
    taken, peak = _run(aws, command, {}, folder)
    resources = json.loads((folder / "out" / _POLICY / "resources.json").read_text())
    return CustodianRun(taken, peak, {resource["CertificateArn"] for resource in resources})


@dataclass(frozen=True)
class Organization:
    """Accounts that c7n-org works in, side by side in so many processes."""

    accounts: list[str]
    regions: list[str]
    role: str
    external_id: str
    processes: int


def certificates_of_organization(aws: SimulatedAws, days: int, organization: Organization, folder: Path) -> CustodianRun:
    """The same policy in every account and Region with c7n-org."""
    policy = _policy(days, folder)
    accounts = [
        {
            "account_id": account,
            "name": account,
            "role": f"arn:aws:iam::{account}:role/{organization.role}",
            "external_id": organization.external_id,
            "regions": organization.regions,
        }
        for account in organization.accounts
    ]
    (folder / "cache").mkdir()
    (folder / "accounts.json").write_text(json.dumps({"accounts": accounts}))
    command = [str(ORGANIZATION_PROGRAM), "run", "--config", str(folder / "accounts.json"), "--use", str(policy)]
    command += ["--output-dir", str(folder / "out"), "--cache-period", "0", "--cache-path", str(folder / "cache")]
    taken, peak = _run(aws, command, {"C7N_ORG_PARALLEL": str(organization.processes), "AWS_DEFAULT_REGION": REGION}, folder)
    found: set[str] = set()
    for resources in (folder / "out").glob(f"*/*/{_POLICY}/resources.json"):
        found |= {resource["CertificateArn"] for resource in json.loads(resources.read_text())}
    return CustodianRun(taken, peak, found)


def _policy(days: int, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ends_soon = {"type": "value", "key": "NotAfter", "value_type": "expiration", "op": "lt", "value": days}
    policy = {"policies": [{"name": _POLICY, "resource": "aws.acm-certificate", "filters": [ends_soon]}]}
    (folder / "policy.json").write_text(json.dumps(policy))
    return folder / "policy.json"


def _run(aws: SimulatedAws, command: list[str], more: dict[str, str], folder: Path) -> tuple[float, int | None]:
    """Its time, and the most that it held."""
    environment = {"AWS_ENDPOINT_URL": aws.endpoint, "HOME": str(folder), "PATH": os.defpath, **CREDENTIALS, **more}
    log = folder / "custodian.log"
    begin = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            peak = _wait(process)
        finally:
            process.kill()
            process.wait()
    taken = time.perf_counter() - begin
    if process.returncode:
        sys.exit(f"Cloud Custodian failed:\n{log.read_text()[-4000:]}")
    return taken, peak


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    """Until it ends; the most that it and its children held together, in MiB."""
    peak = None
    end = time.monotonic() + _SECONDS
    while process.poll() is None:
        if time.monotonic() > end:
            sys.exit(f"Cloud Custodian did not end within {_SECONDS} s")
        # What belongs to a process is gone when it has ended, so what was seen before counts.
        held = _held_mib(process.pid)
        peak = max(peak or 0, held) if held else peak
        time.sleep(_POLL_SECONDS)
    return peak


def _held_mib(leader: int) -> int | None:
    """What the processes of a session hold, with what they share counted once; only Linux shows it."""
    held = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # The session is the fourth after the name in parentheses, which may hold anything.
            if int((process / "stat").read_text().rsplit(")", 1)[1].split()[3]) == leader:
                lines = (process / "smaps_rollup").read_text().splitlines()
                held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, IndexError, ValueError):
            continue
    return round(held / 1024) or None
