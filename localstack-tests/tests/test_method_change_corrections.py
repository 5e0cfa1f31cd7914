"""The emulator's ACM changes a certificate from e-mail to DNS validation as AWS documents it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from harness import certificates, private_ca, requested
from harness.backend import Backend
from harness.zones import Zone

pytestmark = pytest.mark.usefixtures("records_at_once")


def refused(call, **parameters) -> str:
    """The code of the error that a call must give."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def update(backend: Backend, arn: str, **options: str) -> str:
    """The code of the error that UpdateCertificateOptions must give."""
    call = backend.client("acm").update_certificate_options
    return refused(call, CertificateArn=arn, Options=options)


def waiting(backend: Backend, arn: str) -> dict[str, str]:
    """The status of each name of a change that is under way."""
    return {
        summary["DomainName"]: summary["RequestedValidationConfiguration"]["ValidationStatus"]
        for summary in requested.domain_validations(backend, arn)
    }


def test_email_stays_the_method_until_every_record_is_there(
    own_backend: Backend, domain: str
) -> None:
    zone = Zone.create(own_backend, domain)
    www = f"www.{domain}"
    arn = requested.issued_by_email(own_backend, [domain, f"*.{domain}", www])
    before = requested.detail(own_backend, arn)
    assert all(
        "RequestedValidationConfiguration" not in summary
        for summary in requested.domain_validations(own_backend, arn)
    )

    requested.use_dns(own_backend, arn)
    detail = requested.detail(own_backend, arn)
    assert detail["DomainValidationOptions"] == before["DomainValidationOptions"]
    summary = detail["UpdateSummary"]
    assert summary["Status"] == "PENDING_DOMAIN_VALIDATION"
    assert summary["Type"] == "DOMAIN_VALIDATION_METHOD"
    methods = summary["DomainValidationMethodUpdateSummary"]
    assert methods == {"From": "EMAIL", "To": "DNS"}
    assert summary["RequestedAt"] == summary["UpdatedAt"]
    for validation in requested.domain_validations(own_backend, arn):
        active = validation["ActiveValidationConfiguration"]
        assert (active["ValidationMethod"], active["ValidationStatus"]) == ("EMAIL", "SUCCESS")
        mail = active["ValidationChallenge"]["EmailValidationChallenge"]
        assert mail["ValidationEmails"]
        assert mail["ValidationDomain"] == validation["DomainName"]
        assert validation["RequestedValidationConfiguration"]["ValidationMethod"] == "DNS"

    records = requested.records_of_change(own_backend, arn)
    # A later request for the same names has the same records.
    other = requested.request(own_backend, [domain, www])
    assert records == requested.records(own_backend, other)
    first, second = sorted(records, key=len)
    zone.put(first, "CNAME", records[first])
    statuses = {domain: "SUCCESS", f"*.{domain}": "SUCCESS", www: "PENDING_VALIDATION"}
    assert waiting(own_backend, arn) == statuses
    assert requested.methods(own_backend, arn) == {"EMAIL"}

    zone.put(second, "CNAME", records[second])
    after = requested.detail(own_backend, arn)
    assert after["UpdateSummary"]["Status"] == "SUCCESS"
    assert requested.methods(own_backend, arn) == {"DNS"}
    assert requested.records(own_backend, arn) == records
    assert (after["Serial"], after["NotAfter"]) == (before["Serial"], before["NotAfter"])
    for validation in requested.domain_validations(own_backend, arn):
        assert "RequestedValidationConfiguration" not in validation
        active = validation["ActiveValidationConfiguration"]
        assert (active["ValidationMethod"], active["ValidationStatus"]) == ("DNS", "SUCCESS")


def test_the_records_are_missing_at_first(own_backend: Backend, domain: str) -> None:
    arn = requested.issued_by_email(own_backend, [domain])
    requested.set_record_delay(own_backend, 60)
    requested.use_dns(own_backend, arn)
    (summary,) = requested.domain_validations(own_backend, arn)
    assert summary["RequestedValidationConfiguration"] == {
        "ValidationMethod": "DNS",
        "ValidationStatus": "PENDING_VALIDATION",
    }
    requested.age(own_backend, arn, 1)
    assert requested.records_of_change(own_backend, arn)


def test_after_72_hours_it_is_over_and_may_be_asked_for_again(
    own_backend: Backend, domain: str
) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.issued_by_email(own_backend, [domain])
    requested.use_dns(own_backend, arn)
    ((name, value),) = requested.records_of_change(own_backend, arn).items()
    requested.age(own_backend, arn, 71)
    assert update(own_backend, arn, ValidationMethod="DNS") == "ConflictException"
    requested.age(own_backend, arn, 2)
    assert requested.detail(own_backend, arn)["UpdateSummary"]["Status"] == "FAILED"
    # What comes too late changes nothing.
    zone.put(name, "CNAME", value)
    detail = requested.detail(own_backend, arn)
    assert (detail["Status"], detail["UpdateSummary"]["Status"]) == ("ISSUED", "FAILED")
    assert requested.methods(own_backend, arn) == {"EMAIL"}
    (summary,) = requested.domain_validations(own_backend, arn)
    assert "RequestedValidationConfiguration" not in summary

    requested.use_dns(own_backend, arn)
    assert requested.detail(own_backend, arn)["UpdateSummary"]["Status"] == "SUCCESS"


