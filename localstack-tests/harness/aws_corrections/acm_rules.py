"""The documented rules of ACM that moto does not keep. Pure: each check raises `Refused`.

Sources: https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html,
https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html,
https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html and API_Tag.html.
"""

from __future__ import annotations

import re
from datetime import datetime

import regex
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from . import x509_facts as facts

MAX_CERTIFICATE_BYTES = 32_768
MAX_PRIVATE_KEY_BYTES = 5_120
MAX_CHAIN_BYTES = 2_097_152
MAX_TAGS = 50

# `regex` because the standard library knows no Unicode classes.
_TAG_CHARACTERS = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")
MAX_NAMES = 100
MAX_COMMON_NAME_OCTETS = 64

_DOMAIN_NAME = re.compile(
    r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])"
)
_ARN = re.compile(r"arn:[\w-]+:acm:[\w-]+:\d{12}:certificate/[\w-]+(/[\w-]+)*")


class Refused(Exception):
    """AWS refuses the call with this error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


def check_arn(arn: str) -> None:
    """A certificate's ARN has a fixed shape."""
    if not _ARN.fullmatch(arn or ""):
        raise Refused("InvalidArnException", f"The certificate ARN '{arn}' is not valid.")


def check_request(request: dict) -> list[str]:
    """The names of a public certificate, each once, as ACM keeps them."""
    given = [request["DomainName"], *(request.get("SubjectAlternativeNames") or [])]
    for name in given:
        if len(name) > 253 or not _DOMAIN_NAME.fullmatch(name):
            raise _invalid(f"Value '{name}' failed to satisfy constraint: not a domain name.")
    if len(given[0]) > MAX_COMMON_NAME_OCTETS:
        raise Refused(
            "InvalidDomainValidationOptionsException",
            "The first domain name can be no longer than 64 octets.",
        )
    names = list(dict.fromkeys(name.lower() for name in given))
    if len(names) > MAX_NAMES:
        raise Refused("LimitExceededException", f"More than {MAX_NAMES} domain names.")
    return names


def check_tags(added: list[dict], present: dict[str, str | None]) -> None:
    """Characters, lengths, the reserved prefix, and at most 50 tags in the end."""
    if not added:
        raise _invalid("Value at 'tags' failed to satisfy constraint: at least one tag is needed")
    for tag in added:
        key, value = tag["Key"], tag.get("Value") or ""
        if not 1 <= len(key) <= 127 or len(value) > 255:
            raise _invalid(
                f"The tag '{key}' is too long: 127 characters for the key, 255 the value."
            )
        if key.lower().startswith("aws:"):
            raise Refused(
                "InvalidTagException", f"The tag '{key}' is reserved: aws: is for AWS's own tags."
            )
        for text in (key, value):
            if not _TAG_CHARACTERS.fullmatch(text):
                raise _invalid(
                    f"Value '{text}' of the tag '{key}' failed to satisfy constraint: "
                    r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:\/=+\-@]*"
                )
    if len({*present, *(tag["Key"] for tag in added)}) > MAX_TAGS:
        raise Refused("TooManyTagsException", f"A certificate has at most {MAX_TAGS} tags.")


def check_import(certificate: bytes, private_key: bytes, chain: bytes | None) -> x509.Certificate:
    """What holds for every import, except that the certificate is valid now."""
    for what, value, limit in (
        ("Certificate", certificate, MAX_CERTIFICATE_BYTES),
        ("PrivateKey", private_key, MAX_PRIVATE_KEY_BYTES),
        ("CertificateChain", chain or b"", MAX_CHAIN_BYTES),
    ):
        if len(value) > limit:
            raise _invalid(f"{what} has {len(value)} bytes; at most {limit} are allowed.")
    leaf = _only_certificate(certificate)
    algorithm = facts.key_algorithm(leaf.public_key())
    if algorithm is None:
        raise _invalid("The certificate's key algorithm or key size is not supported.")
    _check_key(leaf, private_key)
    _check_chain(leaf, chain)
    return leaf


def check_valid_now(certificate: x509.Certificate, now: datetime) -> None:
    """The certificate must be valid at the time of import."""
    if problem := facts.validity_problem(certificate, now):
        raise _invalid(problem)


def not_imported() -> Refused:
    """Only an imported certificate can be replaced."""
    return _invalid("The certificate is not imported: only imported ones can be replaced.")


def check_reimport(old: x509.Certificate, new: x509.Certificate, tags: list[dict] | None) -> None:
    """What holds in addition when the import names a certificate that is there.

    Its names may all be others: terraform-provider-aws's acceptance tests, which run on AWS, import a
    certificate of another domain under the same ARN (TestAccACMCertificate_Imported_domainName).
    """
    if tags:
        raise _invalid("Tagging is not permitted on re-import.")
    old_key = facts.key_algorithm(old.public_key())
    new_key = facts.key_algorithm(new.public_key())
    if old_key != new_key:
        raise _invalid(
            f"The key algorithm or size cannot change at re-import: {old_key}, {new_key}."
        )
    _check_usages_kept(old, new, old_key or "")


def _check_usages_kept(old: x509.Certificate, new: x509.Certificate, key: str) -> None:
    """KU and EKU values may be added, not removed; two documented exceptions."""
    lost = set(facts.key_usages(old)) - set(facts.key_usages(new))
    if key.startswith("EC_"):
        lost.discard("KEY_ENCIPHERMENT")
    if lost:
        raise _invalid(f"Key usages cannot be removed at re-import: {', '.join(sorted(lost))}.")
    old_extended, new_extended = facts.extended_key_usages(old), facts.extended_key_usages(new)
    lost = {name for oid, name in old_extended.items() if oid not in new_extended}
    lost.discard("TLS_WEB_CLIENT_AUTHENTICATION")
    if lost:
        raise _invalid(
            f"Extended key usages cannot be removed at re-import: {', '.join(sorted(lost))}."
        )


def _only_certificate(text: bytes) -> x509.Certificate:
    """The Certificate field takes one certificate; the others belong into the chain."""
    try:
        found = facts.split_pem(text)
    except ValueError as error:
        raise _invalid("The certificate is not PEM-encoded or is not valid.") from error
    if not found:
        raise _invalid("The certificate is not PEM-encoded or is not valid.")
    if len(found) > 1:
        raise _invalid("The certificate field contains more than one certificate.")
    return found[0]


def _check_key(leaf: x509.Certificate, private_key: bytes) -> None:
    """The key is unencrypted PEM and belongs to the certificate."""
    try:
        key = serialization.load_pem_private_key(private_key, password=None)
    except (ValueError, TypeError) as error:
        raise _invalid("The private key is not PEM-encoded, is encrypted or not valid.") from error
    if facts.spki(key.public_key()) != facts.spki(leaf.public_key()):
        raise _invalid("The certificate and the private key do not match.")


def _check_chain(leaf: x509.Certificate, chain: bytes | None) -> None:
    """Each certificate of the chain certifies the one before it; no chain: self-signed."""
    if chain is None:
        if not facts.issued_by(leaf, leaf):
            raise _invalid(
                "Provided certificate is not a valid self signed. Please provide either a valid "
                "self-signed certificate or certificate chain."
            )
        return
    try:
        issuers = facts.split_pem(chain)
    except ValueError as error:
        raise _invalid("The certificate chain is not PEM-encoded or is not valid.") from error
    if not issuers:
        raise _invalid("The certificate chain is not PEM-encoded or is not valid.")
    for certificate, issuer in zip([leaf, *issuers], issuers):
        if not facts.issued_by(certificate, issuer):
            raise _invalid("Could not validate the certificate with the certificate chain.")
