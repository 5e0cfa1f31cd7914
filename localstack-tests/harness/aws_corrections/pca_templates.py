"""The certificate templates of AWS Private CA that the tests use, and what each puts into a certificate.

https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
"""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

_ARN = re.compile(r"arn:aws[\w-]*:acm-pca:::template/(?P<name>\w+/V1)")
_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_END_ENTITY = {
    "EndEntityCertificate/V1": [_SERVER, _CLIENT],
    "EndEntityServerAuthCertificate/V1": [_SERVER],
    "EndEntityClientAuthCertificate/V1": [_CLIENT],
}
ROOT = "RootCACertificate/V1"
_SUBORDINATE = "SubordinateCACertificate_PathLen0/V1"
DEFAULT = "EndEntityCertificate/V1"

Extensions = list[tuple[x509.ExtensionType, bool]]


def name_of(template_arn: str | None) -> str | None:
    """The template's name; None for an ARN of no known template."""
    if template_arn is None:
        return DEFAULT
    match = _ARN.fullmatch(template_arn)
    name = match["name"] if match else ""
    return name if name in (*_END_ENTITY, ROOT, _SUBORDINATE) else None


def _key_usage(*wanted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in every})


def extensions(template: str, csr: x509.CertificateSigningRequest, issuer_key) -> Extensions:
    """The extensions of the new certificate; Subject and SAN are those of the CSR."""
    found: Extensions = [
        (x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False),
    ]
    if template in _END_ENTITY:
        found += [
            (x509.BasicConstraints(ca=False, path_length=None), False),
            (_key_usage("digital_signature", "key_encipherment"), True),
            (x509.ExtendedKeyUsage(_END_ENTITY[template]), False),
        ]
        try:
            san = csr.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
            found.append((san.value, san.critical))
        except x509.ExtensionNotFound:
            pass
        return found
    path_length = None if template == ROOT else 0
    return found + [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage("digital_signature", "key_cert_sign", "crl_sign"), True),
    ]
