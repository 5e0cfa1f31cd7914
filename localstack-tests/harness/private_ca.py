"""Private CAs for the tests: created, activated and disabled through the API, as an operator would."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from . import certificates
from .backend import Backend

_ROOT_TEMPLATE = "arn:aws:acm-pca:::template/RootCACertificate/V1"
_SERVER_TEMPLATE = "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1"
_ATTEMPTS = 50


def create_root_ca(
    backend: Backend,
    name: str,
    *,
    key_algorithm: str = "EC_prime256v1",
    usage_mode: str = "GENERAL_PURPOSE",
    validity: dict | None = None,
) -> str:
    """An active root CA; its ARN."""
    pca = backend.client("acm-pca")
    signing = "SHA256WITHECDSA" if key_algorithm.startswith("EC_") else "SHA256WITHRSA"
    arn = pca.create_certificate_authority(
        CertificateAuthorityConfiguration={
            "KeyAlgorithm": key_algorithm,
            "SigningAlgorithm": signing,
            "Subject": {"Organization": "Example Corporation", "CommonName": name},
        },
        CertificateAuthorityType="ROOT",
        UsageMode=usage_mode,
    )["CertificateAuthorityArn"]
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]
    certificate_arn = pca.issue_certificate(
        CertificateAuthorityArn=arn,
        Csr=csr.encode(),
        SigningAlgorithm=signing,
        TemplateArn=_ROOT_TEMPLATE,
        Validity=validity or {"Type": "YEARS", "Value": 10},
    )["CertificateArn"]
    certificate = wait_for_certificate(backend, arn, certificate_arn)["Certificate"]
    pca.import_certificate_authority_certificate(
        CertificateAuthorityArn=arn, Certificate=certificate.encode()
    )
    return arn


def issue(
    backend: Backend,
    ca_arn: str,
    names: list[str],
    key_algorithm: str,
    *,
    expires_in: timedelta,
    lifetime: timedelta = timedelta(days=365),
) -> certificates.Issued:
    """A TLS certificate of an active CA, as if it had been issued before."""
    pca = backend.client("acm-pca")
    key = certificates.new_key(key_algorithm)
    end = datetime.now(UTC) + expires_in
    own = pca.describe_certificate_authority(CertificateAuthorityArn=ca_arn)
    configuration = own["CertificateAuthority"]["CertificateAuthorityConfiguration"]
    certificate_arn = pca.issue_certificate(
        CertificateAuthorityArn=ca_arn,
        Csr=certificates.csr(key, names),
        SigningAlgorithm=configuration["SigningAlgorithm"],
        TemplateArn=_SERVER_TEMPLATE,
        ValidityNotBefore=_at(end - lifetime),
        Validity=_at(end),
    )["CertificateArn"]
    answer = wait_for_certificate(backend, ca_arn, certificate_arn)
    return certificates.Issued(
        answer["Certificate"].encode(),
        certificates.as_pem(key),
        answer["CertificateChain"].encode(),
    )


def _at(when: datetime) -> dict:
    return {"Type": "ABSOLUTE", "Value": int(when.timestamp())}


def wait_for_certificate(backend: Backend, ca_arn: str, certificate_arn: str) -> dict:
    """GetCertificate, when the certificate is there."""
    pca = backend.client("acm-pca")
    for attempt in range(_ATTEMPTS):
        try:
            return pca.get_certificate(
                CertificateAuthorityArn=ca_arn, CertificateArn=certificate_arn
            )
        except ClientError as error:
            in_progress = error.response["Error"]["Code"] == "RequestInProgressException"
            if not in_progress or attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.1)
    raise AssertionError("unreachable")


def disable(backend: Backend, ca_arn: str) -> None:
    """Let a CA refuse to issue."""
    backend.client("acm-pca").update_certificate_authority(
        CertificateAuthorityArn=ca_arn, Status="DISABLED"
    )


def enable(backend: Backend, ca_arn: str) -> None:
    """Let it issue again."""
    backend.client("acm-pca").update_certificate_authority(
        CertificateAuthorityArn=ca_arn, Status="ACTIVE"
    )


def delete(backend: Backend, ca_arn: str) -> None:
    """Delete a CA, which must be disabled before."""
    disable(backend, ca_arn)
    backend.client("acm-pca").delete_certificate_authority(
        CertificateAuthorityArn=ca_arn, PermanentDeletionTimeInDays=7
    )