def test_a_renewal_that_waited_for_an_answer_goes_on_with_the_records(
    own_backend: Backend, domain: str
) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.issued_by_email(own_backend, [domain])
    requested.renew(own_backend, arn, days_left=20)
    requested.use_dns(own_backend, arn)
    before = requested.detail(own_backend, arn)
    assert before["RenewalSummary"]["RenewalStatus"] == "PENDING_VALIDATION"
    ((name, value),) = requested.records_of_change(own_backend, arn).items()
    zone.put(name, "CNAME", value)
    after = requested.detail(own_backend, arn)
    assert after["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert after["NotAfter"] > before["NotAfter"]


def test_a_renewal_by_email_waits_for_a_person(own_backend: Backend, domain: str) -> None:
    arn = requested.issued_by_email(own_backend, [domain])
    requested.renew(own_backend, arn, days_left=20)
    waits = requested.detail(own_backend, arn)["RenewalSummary"]["RenewalStatus"]
    assert waits == "PENDING_VALIDATION"
    requested.approve(own_backend, arn)
    renewed = requested.detail(own_backend, arn)["RenewalSummary"]["RenewalStatus"]
    assert renewed == "SUCCESS"


def test_only_an_issued_public_certificate_that_is_validated_by_email_changes(
    own_backend: Backend, domain: str, local_ca: certificates.LocalCa
) -> None:
    imported = certificates.import_certificate(own_backend, local_ca.issue([domain]), {})
    by_dns = requested.request(own_backend, [domain])
    pending = requested.request(own_backend, [domain], method="EMAIL")
    expired = requested.issued_by_email(own_backend, [domain])
    requested.renew(own_backend, expired, days_left=-1)
    for arn, code in [
        (imported, "InvalidStateException"),
        (by_dns, "ValidationException"),
        (pending, "InvalidStateException"),
        (expired, "InvalidStateException"),
    ]:
        assert update(own_backend, arn, ValidationMethod="DNS") == code
    assert "UpdateSummary" not in requested.detail(own_backend, pending)


def test_of_a_private_certificate_nothing_changes(own_backend: Backend, domain: str) -> None:
    acm = own_backend.client("acm")
    ca = private_ca.create_root_ca(own_backend, "Example Corporation Root CA")
    arn = acm.request_certificate(DomainName=domain, CertificateAuthorityArn=ca)["CertificateArn"]
    assert update(own_backend, arn, ValidationMethod="DNS") == "ValidationException"
    acm.update_certificate_options(CertificateArn=arn, Options={"Export": "DISABLED"})
    assert requested.domain_validations(own_backend, arn) == []


def test_options_are_checked(own_backend: Backend, domain: str) -> None:
    arn = requested.issued_by_email(own_backend, [domain])
    for options in (
        {"Export": "ENABLED"},
        {"ValidationMethod": "EMAIL"},
        {"ValidationMethod": "HTTP"},
        {"ValidationMethod": "PIGEON"},
    ):
        assert update(own_backend, arn, **options) == "ValidationException"
    own_backend.client("acm").update_certificate_options(
        CertificateArn=arn, Options={"CertificateTransparencyLoggingPreference": "DISABLED"}
    )
    assert "UpdateSummary" not in requested.detail(own_backend, arn)


def test_validations_come_in_pages_and_requests_for_them_are_checked(
    own_backend: Backend, domain: str, local_ca: certificates.LocalCa
) -> None:
    names = [domain, f"*.{domain}", f"www.{domain}"]
    arn = requested.issued_by_email(own_backend, names)
    other = requested.issued_by_email(own_backend, names)
    call = own_backend.client("acm").list_certificate_domain_validations
    first = call(CertificateArn=arn, MaxItems=2)
    token = first["NextToken"]
    second = call(CertificateArn=arn, MaxItems=2, NextToken=token)
    assert "NextToken" not in second
    pages = (first, second)
    found = [item["DomainName"] for page in pages for item in page["DomainValidationSummaryList"]]
    assert found == names

    missing = arn.rpartition("/")[0] + "/none"
    for parameters, code in [
        ({"CertificateArn": arn, "MaxItems": 1001}, "InvalidArgsException"),
        ({"CertificateArn": other, "NextToken": token}, "InvalidArgsException"),
        ({"CertificateArn": arn.replace(":certificate/", ":endpoint/")}, "InvalidArgsException"),
        ({"CertificateArn": missing}, "ResourceNotFoundException"),
    ]:
        assert refused(call, **parameters) == code
    imported = certificates.import_certificate(own_backend, local_ca.issue([domain]), {})
    assert requested.domain_validations(own_backend, imported) == []
