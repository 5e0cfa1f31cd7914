"""An imported certificate in moto's store, which answers as AWS does.

Recorded from AWS: LocalStack's `tests/aws/services/acm/test_acm.snapshot.json`, test_import_certificate,
2025-10-14, and test_list_certificates_with_key_types_filter_imported_certificate, 2025-12-09.
"""

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
        # A certificate with addresses only has none: terraform-provider-aws's acceptance test
        # TestAccACMCertificate_Imported_ipAddress, which runs on AWS.
        domain_name = facts.domain_name(self._cert)
        return {
            "CertificateArn": self.arn,
            **({"DomainName": domain_name} if domain_name else {}),
            "Status": self.status,
            "Type": self.type,
            # Both operations spell it with a hyphen, requests and the service model with an underscore.
            "KeyAlgorithm": shown_algorithm(facts.key_algorithm(self._cert.public_key())),
            "RenewalEligibility": "INELIGIBLE",
            "NotBefore": self._cert.not_valid_before_utc,
            "NotAfter": self._cert.not_valid_after_utc,
            "CreatedAt": self.created_at,
            "ImportedAt": self.imported_at,
        }

    def _names(self) -> list[str]:
        names = facts.names(self._cert)
        domain_name = facts.domain_name(self._cert)
        return names or ([domain_name] if domain_name else [])

    def detail(self) -> dict:
        """What DescribeCertificate answers."""
        names, issuer = self._names(), self._cert.issuer
        return self._common() | {
            "SubjectAlternativeNames": names,
            **({"DomainValidationOptions": [{"DomainName": it} for it in names]} if names else {}),
            "Serial": facts.serial(self._cert),
            "Subject": facts.distinguished_name(self._cert.subject),
            # What AWS shows of an issuer without an organization is unverified.
            "Issuer": facts.organization(issuer)
            or facts.common_name(issuer)
            or facts.distinguished_name(issuer),
            "SignatureAlgorithm": facts.signature_algorithm(self._cert),
            "InUseBy": list(self.in_use_by),
            "KeyUsages": [{"Name": name} for name in facts.key_usages(self._cert)],
            "ExtendedKeyUsages": [
                {"Name": name, "OID": oid}
                for oid, name in facts.extended_key_usages(self._cert).items()
            ],
            "Options": self.cert_options,
        }

    def summary(self) -> dict:
        """What ListCertificates answers."""
        names = self._names()
        return self._common() | {
            "SubjectAlternativeNameSummaries": names[:_SUMMARY_NAMES],
            "HasAdditionalSubjectAlternativeNames": len(names) > _SUMMARY_NAMES,
            "KeyUsages": facts.key_usages(self._cert),
            "ExtendedKeyUsages": list(facts.extended_key_usages(self._cert).values()),
            "ExportOption": "DISABLED",
            "InUse": bool(self.in_use_by),
        }


def shown_algorithm(algorithm: str | None) -> str:
    """As DescribeCertificate and ListCertificates spell it: `RSA-2048`. Of elliptic curves in lists it is
    unverified.
    """
    return (algorithm or "UNKNOWN").replace("RSA_", "RSA-")
