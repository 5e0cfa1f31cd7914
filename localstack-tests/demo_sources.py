"""The part of the demo about certificates that are renewed from elsewhere: a CA that speaks ACME, and a secret."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from demo_certificates import DELIVERED, RENEWED, DemoCertificate
from harness import acme, certificates, events, x509_facts
from harness.backend import Backend
from harness.certificates import LocalCa
from harness.secrets import Secret, bundle, label_updated
from harness.zones import Record, Zone

_CA = "letsencrypt"
_DOMAIN = "example.com"
_LIFETIME_DAYS = 90
_SECRET = "web/newsletter.example.com"
# The CA's answers wait this long, so that somebody has to ask again.
_CA_SECONDS = {"validationSeconds": 1, "issuanceSeconds": 1}


@dataclass
class SourceCertificate(DemoCertificate):
    """A certificate of 90 days, which another CA issued than AWS Private CA."""

    tags: dict[str, str] = field(default_factory=dict)
    issued: certificates.Issued | None = None

    def source(self) -> dict[str, str]:
        """The tags that name where it is renewed from."""
        return self.tags

    def issue(self, backend: Backend, local_ca: LocalCa) -> certificates.Issued:
        """As Let's Encrypt does: without an organization."""
        self.issued = _issue(local_ca, self, self.days)
        return self.issued


def _issue(local_ca: LocalCa, item: DemoCertificate, days: int) -> certificates.Issued:
    return local_ca.issue(
        item.names,
        item.key_algorithm,
        expires_in=timedelta(days=days, hours=-1),
        lifetime=timedelta(days=_LIFETIME_DAYS),
        organization=None,
    )


def deliverable(local_ca: LocalCa, item: DemoCertificate) -> certificates.Issued:
    """What a tool writes into a secret when it has renewed the certificate."""
    return _issue(local_ca, item, _LIFETIME_DAYS)


class DemoSources:
    """The simulated CA letsencrypt with its zone, the tool with its secret, and what was seen of both."""

    def __init__(self, backend: Backend, undo: ExitStack) -> None:
        self._backend, self._undo = backend, undo
        # What issued the present certificates, and what the tool has its certificates from.
        self._local_ca = LocalCa("Example Corporation Public CA")
        self._registered = ""
        self._zone: Zone
        self._secret: Secret
        self._delivered: certificates.Issued
        self._seen: dict[str, Record] = {}
        self.acme = SourceCertificate(
            "checkout", ["checkout.example.com", "*.checkout.example.com"],
            "EC_prime256v1", 12, RENEWED,
            tags={"acm-autopilot:renew-from": "acme", "acm-autopilot:acme": _CA},
        )  # fmt: skip
        self.secret = SourceCertificate(
            "newsletter", ["newsletter.example.com"], "RSA_2048", 60, DELIVERED,
            tags={"acm-autopilot:renew-from": "secret", "acm-autopilot:secret": _SECRET},
        )  # fmt: skip

    @property
    def fleet(self) -> list[DemoCertificate]:
        """The certificates."""
        return [self.acme, self.secret]

    def parameters(self) -> dict[str, str]:
        """Those of the stack."""
        place = f"{self._backend.region}:{self._backend.account}"
        known = acme.directory(
            self._backend, _CA, [_DOMAIN], [self._local_ca.pem], profile="classic"
        )
        return {
            "AcmeSettings": acme.settings(known),
            "SecretArns": f"arn:aws:secretsmanager:{place}:secret:web/*",
        }

    def register(self) -> None:
        """The operator's steps: an account at the CA, and the zone of the domain."""
        acme.control(self._backend, _CA, **_CA_SECONDS)
        printed = acme.register(self._backend, _CA, acme.url(self._backend, _CA))
        self._registered = printed.splitlines()[0]
        self._zone = Zone.create(self._backend, _DOMAIN)
        self._undo.callback(self._zone.delete)

    def create(self) -> None:
        """Import the certificates, and store one of them in the secret, which consents to it."""
        for item in self.fleet:
            item.create(self._backend, self._local_ca)
        client = self._backend.client("acm")
        for item in self.fleet:
            self._undo.callback(client.delete_certificate, CertificateArn=item.arn)
        assert self.secret.issued
        self._secret = Secret.create(
            self._backend, bundle(self.secret.issued), self.secret.arn, _SECRET
        )
        self._undo.callback(self._secret.delete)

    def deliver(self) -> None:
        """The other tool has a new certificate and writes it; Secrets Manager reports that."""
        self._delivered = deliverable(self._local_ca, self.secret)
        version = self._secret.put(self._delivered)
        events.put(self._backend, [label_updated(self._secret, version)])

    def look(self) -> None:
        """Keep what is in the zone now: validation records are there for seconds."""
        self._seen |= {record.name: record for record in self._zone.records()}

    def problems(self) -> list[str]:
        """What is not as it should be."""
        problems = []
        wanted = {"_acme-challenge.checkout.example.com."}
        values = [value for record in self._seen.values() for value in record.values]
        if set(self._seen) != wanted or len(values) != len(self.acme.names):
            problems.append(f"{self.acme.name}: the zone had {self._seen}")
        if left := self._zone.records():
            problems.append(f"{self.acme.name}: the zone still has {left}")
        if self._zone.batches() != 2:
            problems.append(f"{self.acme.name}: {self._zone.batches()} changes of the zone")
        ca = acme.control(self._backend, _CA)
        if (ca["orders"], ca["certificates"]) != (1, 1):
            problems.append(
                f"{self.acme.name}: {ca['orders']} orders, {ca['certificates']} certificates"
            )
        assert self.acme.after and self.secret.after
        (root,) = x509_facts.split_pem(ca["root"].encode())
        issuers = x509_facts.split_pem(self.acme.after.issued.chain or b"")
        if not issuers or not x509_facts.issued_by(issuers[-1], root):
            problems.append(f"{self.acme.name}: not issued below the root of {_CA}")
        if self.secret.after.serial != certificates.serial_of(self._delivered):
            problems.append(f"{self.secret.name}: not the certificate of the secret")
        return problems

    def summary(self) -> dict:
        """Its part of summary.json."""
        return {
            "registered": self._registered,
            "ca": {
                key: value for key, value in acme.control(self._backend, _CA).items() if key != "root"
            },
            "records_seen": {name: list(record.values) for name, record in self._seen.items()},
            "records_left": [record.name for record in self._zone.records()],
            "secret": self._secret.name,
            "delivered_serial": certificates.serial_of(self._delivered),
        }

    def rows(self) -> list[tuple[str, ...]]:
        """For the table: certificate, source, and what happened there."""
        ca = acme.control(self._backend, _CA)
        records = [
            f"{record.kind} {record.name}, {len(record.values)} values"
            for record in self._seen.values()
        ]
        left = len(self._zone.records())
        return [
            (
                "\n".join([self.acme.name, *self.acme.names]),
                f"acme: {_CA}",
                "\n".join(
                    [
                        self._registered,
                        f"the CA has {ca['orders']} order and {ca['certificates']} certificate of it",
                        *records,
                        f"{left} records in the zone {_DOMAIN} afterwards",
                    ]
                ),
            ),
            (
                "\n".join([self.secret.name, *self.secret.names]),
                f"secret: {self._secret.name}",
                f"written by another tool: serial number {certificates.serial_of(self._delivered)[:11]}…",
            ),
        ]
