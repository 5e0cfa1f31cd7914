"""What ACM reads from a certificate, in ACM's own spelling."""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

_CURVES = {
    "secp256r1": "EC_prime256v1",
    "secp384r1": "EC_secp384r1",
    "secp521r1": "EC_secp521r1",
}
_EXTENDED_KEY_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS_WEB_SERVER_AUTHENTICATION",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS_WEB_CLIENT_AUTHENTICATION",
    ExtendedKeyUsageOID.CODE_SIGNING: "CODE_SIGNING",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "EMAIL_PROTECTION",
    ExtendedKeyUsageOID.TIME_STAMPING: "TIME_STAMPING",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSP_SIGNING",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "ANY",
}
_PEM_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def split_pem(text: bytes) -> list[x509.Certificate]:
    """Every certificate of a PEM text, in order; ValueError when one cannot be read."""
    return [x509.load_pem_x509_certificate(block) for block in _PEM_BLOCK.findall(text)]


def key_algorithm(key: object) -> str | None:
    """`RSA_2048`, `EC_prime256v1` and so on; None for a kind of key that ACM does not take."""
    if isinstance(key, rsa.RSAPublicKey):
        name = f"RSA_{key.key_size}"
        return name if key.key_size in (1024, 2048, 3072, 4096) else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name)
    return None


def spki(key: object) -> bytes:
    """The encoded public key, for comparing two keys."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def serial(certificate: x509.Certificate) -> str:
    """Pairs of lower-case hex digits with colons, as DescribeCertificate answers it."""
    number = certificate.serial_number
    # With room for a sign, as DER has it.
    return number.to_bytes(number.bit_length() // 8 + 1, "big").hex(":")


def extended_key_usages(certificate: x509.Certificate) -> dict[str, str]:
    """OID to ACM's name (`CUSTOM` for what ACM has no name for)."""
    try:
        usage = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except x509.ExtensionNotFound:
        return {}
    return {oid.dotted_string: _EXTENDED_KEY_USAGES.get(oid, "CUSTOM") for oid in usage}


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
