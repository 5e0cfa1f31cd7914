"""A private CA that issues as AWS Private CA does, in the place of moto's.

moto ignores Validity, SigningAlgorithm, IdempotencyToken, KeyAlgorithm and UsageMode, issues from a
disabled CA, and knows two templates.
https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from dateutil.relativedelta import relativedelta
from moto.acmpca.models import CertificateAuthority
from moto.core.exceptions import JsonRESTError
from moto.moto_api._internal import mock_random

from . import pca_templates as templates

# GetCertificate answers RequestInProgressException for so long.
ISSUE_SECONDS = 1.0
_IDEMPOTENT_SECONDS = 5 * 60
_SHORT_LIVED = timedelta(days=7)
# AWS Private CA dates a certificate back, for clients whose clocks are late.
_BACKDATED = timedelta(minutes=60)
_HASHES = {"SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}
_CURVES = {
    "EC_prime256v1": ec.SECP256R1,
    "EC_secp384r1": ec.SECP384R1,
    "EC_secp521r1": ec.SECP521R1,
}


def refused(code: str, message: str) -> JsonRESTError:
    """An error answer of the service."""
    return JsonRESTError(code, message)


class StrictAuthority(CertificateAuthority):
    """moto's CA with AWS's rules."""

    def __init__(self, **arguments) -> None:
        super().__init__(**arguments)
        self.usage_mode = "GENERAL_PURPOSE"
        # By service principal.
        self.permissions: dict[str, dict] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._ready_at: dict[str, float] = {}
        algorithm = self.certificate_authority_configuration.get("KeyAlgorithm", "RSA_2048")
        if algorithm in _CURVES:
            key = ec.generate_private_key(_CURVES[algorithm]())
        else:
            size = int(algorithm.removeprefix("RSA_"))
            key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        # moto loads the key anew for each use.
        self.private_bytes = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self.password),
        )

    def refresh(self) -> None:
        """A CA past its NotAfter is EXPIRED."""
        certificate = self.certificate
        if certificate and certificate.not_valid_after_utc <= datetime.now(UTC):
            self.status = "EXPIRED"

    def issue(self, request: dict, csr_pem: bytes) -> str:
        """IssueCertificate."""
        self.refresh()
        template = templates.name_of(request.get("TemplateArn"))
        if template is None:
            raise refused("InvalidArgsException", "The template ARN is not that of a template.")
        first = template == templates.ROOT and self.status == "PENDING_CERTIFICATE"
        if self.status != "ACTIVE" and not first:
            raise refused(
                "InvalidStateException",
                f"The certificate authority {self.arn} is not in the correct state to issue "
                f"certificates: {self.status}.",
            )
        # The same token asks for the same certificate, whatever else the request says.
        token = request.get("IdempotencyToken")
        known_arn, since = self._tokens.get(token or "", ("", 0.0))
        if known_arn and time.monotonic() - since < _IDEMPOTENT_SECONDS:
            return known_arn
        csr = _read_csr(csr_pem)
        digest = self._digest(request.get("SigningAlgorithm", ""))
        begin, end = self._period(request)
        arn = self._sign(template, csr, digest, begin, end)
        if token:
            self._tokens[token] = (arn, time.monotonic())
        return arn

    def _sign(self, template: str, csr, digest, begin: datetime, end: datetime) -> str:
        builder = (
            x509.CertificateBuilder()
            .subject_name(csr.subject)
            .issuer_name(self.certificate.subject if self.certificate else csr.subject)
            .public_key(csr.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )
        key = self.key
        for extension, critical in templates.extensions(template, csr, key.public_key()):
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(key, digest)
        arn = f"{self.arn}/certificate/{mock_random.uuid4().hex}"
        self.issued_certificates[arn] = certificate.public_bytes(serialization.Encoding.PEM)
        if template != templates.ROOT:
            # The chain begins with the CA itself and excludes the new certificate.
            self.issued_certificates_certificate_chains[arn] = (
                self.certificate_bytes.rstrip(b"\n") + b"\n" + (self.certificate_chain or b"")
            )
        wait = 0 if template == templates.ROOT else ISSUE_SECONDS
        self._ready_at[arn] = time.monotonic() + wait
        return arn

    def get_certificate(self, certificate_arn: str) -> tuple[bytes, bytes]:
        """GetCertificate: not there yet for a moment."""
        if certificate_arn not in self.issued_certificates:
            raise refused("ResourceNotFoundException", f"There is no {certificate_arn}.")
        if time.monotonic() < self._ready_at.get(certificate_arn, 0):
            raise refused("RequestInProgressException", "The certificate is not issued yet.")
        return super().get_certificate(certificate_arn)

    def import_certificate_authority_certificate(
        self, certificate: bytes, certificate_chain: bytes | None
    ) -> None:
        """Activate, only with a certificate for this CA's own key."""
        super().import_certificate_authority_certificate(certificate, certificate_chain)
        if self.certificate.public_key() != self.key.public_key():
            self.status = "PENDING_CERTIFICATE"
            raise refused("CertificateMismatchException", "The certificate is not for this CA.")

    def to_json(self) -> dict:
        """DescribeCertificateAuthority."""
        self.refresh()
        answer = super().to_json()
        if self.certificate:
            answer["Serial"] = f"{self.certificate.serial_number:x}"
        return answer

    def _digest(self, algorithm: str) -> hashes.HashAlgorithm:
        """The algorithm must be one of the family of the CA's own key."""
        family = "RSA" if isinstance(self.key, rsa.RSAPrivateKey) else "ECDSA"
        digest, _, wanted = algorithm.partition("WITH")
        if wanted != family or digest not in _HASHES:
            raise refused(
                "InvalidArgsException",
                f"The signing algorithm {algorithm} does not fit the CA's key ({family}).",
            )
        return _HASHES[digest]()

    def _period(self, request: dict) -> tuple[datetime, datetime]:
        """NotBefore and NotAfter."""
        now = datetime.now(UTC).replace(microsecond=0)
        end = _moment(request.get("Validity") or {}, now)
        begin = now - _BACKDATED
        if "ValidityNotBefore" in request:
            begin = _moment(request["ValidityNotBefore"], now)
        if end <= now:
            raise refused("ValidationException", "The validity ends in the past.")
        if self.certificate and end > self.certificate.not_valid_after_utc:
            raise refused(
                "ValidationException",
                "The certificate validity specified exceeds the certificate authority validity.",
            )
        short = self.usage_mode == "SHORT_LIVED_CERTIFICATE" and self.certificate
        if short and end - now > _SHORT_LIVED:
            raise refused("ValidationException", "A short-lived CA issues for 7 days at most.")
        return begin, end


