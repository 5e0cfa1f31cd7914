"""CAs that speak ACME: simulated ones, settings of stacks for them, and the operator's command for accounts."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from . import paths
from .backend import Backend
from .deploy import DeployFailed

# Built by `make acme-account` and `make demo`.
PROGRAM = paths.TARGET / "debug" / "acme-account"
ACCOUNT_SECRET = "acm-autopilot/acme/"
_SECONDS = 60


def url(backend: Backend, ca: str) -> str:
    """The directory of a simulated CA."""
    return f"{backend.simulated}/acme/{ca}/directory"


def directory(
    backend: Backend, ca: str, domains: list[str], issuers: list[bytes], **more: str
) -> dict[str, Any]:
    """A simulated CA, as `AcmeSettings` names it. It counts as one issuer with the others."""
    known = [control(backend, ca)["root"], *(pem.decode() for pem in issuers)]
    return {"name": ca, "url": url(backend, ca), "domains": domains, "issuers": known} | more


def settings(*directories: dict[str, Any], **more: Any) -> str:
    """The stack parameter `AcmeSettings`."""
    return json.dumps({"directories": list(directories)} | more)


def control(backend: Backend, ca: str, **settings: Any) -> dict[str, Any]:
    """Changes how a simulated CA behaves; its root and its counts."""
    return backend.control("PUT", "acme", {"server": ca, "settings": settings})


def register(backend: Backend, ca: str, directory_url: str, roots: Path | None = None) -> str:
    """Registers an account as an operator does; what the command prints."""
    if not PROGRAM.is_file():
        raise DeployFailed(f"{PROGRAM} is missing: run `make acme-account` first.")
    command = [str(PROGRAM), "register", ca, "--url", directory_url, "--agree-to-terms"]
    command += ["--contact", "certificates@example.com"]
    command += ["--roots", str(roots)] if roots else []
    environment = {
        "AWS_ENDPOINT_URL": backend.endpoint,
        "AWS_REGION": backend.region,
        "AWS_ACCESS_KEY_ID": backend.account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if ran.returncode:
        raise DeployFailed(f"acme-account: {ran.stderr.strip()}")
    return ran.stdout
