"""infra/policies.py: its service control policies allow what shared/grants grants, as IAM would decide."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from harness import organization as accounts
from harness import paths
from harness.policies import Policy, Request, allowed

sys.path.insert(0, str(paths.TEMPLATE.parent))
from prevention import documents, grants, service_control  # noqa: E402
from prevention.service_control import Options  # noqa: E402

ANYTHING: Policy = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
CASES = json.loads((paths.PROJECT / "shared" / "grants" / "tests" / "name-cases.json").read_text())
CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12"
OTHER = CERTIFICATE.replace("0f3c", "1f3c")
CA = "arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/4d215512-45b4-4243-997a-459a60c7ee0f"
OPERATORS = "arn:aws:iam::*:role/CertificateOperators"


def levels(written: dict[str, Any], options: Options = Options()) -> list[Policy]:
    """What is attached: these grants' policies beside FullAWSAccess."""
    found = service_control.policies(grants.parse(written).names, options)
    return [ANYTHING + [statement for text in found for statement in json.loads(text)["Statement"]]]


def may(action: str, scps: list[Policy], by: str = "/Administrator", **context: Any) -> bool:
    """Whether a role that may do everything may do this."""
    known = accounts.caller(by, accounts.SPOKE) | {key.replace("__", ":"): value for key, value in context.items()}
    return allowed(Request(action, "*", known), ANYTHING, scps=scps)


def may_request(scps: list[Policy], *names: str, by: str = "/Administrator", **more: Any) -> bool:
    """A public certificate, validated by DNS."""
    context = {"acm__DomainNames": list(names), "acm__ValidationMethod": "DNS"} | more
    return may("acm:RequestCertificate", scps, by, **context)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']} by {','.join(case['domains'])}")
