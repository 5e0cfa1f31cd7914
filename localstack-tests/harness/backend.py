"""An AWS endpoint with its clients."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

# A test should see the first error, and nothing here is far away.
_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=5, read_timeout=120,
    max_pool_connections=32, proxies={},
)  # fmt: skip


@dataclass
class Backend:
    """Where AWS answers.

    own: it is LocalStack started by this harness, with the corrections and the test set-up in it.
    """

    endpoint: str
    pca_endpoint: str
    region: str
    own: bool
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For reports."""
        return "LocalStack (host mode, strict ACM)" if self.own else self.endpoint

    def client(self, service: str) -> Any:
        """A client; one per service."""
        if service not in self._clients:
            own = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            # With a given endpoint, the given credentials.
            keys = own if self.own or "AWS_ACCESS_KEY_ID" not in os.environ else {}
            self._clients[service] = boto3.client(
                service,
                region_name=self.region,
                endpoint_url=self.pca_endpoint if service == "acm-pca" else self.endpoint,
                config=_CONFIG,
                **keys,
            )
        return self._clients[service]

    @property
    def account(self) -> str:
        """The account's number."""
        if not hasattr(self, "_account"):
            self._account: str = self.client("sts").get_caller_identity()["Account"]
        return self._account

    def get_json(self, path: str) -> Any:
        """GET one of LocalStack's own pages."""
        return self._request(path, None)

    def post_json(self, path: str, body: dict) -> Any:
        """POST to one of LocalStack's own pages."""
        return self._request(path, json.dumps(body).encode())

    def _request(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(
            self.endpoint + path, data=body, headers={"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read().decode()}") from error
