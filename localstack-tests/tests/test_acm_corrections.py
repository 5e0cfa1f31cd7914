"""The emulator's ACM refuses what AWS refuses: without this, the end-to-end tests would prove little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.x509.oid import NameOID

from harness import certificates
from harness.backend import Backend
from harness.certificates import KEY_ALGORITHMS, Issued, LocalCa, as_tags, tags_of


@pytest.fixture()
def acm(own_backend: Backend):
    """The client."""
    return own_backend.client("acm")


def refused(call, *arguments, **parameters) -> str:
    """Run a call that must fail; the error code."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    return caught.value.response["Error"]["Code"]


def put(acm, issued: Issued, **more) -> str:
    """Import."""
    if issued.chain:
        more.setdefault("CertificateChain", issued.chain)
    return acm.import_certificate(
        Certificate=issued.certificate, PrivateKey=issued.private_key, **more
    )["CertificateArn"]


def test_reimport_keeps_arn_tags_and_uses(own_backend: Backend, acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"]), Tags=as_tags({"Owner": "team"}))
    certificates.set_in_use(own_backend, arn, ["arn:aws:elasticloadbalancing:x"])
    old = acm.describe_certificate(CertificateArn=arn)["Certificate"]

    assert put(acm, local_ca.issue(["a.example.com"]), CertificateArn=arn) == arn

    new = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert new["Serial"] != old["Serial"]
    assert tags_of(own_backend, arn) == {"Owner": "team"}
    assert new["InUseBy"] == ["arn:aws:elasticloadbalancing:x"]


def test_reimport_with_tags_is_refused(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"]))
    again = local_ca.issue(["a.example.com"])
    code = refused(put, acm, again, CertificateArn=arn, Tags=as_tags({"a": "b"}))
    assert code == "ValidationException"


@pytest.mark.parametrize(
    ("old", "new"),
    [("RSA_2048", "EC_prime256v1"), ("RSA_2048", "RSA_3072"), ("EC_prime256v1", "EC_secp384r1")],
)
def test_reimport_with_another_key_type_or_size_is_refused(
    acm, local_ca: LocalCa, old: str, new: str
) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"], old))
    other = local_ca.issue(["a.example.com"], new)
    assert refused(put, acm, other, CertificateArn=arn) == "ValidationException"


def test_reimport_may_change_every_name(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com", "b.example.com"]))
    assert put(acm, local_ca.issue(["c.example.org"]), CertificateArn=arn) == arn
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert detail["SubjectAlternativeNames"] == ["c.example.org"]


def test_reimport_without_an_extended_key_usage_is_refused(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"], client_auth=True))
    client_only = local_ca.issue(["a.example.com"], server_auth=False, client_auth=True)
    assert refused(put, acm, client_only, CertificateArn=arn) == "ValidationException"
    # The documented exception.
    assert put(acm, local_ca.issue(["a.example.com"]), CertificateArn=arn) == arn


def test_reimport_without_key_encipherment_is_refused_for_rsa_only(acm, local_ca: LocalCa) -> None:
    for algorithm in ("RSA_2048", "EC_prime256v1"):
        arn = put(acm, local_ca.issue(["a.example.com"], algorithm, key_encipherment=True))
        without = local_ca.issue(["a.example.com"], algorithm, key_encipherment=False)
        if algorithm == "RSA_2048":
            assert refused(put, acm, without, CertificateArn=arn) == "ValidationException"
        else:
            assert put(acm, without, CertificateArn=arn) == arn


def test_import_over_a_requested_certificate_is_refused(acm, local_ca: LocalCa) -> None:
    arn = acm.request_certificate(DomainName="a.example.com")["CertificateArn"]
    issued = local_ca.issue(["a.example.com"])
    assert refused(put, acm, issued, CertificateArn=arn) == "ValidationException"


def test_import_over_an_unknown_certificate_is_refused(own_backend, acm, local_ca: LocalCa) -> None:
    arn = f"arn:aws:acm:{own_backend.region}:{own_backend.account}:certificate/none"
    issued = local_ca.issue(["a.example.com"])
    assert refused(put, acm, issued, CertificateArn=arn) == "ResourceNotFoundException"
    assert (
        refused(put, acm, issued, CertificateArn=arn.replace("acm", "s3")) == "InvalidArnException"
    )


def test_key_chain_and_body_must_fit(acm, local_ca: LocalCa) -> None:
    issued, other = local_ca.issue(["a.example.com"]), local_ca.issue(["a.example.com"])
    wrong_key = Issued(issued.certificate, other.private_key, issued.chain)
    bundle = Issued(issued.certificate + local_ca.pem, issued.private_key, issued.chain)
    wrong_chain = Issued(issued.certificate, issued.private_key, LocalCa().pem)
    no_chain = Issued(issued.certificate, issued.private_key, None)
    for bad in (wrong_key, bundle, wrong_chain, no_chain):
        assert refused(put, acm, bad) == "ValidationException"


def test_only_what_is_valid_now_can_be_imported(acm, local_ca: LocalCa) -> None:
    expired = local_ca.issue(["a.example.com"], expires_in=timedelta(seconds=-1))
    later = local_ca.issue(
        ["a.example.com"], expires_in=timedelta(days=30), lifetime=timedelta(days=29)
    )
    assert refused(put, acm, expired) == "ValidationException"
    assert refused(put, acm, later) == "ValidationException"


def test_an_expired_certificate_can_be_placed_for_tests(
    own_backend: Backend, acm, local_ca: LocalCa
) -> None:
    arn = certificates.place_expired(own_backend, local_ca, ["a.example.com"], {"k": "v"})
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert detail["Status"] == "EXPIRED"
    assert detail["NotAfter"]
    assert tags_of(own_backend, arn) == {"k": "v"}


def test_describe_spells_as_aws_does(own_backend: Backend, acm, local_ca: LocalCa) -> None:
    issued = local_ca.issue(["a.example.com", "*.a.example.com"], "RSA_3072", client_auth=True)
    arn = put(acm, issued)
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert detail["KeyAlgorithm"] == "RSA-3072"
    assert detail["Serial"] == certificates.serial_of(issued)
    assert detail["Type"] == "IMPORTED"
    assert detail["RenewalEligibility"] == "INELIGIBLE"
    names = ["a.example.com", "*.a.example.com"]
    assert detail["SubjectAlternativeNames"] == names
    assert detail["DomainValidationOptions"] == [{"DomainName": name} for name in names]
    disabled = {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "DISABLED"}
    assert detail["Options"] == disabled
    issuer = x509.load_pem_x509_certificate(issued.certificate).issuer
    organizations = issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    common_names = issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert detail["Issuer"] == [*organizations, *common_names][0].value
    assert {usage["OID"] for usage in detail["ExtendedKeyUsages"]} == {
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.2",
    }
    answer = acm.get_certificate(CertificateArn=arn)
    assert answer["CertificateChain"].encode() == local_ca.pem


def test_an_address_is_no_domain_name(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["192.0.2.1"], common_name="192.0.2.1"))
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert "DomainName" not in detail
    assert detail["SubjectAlternativeNames"] == ["192.0.2.1"]


def test_list_hides_other_keys_by_default_and_has_whole_summaries(acm, local_ca: LocalCa) -> None:
    arns = {name: put(acm, local_ca.issue(["a.example.com"], name)) for name in KEY_ALGORITHMS}

    def listed(**filters) -> dict[str, dict]:
        pages = acm.get_paginator("list_certificates").paginate(**filters)
        found = [summary for page in pages for summary in page["CertificateSummaryList"]]
        return {summary["CertificateArn"]: summary for summary in found}

    assert set(arns.values()) & set(listed()) == {arns["RSA_2048"]}
    everything = listed(Includes={"keyTypes": list(KEY_ALGORITHMS)})
    for algorithm, arn in arns.items():
        summary = everything[arn]
        assert summary["KeyAlgorithm"] == algorithm.replace("RSA_", "RSA-")
        wanted = {"NotBefore", "NotAfter", "ImportedAt", "InUse", "ExportOption", "DomainName"}
        wanted |= {"SubjectAlternativeNameSummaries", "RenewalEligibility", "Status", "Type"}
        assert wanted <= set(summary)


def test_list_pages(acm, local_ca: LocalCa) -> None:
    for _ in range(3):
        put(acm, local_ca.issue(["page.example.com"], "EC_prime256v1"))
    filters = {"keyTypes": ["EC_prime256v1"]}
    first = acm.list_certificates(MaxItems=2, Includes=filters)
    assert len(first["CertificateSummaryList"]) == 2
    second = acm.list_certificates(MaxItems=2, Includes=filters, NextToken=first["NextToken"])
    one, two = first["CertificateSummaryList"], second["CertificateSummaryList"]
    assert not {item["CertificateArn"] for item in one} & {item["CertificateArn"] for item in two}


def test_key_pair_origins_are_filtered(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["origin.example.com"]))

    def listed(origins: list[str]) -> bool:
        return arn in str(acm.list_certificates(CertificateKeyPairOrigins=origins))

    assert listed(["ACME", "AWS_MANAGED", "CUSTOMER_PROVIDED"])
    assert not listed(["ACME", "AWS_MANAGED"])


def test_there_are_no_amazon_n2_certificates(acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["n2.example.com"]))
    assert arn in str(acm.list_certificates())
    listed = acm.list_certificates(RootHierarchyTypes=["N2_AMAZON_MANAGED"])
    assert listed["CertificateSummaryList"] == []


def test_tag_rules(own_backend: Backend, acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"], "EC_prime256v1"))

    def add(tags: dict[str, str]) -> None:
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=as_tags(tags))

    for bad in ({"a": "x,y"}, {"a": '{"json"}'}, {"a;b": "x"}, {"k" * 128: "x"}, {"a": "v" * 256}):
        assert refused(add, bad) == "ValidationException"
    assert refused(add, {"aws:mine": "x"}) == "InvalidTagException"
    add({"acm-autopilot:notified": "30@2026-12-24", "Ünïcode": "größe + /=@"})
    add({f"t{number}": "" for number in range(48)})
    assert refused(add, {"one-too-many": "x"}) == "TooManyTagsException"
    add({"t1": "changed"})
    assert len(tags_of(own_backend, arn)) == 50

    remove = acm.remove_tags_from_certificate
    remove(CertificateArn=arn, Tags=[{"Key": "t1", "Value": "another"}, {"Key": "t2"}])
    left = tags_of(own_backend, arn)
    assert left["t1"] == "changed"
    assert "t2" not in left


def test_what_is_in_use_cannot_be_deleted(own_backend: Backend, acm, local_ca: LocalCa) -> None:
    arn = put(acm, local_ca.issue(["a.example.com"], "EC_prime256v1"))
    certificates.set_in_use(own_backend, arn, ["arn:aws:x"])
    assert refused(acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    certificates.set_in_use(own_backend, arn, [])
    acm.delete_certificate(CertificateArn=arn)
    assert refused(acm.describe_certificate, CertificateArn=arn) == "ResourceNotFoundException"


def test_calls_can_be_refused_for_tests(own_backend: Backend, acm, local_ca: LocalCa) -> None:
    own_backend.post_json(
        "/_test-setup/acm/refuse",
        {"Operation": "ImportCertificate", "Code": "ThrottlingException", "Times": 1},
    )
    issued = local_ca.issue(["a.example.com"], "EC_prime256v1")
    assert refused(put, acm, issued) == "ThrottlingException"
    assert put(acm, issued)
