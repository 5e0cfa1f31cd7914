"""The emulator's ACM issues what was requested when the proof is in Route 53, and not before."""

from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError

from harness import certificates, requested
from harness.backend import Backend
from harness.zones import Zone

pytestmark = pytest.mark.usefixtures("records_at_once")


def put_all(zone: Zone, records: dict[str, str]) -> None:
    """Every record."""
    for name, value in records.items():
        zone.put(name, "CNAME", value)


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    """The error code."""
    return caught.value.response["Error"]["Code"]


def test_apex_and_wildcard_share_a_record_that_is_always_the_same(
    own_backend: Backend, domain: str
) -> None:
    first = requested.request(own_backend, [domain, f"*.{domain}"])
    second = requested.request(own_backend, [f"*.{domain}"])
    elsewhere = Backend(own_backend.endpoint, own_backend.pca_endpoint, "eu-west-1", own=True)
    third = requested.request(elsewhere, [domain])
    records = requested.records(own_backend, first)
    assert len(records) == 1
    assert records == requested.records(own_backend, second) == requested.records(elsewhere, third)
    ((name, value),) = records.items()
    assert name.endswith(f".{domain}.")
    assert value.endswith(".acm-validations.aws.")

    other_account = own_backend.in_account("111122223333")
    other = requested.records(other_account, requested.request(other_account, [domain]))
    assert set(other) != set(records)


def test_records_are_missing_at_first_and_come_one_after_the_other(
    own_backend: Backend, domain: str
) -> None:
    requested.set_record_delay(own_backend, 0.6)
    arn = requested.request(own_backend, [domain, f"www.{domain}"])
    seen = []
    end = time.monotonic() + 10
    while (not seen or seen[-1] < 2) and time.monotonic() < end:
        options = requested.detail(own_backend, arn)["DomainValidationOptions"]
        seen.append(sum("ResourceRecord" in option for option in options))
    assert sorted(set(seen)) == [0, 1, 2]
    assert seen == sorted(seen)


