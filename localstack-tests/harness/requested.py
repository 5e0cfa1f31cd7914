"""Certificates requested from ACM: the request, its event, and how far it has come."""

from __future__ import annotations

from typing import Any

from . import certificates, events
from .backend import Backend
from .certificates import as_tags
from .subscribers import wait_for

_LOAD_BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:000000000000:loadbalancer/app/web/1"


def request(
    backend: Backend, names: list[str], *, tags: dict[str, str] | None = None, method: str = "DNS"
) -> str:
    """Call RequestCertificate; the ARN."""
    more: dict[str, Any] = {"SubjectAlternativeNames": names[1:]} if names[1:] else {}
    if tags:
        more["Tags"] = as_tags(tags)
    return backend.client("acm").request_certificate(
        DomainName=names[0], ValidationMethod=method, **more
    )["CertificateArn"]


def announce(backend: Backend, arn: str, names: list[str]) -> None:
    """Put the event that CloudTrail sends of the request."""
    events.put(backend, [events.certificate_requested(backend, arn, names)])


def detail(backend: Backend, arn: str) -> dict[str, Any]:
    """What DescribeCertificate answers."""
    return backend.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]


def status(backend: Backend, arn: str) -> str:
    """`PENDING_VALIDATION`, `ISSUED` and so on."""
    return detail(backend, arn)["Status"]


def records(backend: Backend, arn: str) -> dict[str, str]:
    """The CNAMEs that ACM looks for: name to value, once all names have theirs."""

    def all_there() -> dict[str, str] | None:
        options = detail(backend, arn)["DomainValidationOptions"]
        if not all("ResourceRecord" in option for option in options):
            return None
        found = [option["ResourceRecord"] for option in options]
        return {record["Name"]: record["Value"] for record in found}

    return wait_for("a record for each name", all_there)


def wait_until_issued(backend: Backend, arn: str, seconds: float = 30.0) -> None:
    """TimeoutError when ACM does not issue it."""
    wait_for(f"the issuance of {arn}", lambda: status(backend, arn) == "ISSUED", seconds)


def set_record_delay(backend: Backend, seconds: float) -> None:
    """How long the records of later requests are missing, where that can be set."""
    if backend.simulated:
        backend.control("PUT", "record-delay", {"seconds": seconds})


def raise_name_quota(backend: Backend, names: int) -> None:
    """Let AWS allow so many names on a certificate; at first there are 10."""
    if backend.simulated:
        backend.control("PUT", "name-quota", {"names": names} | backend.place)


def renew(backend: Backend, arn: str, days_left: int) -> None:
    """Let a certificate be in use and expire in this many days, and ACM try to renew it now."""
    # ACM renews what is in use: https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html.
    certificates.set_in_use(backend, arn, [_LOAD_BALANCER])
    backend.control("PUT", "days-left", {"certificateArn": arn, "days": days_left})
    backend.control("PUT", "renewal", {"certificateArn": arn})


def find(backend: Backend, name: str) -> str:
    """The certificate that somebody requested for a name, as soon as it is there."""

    def found() -> str | None:
        pages = backend.client("acm").get_paginator("list_certificates").paginate()
        summaries = [item for page in pages for item in page["CertificateSummaryList"]]
        return next(
            (item["CertificateArn"] for item in summaries if item.get("DomainName") == name), None
        )

    return wait_for(f"a certificate for {name}", found)


def wait_for_stack(backend: Backend, name: str, seconds: float = 30.0) -> None:
    """Until a stack is complete."""

    def complete() -> bool:
        stacks = backend.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return stacks[0]["StackStatus"] == "CREATE_COMPLETE"

    wait_for(f"the end of the creation of the stack {name}", complete, seconds)


def approve(backend: Backend, arn: str) -> None:
    """Answer the e-mails that ask for a certificate."""
    backend.control("PUT", "mail-answer", {"certificateArn": arn})


def use_dns(backend: Backend, arn: str) -> None:
    """Ask for the change from e-mail to DNS validation."""
    backend.client("acm").update_certificate_options(
        CertificateArn=arn, Options={"ValidationMethod": "DNS"}
    )


def domain_validations(backend: Backend, arn: str) -> list[dict[str, Any]]:
    """What ListCertificateDomainValidations answers."""
    answer = backend.client("acm").list_certificate_domain_validations(CertificateArn=arn)
    return answer["DomainValidationSummaryList"]


def records_of_change(backend: Backend, arn: str) -> dict[str, str]:
    """The CNAMEs that a change to DNS validation waits for, once all names have theirs."""

    def all_there() -> dict[str, str] | None:
        found = [
            summary["RequestedValidationConfiguration"].get("ValidationChallenge")
            for summary in domain_validations(backend, arn)
        ]
        if not all(found):
            return None
        records = [challenge["DnsValidationChallenge"]["ResourceRecord"] for challenge in found]
        return {record["Name"]: record["Value"] for record in records}

    return wait_for("a record for each name", all_there)


def methods(backend: Backend, arn: str) -> set[str]:
    """The methods by which a certificate's names are validated."""
    options = detail(backend, arn)["DomainValidationOptions"]
    return {option["ValidationMethod"] for option in options}


def wait_until_changed(backend: Backend, arn: str, seconds: float = 30.0) -> None:
    """Until a change to DNS validation is complete."""

    def complete() -> bool:
        return detail(backend, arn)["UpdateSummary"]["Status"] == "SUCCESS"

    wait_for(f"the change of {arn}", complete, seconds)
