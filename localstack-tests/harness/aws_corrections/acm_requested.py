"""A certificate that ACM issues itself, once it finds the proof that was asked for.

Sources: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html and email-validation.html,
https://docs.aws.amazon.com/acm/latest/userguide/dns-renewal-validation.html,
https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, API_CertificateDetail.html
and API_RenewalSummary.html.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from moto.acm.models import CertBundle, TagHolder
from moto.acm.utils import make_arn_for_certificate

from harness.certificates import LocalCa

from . import acm_rules as rules
from . import public_dns
from . import x509_facts as facts

# User guide: "If ACM is not able to validate the domain name within 72 hours from the time it generates a
# CNAME value for you, ACM changes the certificate status to Validation timed out".
_PATIENCE = timedelta(hours=72)
_LIFETIME = timedelta(days=198)
_SUMMARY_NAMES = 100


@cache
def _ca() -> LocalCa:
    return LocalCa("Amazon RSA 2048 M01")


@dataclass
class Domain:
    """One name of a request, and how far its validation has come."""

    name: str
    method: str
    record_at: datetime
    validated: bool = False
    validation_domain: str | None = None

    @property
    def base(self) -> str:
        """The name that the record is about: a wildcard's is that of its apex."""
        return self.name.removeprefix("*.")


class RequestedCertificate(CertBundle):
    """Takes moto's place for public certificates; its constructor is not called, since it makes the
    certificate at once.
    """

    def __init__(
        self, account_id: str, region: str, request: dict, record_delay: timedelta
    ) -> None:
        names = rules.check_request(request)
        self.arn = make_arn_for_certificate(account_id, region)
        self.type = "AMAZON_ISSUED"
        self.status = "PENDING_VALIDATION"
        self.tags = TagHolder()
        self.in_use_by: list[str] = []
        self.cert_authority_arn = None
        self.cert_options = request.get("Options") or {
            "CertificateTransparencyLoggingPreference": "ENABLED",
            "Export": "DISABLED",
        }
        self.created_at = datetime.now(UTC)
        self.common_name = names[0]
        self._account_id = account_id
        self._algorithm = request.get("KeyAlgorithm") or "RSA_2048"
        self._lock = threading.Lock()
        self._issued: x509.Certificate | None = None
        self._issued_at: datetime | None = None
        self._renewal: str | None = None
        self._renewal_domains: list[Domain] = []
        self._renewal_at: datetime | None = None
        self.cert = self.key = self.chain = b""
        method = request.get("ValidationMethod") or "EMAIL"
        given = {
            option["DomainName"]: option["ValidationDomain"]
            for option in request.get("DomainValidationOptions") or []
        }
        # The names get their records one after the other.
        self.domains = [
            Domain(
                name,
                method,
                self.created_at + record_delay * (1 + number / len(names)),
                validation_domain=given.get(name),
            )
            for number, name in enumerate(names)
        ]

    def check(self) -> None:
        """Bring it up to date: ACM looks all the time, this when somebody asks."""
        now = datetime.now(UTC)
        with self._lock:
            if self.status == "PENDING_VALIDATION":
                self._look(self.domains, now)
                if all(domain.validated for domain in self.domains):
                    self._issue(now, now + _LIFETIME)
                elif now - self.created_at > _PATIENCE:
                    self.status = "VALIDATION_TIMED_OUT"
            if self._renewal == "PENDING_VALIDATION":
                self._renew(now)
            if self._issued is not None:
                expired = self._issued.not_valid_after_utc <= now
                self.status = "EXPIRED" if expired else "ISSUED"

    def age(self, by: timedelta) -> None:
        """Let the request be older."""
        self.created_at -= by
        for domain in self.domains:
            domain.record_at -= by

    def migrate_to_dns(self, record_delay: timedelta) -> None:
        """From e-mail to DNS validation."""
        now = datetime.now(UTC)
        with self._lock:
            for domain in self.domains:
                if domain.method != "DNS":
                    domain.method, domain.validated = "DNS", False
                    domain.record_at = now + record_delay

    def end_in(self, days: float) -> None:
        """Replace the certificate by one that ends in so many days."""
        now = datetime.now(UTC)
        with self._lock:
            self._issue(now, now + timedelta(days=days))

    def start_renewal(self) -> None:
        """ACM tries to renew, about 60 days before the end: every record has to be there again."""
        now = datetime.now(UTC)
        with self._lock:
            self._renewal = "PENDING_VALIDATION"
            self._renewal_domains = [
                Domain(domain.name, domain.method, now, False, domain.validation_domain)
                for domain in self.domains
            ]
            self._renewal_at = now
            self._renew(now)

    def _renew(self, now: datetime) -> None:
        before = sum(domain.validated for domain in self._renewal_domains)
        self._look(self._renewal_domains, now)
        if all(domain.validated for domain in self._renewal_domains):
            self._issue(now, now + _LIFETIME)
            self._renewal, self._renewal_at = "SUCCESS", now
        elif sum(domain.validated for domain in self._renewal_domains) > before:
            self._renewal_at = now

    def _look(self, domains: list[Domain], now: datetime) -> None:
        for domain in domains:
            if domain.method == "DNS" and not domain.validated and domain.record_at <= now:
                name, value = self._record(domain)
                domain.validated = public_dns.has_cname(name, value)

    def _issue(self, now: datetime, end: datetime) -> None:
        names = [domain.name for domain in self.domains]
        made = _ca().issue(
            names,
            self._algorithm,
            expires_in=end - now,
            lifetime=min(_LIFETIME, end - now + timedelta(hours=1)),
            common_name=self.common_name,
            organization=None,
            client_auth=True,
        )
        self._issued, self._issued_at = made.parsed, self._issued_at or now
        self.cert, self.key, self.chain = made.certificate, made.private_key, made.chain
        self.status = "ISSUED"

    def _record(self, domain: Domain) -> tuple[str, str]:
        """Name and value of the CNAME: always the same for an account and a domain."""

        def token(what: str) -> str:
            return hashlib.sha256(f"{what} {self._account_id} {domain.base}".encode()).hexdigest()

        letters = token("letters").translate(str.maketrans("0123456789", "ghijklmnop"))
        name = f"_{token('name')[:32]}.{domain.base}."
        return name, f"_{token('value')[:32]}.{letters[:10]}.acm-validations.aws."

    def _validation(self, domain: Domain, waiting: str) -> dict:
        """What DescribeCertificate says of one name."""
        shown = {
            "DomainName": domain.name,
            "ValidationDomain": domain.validation_domain or domain.name,
            "ValidationStatus": "SUCCESS" if domain.validated else waiting,
            "ValidationMethod": domain.method,
        }
        if domain.method == "EMAIL":
            base = domain.validation_domain or domain.base
            users = ("administrator", "hostmaster", "postmaster", "webmaster", "admin")
            shown["ValidationEmails"] = [f"{user}@{base}" for user in users]
        elif domain.method == "DNS" and domain.record_at <= datetime.now(UTC):
            name, value = self._record(domain)
            shown["ResourceRecord"] = {"Name": name, "Type": "CNAME", "Value": value}
        return shown

    def _common(self) -> dict:
        eligible = self.status == "ISSUED" and self.in_use_by
        common = {
            "CertificateArn": self.arn,
            "DomainName": self.common_name,
            "Status": self.status,
            "Type": self.type,
            "RenewalEligibility": "ELIGIBLE" if eligible else "INELIGIBLE",
            "CreatedAt": self.created_at,
        }
        if self._issued is not None:
            common |= {
                "IssuedAt": self._issued_at,
                "NotBefore": self._issued.not_valid_before_utc,
                "NotAfter": self._issued.not_valid_after_utc,
            }
        return common

    def detail(self) -> dict:
        """What DescribeCertificate answers."""
        waiting = "FAILED" if self.status == "VALIDATION_TIMED_OUT" else "PENDING_VALIDATION"
        detail = self._common() | {
            "SubjectAlternativeNames": [domain.name for domain in self.domains],
            "DomainValidationOptions": [self._validation(it, waiting) for it in self.domains],
            "Subject": f"CN={self.common_name}",
            "Issuer": "Amazon",
            "KeyAlgorithm": self._algorithm.replace("_", "-", 1),
            "SignatureAlgorithm": "SHA256WITHRSA",
            "InUseBy": list(self.in_use_by),
            "KeyUsages": [{"Name": name} for name in self._key_usages()],
            "ExtendedKeyUsages": [
                {"Name": name, "OID": oid} for oid, name in self._extended_key_usages().items()
            ],
            "Options": self.cert_options,
        }
        if self._issued is not None:
            detail["Serial"] = facts.serial(self._issued)
        if self._renewal:
            detail["RenewalSummary"] = {
                "RenewalStatus": self._renewal,
                "DomainValidationOptions": [
                    self._validation(it, "PENDING_VALIDATION") for it in self._renewal_domains
                ],
                "UpdatedAt": self._renewal_at,
            }
        return detail

    def summary(self) -> dict:
        """What ListCertificates answers."""
        names = [domain.name for domain in self.domains]
        return self._common() | {
            "SubjectAlternativeNameSummaries": names[:_SUMMARY_NAMES],
            "HasAdditionalSubjectAlternativeNames": len(names) > _SUMMARY_NAMES,
            "KeyAlgorithm": self._algorithm,
            "KeyUsages": self._key_usages(),
            "ExtendedKeyUsages": list(self._extended_key_usages().values()),
            "InUse": bool(self.in_use_by),
            "Exported": False,
        }

    def _key_usages(self) -> list[str]:
        return facts.key_usages(self._issued) if self._issued is not None else []

    def _extended_key_usages(self) -> dict[str, str]:
        return facts.extended_key_usages(self._issued) if self._issued is not None else {}
