"""An AWS endpoint with its clients."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from . import paths

# A test should see the first error, and nothing here is far away.
_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"}, connect_timeout=5, read_timeout=120,
    max_pool_connections=32, proxies={},
)  # fmt: skip


@cache
def _session() -> boto3.Session:
    """With the operations that are newer than the botocore here."""
    session = botocore.session.get_session()
    session.set_config_variable("data_path", str(paths.NEWER_MODELS))
    return boto3.Session(botocore_session=session)


@dataclass
class Backend:
    """Where AWS answers.

    own: it is LocalStack started by this harness, with the corrections and the test set-up in it.
    number: another account than that of the usual credentials; LocalStack takes it from the access key.
    """

    endpoint: str
    pca_endpoint: str
    region: str
    own: bool
    number: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For reports."""
        return "LocalStack (host mode, strict ACM)" if self.own else self.endpoint

    def client(self, service: str) -> Any:
        """A client; one per service."""
        if service not in self._clients:
            own = {"aws_access_key_id": self.number or "test", "aws_secret_access_key": "test"}
            # With a given endpoint, the given credentials.
            given = "AWS_ACCESS_KEY_ID" in os.environ and not (self.own or self.number)
            keys = {} if given else own
            self._clients[service] = _session().client(
                service,
                region_name=self.region,
                endpoint_url=self.pca_endpoint if service == "acm-pca" else self.endpoint,
                config=_CONFIG,
                **keys,
            )
        return self._clients[service]

    def in_account(self, number: str) -> Backend:
        """The same AWS as another account sees it."""
        return Backend(self.endpoint, self.pca_endpoint, self.region, self.own, number)

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
