"""What AWS charges a month for sweeps, computed from what one of them was seen to do.

Prices are those of us-east-1, without the free tier. Other Regions are up to a quarter dearer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

HOURS_A_MONTH = 730
MEMORY_MB = 128
# At this memory a function has one whole vCPU, and with less its share of one (Lambda developer guide, "Configure Lambda
# function memory"): what takes a second of a core here takes 13.8 s with 128 MB.
VCPU_MB = 1769
# CloudWatch Logs adds this to each line.
LOG_EVENT_BYTES = 26
# Lambda's own lines at the system log level INFO, as the developer guide shows them: a start and a report for each invocation,
# and one more for each process.
_START = {
    "time": "2026-11-27T21:00:00.000Z",
    "type": "platform.start",
    "record": {"requestId": "79b4f56e-95b1-4643-9700-2807f4e68189", "version": "$LATEST"},
}
_REPORT = {
    "time": "2026-11-27T21:00:00.000Z",
    "type": "platform.report",
    "record": {
        "requestId": "79b4f56e-95b1-4643-9700-2807f4e68189",
        "metrics": {
            "durationMs": 123.456, "billedDurationMs": 124, "memorySizeMB": 128, "maxMemoryUsedMB": 32, "initDurationMs": 12.345
        },
        "tracing": {"spanId": "3363c5cd6d3b8c1b", "type": "X-Amzn-Trace-Id", "value": "Root=1-641a1b2c-0123456789abcdef01234567;Parent=3363c5cd6d3b8c1b;Sampled=0"},
        "status": "success",
    },
}  # fmt: skip
_INIT = {
    "time": "2026-11-27T21:00:00.000Z",
    "type": "platform.initStart",
    "record": {"initializationType": "on-demand", "phase": "init", "runtimeVersion": "provided:al2023.v99", "functionVersion": "$LATEST"},
}  # fmt: skip
# Lambda polls a queue without messages with five connections, each of which waits for 20 s (developer guide, "Using Lambda
# with Amazon SQS": "Lambda starts with five pollers").
_IDLE_POLLS_A_MONTH = 5 * HOURS_A_MONTH * 3600 // 20


@dataclass(frozen=True)
class Price:
    """What one of something costs, and where that was read."""

    usd: float
    source: str
    is_sure: bool = True


# Read on 2026-11-27. AWS's own pages show prices with scripts only, so that stored copies of them have none: these are from
# pages of others, which name AWS's page as their source, with their dates.
PRICES = {
    "Lambda, GB-s on arm64": Price(0.0000133334, "aws.amazon.com/lambda/pricing, by cloudchipr.com, 2024"),
    "Lambda, GB-s on x86_64": Price(0.0000166667, "aws.amazon.com/lambda/pricing, by cloudchipr.com, 2024"),
    "Lambda, request": Price(0.20 / 1e6, "aws.amazon.com/lambda/pricing, by two pages, 2024 and 2026"),
    "SQS, request": Price(0.40 / 1e6, "aws.amazon.com/sqs/pricing, by cloudburn.io, 2026-03"),
    # How many requests Lambda makes of a queue is not published.
    "SQS, request of Lambda's pollers": Price(0.40 / 1e6, "as above; their number is an estimate", is_sure=False),
    "CloudWatch Logs, GB taken in": Price(0.50, "aws.amazon.com/cloudwatch/pricing, by cloudburn.io, 2026-02"),
    "CloudWatch, custom metric": Price(0.30, "aws.amazon.com/cloudwatch/pricing, by cloudburn.io, 2026-02"),
}


@dataclass
class Records:
    """What the processes of a function did in one sweep."""

    processes: int = 0
    invocations: int = 0
    # From the start of a process to its first request for work, and from an event to its answer.
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    log_lines: int = 0
    log_bytes: int = 0
    # Namespace, dimensions with their values, and name of each.
    metrics: set[tuple[str, ...]] = field(default_factory=set)
    peak_mib: int = 0
    # The most of each process, together.
    together_mib: int = 0

    def add_line(self, line: str) -> None:
        """A line of the function's log."""
        self.log_lines += 1
        self.log_bytes += len(line.encode())
        self.metrics |= set(metrics_of(line))

    def add(self, other: Records) -> None:
        """What another process did, which did not run at the same time."""
        for name in ("processes", "invocations", "seconds", "cpu_seconds", "log_lines", "log_bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.metrics |= other.metrics

    def billed_seconds(self) -> float:
        """On Lambda, where the processor is shared: conservative, since here too time was spent waiting for it."""
        return self.seconds + self.cpu_seconds * (VCPU_MB / MEMORY_MB - 1)

    def all_log_bytes(self) -> int:
        """With the lines of Lambda itself, and what CloudWatch Logs adds to each."""
        start, report, init = (len(json.dumps(line, separators=(",", ":"))) for line in (_START, _REPORT, _INIT))
        lines = self.log_lines + 2 * self.invocations + self.processes
        return self.log_bytes + self.invocations * (start + report) + self.processes * init + lines * LOG_EVENT_BYTES


def metrics_of(line: str) -> Iterable[tuple[str, ...]]:
    """The custom metrics that CloudWatch makes of a line in the embedded metric format."""
    if '"CloudWatchMetrics"' not in line:
        return
    document = json.loads(line)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple(f"{name}={document[name]}" for name in sorted(names))
            for metric in directive["Metrics"]:
                yield (directive["Namespace"], *dimensions, metric["Name"])


def monthly(records: Records, sent: int, received: int, architecture: str = "arm64") -> dict[str, float]:
    """US dollars a month of hourly sweeps like this one: `sent` SendMessageBatch calls, and `received` batches that Lambda
    receives and deletes."""
    gb_seconds = records.billed_seconds() * MEMORY_MB / 1024
    amounts = {
        f"Lambda, GB-s on {architecture}": gb_seconds * HOURS_A_MONTH,
        "Lambda, request": records.invocations * HOURS_A_MONTH,
        "SQS, request": sent * HOURS_A_MONTH,
        "SQS, request of Lambda's pollers": 2 * received * HOURS_A_MONTH + _IDLE_POLLS_A_MONTH,
        "CloudWatch Logs, GB taken in": records.all_log_bytes() / 1e9 * HOURS_A_MONTH,
        "CloudWatch, custom metric": len(records.metrics),
    }
    return {what: amount * PRICES[what].usd for what, amount in amounts.items()}
