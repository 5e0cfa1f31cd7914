"""Certificates with real keys, for ACM's test set-up."""

from __future__ import annotations

import base64
import ipaddress
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import x509_facts
from .backend import Backend

KEY_ALGORITHMS = (
    "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1",
)  # fmt: skip
_CURVES = {
    "EC_prime256v1": ec.SECP256R1,
    "EC_secp384r1": ec.SECP384R1,
    "EC_secp521r1": ec.SECP521R1,
}


def new_key(algorithm: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """A key of one of `KEY_ALGORITHMS`."""
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    size = int(algorithm.removeprefix("RSA_"))
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def general_name(text: str) -> x509.GeneralName:
    """`example.com`, an IP address, `mail:a@b.example` or `uri:spiffe://x`."""
    if text.startswith("mail:"):
        return x509.RFC822Name(text.removeprefix("mail:"))
    if text.startswith("uri:"):
        return x509.UniformResourceIdentifier(text.removeprefix("uri:"))
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


@dataclass(frozen=True)
class Issued:
    """A certificate, its key and its chain, all PEM."""

    certificate: bytes
    private_key: bytes
    chain: bytes | None

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate."""
        return x509.load_pem_x509_certificate(self.certificate)


class LocalCa:
    """A CA in memory, for certificates that no service issues: expired ones above all."""

    def __init__(self, name: str = "Example Corporation Test CA") -> None:
        self._key = new_key("EC_prime256v1")
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Corporation"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1000))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """The CA's certificate, which is the chain of what it issues."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        names: list[str],
        algorithm: str = "RSA_2048",
        *,
        expires_in: timedelta = timedelta(days=20),
        lifetime: timedelta = timedelta(days=365),
        common_name: str | None = None,
        organization: str | None = "Example Corporation",
        server_auth: bool = True,
        client_auth: bool = False,
        key_encipherment: bool | None = None,
    ) -> Issued:
        """A TLS certificate; `expires_in` may be negative. key_encipherment: by default with RSA only."""
        key = new_key(algorithm)
        if key_encipherment is None:
            key_encipherment = algorithm.startswith("RSA_")
        end = datetime.now(UTC).replace(microsecond=0) + expires_in
        common_name = common_name if common_name is not None else _first_dns_name(names)
        attributes = _subject(organization, common_name)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH] * server_auth
        usages += [ExtendedKeyUsageOID.CLIENT_AUTH] * client_auth
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(attributes))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - lifetime)
            .not_valid_after(end)
            .add_extension(
                x509.SubjectAlternativeName([general_name(name) for name in names]),
                critical=not attributes,
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
            .add_extension(_key_usage(key_encipherment), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        return Issued(
            certificate.public_bytes(serialization.Encoding.PEM),
            as_pem(key),
            self.pem,
        )


def as_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A private key, as ACM imports it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def csr(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, names: list[str]) -> bytes:
    """A request for a TLS certificate with the subject of `LocalCa.issue`."""
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(_subject("Example Corporation", _first_dns_name(names))))
        .add_extension(
            x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False
        )
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def _subject(organization: str | None, common_name: str | None) -> list[x509.NameAttribute]:
    attributes = [
        (NameOID.ORGANIZATION_NAME, organization),
        (NameOID.COMMON_NAME, common_name),
    ]
    return [x509.NameAttribute(kind, value) for kind, value in attributes if value]


def _first_dns_name(names: list[str]) -> str | None:
    dns = [name for name in names if isinstance(general_name(name), x509.DNSName)]
    return dns[0] if dns else None


def _key_usage(key_encipherment: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_encipherment=key_encipherment, content_commitment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def as_tags(tags: dict[str, str]) -> list[dict[str, str]]:
    """In the API's shape."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def import_certificate(backend: Backend, issued: Issued, tags: dict[str, str]) -> str:
    """Import as new; the ARN."""
    arguments = {"Tags": as_tags(tags)} if tags else {}
    if issued.chain:
        arguments["CertificateChain"] = issued.chain
    return backend.client("acm").import_certificate(
        Certificate=issued.certificate, PrivateKey=issued.private_key, **arguments
    )["CertificateArn"]


def place_expired(backend: Backend, ca: LocalCa, names: list[str], tags: dict[str, str]) -> str:
    """An imported certificate that expired: imported while it was valid, or by waiting for it."""
    if not backend.simulated:
        seconds = 5
        issued = ca.issue(names, expires_in=timedelta(seconds=seconds))
        arn = import_certificate(backend, issued, tags)
        time.sleep(seconds + 1)
        return arn
    issued = ca.issue(names, expires_in=timedelta(days=-2))
    request = {
        "Certificate": _blob(issued.certificate),
        "PrivateKey": _blob(issued.private_key),
        "CertificateChain": _blob(issued.chain or b""),
        "Tags": as_tags(tags),
    }
    at = (issued.parsed.not_valid_after_utc - timedelta(days=1)).isoformat()
    made = backend.control("POST", "import", {"at": at, "input": request} | backend.place)
    return made["CertificateArn"]


def _blob(text: bytes) -> str:
    return base64.b64encode(text).decode()


def set_in_use(backend: Backend, arn: str, used_by: list[str]) -> None:
    """Let a certificate be in use, where that can be set."""
    if backend.simulated:
        backend.control("PUT", "in-use", {"certificateArn": arn, "resources": used_by})


def present(backend: Backend, arn: str) -> Issued:
    """What ACM has now, without the key."""
    answer = backend.client("acm").get_certificate(CertificateArn=arn)
    chain = answer.get("CertificateChain")
    return Issued(answer["Certificate"].encode(), b"", chain.encode() if chain else None)


def tags_of(backend: Backend, arn: str) -> dict[str, str]:
    """The tags."""
    answer = backend.client("acm").list_tags_for_certificate(CertificateArn=arn)
    return {tag["Key"]: tag.get("Value", "") for tag in answer["Tags"]}


def serial_of(issued: Issued) -> str:
    """As DescribeCertificate answers it."""
    return x509_facts.serial(issued.parsed)
