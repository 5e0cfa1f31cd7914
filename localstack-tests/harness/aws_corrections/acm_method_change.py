"""The change of a certificate from e-mail to DNS validation.

Sources: https://docs.aws.amazon.com/acm/latest/userguide/email-to-dns-migration.html,
https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html,
API_UpdateSummary.html and API_ListCertificateDomainValidations.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import acm_rules as rules
from .acm_domain import Domain, spread

_METHODS = ("EMAIL", "DNS", "HTTP")
_LARGEST_PAGE = 1000
_PENDING = "PENDING_DOMAIN_VALIDATION"


@dataclass
class MethodChange:
    """The newest change, under way or over."""

    requested_at: datetime
    updated_at: datetime
    # The names as DNS is to validate them.
    domains: list[Domain]
    status: str = _PENDING

    @property
    def is_pending(self) -> bool:
        """Whether ACM still looks for the records."""
        return self.status == _PENDING

    def advance(self, now: datetime, patience: timedelta, is_issued: bool) -> None:
        """Look for the records; the user guide: it is complete with every domain's, and expires
        after 72 hours. That it fails when the certificate does not stay issued is unverified.
        """
        for domain in self.domains:
            domain.look(now)
        if is_issued and all(domain.validated for domain in self.domains):
            self.status, self.updated_at = "SUCCESS", now
        elif not is_issued or now - self.requested_at >= patience:
            self.status, self.updated_at = "FAILED", now

    def age(self, by: timedelta) -> None:
        """Let it have been requested earlier."""
        self.requested_at -= by
        for domain in self.domains:
            domain.record_at -= by

    def summary(self) -> dict:
        """UpdateSummary."""
        return {
            "Status": self.status,
            "Type": "DOMAIN_VALIDATION_METHOD",
            "DomainValidationMethodUpdateSummary": {"From": "EMAIL", "To": "DNS"},
            "RequestedAt": self.requested_at,
            "UpdatedAt": self.updated_at,
        }


def begin(
    arn: str,
    status: str,
    domains: list[Domain],
    before: MethodChange | None,
    now: datetime,
    record_delay: timedelta,
) -> MethodChange:
    """The user guide's "Migration eligibility": issued, validated by e-mail, no other change under way.

    Which errors the first two conditions have is unverified.
    """
    if all(domain.method != "EMAIL" for domain in domains):
        raise not_by_email()
    if status != "ISSUED":
        raise rules.Refused("InvalidStateException", f"{arn} is not issued.")
    if before and before.is_pending:
        raise rules.Refused("ConflictException", f"{arn} is being updated.")
    times = spread(now, record_delay, len(domains))
    return MethodChange(
        now, now, [domain.again(at, "DNS") for domain, at in zip(domains, times, strict=True)]
    )


def not_by_email() -> rules.Refused:
    """The only change that there is."""
    return rules.Refused(
        "ValidationException", "The validation method can only be changed from EMAIL to DNS."
    )


def check_options(arn: str, options: dict | None, is_imported: bool, exportable: str) -> str | None:
    """The method that UpdateCertificateOptions asks for; the logging preference is without effect.

    Which error an imported certificate gets is unverified.
    """
    if options is None:
        raise rules.Refused("ValidationException", "Value null at 'options': must not be null.")
    if is_imported:
        raise rules.Refused("InvalidStateException", f"{arn} is imported.")
    if options.get("Export") not in (None, exportable):
        raise rules.Refused(
            "ValidationException", "Export cannot be changed after the certificate is created."
        )
    method = options.get("ValidationMethod")
    if method not in (None, *_METHODS):
        raise rules.Refused(
            "ValidationException",
            f"Value '{method}' at 'options.validationMethod' failed to satisfy constraint: "
            f"Member must satisfy enum value set: {list(_METHODS)}",
        )
    if method not in (None, "DNS"):
        raise not_by_email()
    return method


def page(arn: str, summaries: list[dict], request: dict) -> dict:
    """One page of ListCertificateDomainValidations; a token is good for its certificate only."""
    size, token = request.get("MaxItems"), request.get("NextToken")
    size = _LARGEST_PAGE if size is None else size
    if not 1 <= size <= _LARGEST_PAGE:
        raise rules.Refused("InvalidArgsException", f"MaxItems is 1 to {_LARGEST_PAGE}.")
    tokens = {f"{place} {arn}": place for place in range(1, len(summaries))}
    if token is not None and token not in tokens:
        raise rules.Refused("InvalidArgsException", "The NextToken is not valid.")
    start = tokens[token] if token is not None else 0
    answer: dict = {"DomainValidationSummaryList": summaries[start : start + size]}
    if start + size < len(summaries):
        answer["NextToken"] = f"{start + size} {arn}"
    return answer
