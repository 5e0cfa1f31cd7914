"""An AWS endpoint with its clients."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from . import paths, simulated

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

    own: it is LocalStack started by this harness.
    simulated: the endpoint of the simulated-aws that it forwards to, which has controls beside AWS's calls.
    number: another account than that of the usual credentials; LocalStack takes it from the access key.
    """

    endpoint: str
    region: str
    own: bool
    number: str | None = None
    simulated: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For reports."""
        return "LocalStack (host mode) with simulated-aws" if self.simulated else self.endpoint

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
                endpoint_url=self.endpoint,
                config=_CONFIG,
                **keys,
            )
        return self._clients[service]

    def in_account(self, number: str) -> Backend:
        """The same AWS as another account sees it."""
        return replace(self, number=number, _clients={})

    def in_region(self, region: str) -> Backend:
        """The same account in another Region."""
        return replace(self, region=region, _clients={})

    @property
    def account(self) -> str:
        """The account's number."""
        if not hasattr(self, "_account"):
            self._account: str = self.client("sts").get_caller_identity()["Account"]
        return self._account

    def get_json(self, path: str) -> Any:
        """GET one of LocalStack's own pages."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.endpoint + path, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read().decode()}") from error

    def control(self, method: str, path: str, body: dict | None = None) -> Any:
        """One of simulated-aws's controls; shared/testing/simulated-aws/README.md lists them."""
        assert self.simulated, "only simulated-aws has controls"
        return simulated.control(self.simulated, method, path, body)

    @property
    def place(self) -> dict[str, str]:
        """Account and Region, for controls."""
        return {"account": self.account, "region": self.region}