def _read_csr(csr_pem: bytes) -> x509.CertificateSigningRequest:
    try:
        csr = x509.load_pem_x509_csr(csr_pem)
    except ValueError as error:
        raise refused("MalformedCSRException", f"The CSR cannot be read: {error}") from error
    if not csr.is_signature_valid:
        raise refused("MalformedCSRException", "The CSR's signature is not valid.")
    return csr


def _moment(validity: dict, now: datetime) -> datetime:
    """All kinds of Validity.

    https://docs.aws.amazon.com/privateca/latest/APIReference/API_Validity.html
    """
    value, kind = validity.get("Value"), validity.get("Type")
    if not isinstance(value, int) or value < 1:
        raise refused("ValidationException", "Validity.Value is a number from 1 on.")
    if kind in ("DAYS", "MONTHS", "YEARS"):
        return now + relativedelta(**{kind.lower(): value})
    if kind == "ABSOLUTE":
        return datetime.fromtimestamp(value, UTC)
    if kind == "END_DATE":
        text = str(value)
        # UTCTime with two digits for the year, or GeneralizedTime with four.
        pattern = "%Y%m%d%H%M%S" if len(text) == 14 else "%y%m%d%H%M%S"
        try:
            return datetime.strptime(text.zfill(12), pattern).replace(tzinfo=UTC)
        except ValueError as error:
            raise refused("ValidationException", f"{text} is no END_DATE.") from error
    raise refused("ValidationException", f"{kind} is no type of Validity.")
