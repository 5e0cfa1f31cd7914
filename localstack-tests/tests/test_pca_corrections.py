"""The emulator's AWS Private CA issues as AWS does."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from harness import private_ca
from harness.aws_corrections import x509_facts
from harness.backend import Backend
from harness.certificates import general_name, new_key

TEMPLATE = "arn:aws:acm-pca:::template/"
NAMES = ["a.example.com", "*.b.example.com", "10.1.2.3", "mail:a@example.com", "uri:spiffe://a/b"]


@pytest.fixture(scope="module")
def ca(own_backend: Backend) -> str:
    """An active CA with an EC key."""
    return private_ca.create_root_ca(own_backend, "Corrections CA")


@pytest.fixture()
def pca(own_backend: Backend):
    """The client."""
    return own_backend.client("acm-pca")


def csr() -> bytes:
    """A request with names of every kind."""
    key = new_key("EC_prime256v1")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example.com")])
    names = x509.SubjectAlternativeName([general_name(name) for name in NAMES])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def issue(pca, ca: str, **more) -> str:
    """IssueCertificate with usual parameters, unless told otherwise."""
    arguments = {
        "CertificateAuthorityArn": ca,
        "Csr": csr(),
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": TEMPLATE + "EndEntityServerAuthCertificate/V1",
        "Validity": {"Type": "DAYS", "Value": 30},
    } | more
    return pca.issue_certificate(**arguments)["CertificateArn"]


def issued(backend: Backend, ca: str, arn: str) -> x509.Certificate:
    """The certificate, when it is there."""
    answer = private_ca.wait_for_certificate(backend, ca, arn)
    return x509.load_pem_x509_certificate(answer["Certificate"].encode())


def refused(call, *arguments, **parameters) -> str:
    """Run a call that must fail; the error code."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    return caught.value.response["Error"]["Code"]


