"""The simulated AWS of `shared/testing/simulated-aws`, served on a loopback port, and its controls."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3

from . import paths
from .processes import ManagedProcess, NotReady, free_port

ACCOUNT = "123456789012"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
PROGRAM = paths.TARGET / "debug" / "simulated-aws"
# The other one needs so much time for an answer that it would be measured.
FAST_PROGRAM = paths.TARGET / "simulation" / "simulated-aws"
MADE_BY = {PROGRAM: "simulated-aws", FAST_PROGRAM: "bench"}
_START_SECONDS = 60


def start(
    log: Path, *options: str, program: Path = PROGRAM, stays: bool = False
) -> tuple[ManagedProcess, str]:
    """A server on a free port, and its endpoint. It listens before it is filled: wait for `is_ready`."""
    if not program.is_file():
        raise NotReady(f"{program} is missing: run `make {MADE_BY[program]}` first.")
    port = free_port()
    command = [str(program), "--port", str(port), *options]
    if not stays:
        command.append("--end-with-stdin")
    process = ManagedProcess("simulated-aws", command, {}, log, stays=stays)
    return process, f"http://127.0.0.1:{port}"


def is_ready(log: Path) -> bool:
    """Whether it has said its last word."""
    return "\nserving " in "\n" + log.read_text()


def control(endpoint: str, method: str, path: str, body: Any = None) -> Any:
    """Send a server one of its controls; shared/testing/simulated-aws/README.md lists them."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint}/_simulated/{path}", data, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{path}: {error.code} {error.read().decode()}") from error


class SimulatedAws:
    """A running server with so many certificates; each of its answers takes so long."""

    def __init__(self, certificates: int, latency_ms: int, log: Path, *more: str) -> None:
        options = ["--region", REGION, "--account", ACCOUNT, *more]
        options += ["--certificates", str(certificates), "--latency-ms", str(latency_ms)]
        self._process, self.endpoint = start(log, *options, program=FAST_PROGRAM)
        self._log = log

    def __enter__(self) -> SimulatedAws:
        try:
            self._process.wait_until(lambda: is_ready(self._log), _START_SECONDS)
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
        return control(self.endpoint, "GET", "calls")

    def result_token(self, rule: str) -> str:
        """What AWS Config sends along when it invokes the function of a rule."""
        return control(self.endpoint, "PUT", "result-token", {"rule": rule})["resultToken"]
