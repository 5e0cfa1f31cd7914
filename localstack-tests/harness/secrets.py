"""Secrets in which another tool keeps certificates."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from . import events
from .backend import Backend
from .certificates import Issued, as_tags


@dataclass(frozen=True)
class Secret:
    """A secret of the tool that gets certificates."""

    backend: Backend
    name: str
    arn: str

    @classmethod
    def create(
        cls, backend: Backend, value: str, consent: str | None, name: str | None = None
    ) -> Secret:
        """With a tag that consents to a certificate, or without."""
        tags = as_tags({"acm-autopilot:certificate": consent} if consent else {})
        name = name or f"web/{uuid.uuid4().hex[:8]}"
        client = backend.client("secretsmanager")
        return cls(
            backend, name, client.create_secret(Name=name, SecretString=value, Tags=tags)["ARN"]
        )

    def consent(self, whom: str) -> None:
        """Let it be used for a certificate, or with the account's number for all."""
        tags = as_tags({"acm-autopilot:certificate": whom})
        self.backend.client("secretsmanager").tag_resource(SecretId=self.name, Tags=tags)

    def put(self, issued: Issued) -> str:
        """The tool has a new certificate; the version of the secret that holds it."""
        client = self.backend.client("secretsmanager")
        return client.put_secret_value(SecretId=self.name, SecretString=bundle(issued))["VersionId"]

    def delete(self) -> None:
        """Remove it from a backend that stays."""
        client = self.backend.client("secretsmanager")
        client.delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True)


def bundle(issued: Issued) -> str:
    """As a Kubernetes secret of type kubernetes.io/tls has it."""
    assert issued.chain
    chain = issued.certificate + issued.chain
    return json.dumps({"tls.crt": chain.decode(), "tls.key": issued.private_key.decode()})


def label_updated(secret: Secret, version: str) -> dict[str, Any]:
    """What Secrets Manager itself sends."""
    detail = {"name": secret.name, "labelUpdated": "AWSCURRENT", "versionId": version}
    return events.entry("aws.secretsmanager", "Secret Label Updated", detail, [secret.arn])


def value_put(secret: Secret, version: str) -> dict[str, Any]:
    """What CloudTrail reports of the tool's call."""
    return events.secret_value_put(secret.backend, secret.name, secret.arn, version)
