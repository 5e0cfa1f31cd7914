#!/usr/bin/env python3
"""Measures the built functions: start, package, memory, next to a function that does nothing.

Start: from the creation of the process to its first request for work, on the Lambda Runtime API that
this program serves. Functions take turns, so that a slow moment of the machine hits all alike.
Memory: the most that the process held during 100 events with real certificates on LocalStack.
For dns-validation also: from the event of a RequestCertificate call to the record in its zone, on LocalStack.
For compliance-rules also: 10,000 certificates, next to Cloud Custodian (bench_compliance.py).
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench_compliance
from harness import paths
from harness.latency import event_to_record_seconds
from harness.memory import peak_after_events

EMPTY = "empty-function"
RUNS = 60
WARM_UPS = 5
VALIDATION = "dns-validation"


@dataclass(frozen=True)
class Limits:
    """Beyond these the run fails: a start in times of the empty function's, the package, and what was held."""

    start_ratio: float
    package_bytes: int
    memory_mib: int


LIMITS = Limits(2.5, 4_000_000, 24)
# It has a TLS stack of its own for ACME servers, and makes keys.
LIMITS_OF = {
    "imported-renewal": Limits(2.5, 4_500_000, 32),
    # It asks a dozen services, and holds a report.
    "certificate-inventory": Limits(3.0, 8_000_000, 64),
}


def environment(address: str, function: str) -> dict[str, str]:
    """What Lambda sets, and what the functions need to start."""
    return {
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "NOTICE_TOPIC_ARN": "arn:aws:sns:eu-central-1:000000000000:notices",
        "GRANTS": '{"domains": ["example.com"]}',
        "INVENTORY_BUCKET": "bench",
        "PATH": os.defpath,
    }


def start_milliseconds(function: str) -> float:
    """One start of a function, in milliseconds."""
    program = str(paths.ARTIFACTS / function / "bootstrap")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        host, port = server.getsockname()
        begin = time.perf_counter()
        pid = os.posix_spawn(program, [program], environment(f"{host}:{port}", function))
        connection = None
        try:
            connection, _ = server.accept()
            request = connection.recv(4096)
            taken = time.perf_counter() - begin
        finally:
            # Before its connection breaks, of which it would complain.
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            if connection:
                connection.close()
    if b"/runtime/invocation/next" not in request:
        sys.exit(f"{function} did not ask for work but said: {request[:200]!r}")
    return taken * 1000


def zipped_bytes(function: str) -> int:
    """Size of the deployment package."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package.zip"
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.write(paths.ARTIFACTS / function / "bootstrap", "bootstrap")
        return package.stat().st_size


def progress(text: str) -> None:
    """Say what takes time, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print a table, write target/bench.json, fail when a promise is broken."""
    functions = [EMPTY, *sys.argv[1:]]
    for function in functions:
        if not (paths.ARTIFACTS / function / "bootstrap").exists():
            sys.exit(f"{function} is not built: run make bench, which builds it")
    starts: dict[str, list[float]] = {function: [] for function in functions}
    for run in range(RUNS + WARM_UPS):
        progress(f"start {run + 1} of {RUNS + WARM_UPS}")
        for function in functions:
            taken = start_milliseconds(function)
            if run >= WARM_UPS:
                starts[function].append(taken)
    progress("memory: 100 events each on LocalStack, about a minute")
    memory = peak_after_events(functions[1:])
    latencies: list[float] = []
    if VALIDATION in functions:
        progress("from a request's event to its record, on LocalStack")
        latencies = event_to_record_seconds()
    comparison: dict[str, Any] = {}
    if bench_compliance.FUNCTION in functions:
        progress("10,000 certificates, with Cloud Custodian about two minutes")
        comparison = bench_compliance.compare()
    progress("")

    empty = statistics.median(starts[EMPTY])
    rows, broken = [], []
    print(f"{'function':<18} {'start':>9} {'of empty':>9} {'package':>9} {'memory, 100 events':>20}")
    for function in functions:
        start = statistics.median(starts[function])
        size, held = zipped_bytes(function), memory.get(function)
        shown = f"{held} MiB" if held else "-"
        print(f"{function:<18} {start:>6.2f} ms {start / empty:>9.2f} {size / 1e6:>6.2f} MB {shown:>20}")
        ratio = start / empty
        rows.append({"function": function, "start_ms": start, "start_ratio": ratio, "zipped_bytes": size, "memory_mib": held})
        limits = LIMITS_OF.get(function, LIMITS)
        if ratio > limits.start_ratio:
            broken.append(f"{function}: a start takes {ratio:.2f} times that of the empty function, more than {limits.start_ratio}")
        if size > limits.package_bytes:
            broken.append(f"{function}: the package has {size} bytes, more than {limits.package_bytes}")
        if held and held > limits.memory_mib:
            broken.append(f"{function}: it held {held} MiB, more than {limits.memory_mib}")
    if latencies:
        median = statistics.median(latencies)
        print(f"\nFrom the event of a RequestCertificate call to the record in its zone, with {VALIDATION} on LocalStack:")
        print(f"median of {len(latencies)}: {median * 1000:.0f} ms; slowest: {max(latencies) * 1000:.0f} ms.")
        print("The CloudFormation custom resources that people use for this today look for the record every 5 to 60 s.")
        row = next(row for row in rows if row["function"] == VALIDATION)
        row["event_to_record_ms"] = [taken * 1000 for taken in latencies]
    if comparison:
        broken += bench_compliance.show(comparison)
        row = next(row for row in rows if row["function"] == bench_compliance.FUNCTION)
        row["certificates"] = comparison
    (paths.TARGET / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
