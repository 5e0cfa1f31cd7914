"""`make pebble`: the built imported-renewal renews certificates from Pebble, another ACME server than that of our own tests.

It speaks TLS with a root that only the settings name, and validates from what the function writes in Route 53.
Environment: CERTBOT=1 also has certbot get certificates from the same Pebble, and compares.
Exit codes: 0 all as it should be, or skipped because there is no Pebble, which the last line says; 1 something is not;
2 it could not be set up.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from harness import acme, certbot, checks, deploy, events, paths, pebble_package, x509_facts
from harness.backend import Backend
from harness.certificates import LocalCa, import_certificate
from harness.console import Console
from harness.dns_mirror import DnsMirror
from harness.emulator import Emulator
from harness.pebble import Pebble
from harness.pebble_package import NoPebble
from harness.processes import NotReady
from harness.zones import Zone

_CA = "pebble"
_DOMAIN, _DELEGATION_ZONE = "pebble.example", "challenges.example"
_MANY = 20


@dataclass(frozen=True)
class Measured:
    """One certificate: by whom, for how many names, how long it took, and how often the CA was asked."""

    client: str
    what: str
    seconds: float
    requests: int

    @property
    def row(self) -> tuple[str, ...]:
        """For the table."""
        return self.client, self.what, f"{self.seconds:.1f} s", str(self.requests)


class Renewals:
    """The stack, its zones and the CA."""

    def __init__(self, backend: Backend, pebble: Pebble, undo: ExitStack) -> None:
        self._backend, self._pebble = backend, pebble
        self._local_ca = LocalCa()
        self._root = pebble.root
        known = {
            "name": _CA,
            "url": pebble.url,
            "domains": [_DOMAIN],
            "issuers": [self._local_ca.pem.decode(), self._root.decode()],
            "roots": pebble.roots.read_text(),
        }
        parameters = {
            "AcmeSettings": acme.settings(known, delegationZones=[_DELEGATION_ZONE]),
            # The zones are not in the DNS of the world.
            "Settings": '{"dnsLookups": false}',
        }
        self._stack = deploy.deploy(backend, "acm-autopilot", parameters)
        acme.register(backend, _CA, pebble.url, pebble.roots)
        self._zone = Zone.create(backend, _DOMAIN)
        self._delegated = Zone.create(backend, _DELEGATION_ZONE)
        self._mirror = undo.enter_context(DnsMirror([self._zone, self._delegated], pebble.dns))
        self.problems: list[str] = []

    def renew(self, what: str, names: list[str]) -> Measured:
        """Import a certificate that another CA issued, and have it renewed."""
        names = [f"{name}.{_DOMAIN}" for name in names]
        # Pebble leaves subjects empty.
        issued = self._local_ca.issue(
            names, "EC_prime256v1", expires_in=timedelta(days=10), lifetime=timedelta(days=90),
            common_name="", organization=None,
        )  # fmt: skip
        tags = {"acm-autopilot:renew-from": "acme", "acm-autopilot:acme": _CA}
        arn = import_certificate(self._backend, issued, tags)
        before = checks.snapshot(self._backend, arn)
        event = events.as_delivered(self._backend, events.renewal_requested(arn))
        requests, begin = self._pebble.requests(), time.monotonic()
        answer, error = events.invoke(self._backend, self._stack.imported_renewal, event)
        taken = time.monotonic() - begin
        asked = self._pebble.requests() - requests
        after = checks.snapshot(self._backend, arn)
        self.problems += [f"{what}: {problem}" for problem in checks.renewed(before, after)]
        if error or answer.get("outcome") != "renewed":
            self.problems.append(f"{what}: {answer}")
        (root,) = x509_facts.split_pem(self._root)
        issuers = x509_facts.split_pem(after.issued.chain or b"")
        if not issuers or not x509_facts.issued_by(issuers[-1], root):
            self.problems.append(f"{what}: not issued by Pebble")
        return Measured("imported-renewal", what, taken, asked)

    def delegate(self, name: str) -> None:
        """Have a name validated in the delegation zone."""
        record = f"_acme-challenge.{name}.{_DOMAIN}."
        self._zone.put(record, "CNAME", f"{name}.{_DELEGATION_ZONE}.")

    def check_records(self) -> None:
        """Validation records are gone, and were copied while they were there."""
        left = [record for zone in (self._zone, self._delegated) for record in zone.records()]
        if [record.name for record in left if record.kind == "TXT"]:
            self.problems.append(f"records are left: {left}")
        if self._mirror.error or not self._mirror.copied:
            self.problems.append(f"{self._mirror.copied} copied, {self._mirror.error}")


def run(console: Console, pebble: Pebble, undo: ExitStack) -> list[str]:
    """Everything; what is not as it should be."""
    with console.step("Starting LocalStack and simulated-aws"):
        backend = undo.enter_context(Emulator()).backend
    with console.step("Deploying infra/template.yaml, registering an account at Pebble"):
        renewals = Renewals(backend, pebble, undo)
        renewals.delegate("delegated")
    cases = {
        "1 name": ["single"],
        "1 name and its wildcard": ["both", "*.both"],
        "1 name, delegated by CNAME": ["delegated"],
        f"{_MANY} names": [f"host-{number}" for number in range(_MANY)],
    }
    measured = []
    for what, names in cases.items():
        with console.step(f"Renewing a certificate: {what}"):
            measured.append(renewals.renew(what, names))
    renewals.check_records()
    if os.environ.get("CERTBOT", "") not in ("", "0", "false"):
        measured += compare(console, pebble, cases)
    console.line()
    console.table(("Client", "Certificate", "Time", "Requests to Pebble"), [it.row for it in measured])
    console.line("In the function's time it waits until Route 53 is INSYNC: 1 s here, asked every 5 s; then it imports.")
    return renewals.problems


def compare(console: Console, pebble: Pebble, cases: dict[str, list[str]]) -> list[Measured]:
    """The same by certbot."""
    measured = []
    with tempfile.TemporaryDirectory(prefix="certbot-", dir=paths.TARGET) as folder:
        client = certbot.Certbot(pebble, Path(folder))
        client.register()
        # Its hooks write to Pebble's own DNS server, which has nothing to wait for.
        for what in ("1 name", f"{_MANY} names"):
            with console.step(f"certbot: {what}"):
                requests, begin = pebble.requests(), time.monotonic()
                # Names of its own, so that no validation is used again.
                client.obtain([f"{name}.certbot.example" for name in cases[what]])
                taken = time.monotonic() - begin
                asked = pebble.requests() - requests
                measured.append(Measured("certbot", what, taken, asked))
    return measured


def main() -> int:
    """Run it; the exit code."""
    console = Console()
    try:
        with console.step(f"Getting Pebble {pebble_package.VERSION} as a package of Debian sid"):
            programs = pebble_package.programs()
    except NoPebble as why:
        console.line(f"SKIPPED, nothing was renewed from Pebble: {why}", "yellow", bold=True)
        return 0
    paths.RUNS.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        try:
            deploy.check_artifacts()
            folder = Path(undo.enter_context(tempfile.TemporaryDirectory(dir=paths.RUNS)))
            with console.step("Starting Pebble and its DNS server"):
                pebble = undo.enter_context(Pebble(programs, folder))
            problems = run(console, pebble, undo)
        except (deploy.DeployFailed, NotReady, certbot.CertbotFailed) as error:
            console.line(str(error), "red")
            return 2
    for problem in problems:
        console.line(f"✘ {problem}", "red")
    if not problems:
        console.line("All as it should be", "green", bold=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