def test_subject_names_usages_and_chain(own_backend: Backend, pca, ca: str) -> None:
    arn = issue(pca, ca)
    certificate = issued(own_backend, ca, arn)
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(san) == [general_name(name) for name in NAMES]
    assert x509_facts.common_name(certificate.subject) == "a.example.com"
    assert x509_facts.key_usages(certificate) == ["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]
    chain = pca.get_certificate(CertificateAuthorityArn=ca, CertificateArn=arn)["CertificateChain"]
    issuers = x509_facts.split_pem(chain.encode())
    assert len(issuers) == 1
    assert x509_facts.issued_by(certificate, issuers[0])


@pytest.mark.parametrize(
    ("template", "usages"),
    [
        ("EndEntityCertificate/V1", ["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION"]),
        ("EndEntityServerAuthCertificate/V1", ["TLS_WEB_SERVER_AUTHENTICATION"]),
        ("EndEntityClientAuthCertificate/V1", ["TLS_WEB_CLIENT_AUTHENTICATION"]),
    ],
)  # fmt: skip
def test_templates(own_backend: Backend, pca, ca: str, template: str, usages: list[str]) -> None:
    certificate = issued(own_backend, ca, issue(pca, ca, TemplateArn=TEMPLATE + template))
    assert list(x509_facts.extended_key_usages(certificate).values()) == usages


def test_every_kind_of_validity(own_backend: Backend, pca, ca: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    target = now + timedelta(days=40)
    cases = [
        ({"Type": "DAYS", "Value": 10}, now + timedelta(days=10)),
        ({"Type": "YEARS", "Value": 1}, now.replace(year=now.year + 1)),
        ({"Type": "ABSOLUTE", "Value": int(target.timestamp())}, target),
        ({"Type": "END_DATE", "Value": int(target.strftime("%Y%m%d%H%M%S"))}, target),
        ({"Type": "END_DATE", "Value": int(target.strftime("%y%m%d%H%M%S"))}, target),
    ]
    # All first: each takes a second to be there.
    arns = [issue(pca, ca, Validity=validity) for validity, _ in cases]
    for arn, (validity, wanted) in zip(arns, cases):
        certificate = issued(own_backend, ca, arn)
        assert abs(certificate.not_valid_after_utc - wanted) < timedelta(seconds=10), validity
        backdated = now - certificate.not_valid_before_utc
        assert timedelta(minutes=55) < backdated < timedelta(minutes=65)


def test_a_certificate_is_not_there_at_once(pca, own_backend: Backend, ca: str) -> None:
    begin = time.monotonic()
    arn = issue(pca, ca)
    get = {"CertificateAuthorityArn": ca, "CertificateArn": arn}
    assert refused(pca.get_certificate, **get) == "RequestInProgressException"
    issued(own_backend, ca, arn)
    assert time.monotonic() - begin > 0.8


def test_the_same_token_gives_the_same_certificate(pca, ca: str) -> None:
    token = uuid.uuid4().hex
    first = issue(pca, ca, IdempotencyToken=token)
    assert issue(pca, ca, IdempotencyToken=token) == first
    assert issue(pca, ca, IdempotencyToken=uuid.uuid4().hex) != first


def test_bad_requests_are_refused(pca, ca: str) -> None:
    assert refused(issue, pca, ca, SigningAlgorithm="SHA256WITHRSA") == "InvalidArgsException"
    too_long = {"Type": "YEARS", "Value": 11}
    assert refused(issue, pca, ca, Validity=too_long) == "ValidationException"
    assert refused(issue, pca, ca, Csr=b"nonsense") == "MalformedCSRException"
    assert refused(issue, pca, ca, TemplateArn=TEMPLATE + "None/V1") == "InvalidArgsException"
    assert refused(issue, pca, "arn:aws:acm-pca:x") == "InvalidArnException"
    unknown = ca[:-4] + "0000"
    assert refused(issue, pca, unknown) == "ResourceNotFoundException"


def test_a_disabled_ca_does_not_issue(own_backend: Backend, pca) -> None:
    ca = private_ca.create_root_ca(own_backend, "Disabled CA")
    private_ca.disable(own_backend, ca)
    assert refused(issue, pca, ca) == "InvalidStateException"
    describe = pca.describe_certificate_authority
    assert describe(CertificateAuthorityArn=ca)["CertificateAuthority"]["Status"] == "DISABLED"
    private_ca.enable(own_backend, ca)
    assert issue(pca, ca)


def test_describe_has_what_an_issuer_needs(own_backend: Backend, pca) -> None:
    ca = private_ca.create_root_ca(own_backend, "RSA CA", key_algorithm="RSA_2048")
    found = pca.describe_certificate_authority(CertificateAuthorityArn=ca)["CertificateAuthority"]
    configuration = found["CertificateAuthorityConfiguration"]
    assert configuration["KeyAlgorithm"] == "RSA_2048"
    assert configuration["SigningAlgorithm"] == "SHA256WITHRSA"
    assert found["Status"] == "ACTIVE"
    assert found["UsageMode"] == "GENERAL_PURPOSE"
    assert found["NotAfter"] > datetime.now(UTC)
    assert issue(pca, ca, SigningAlgorithm="SHA384WITHRSA")


def test_a_ca_expires(own_backend: Backend, pca) -> None:
    soon = int(time.time()) + 2
    validity = {"Type": "ABSOLUTE", "Value": soon}
    ca = private_ca.create_root_ca(own_backend, "Short CA", validity=validity)
    time.sleep(max(0.0, soon + 0.2 - time.time()))
    describe = pca.describe_certificate_authority
    assert describe(CertificateAuthorityArn=ca)["CertificateAuthority"]["Status"] == "EXPIRED"
    assert refused(issue, pca, ca) == "InvalidStateException"


def test_a_short_lived_ca_issues_for_seven_days_at_most(own_backend: Backend, pca) -> None:
    mode = "SHORT_LIVED_CERTIFICATE"
    ca = private_ca.create_root_ca(own_backend, "Short-lived CA", usage_mode=mode)
    eight, seven = ({"Type": "DAYS", "Value": days} for days in (8, 7))
    assert refused(issue, pca, ca, Validity=eight) == "ValidationException"
    assert issue(pca, ca, Validity=seven)


def test_permissions_are_kept(own_backend: Backend, pca) -> None:
    arn = private_ca.create_root_ca(own_backend, "Permitted CA")
    assert pca.list_permissions(CertificateAuthorityArn=arn)["Permissions"] == []
    actions = ["IssueCertificate", "GetCertificate", "ListPermissions"]
    acm = {"CertificateAuthorityArn": arn, "Principal": "acm.amazonaws.com"}
    pca.create_permission(**acm, Actions=actions)
    (found,) = pca.list_permissions(CertificateAuthorityArn=arn)["Permissions"]
    assert (found["Principal"], found["Actions"]) == ("acm.amazonaws.com", actions)
    with pytest.raises(pca.exceptions.PermissionAlreadyExistsException):
        pca.create_permission(**acm, Actions=actions)
    pca.delete_permission(**acm)
    assert pca.list_permissions(CertificateAuthorityArn=arn)["Permissions"] == []


def test_a_disabled_ca_shows_its_certificate(own_backend: Backend, pca) -> None:
    arn = private_ca.create_root_ca(own_backend, "Shown CA")
    active = pca.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    private_ca.disable(own_backend, arn)
    disabled = pca.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    assert disabled["Certificate"] == active["Certificate"]
    assert "BEGIN CERTIFICATE" in active["Certificate"]
