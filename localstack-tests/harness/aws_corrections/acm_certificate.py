"""An imported certificate in moto's store, which answers as AWS does."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from moto.acm.models import CertBundle, TagHolder
from moto.acm.utils import make_arn_for_certificate

from . import x509_facts as facts

# ListCertificates answers so many SANs of each certificate.
_SUMMARY_NAMES = 100


class ImportedCertificate(CertBundle):
    """Takes moto's place for imported certificates.

    moto's own class needs a CN, refuses expired certificates in every case, and adds a made-up root to
    every chain. Its constructor is not called for these reasons.
    """

    def __init__(
        self,
        account_id: str,
        region: str,
        certificate: x509.Certificate,
        private_key: bytes,
        chain: bytes | None,
    ) -> None:
        self.arn = make_arn_for_certificate(account_id, region)
        self.type = "IMPORTED"
        self.tags = TagHolder()
        self.in_use_by: list[str] = []
        self.cert_authority_arn = None
        self.cert_options = {
            "CertificateTransparencyLoggingPreference": "DISABLED",
            "Export": "DISABLED",
        }
        self.created_at = datetime.now(UTC)
        self._put(certificate, private_key, chain)

    def replace(
        self, certificate: x509.Certificate, private_key: bytes, chain: bytes | None
    ) -> None:
        """Re-import: tags and uses stay as they are."""
        self._put(certificate, private_key, chain)

    def _put(self, certificate: x509.Certificate, private_key: bytes, chain: bytes | None) -> None:
        self._cert = certificate
        self._key = serialization.load_pem_private_key(private_key, password=None)
        self.cert = certificate.public_bytes(serialization.Encoding.PEM)
        self.key = private_key
        self.chain = chain
        self.common_name = facts.common_name(certificate.subject)
        self.imported_at = datetime.now(UTC)
        self.check()

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate."""
        return self._cert

    def check(self) -> None:
        """An imported certificate is issued until it expires."""
        expired = self._cert.not_valid_after_utc <= datetime.now(UTC)
        self.status = "EXPIRED" if expired else "ISSUED"

    def _common(self) -> dict:
        """Members that are the same in the detail and in the summary."""
        # An address is no domain name: a certificate with addresses only has none.
        dns_names = facts.dns_names(self._cert)
        domain_name = self.common_name or (dns_names[0] if dns_names else None)
        return {
            "CertificateArn": self.arn,
            **({"DomainName": domain_name} if domain_name else {}),
            "Status": self.status,
            "Type": self.type,
            "RenewalEligibility": "INELIGIBLE",
            "NotBefore": self._cert.not_valid_before_utc,
            "NotAfter": self._cert.not_valid_after_utc,
            "CreatedAt": self.created_at,
            "ImportedAt": self.imported_at,
        }

    def _names(self) -> list[str]:
        names = facts.names(self._cert)
        return names or ([self.common_name] if self.common_name else [])

    def detail(self) -> dict:
        """What DescribeCertificate answers."""
        algorithm = facts.key_algorithm(self._cert.public_key()) or "UNKNOWN"
        return self._common() | {
            "SubjectAlternativeNames": self._names(),
            "Serial": facts.serial(self._cert),
            "Subject": self._cert.subject.rfc4514_string(),
            "Issuer": facts.common_name(self._cert.issuer) or self._cert.issuer.rfc4514_string(),
            # DescribeCertificate spells it with a hyphen, everything else with an underscore.
            "KeyAlgorithm": algorithm.replace("_", "-", 1),
            "SignatureAlgorithm": facts.signature_algorithm(self._cert),
            "InUseBy": list(self.in_use_by),
            "KeyUsages": [{"Name": name} for name in facts.key_usages(self._cert)],
            "ExtendedKeyUsages": [
                {"Name": name, "OID": oid}
                for oid, name in facts.extended_key_usages(self._cert).items()
            ],
            "Options": {"CertificateTransparencyLoggingPreference": "DISABLED"},
        }

    def summary(self) -> dict:
        """What ListCertificates answers."""
        names = self._names()
        return self._common() | {
            "SubjectAlternativeNameSummaries": names[:_SUMMARY_NAMES],
            "HasAdditionalSubjectAlternativeNames": len(names) > _SUMMARY_NAMES,
            "KeyAlgorithm": facts.key_algorithm(self._cert.public_key()),
            "KeyUsages": facts.key_usages(self._cert),
            "ExtendedKeyUsages": list(facts.extended_key_usages(self._cert).values()),
            "InUse": bool(self.in_use_by),
            "Exported": False,
        }
