"""One name of a requested certificate: what has to prove it, and whether that is there.

Sources: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html and email-validation.html,
https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidation.html and
API_ValidationConfiguration.html.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from . import public_dns

_MAILBOXES = ("administrator", "hostmaster", "postmaster", "webmaster", "admin")


@dataclass
class Domain:
    """One name of a request, and how far its validation has come."""

    name: str
    account_id: str
    method: str
    record_at: datetime
    validated: bool = False
    validation_domain: str | None = None

    @property
    def base(self) -> str:
        """The name that the record is about: a wildcard's is that of its apex."""
        return self.name.removeprefix("*.")

    def again(self, now: datetime, method: str | None = None) -> Domain:
        """The same name, to be validated once more."""
        return Domain(
            self.name, self.account_id, method or self.method, now, False, self.validation_domain
        )

    def look(self, now: datetime) -> None:
        """Find the record in the DNS; an answer to an e-mail is a person's."""
        if self.method == "DNS" and not self.validated and self.record_at <= now:
            self.validated = public_dns.has_cname(*self._cname())

    def shown(self, waiting: str) -> dict:
        """As DescribeCertificate shows it: DomainValidation."""
        shown = {
            "DomainName": self.name,
            "ValidationDomain": self.validation_domain or self.name,
            "ValidationStatus": self._status(waiting),
            "ValidationMethod": self.method,
        }
        if self.method == "EMAIL":
            shown["ValidationEmails"] = self._emails()
        elif record := self._record():
            shown["ResourceRecord"] = record
        return shown

    def configuration(self, waiting: str) -> dict:
        """As ListCertificateDomainValidations shows it: ValidationConfiguration."""
        shown: dict = {
            "ValidationMethod": self.method,
            "ValidationStatus": self._status(waiting),
        }
        if self.method == "EMAIL":
            challenge = {
                "ValidationDomain": self.validation_domain or self.name,
                "ValidationEmails": self._emails(),
            }
            shown["ValidationChallenge"] = {"EmailValidationChallenge": challenge}
        elif record := self._record():
            # Without a record yet there is no challenge; that this is so on AWS is unverified.
            shown["ValidationChallenge"] = {"DnsValidationChallenge": {"ResourceRecord": record}}
        return shown

    def _status(self, waiting: str) -> str:
        return "SUCCESS" if self.validated else waiting

    def _emails(self) -> list[str]:
        """None at first (recorded from AWS: LocalStack's snapshot of test_domain_validation, 2025-10-14)."""
        if not self.validated and self.record_at > datetime.now(UTC):
            return []
        base = self.validation_domain or self.base
        return [f"{mailbox}@{base}" for mailbox in _MAILBOXES]

    def _record(self) -> dict | None:
        if self.method != "DNS" or self.record_at > datetime.now(UTC):
            return None
        name, value = self._cname()
        return {"Name": name, "Type": "CNAME", "Value": value}

    def _cname(self) -> tuple[str, str]:
        """Name and value of the CNAME: always the same for an account and a domain."""

        def token(what: str) -> str:
            return hashlib.sha256(f"{what} {self.account_id} {self.base}".encode()).hexdigest()

        letters = token("letters").translate(str.maketrans("0123456789", "ghijklmnop"))
        name = f"_{token('name')[:32]}.{self.base}."
        return name, f"_{token('value')[:32]}.{letters[:10]}.acm-validations.aws."


def spread(now: datetime, delay: timedelta, count: int) -> list[datetime]:
    """When the names get their records: one after the other."""
    return [now + delay * (1 + number / count) for number in range(count)]
