#!/usr/bin/env python3
"""Measures compliance-rules on many certificates, next to Cloud Custodian.

Both read the simulated AWS on a loopback port, where each call takes so many milliseconds. The function is
started, as Lambda does, and evaluates one rule for all certificates; Cloud Custodian is started and looks
for certificates that end soon. Part of `make bench`; alone: bench_compliance.py --certificates 10000
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from typing import Any

from harness import config_rules, custodian, paths, simulated
from harness.lambda_executor.process import FunctionProcess, base_environment
from harness.lambda_executor.runtime_api import Work
from harness.simulated import ACCOUNT, CREDENTIALS, REGION, SimulatedAws

FUNCTION = "compliance-rules"
CERTIFICATES = 10_000
LATENCY_MS = 30
# The function's rule and Cloud Custodian's filter mean the same number of days.
DAYS = 30
EXPIRY = "certificate-expiry"
RULES: dict[str, dict[str, str]] = {EXPIRY: {"days": str(DAYS)}, "key-algorithm": {}}
RUNS = 3
# Results are reported to AWS Config; all other calls read what they are about.
REPORTING = "config:"
# What ListCertificates answers and PutEvaluations takes at most.
LARGEST_LIST = 1000
LARGEST_REPORT = 100
MIN_TIMES_FASTER = 20
MIN_TIMES_FEWER_READING_CALLS = 100
MAX_MEMORY_MIB = 64
_FOLDER = paths.TARGET / "bench"
_SECONDS = 300


def compare(certificates: int = CERTIFICATES) -> dict[str, Any]:
    """Run both; what each took, for target/bench.json."""
    for program in (paths.ARTIFACTS / FUNCTION / "bootstrap", simulated.PROGRAM, custodian.PROGRAM):
        if not program.exists():
            sys.exit(f"{program.relative_to(paths.TARGET)} is missing: run make bench, which makes it")
    with SimulatedAws(certificates, LATENCY_MS, _FOLDER / "simulated-aws.log") as aws:
        rules = {rule: _evaluate(aws, rule, certificates) for rule in RULES}
        before = aws.calls()
        theirs = custodian.certificates_that_end_within(aws, DAYS, _FOLDER / "custodian")
        calls = _since(before, aws.calls())
        _must_agree(aws, theirs.found)
    return {
        "certificates": certificates,
        "latency_ms": LATENCY_MS,
        "load_average": os.getloadavg()[0],
        "rules": rules,
        "custodian": {"seconds": theirs.seconds, "memory_mib": theirs.peak_mib, "calls": calls},
    }


def _evaluate(aws: SimulatedAws, rule: str, certificates: int) -> dict[str, Any]:
    runs = []
    for _ in range(RUNS):
        before = aws.calls()
        seconds, peak = _once(aws, rule, certificates)
        runs.append((seconds, peak, _since(before, aws.calls())))
    memory = [peak for _, peak, _ in runs if peak is not None]
    return {
        "seconds": statistics.median(seconds for seconds, _, _ in runs),
        "memory_mib": max(memory) if memory else None,
        "calls": runs[-1][2],
    }


def _once(aws: SimulatedAws, rule: str, certificates: int) -> tuple[float, int | None]:
    """One scheduled evaluation in a new process; the time from its start to its answer, and its memory."""
    event = config_rules.scheduled({"rule": rule, **RULES[rule]}, ACCOUNT, REGION, aws.result_token(rule))
    work = Work(
        request_id=str(uuid.uuid4()),
        payload=json.dumps(event).encode(),
        deadline_ms=int((time.time() + _SECONDS) * 1000),
        function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}",
        trace_id="Root=1-00000000-000000000000000000000000",
    )
    environment = base_environment() | CREDENTIALS
    environment |= {
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": aws.endpoint,
    }
    begin = time.perf_counter()
    process = FunctionProcess(paths.ARTIFACTS / FUNCTION, environment, lambda line: None)
    try:
        process.wait_until_started()
        answer, failed = process.invoke(work, _SECONDS)
        taken = time.perf_counter() - begin
        if failed:
            sys.exit(f"{FUNCTION} answered {rule} with an error: {answer.decode(errors='replace')}")
        _must_be_complete(rule, json.loads(answer), certificates)
        return taken, process.peak_memory_mb()
    finally:
        process.stop()


def _must_be_complete(rule: str, answer: dict[str, Any], certificates: int) -> None:
    verdicts = sum(answer[name] for name in ("compliant", "nonCompliant", "notApplicable"))
    if answer["outcome"] != "evaluated" or verdicts != certificates:
        counts = {name: value for name, value in answer.items() if name != "findings"}
        sys.exit(f"{FUNCTION} did not evaluate {rule} for {certificates} certificates: {counts}")


def _must_agree(aws: SimulatedAws, theirs: set[str]) -> None:
    """What was reported to AWS Config is what Cloud Custodian found, but for the keys that it does not ask for."""
    pages = aws.client("config").get_paginator("get_compliance_details_by_config_rule")
    results = pages.paginate(ConfigRuleName=EXPIRY, ComplianceTypes=["NON_COMPLIANT"], Limit=100)
    ours = {
        result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]
        for result in results.search("EvaluationResults[]")
    }
    listed = aws.client("acm").get_paginator("list_certificates").paginate(Includes={"keyTypes": ["RSA_3072"]})
    unseen = {summary["CertificateArn"] for summary in listed.search("CertificateSummaryList[]")}
    if ours - unseen != theirs:
        sys.exit(f"the two found different certificates: {sorted((ours - unseen) ^ theirs)[:5]} and so on")


def _since(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    counts = {operation: count - before.get(operation, 0) for operation, count in after.items()}
    return {operation: count for operation, count in counts.items() if count}


def _reading(run: dict[str, Any]) -> int:
    return sum(count for operation, count in run["calls"].items() if not operation.startswith(REPORTING))


def _reporting(run: dict[str, Any]) -> int:
    return sum(run["calls"].values()) - _reading(run)


def show(result: dict[str, Any]) -> list[str]:
    """Print the comparison; the promises that are broken."""
    theirs, broken = result["custodian"], []
    print(f"\n{result['certificates']:,} certificates on the simulated AWS, each call takes {LATENCY_MS} ms more:")
    print(f"{'':<36} {'time':>8} {'memory':>8} {'calls that read':>16} {'that report':>12}")
    _row("Cloud Custodian, NotAfter", theirs)
    for rule, run in result["rules"].items():
        _row(f"{FUNCTION}, {rule}", run)
        faster = theirs["seconds"] / run["seconds"]
        fewer = _reading(theirs) / _reading(run)
        overall = sum(theirs["calls"].values()) / sum(run["calls"].values())
        run |= {"times_faster": faster, "times_fewer_reading_calls": fewer, "times_fewer_calls": overall}
        print(f"  {faster:.0f} times faster, {fewer:.0f} times fewer calls that read, {overall:.0f} times fewer in all")
        if faster < MIN_TIMES_FASTER:
            broken.append(f"{FUNCTION}: {rule} is {faster:.1f} times faster than Cloud Custodian, less than {MIN_TIMES_FASTER}")
        if fewer < MIN_TIMES_FEWER_READING_CALLS:
            broken.append(
                f"{FUNCTION}: {rule} reads with {fewer:.1f} times fewer calls than Cloud Custodian, "
                f"less than {MIN_TIMES_FEWER_READING_CALLS}"
            )
        if run["memory_mib"] and run["memory_mib"] > MAX_MEMORY_MIB:
            broken.append(f"{FUNCTION}: {rule} held {run['memory_mib']} MiB, more than {MAX_MEMORY_MIB}")
    listing, reporting = (-(-result["certificates"] // size) for size in (LARGEST_LIST, LARGEST_REPORT))
    most = sum(theirs["calls"].values()) / (listing + reporting)
    described = theirs["calls"].get("acm:DescribeCertificate", 0)
    print(f"ListCertificates answers {LARGEST_LIST:,} at most and PutEvaluations takes {LARGEST_REPORT}: ", end="")
    print(f"{listing} + {reporting} calls\nare the least, {most:.0f} times fewer. Cloud Custodian reports to nobody, and reads {described:,} certificates:")
    print(f"it does not ask for RSA_3072. Load of the machine: {result['load_average']:.1f}.")
    return broken


def _row(name: str, run: dict[str, Any]) -> None:
    memory = f"{run['memory_mib']} MiB" if run["memory_mib"] else "-"
    print(f"{name:<36} {run['seconds']:>6.2f} s {memory:>8} {_reading(run):>16,} {_reporting(run):>12,}")


def main() -> None:
    """Measure this alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES)
    result = compare(parser.parse_args().certificates)
    if broken := show(result):
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
