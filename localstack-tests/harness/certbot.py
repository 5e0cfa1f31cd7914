"""certbot (https://certbot.eff.org), in an environment of its own: see setup_venv.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import paths
from .pebble import Pebble

PROGRAM = paths.TARGET / "venv-certbot" / "bin" / "certbot"
_SECONDS = 600
# Sets or clears the record of the name that certbot asks for.
_HOOK = """\
import json, os, sys, urllib.request
action, management = sys.argv[1:]
body = {"host": "_acme-challenge." + os.environ["CERTBOT_DOMAIN"] + "."}
if action == "set-txt":
    body["value"] = os.environ["CERTBOT_VALIDATION"]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(management + "/" + action, json.dumps(body).encode(), timeout=10).close()
"""


class CertbotFailed(Exception):
    """What it printed."""


class Certbot:
    """A client with an account, and hooks that write to the DNS server of a Pebble."""

    def __init__(self, pebble: Pebble, folder: Path) -> None:
        self._pebble, self._folder = pebble, folder
        hook = folder / "hook.py"
        hook.write_text(_HOOK)
        self._hook = f"{sys.executable} -I -S {hook} {{}} {pebble.dns.management}"

    def register(self) -> None:
        """An account, which is not measured."""
        self._run("register", "--agree-tos", "--register-unsafely-without-email")

    def obtain(self, names: list[str]) -> None:
        """A certificate."""
        self._run(
            "certonly", "--manual", "--preferred-challenges", "dns",
            "--manual-auth-hook", self._hook.format("set-txt"),
            "--manual-cleanup-hook", self._hook.format("clear-txt"),
            "--domains", ",".join(names),
        )  # fmt: skip

    def _run(self, *arguments: str) -> None:
        if not PROGRAM.is_file():
            raise CertbotFailed(f"{PROGRAM} is missing: run `make pebble CERTBOT=1`.")
        command = [str(PROGRAM), *arguments, "--non-interactive", "--server", self._pebble.url]
        for kind in ("config", "work", "logs"):
            command += [f"--{kind}-dir", str(self._folder / kind)]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self._folder),
            "REQUESTS_CA_BUNDLE": str(self._pebble.roots),
            "NO_PROXY": "*",
        }
        ran = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        if ran.returncode:
            raise CertbotFailed(f"certbot failed: {ran.stdout}{ran.stderr}")
