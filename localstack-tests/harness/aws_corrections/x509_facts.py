"""What ACM reads from a certificate, in ACM's own spelling."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

_CURVES = {
    "secp256r1": "EC_prime256v1",
    "secp384r1": "EC_secp384r1",
    "secp521r1": "EC_secp521r1",
}
_KEY_USAGES = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "CERTIFICATE_SIGNING",
    "crl_sign": "CRL_SIGNING",
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
    digits = f"{certificate.serial_number:x}"
    digits = digits.zfill(len(digits) + len(digits) % 2)
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def common_name(name: x509.Name) -> str | None:
    """The (first) CN."""
    values = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(values[0].value) if values else None


def organization(name: x509.Name) -> str | None:
    """The (first) O."""
    values = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(values[0].value) if values else None


def distinguished_name(name: x509.Name) -> str:
    """`C=AU,ST=Some-State,O=LocalStack Org,CN=localhost`: in the certificate's order, without blanks."""
    return ",".join(rdn.rfc4514_string() for rdn in name.rdns)


def _san(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    except x509.ExtensionNotFound:
        return []
    return list(found.value)


def names(certificate: x509.Certificate) -> list[str]:
    """DNS names and IP addresses of the SAN extension, in order."""
    kinds = (x509.DNSName, x509.IPAddress)
    return [str(name.value) for name in _san(certificate) if isinstance(name, kinds)]


def dns_names(certificate: x509.Certificate) -> list[str]:
    """DNS names of the SAN extension, in order."""
    return [name.value for name in _san(certificate) if isinstance(name, x509.DNSName)]


def domain_name(certificate: x509.Certificate) -> str | None:
    """The CN, or else the first DNS name; an address is no domain name."""
    subject = common_name(certificate.subject)
    found = ([subject] if subject else []) + dns_names(certificate)
    return next((name for name in found if not _is_address(name)), None)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def key_usages(certificate: x509.Certificate) -> list[str]:
    """Names of the key usages; empty when the extension is not there."""
    try:
        usage = certificate.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE).value
    except x509.ExtensionNotFound:
        return []
    return [name for attribute, name in _KEY_USAGES.items() if getattr(usage, attribute)]


def extended_key_usages(certificate: x509.Certificate) -> dict[str, str]:
    """OID to ACM's name (`CUSTOM` for what ACM has no name for)."""
    try:
        usage = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except x509.ExtensionNotFound:
        return {}
    return {oid.dotted_string: _EXTENDED_KEY_USAGES.get(oid, "CUSTOM") for oid in usage}


def signature_algorithm(certificate: x509.Certificate) -> str:
    """`SHA256WITHRSA`, `SHA384WITHECDSA` and so on."""
    digest = certificate.signature_hash_algorithm
    family = "ECDSA" if "ecdsa" in certificate.signature_algorithm_oid._name.lower() else "RSA"
    return f"{digest.name.upper() if digest else 'UNKNOWN'}WITH{family}"


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def validity_problem(certificate: x509.Certificate, now: datetime) -> str | None:
    """Why the certificate is not valid at `now`."""
    if certificate.not_valid_after_utc <= now:
        return "The certificate has expired, is not valid."
    if certificate.not_valid_before_utc > now:
        return "The certificate is not in effect yet, is not valid."
    return None
