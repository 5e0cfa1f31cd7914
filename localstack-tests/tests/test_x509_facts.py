"""What the harness reads from a certificate is spelled as AWS answers it."""

from __future__ import annotations

import pytest
from cryptography import x509

from harness import certificates, x509_facts
from harness.backend import Backend


@pytest.mark.parametrize("number", [0x0B << 120, 0x7F01, 0x80, 0xDD << 144], ids=hex)
def test_a_serial_number_is_spelled_as_described(
    own_backend: Backend, local_ca: certificates.LocalCa, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A first bit that is set has a byte of zeros before it, or the number would be negative."""
    monkeypatch.setattr(x509, "random_serial_number", lambda: number)
    issued = local_ca.issue(["serial.example.com"], "EC_prime256v1")
    acm = own_backend.client("acm")
    arn = certificates.import_certificate(own_backend, issued, {})
    described = acm.describe_certificate(CertificateArn=arn)["Certificate"]["Serial"]
    acm.delete_certificate(CertificateArn=arn)
    assert x509_facts.serial(issued.parsed) == described
