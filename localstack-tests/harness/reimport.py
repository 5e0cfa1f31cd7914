"""Whether an AWS that is given is fit for renewals."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from .backend import Backend
from .certificates import LocalCa, import_certificate, tags_of
from .processes import NotReady

_TAGS = {"acm-autopilot-probe": "kept"}


def check_tags_are_kept(backend: Backend) -> None:
    """NotReady when importing a certificate again loses its tags, which hold the state of a renewal.

    On AWS they stay: https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html. In moto, and so in
    LocalStack as it comes, they go.
    """
    ca, acm = LocalCa(), backend.client("acm")
    names = ["probe.acm-autopilot.example"]
    first, second = (ca.issue(names, "EC_prime256v1") for _ in range(2))
    try:
        arn = import_certificate(backend, first, _TAGS)
    except (BotoCoreError, ClientError) as error:
        raise NotReady(f"{backend.endpoint}: no certificate can be imported: {error}") from error
    try:
        acm.import_certificate(
            CertificateArn=arn,
            Certificate=second.certificate,
            PrivateKey=second.private_key,
            CertificateChain=second.chain,
        )
        kept = tags_of(backend, arn)
    finally:
        acm.delete_certificate(CertificateArn=arn)
    if kept != _TAGS:
        raise NotReady(
            f"{backend.endpoint} loses a certificate's tags when it is imported again, which AWS does not: no "
            "renewal can end well there. Unset AWS_ENDPOINT_URL for a LocalStack with corrections (README.md)."
        )
