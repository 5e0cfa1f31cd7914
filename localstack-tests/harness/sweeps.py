"""Sweeps of a hub as Lambda runs them: one that fans out, and then each message of the queue, in processes side by side."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import paths
from .charges import Records
from .lambda_executor.process import FunctionProcess, base_environment
from .lambda_executor.runtime_api import Work
from .simulated import ACCOUNT, CREDENTIALS, REGION, SimulatedAws

ORGANIZATION = "o-a1b2c3d4e5"
_DNS_ACCOUNT, _MANAGEMENT = "888888888888", "999999999999"
_REQUEST = {"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested", "detail": {}}
# Accounts of an organizational unit in simulated-aws.
_UNIT = 100
_RECEIVERS = 8


def settings(accounts: int, regions: list[str]) -> dict[str, Any]:
    """Organization settings without a list of accounts: AWS Organizations is asked."""
    units = [f"ou-ab12-{number + 1:08}" for number in range(-(-accounts // _UNIT))]
    grants = [{"units": units, "domains": ["example.com"]}]
    excluded = [_DNS_ACCOUNT, _MANAGEMENT]
    return {"id": ORGANIZATION, "regions": regions, "excludedAccounts": excluded, "grants": grants}


class HubFunction:
    """A function of the hub, with its queue."""

    def __init__(self, aws: SimulatedAws, name: str, organization: dict[str, Any], timeout: int) -> None:
        self.name, self._timeout, self._aws = name, timeout, aws
        self._sqs = aws.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=f"{name}-sweeps")["QueueUrl"]
        roles = [{"zone": "example.com", "role": f"arn:aws:iam::{_DNS_ACCOUNT}:role/acm-autopilot-zones"}]
        self._environment = base_environment() | CREDENTIALS | {
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": aws.endpoint,
            "NOTICE_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:notices",
            "ORGANIZATION": json.dumps(organization),
            "TARGET_QUEUE_URL": self._queue,
            "SWEEP_SCHEDULE": "rate(1 hour)",
            "RECORDS_ARE_KEPT": "true",
            "ZONE_ROLES": json.dumps(roles),
            "DNS_LOOKUPS": "false",
        }  # fmt: skip

    def fan_out(self) -> tuple[Records, float]:
        """The scheduled event; what it took, and its time."""
        records = Records()
        begin = time.perf_counter()
        self._run(iter([_REQUEST]), records, threading.Lock())
        return records, time.perf_counter() - begin

    def messages(self) -> list[dict[str, Any]]:
        """Everything in the queue, as Lambda hands it to the function."""
        found: list[dict[str, Any]] = []

        def receive(_: int) -> None:
            while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10, VisibilityTimeout=3600).get("Messages"):
                for message in messages:
                    self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                found.extend(map(_record, messages))

        with ThreadPoolExecutor(_RECEIVERS) as pool:
            list(pool.map(receive, range(_RECEIVERS)))
        return found

    def sweep(self, messages: list[dict[str, Any]], processes: int, batch: int) -> tuple[Records, float]:
        """All messages, in new processes that run side by side; what they took, and the time until the last answer."""
        records, lock = Records(), threading.Lock()
        batches = ({"Records": messages[start : start + batch]} for start in range(0, len(messages), batch))
        begin = time.perf_counter()
        with ThreadPoolExecutor(processes) as pool:
            for done in [pool.submit(self._run, batches, records, lock) for _ in range(processes)]:
                done.result()
        return records, time.perf_counter() - begin

    def _run(self, payloads: Iterator[dict[str, Any]], records: Records, lock: threading.Lock) -> None:
        """Work of one process, until there is none."""

        def on_log(line: str) -> None:
            with lock:
                records.add_line(line)

        seconds, invocations, begin = 0.0, 0, time.perf_counter()
        process = FunctionProcess(paths.ARTIFACTS / self.name, self._environment, on_log)
        try:
            process.wait_until_started()
            seconds += time.perf_counter() - begin
            while (payload := _next(payloads, lock)) is not None:
                begin = time.perf_counter()
                answer, failed = process.invoke(self._work(payload), self._timeout)
                seconds += time.perf_counter() - begin
                invocations += 1
                self._must_be_done(json.loads(answer), failed)
            peak, cpu = process.peak_memory_mb() or 0, cpu_seconds(process.pid)
        finally:
            process.stop()
        with lock:
            records.processes += 1
            records.invocations += invocations
            records.seconds += seconds
            records.cpu_seconds += cpu
            records.peak_mib = max(records.peak_mib, peak)
            records.together_mib += peak

    def _work(self, payload: dict[str, Any]) -> Work:
        return Work(
            request_id=str(uuid.uuid4()),
            payload=json.dumps(payload).encode(),
            deadline_ms=int((time.time() + self._timeout) * 1000),
            function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}",
            trace_id="Root=1-00000000-000000000000000000000000",
        )

    def _must_be_done(self, answer: dict[str, Any], failed: bool) -> None:
        if failed or answer.get("batchItemFailures"):
            sys.exit(f"{self.name} did not sweep: {json.dumps(answer)[:2000]}")


def _next(payloads: Iterator[dict[str, Any]], lock: threading.Lock) -> dict[str, Any] | None:
    with lock:
        return next(payloads, None)


def _record(message: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event"""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795240800000",
            "SenderId": "AROAEXAMPLE:expiry-events",
            "ApproximateFirstReceiveTimestamp": "1795240801000",
        },
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:sweeps",
        "awsRegion": REGION,
    }


def cpu_seconds(pid: int) -> float:
    """What a running process has used; only Linux shows it."""
    try:
        # utime and stime, after the name in parentheses, which may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
