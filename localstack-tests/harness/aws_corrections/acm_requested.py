"""A certificate that ACM issues itself, once it finds the proof that was asked for.

Sources: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html and email-validation.html,
https://docs.aws.amazon.com/acm/latest/userguide/dns-renewal-validation.html,
https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, API_CertificateDetail.html
and API_RenewalSummary.html.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from moto.acm.models import CertBundle, TagHolder
from moto.acm.utils import make_arn_for_certificate

from harness.certificates import LocalCa

from . import acm_domain, acm_method_change
from . import acm_rules as rules
from . import x509_facts as facts
from .acm_certificate import shown_algorithm
from .acm_domain import Domain
from .acm_method_change import MethodChange

# User guide: "If ACM is not able to validate the domain name within 72 hours from the time it generates a
# CNAME value for you, ACM changes the certificate status to Validation timed out". A change to DNS
# validation is given up after as long.
_PATIENCE = timedelta(hours=72)
_LIFETIME = timedelta(days=198)
_SUMMARY_NAMES = 100


@cache
def _ca() -> LocalCa:
    return LocalCa("Amazon RSA 2048 M01")


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
        self._algorithm = request.get("KeyAlgorithm") or "RSA_2048"
        self._lock = threading.Lock()
        self._issued: x509.Certificate | None = None
        self._issued_at: datetime | None = None
        self._renewal: str | None = None
        self._renewal_domains: list[Domain] = []
        self._renewal_at: datetime | None = None
        self._change: MethodChange | None = None
        self.cert = self.key = self.chain = b""
        method = request.get("ValidationMethod") or "EMAIL"
        given = {
            option["DomainName"]: option["ValidationDomain"]
            for option in request.get("DomainValidationOptions") or []
        }
        times = acm_domain.spread(self.created_at, record_delay, len(names))
        self.domains = [
            Domain(name, account_id, method, at, validation_domain=given.get(name))
            for name, at in zip(names, times, strict=True)
        ]

    def check(self) -> None:
        """Bring it up to date: ACM looks all the time, this when somebody asks."""
        now = datetime.now(UTC)
        with self._lock:
            if self.status == "PENDING_VALIDATION":
                for domain in self.domains:
                    domain.look(now)
                if all(domain.validated for domain in self.domains):
                    self._issue(now, now + _LIFETIME)
                elif now - self.created_at > _PATIENCE:
                    self.status = "VALIDATION_TIMED_OUT"
            if self._issued is not None:
                expired = self._issued.not_valid_after_utc <= now
                self.status = "EXPIRED" if expired else "ISSUED"
            if self._change and self._change.is_pending:
                self._advance_change(self._change, now)
            if self._renewal == "PENDING_VALIDATION":
                self._renew(now)

    def age(self, by: timedelta) -> None:
        """Let the request be older, and the change that is under way."""
        self.created_at -= by
        for domain in self.domains:
            domain.record_at -= by
        if self._change:
            self._change.age(by)

    def change_to_dns(self, record_delay: timedelta) -> None:
        """From e-mail to DNS validation; e-mail stays the method until every record is there."""
        with self._lock:
            self._change = acm_method_change.begin(
                self.arn, self.status, self.domains, self._change, datetime.now(UTC), record_delay
            )

    def approve(self) -> None:
        """A person follows the link in the e-mail about each name."""
        with self._lock:
            for domain in (*self.domains, *self._renewal_domains):
                domain.validated |= domain.method == "EMAIL"

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
            self._renewal_domains = [domain.again(now) for domain in self.domains]
            self._renewal_at = now
            self._renew(now)

    def _renew(self, now: datetime) -> None:
        before = sum(domain.validated for domain in self._renewal_domains)
        for domain in self._renewal_domains:
            domain.look(now)
        if all(domain.validated for domain in self._renewal_domains):
            self._issue(now, now + _LIFETIME)
            self._renewal, self._renewal_at = "SUCCESS", now
        elif sum(domain.validated for domain in self._renewal_domains) > before:
            self._renewal_at = now

    def _advance_change(self, change: MethodChange, now: datetime) -> None:
        change.advance(now, _PATIENCE, self.status == "ISSUED")
        if change.status == "SUCCESS":
            self.domains = change.domains
            if self._renewal == "PENDING_VALIDATION":
                # It waited for an answer by e-mail, and goes on with the records.
                self._renewal_domains = [domain.again(now) for domain in self.domains]

    def _issue(self, now: datetime, end: datetime) -> None:
        names = [domain.name for domain in self.domains]
        made = _ca().issue(
            names,
            self._algorithm,
            expires_in=end - now,
            lifetime=min(_LIFETIME, max(end - now, timedelta()) + timedelta(hours=1)),
            common_name=self.common_name,
            organization=None,
            client_auth=True,
        )
        self._issued, self._issued_at = made.parsed, self._issued_at or now
        self.cert, self.key, self.chain = made.certificate, made.private_key, made.chain
        self.status = "ISSUED"

    def _common(self) -> dict:
        eligible = self.status == "ISSUED" and self.in_use_by
        common = {
            "CertificateArn": self.arn,
            "DomainName": self.common_name,
            "Status": self.status,
            "Type": self.type,
            "KeyAlgorithm": shown_algorithm(self._algorithm),
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
        detail = self._common() | {
            "SubjectAlternativeNames": [domain.name for domain in self.domains],
            "DomainValidationOptions": [it.shown(self._waiting) for it in self.domains],
            "Subject": f"CN={self.common_name}",
            "Issuer": "Amazon",
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
                    it.shown("PENDING_VALIDATION") for it in self._renewal_domains
                ],
                "UpdatedAt": self._renewal_at,
            }
        if self._change:
            detail["UpdateSummary"] = self._change.summary()
        return detail

    def domain_validations(self) -> list[dict]:
        """What ListCertificateDomainValidations answers."""
        shown = [
            {
                "DomainName": domain.name,
                "ActiveValidationConfiguration": domain.configuration(self._waiting),
            }
            for domain in self.domains
        ]
        if self._change and self._change.is_pending:
            for summary, domain in zip(shown, self._change.domains, strict=True):
                requested = domain.configuration("PENDING_VALIDATION")
                summary["RequestedValidationConfiguration"] = requested
        return shown

    @property
    def _waiting(self) -> str:
        """The status of a name without proof."""
        return "FAILED" if self.status == "VALIDATION_TIMED_OUT" else "PENDING_VALIDATION"

    def summary(self) -> dict:
        """What ListCertificates answers."""
        names = [domain.name for domain in self.domains]
        return self._common() | {
            "SubjectAlternativeNameSummaries": names[:_SUMMARY_NAMES],
            "HasAdditionalSubjectAlternativeNames": len(names) > _SUMMARY_NAMES,
            "KeyUsages": self._key_usages(),
            "ExtendedKeyUsages": list(self._extended_key_usages().values()),
            "ExportOption": self.cert_options.get("Export") or "DISABLED",
            "InUse": bool(self.in_use_by),
            "Exported": False,
        }

    def _key_usages(self) -> list[str]:
        return facts.key_usages(self._issued) if self._issued is not None else []

    def _extended_key_usages(self) -> dict[str, str]:
        return facts.extended_key_usages(self._issued) if self._issued is not None else {}
