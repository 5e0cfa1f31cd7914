"""What must hold after a renewal, as a list of what does not. Shared by the demo and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from . import certificates, x509_facts
from .backend import Backend

COMPLETE = ["pending-renewal", "renewal-in-progress", "renewal-complete"]
# Nobody had to request it.
DELIVERED = ["renewal-in-progress", "renewal-complete"]
FAILED = ["pending-renewal", "renewal-in-progress", "renewal-failed"]
# Before anything was issued or read for it.
REFUSED = ["pending-renewal", "renewal-failed"]

_PREFIX = "acm-autopilot:"
_STATUS_TAGS = {"status", "status-since", "status-reason", "attempts", "renewal-of", "notified"}
# A renewed certificate lives as long as the one before; AWS Private CA dates it back by an hour.
_LIFETIME_SLACK = timedelta(days=1, hours=2)


@dataclass(frozen=True)
class Snapshot:
    """A certificate in ACM at one moment."""

    issued: certificates.Issued
    detail: dict
    tags: dict[str, str]

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate itself."""
        return self.issued.parsed

    @property
    def serial(self) -> str:
        """As DescribeCertificate answers it."""
        return x509_facts.serial(self.parsed)

    @property
    def not_after(self) -> str:
        """RFC 3339."""
        return self.parsed.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def key_algorithm(self) -> str:
        """`RSA_2048` and so on."""
        return x509_facts.key_algorithm(self.parsed.public_key()) or "unknown"

    @property
    def status(self) -> str | None:
        """The renewal status in the tags."""
        return self.tags.get(_PREFIX + "status")

    @property
    def reason(self) -> str | None:
        """Why the renewal failed."""
        return self.tags.get(_PREFIX + "status-reason")

    @property
    def operator_tags(self) -> dict[str, str]:
        """Every tag that is not the functions' own."""
        ours = {_PREFIX + name for name in _STATUS_TAGS}
        return {key: value for key, value in self.tags.items() if key not in ours}


def snapshot(backend: Backend, arn: str) -> Snapshot:
    """Read a certificate."""
    detail = backend.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return Snapshot(certificates.present(backend, arn), detail, certificates.tags_of(backend, arn))


def renewed(before: Snapshot, after: Snapshot) -> list[str]:
    """What is off after a renewal that should have worked."""
    old, new = before.parsed, after.parsed
    problems = []
    if new.serial_number == old.serial_number:
        problems.append("the serial number is still the old one")
    if new.not_valid_after_utc <= old.not_valid_after_utc:
        problems.append("the new certificate ends no later than the old one")
    longer = abs(_lifetime(new) - _lifetime(old))
    if longer > _LIFETIME_SLACK:
        problems.append(f"it lives {_lifetime(new).days} days, the old one {_lifetime(old).days}")
    if before.key_algorithm != after.key_algorithm:
        problems.append(f"key {before.key_algorithm} became {after.key_algorithm}")
    if x509_facts.spki(old.public_key()) == x509_facts.spki(new.public_key()):
        problems.append("the key is still the old one")
    if old.subject != new.subject:
        problems.append(f"subject {old.subject} became {new.subject}")
    if _san(old) != _san(new):
        problems.append(f"names {_san(old)} became {_san(new)}")
    if lost := set(x509_facts.extended_key_usages(old)) - set(x509_facts.extended_key_usages(new)):
        problems.append(f"extended key usages lost: {lost}")
    problems += _chain_problems(after)
    if before.detail["InUseBy"] != after.detail["InUseBy"]:
        problems.append("InUseBy changed")
    if after.status != "renewal-complete":
        problems.append(f"status is {after.status} ({after.reason})")
    leftover = {"status-reason", "attempts", "renewal-of"}
    if left := sorted(name for name in leftover if _PREFIX + name in after.tags):
        problems.append(f"tags of the renewal are left: {', '.join(left)}")
    return problems + kept_tags(before, after)


def untouched(before: Snapshot, after: Snapshot) -> list[str]:
    """What is off when nothing about the certificate itself should have changed."""
    problems = kept_tags(before, after)
    if before.issued != after.issued:
        problems.append("the certificate was replaced")
    if before.detail["InUseBy"] != after.detail["InUseBy"]:
        problems.append("InUseBy changed")
    return problems


def kept_tags(before: Snapshot, after: Snapshot) -> list[str]:
    """The operator's tags are none of the functions' business."""
    if before.operator_tags == after.operator_tags:
        return []
    return [f"the operator's tags {before.operator_tags} became {after.operator_tags}"]


def _chain_problems(after: Snapshot) -> list[str]:
    if not after.issued.chain:
        return ["there is no chain"]
    issuers = x509_facts.split_pem(after.issued.chain)
    pairs = zip([after.parsed, *issuers], issuers)
    if all(x509_facts.issued_by(certificate, issuer) for certificate, issuer in pairs):
        return []
    return ["the chain does not verify"]


def _lifetime(certificate: x509.Certificate) -> timedelta:
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc


def _san(certificate: x509.Certificate) -> list[str]:
    """Names of every kind, with their kind, sorted."""
    try:
        san = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return []
    return sorted(f"{type(name).__name__}:{name.value}" for name in san.value)