def test_it_is_issued_when_every_record_is_there(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.request(own_backend, [domain, f"*.{domain}", f"www.{domain}"])
    records = requested.records(own_backend, arn)
    assert len(records) == 2
    first, second = records
    zone.put(first, "CNAME", records[first])
    detail = requested.detail(own_backend, arn)
    assert detail["Status"] == "PENDING_VALIDATION"
    statuses = [item["ValidationStatus"] for item in detail["DomainValidationOptions"]]
    assert statuses == ["SUCCESS", "SUCCESS", "PENDING_VALIDATION"]
    assert "NotAfter" not in detail
    with pytest.raises(ClientError) as caught:
        own_backend.client("acm").get_certificate(CertificateArn=arn)
    assert code_of(caught) == "RequestInProgressException"

    zone.put(second, "CNAME", records[second])
    detail = requested.detail(own_backend, arn)
    assert detail["Status"] == "ISSUED"
    assert (detail["NotAfter"] - detail["NotBefore"]).days == 198
    assert certificates.present(own_backend, arn).parsed


@pytest.mark.parametrize("wrong", ["another value", "a private zone", "the parent of a zone"])
def test_it_is_not_issued_for_what_is_no_proof(
    own_backend: Backend, domain: str, wrong: str
) -> None:
    zone = Zone.create(own_backend, domain, private=wrong == "a private zone")
    name = f"sub.{domain}"
    if wrong == "the parent of a zone":
        Zone.create(own_backend, name)
    arn = requested.request(own_backend, [name])
    ((record, value),) = requested.records(own_backend, arn).items()
    zone.put(record, "CNAME", f"x{value}" if wrong == "another value" else value)
    assert requested.status(own_backend, arn) == "PENDING_VALIDATION"


def test_dots_and_case_make_no_difference(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.request(own_backend, [domain.upper()])
    ((name, value),) = requested.records(own_backend, arn).items()
    assert name == name.lower()
    zone.put(name.rstrip("."), "CNAME", value.rstrip("."))
    assert requested.status(own_backend, arn) == "ISSUED"


def test_a_zone_of_another_account_is_as_good(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend.in_account("111122223333"), domain)
    arn = requested.request(own_backend, [domain])
    put_all(zone, requested.records(own_backend, arn))
    assert requested.status(own_backend, arn) == "ISSUED"


def test_acm_gives_up_after_72_hours(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.request(own_backend, [domain])
    records = requested.records(own_backend, arn)
    requested.age(own_backend, arn, 71)
    assert requested.status(own_backend, arn) == "PENDING_VALIDATION"
    requested.age(own_backend, arn, 2)
    assert requested.status(own_backend, arn) == "VALIDATION_TIMED_OUT"
    put_all(zone, records)
    assert requested.status(own_backend, arn) == "VALIDATION_TIMED_OUT"


def test_email_waits_for_a_person(own_backend: Backend, domain: str) -> None:
    arn = requested.request(own_backend, [domain], method="EMAIL")
    # The addresses are missing at first, as records are.
    requested.age(own_backend, arn, 1)
    (option,) = requested.detail(own_backend, arn)["DomainValidationOptions"]
    assert f"hostmaster@{domain}" in option["ValidationEmails"]
    assert "ResourceRecord" not in option

    requested.approve(own_backend, arn)
    detail = requested.detail(own_backend, arn)
    assert detail["Status"] == "ISSUED"
    assert "UpdateSummary" not in detail


def test_one_token_is_one_certificate(own_backend: Backend, domain: str) -> None:
    request = own_backend.client("acm").request_certificate
    same = {"DomainName": domain, "ValidationMethod": "DNS", "IdempotencyToken": "once"}
    arn = request(**same)["CertificateArn"]
    assert request(**same)["CertificateArn"] == arn
    assert request(**same | {"DomainName": f"www.{domain}"})["CertificateArn"] != arn


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no-dot", "ValidationException"),
        ("größe.example", "ValidationException"),
        (f"{'a' * 60}.example", "InvalidDomainValidationOptionsException"),
    ],
)
def test_names_have_to_be_domain_names(own_backend: Backend, name: str, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        requested.request(own_backend, [name])
    assert code_of(caught) == code


def test_a_renewal_needs_the_record_again(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    arn = requested.request(own_backend, [domain, f"www.{domain}"])
    records = requested.records(own_backend, arn)
    put_all(zone, records)
    requested.wait_until_issued(own_backend, arn)
    gone = f"www.{domain}."
    name = next(name for name in records if name.endswith(gone))
    zone.remove(name)

    requested.renew(own_backend, arn, days_left=20)
    detail = requested.detail(own_backend, arn)
    assert detail["Status"] == "ISSUED"
    assert detail["RenewalSummary"]["RenewalStatus"] == "PENDING_VALIDATION"
    waiting = {
        option["DomainName"]: option["ValidationStatus"]
        for option in detail["RenewalSummary"]["DomainValidationOptions"]
    }
    assert waiting == {domain: "SUCCESS", f"www.{domain}": "PENDING_VALIDATION"}

    zone.put(name, "CNAME", records[name])
    renewed = requested.detail(own_backend, arn)
    assert renewed["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert renewed["Serial"] != detail["Serial"]
    assert renewed["NotAfter"] > detail["NotAfter"]


def test_a_stack_waits_for_its_certificate(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    cloudformation = own_backend.client("cloudformation")
    name = domain.partition(".")[0]
    certificate = {
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": {"DomainName": domain, "ValidationMethod": "DNS"},
    }
    template = {
        "Resources": {"Certificate": certificate},
        "Outputs": {"Arn": {"Value": {"Ref": "Certificate"}}},
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def stack() -> dict:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    arn = requested.find(own_backend, domain)
    # Long enough for a second look of CloudFormation's.
    time.sleep(1.5)
    assert stack()["StackStatus"] == "CREATE_IN_PROGRESS"
    put_all(zone, requested.records(own_backend, arn))
    requested.wait_for_stack(own_backend, name)
    assert stack()["Outputs"][0]["OutputValue"] == arn