def test_names_are_requested_as_they_are_granted(case: dict[str, Any]) -> None:
    """ACM's names have no trailing dot, and its own answers are in lower case. In another case no name gets through that is
    not granted; one that is may be refused, since patterns of IAM distinguish."""
    scps = levels({"domains": case["domains"]})
    assert may_request(scps, case["name"].rstrip(".").lower()) is case["granted"]
    assert case["granted"] or not may_request(scps, case["name"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']} by {','.join(case['domains'])}")
def test_names_are_exported_as_they_are_granted(case: dict[str, Any]) -> None:
    scps = levels({"domains": ["*"], "exportableDomains": case["domains"]})
    name = case["name"].rstrip(".").lower()
    assert may("acm:ExportCertificate", scps, acm__DomainNames=[name]) is case["granted"]
    assert may_request(scps, name, acm__Export="ENABLED") is case["granted"]
    assert may_request(scps, name) and may_request(scps, name, acm__Export="DISABLED")


def test_the_guards_own_name_cases_are_many() -> None:
    assert {case["granted"] for case in CASES} == {True, False} and len(CASES) > 40


SEVERAL = [
    (["example.com"], True),
    (["example.com", "www.example.com", "*.example.com"], True),
    (["example.com", "example.net"], True),
    (["example.com", "evil.example"], False),
    (["evil.example", "example.com"], False),
    (["*.example.com", "*.example"], False),
    (["example.com"] * 99 + ["badexample.com"], False),
]


@pytest.mark.parametrize(("names", "granted"), SEVERAL)
def test_one_name_outside_is_enough(names: list[str], granted: bool) -> None:
    written = {"domains": ["example.com", "example.net"], "exportableDomains": ["example.com", "example.net"]}
    scps = levels(written)
    assert may_request(scps, *names) is granted
    assert may("acm:ExportCertificate", scps, acm__DomainNames=names) is granted


def test_a_call_without_names_is_refused() -> None:
    """Where ACM did not tell IAM the names, every ForAnyValue would be false, and nothing denied."""
    scps = levels({"domains": ["example.com"], "exportableDomains": ["example.com"]})
    assert not may("acm:RequestCertificate", scps, acm__ValidationMethod="DNS")
    assert not may("acm:ExportCertificate", scps)


VALIDATION = [
    ({"acm__ValidationMethod": "DNS"}, True),
    ({"acm__ValidationMethod": "EMAIL"}, False),
    ({"acm__ValidationMethod": "HTTP"}, False),
    # ACM then validates by e-mail, and IAM may know of it or not.
    ({}, False),
    # Nothing is validated for a private certificate.
    ({"acm__CertificateAuthority": CA}, True),
    ({"acm__CertificateAuthority": CA, "acm__ValidationMethod": "EMAIL"}, True),
    ({"acm__CertificateAuthority": "", "acm__ValidationMethod": "EMAIL"}, False),
]


@pytest.mark.parametrize(("context", "validated"), VALIDATION)
@pytest.mark.parametrize("domains", [["example.com"], ["*"]])
def test_public_certificates_are_validated_by_dns(domains: list[str], context: dict[str, str], validated: bool) -> None:
    scps = levels({"domains": domains})
    assert may("acm:RequestCertificate", scps, acm__DomainNames=["example.com"], **context) is validated
    assert not may("acm:RequestCertificate", levels({}), acm__DomainNames=["example.com"], **context)


EXPORTS = [
    # domains, exportable, name, exported
    (["example.com"], [], "example.com", False),
    (["example.com"], ["example.com"], "www.example.com", True),
    (["example.com"], ["devices.example.com"], "example.com", False),
    (["example.com"], ["devices.example.com"], "a.devices.example.com", True),
    # They have to be among the domains too.
    (["example.com"], ["example.net"], "example.net", False),
    (["example.com"], ["badexample.com"], "badexample.com", False),
    (["devices.example.com"], ["example.com"], "example.com", False),
    (["devices.example.com"], ["example.com"], "devices.example.com", True),
    (["example.com"], ["*"], "www.example.com", True),
    (["example.com"], ["*"], "example.net", False),
    (["*"], ["*"], "example.net", True),
    ([], ["*"], "example.net", False),
]


@pytest.mark.parametrize(("domains", "exportable", "name", "exported"), EXPORTS)
def test_keys_leave_for_exportable_domains_only(domains: list[str], exportable: list[str], name: str, exported: bool) -> None:
    scps = levels({"domains": domains, "exportableDomains": exportable})
    assert may("acm:ExportCertificate", scps, acm__DomainNames=[name]) is exported
    assert may_request(scps, name, acm__Export="ENABLED") is exported


def test_what_needs_no_grant_is_not_touched() -> None:
    scps = levels({}, Options(protected=(CERTIFICATE,)))
    for action in ("acm:DescribeCertificate", "acm:ImportCertificate", "acm:RenewCertificate", "ec2:RunInstances", "kms:CreateGrant"):
        assert may(action, scps), action


def test_who_is_excepted_is_bound_by_nothing() -> None:
    scps = levels({}, Options(excepted=(OPERATORS,), protected=(CERTIFICATE,)))
    context = {"kms__EncryptionContext__aws__acm__arn": CERTIFICATE}
    for by, free in (("/CertificateOperators", True), ("/MyCertificateOperators", False), ("/x/CertificateOperators", False)):
        assert may_request(scps, "example.net", by=by, acm__Export="ENABLED", acm__ValidationMethod="EMAIL") is free
        assert may("acm:ExportCertificate", scps, by) is free
        assert may("kms:CreateGrant", scps, by, **context) is free
    # The functions neither request nor export.
    own = "/acm-autopilot/dns-validation/x"
    assert not may_request(scps, "example.net", by=own) and not may("acm:ExportCertificate", scps, own)
    assert may("kms:CreateGrant", scps, own, **context)


def test_a_protected_certificate_cannot_be_attached() -> None:
    scps = levels({"domains": ["*"]}, Options(protected=(CERTIFICATE,)))
    for certificate, attached in ((CERTIFICATE, False), (OTHER, True)):
        assert may("kms:CreateGrant", scps, kms__EncryptionContext__aws__acm__arn=certificate) is attached
    assert may("kms:CreateGrant", scps), "keys that have nothing to do with certificates"
    assert may("kms:CreateGrant", levels({}), kms__EncryptionContext__aws__acm__arn=CERTIFICATE)


def test_many_protected_certificates_are_shared_out() -> None:
    many = tuple(f"{CERTIFICATE[:-3]}{number:03}" for number in range(100))
    names = grants.parse({"domains": ["example.com"]}).names
    found = service_control.policies(names, Options(protected=many))
    assert 1 < len(found) <= documents.MOST_POLICIES and all(len(text) <= 5120 for text in found)
    scps = [ANYTHING + json.loads(text)["Statement"] for text in found]
    assert not any(may("kms:CreateGrant", scps, kms__EncryptionContext__aws__acm__arn=one) for one in many)
    assert may("kms:CreateGrant", scps, kms__EncryptionContext__aws__acm__arn=OTHER)
    with pytest.raises(grants.Invalid, match="6 policies would be needed, and 4 can be attached"):
        service_control.policies(names, Options(protected=tuple(f"{CERTIFICATE[:-3]}{number}" for number in range(100, 400))))


def test_statements_are_shared_out_and_a_list_of_domains_is_not() -> None:
    domains = [f"department-{number}.example.com" for number in range(60)]
    names = grants.parse({"domains": domains, "exportableDomains": domains}).names
    found = service_control.policies(names, Options())
    assert len(found) > 1 and all(len(text) <= 5120 for text in found)
    scps = [ANYTHING + json.loads(text)["Statement"] for text in found]
    assert all(may_request(scps, domain, acm__Export="ENABLED") for domain in domains)
    assert not may_request(scps, "example.com")

    more = grants.parse({"domains": [f"department-{number}.example.com" for number in range(120)]}).names
    with pytest.raises(grants.Invalid, match=r"RequestOtherNames needs 7,\d+ characters, and a policy has 5,120; .*--characters 10240"):
        service_control.policies(more, Options())
    (one,) = service_control.policies(more, Options(most=10240))
    assert 5120 < len(one) <= 10240
    with pytest.raises(grants.Invalid, match="grant a common parent of the domains, or let fewer accounts share them$"):
        service_control.policies(grants.parse({"domains": [f"d{it}.example.com" for it in range(500)]}).names, Options(most=10240))


def test_a_value_that_fits_nowhere_makes_no_statement_without_values() -> None:
    """A denial without certificates would be about none, or about all."""
    made = list(documents.parts(lambda values: {"Resource": values}, [CERTIFICATE, OTHER], 10))
    assert made == [{"Resource": [CERTIFICATE]}, {"Resource": [OTHER]}]


def test_equal_grants_make_equal_policies() -> None:
    one = grants.parse({"domains": ["example.com", "www.example.com", "EXAMPLE.com."]})
    assert one.names == grants.parse({"domains": ["example.com"], "exportableDomains": ["example.net"]}).names


def test_every_sid_is_one_that_iam_takes() -> None:
    written = {"domains": ["example.com"], "exportableDomains": ["example.com"]}
    sids = [one["Sid"] for level in levels(written, Options(protected=(CERTIFICATE,))) for one in level if "Sid" in one]
    assert len(set(sids)) == len(sids) == 8 and all(sid.isalnum() and sid.isascii() for sid in sids)
