"""The simulated AWS of `shared/simulated-aws`, served on a loopback port."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from . import paths
from .processes import ManagedProcess, free_port

ACCOUNT = "123456789012"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# Built by `make bench`. A debug build needs so much time for an answer that it would be measured.
PROGRAM = paths.TARGET / "simulation" / "simulated-aws"
_START_SECONDS = 60


class SimulatedAws:
    """A running server with so many certificates; each of its answers takes so long."""

    def __init__(self, certificates: int, latency_ms: int, log: Path) -> None:
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        command = [str(PROGRAM), "--port", str(port), "--region", REGION, "--account", ACCOUNT]
        command += ["--certificates", str(certificates), "--latency-ms", str(latency_ms)]
        self._process = ManagedProcess("simulated-aws", command, {}, log)
        self._log = log

    def __enter__(self) -> SimulatedAws:
        try:
            # It listens before it has its certificates; this line is its last word.
            self._process.wait_until(lambda: "\nserving " in self._log.read_text(), _START_SECONDS)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.stop()

    def client(self, service: str) -> Any:
        """A client of this server."""
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip

    def calls(self) -> dict[str, int]:
        """How often each operation was called, such as `acm:ListCertificates`."""
        return self._control("GET", "calls")

    def result_token(self, rule: str) -> str:
        """What AWS Config sends along when it invokes the function of a rule."""
        return self._control("PUT", "result-token", {"rule": rule})["resultToken"]

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_simulated/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
