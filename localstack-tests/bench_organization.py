#!/usr/bin/env python3
"""Measures the sweeps of a hub: expiry-events in 1,000 accounts, in 100 next to c7n-org, and dns-validation.

All read the simulated AWS on a loopback port, where each call takes 30 ms and the published quotas hold. As on Lambda the
scheduled event lists the accounts and sends a message for each account and Region, and each message is an invocation of one of
20 processes. The first sweep finds notices to send; the second, in new processes, finds nothing to do: it is what happens every
hour, and what the charges of a month are computed from. `make bench ORGANIZATION=1`; smaller: bench_organization.py --accounts 10
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import charges, custodian, paths, simulated, sweeps
from harness.simulated import SimulatedAws
from harness.sweeps import HubFunction

REGIONS = ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1"]
CERTIFICATES = 50
LATENCY_MS = 30
ACCOUNTS, FEWER, TENTH = 1000, 40, 100
# MaximumConcurrency of ExpirySweepMapping.
PROCESSES = 20
DAYS = 30
MAX_SECONDS = 600
MAX_MEMORY_MIB = 64
MAX_MONTHLY_USD = {ACCOUNTS: 45.0, FEWER: 15.0}
_FOLDER = paths.TARGET / "bench"


@contextmanager
def organization(accounts: int) -> Iterator[SimulatedAws]:
    """A server with this many accounts."""
    options = ["--accounts", str(accounts), "--regions", ",".join(REGIONS), "--quotas"]
    with SimulatedAws(CERTIFICATES, LATENCY_MS, _FOLDER / "simulated-aws.log", *options) as aws:
        yield aws


def expiry_sweeps(aws: SimulatedAws, accounts: int) -> dict[str, Any]:
    """The first sweep and a quiet one."""
    function = HubFunction(aws, "expiry-events", sweeps.settings(accounts, REGIONS), timeout=300)
    return {"first": _sweep(aws, function, PROCESSES, 1), "quiet": _sweep(aws, function, PROCESSES, 1)}


def dns_sweeps(aws: SimulatedAws, accounts: int) -> dict[str, Any]:
    """A sweep in which every record is there; the zones of all accounts are in one."""
    function = HubFunction(aws, "dns-validation", sweeps.settings(accounts, REGIONS), timeout=900)
    # BatchSize of DnsSweepMapping, and the function's ReservedConcurrentExecutions.
    return _sweep(aws, function, 1, 10)


def _sweep(aws: SimulatedAws, function: HubFunction, processes: int, batch: int) -> dict[str, Any]:
    before = aws.calls()
    fanned_out, fan_out_seconds = function.fan_out()
    fan_out_calls = since(before, aws.calls())
    messages = function.messages()
    before = aws.calls()
    swept, seconds = function.sweep(messages, processes, batch)
    sent = fan_out_calls["sqs:SendMessageBatch"]
    swept.add(fanned_out)
    return {
        "targets": len(messages),
        "fan_out": {"seconds": fan_out_seconds, "calls": fan_out_calls, "memory_mib": fanned_out.peak_mib},
        "seconds": seconds,
        "calls": since(before, aws.calls()),
        "memory_mib": swept.peak_mib,
        "memory_together_mib": swept.together_mib,
        "invocations": swept.invocations,
        "invocation_seconds": swept.seconds / swept.invocations,
        "billed_seconds": swept.billed_seconds() / swept.invocations,
        "seconds_at_128_mb": swept.billed_seconds() / processes,
        "log_bytes": swept.all_log_bytes(),
        "custom_metrics": sorted("/".join(metric) for metric in swept.metrics),
        "monthly_usd": charges.monthly(swept, sent, -(-len(messages) // batch)),
        "load_average": os.getloadavg()[0],
    }


def custodian_run(aws: SimulatedAws, accounts: int) -> dict[str, Any]:
    """c7n-org in the same accounts, in as many processes."""
    ids = [f"{100_000_000_000 + number + 1}" for number in range(accounts)]
    role, external_id = "acm-autopilot/acm-autopilot-read", sweeps.ORGANIZATION
    wanted = custodian.Organization(ids, REGIONS, role, external_id, PROCESSES)
    before = aws.calls()
    run = custodian.certificates_of_organization(aws, DAYS, wanted, _FOLDER / "c7n-org")
    return {"seconds": run.seconds, "memory_mib": run.peak_mib, "calls": since(before, aws.calls()), "found": len(run.found)}


def since(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """The calls between two counts."""
    counts = {operation: count - before.get(operation, 0) for operation, count in after.items()}
    return {operation: count for operation, count in counts.items() if count}


def show(name: str, sweep: dict[str, Any]) -> None:
    """One row of the table, and what the calls were."""
    calls = {operation: count for operation, count in sweep["calls"].items()}
    fan_out = sum(sweep["fan_out"]["calls"].values())
    memory = max(sweep["memory_mib"], sweep["fan_out"]["memory_mib"])
    print(
        f"{name:<42} {sum(calls.values()) + fan_out:>8,} {sweep['fan_out']['seconds'] + sweep['seconds']:>8.1f} s "
        f"{sweep['seconds_at_128_mb']:>8.1f} s {memory:>5} MiB {sum(sweep['monthly_usd'].values()):>8.2f}"
    )


def detail(sweep: dict[str, Any]) -> None:
    """What the calls were, and what is charged."""
    listed = sorted(sweep["calls"].items(), key=lambda item: -item[1])
    print("  calls: " + ", ".join(f"{count:,} {operation}" for operation, count in listed))
    fan_out = sweep["fan_out"]
    print(
        f"  fan-out: {sum(fan_out['calls'].values()):,} calls, {fan_out['seconds']:.1f} s, {fan_out['memory_mib']} MiB; an invocation: "
        f"{sweep['invocation_seconds'] * 1000:.0f} ms, billed with {charges.MEMORY_MB} MB {sweep['billed_seconds'] * 1000:.0f} ms"
    )
    print(
        f"  log: {sweep['log_bytes'] / sweep['invocations']:,.0f} bytes an invocation; {len(sweep['custom_metrics'])} custom metrics"
    )
    print("  US$ a month: " + ", ".join(f"{what} {usd:.2f}" for what, usd in sweep["monthly_usd"].items()))


def broken_promises(accounts: int, result: dict[str, Any]) -> list[str]:
    """What is over a limit."""
    broken = []
    for name, sweep in result.items():
        seconds = sweep["seconds"] + sweep["fan_out"]["seconds"]
        if seconds > MAX_SECONDS:
            broken.append(f"{accounts} accounts, {name} sweep: {seconds:.0f} s, more than {MAX_SECONDS}")
        memory = max(sweep["memory_mib"], sweep["fan_out"]["memory_mib"])
        if memory > MAX_MEMORY_MIB:
            broken.append(f"{accounts} accounts, {name} sweep: {memory} MiB, more than {MAX_MEMORY_MIB}")
    usd, most = sum(result["quiet"]["monthly_usd"].values()), MAX_MONTHLY_USD.get(accounts)
    if most and usd > most:
        broken.append(f"{accounts} accounts: US$ {usd:.2f} a month, more than {most:.2f}")
    return broken


def main() -> None:
    """Measure, print a table, write target/bench-organization.json, fail when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="*", default=[FEWER, ACCOUNTS], help="of each organization, one after the other")
    parser.add_argument("--tenth", type=int, default=TENTH, help="accounts next to c7n-org; 0: not at all")
    parser.add_argument("--dns", type=int, nargs="*", default=[TENTH, ACCOUNTS], help="accounts that dns-validation sweeps")
    options = parser.parse_args()
    for program in (paths.ARTIFACTS / "expiry-events" / "bootstrap", simulated.FAST_PROGRAM, custodian.ORGANIZATION_PROGRAM):
        if not program.exists():
            sys.exit(f"{program.relative_to(paths.TARGET)} is missing: run make bench ORGANIZATION=1, which makes it")
    print(f"{len(REGIONS)} Regions in each account, {CERTIFICATES} certificates in each; a call takes {LATENCY_MS} ms more. "
          f"Load of the machine: {os.getloadavg()[0]:.1f}.")  # fmt: skip
    print(f"{'':<42} {'calls':>8} {'time':>10} {'at 128 MB':>10} {'memory':>9} {'US$/month':>9}")
    results: dict[str, Any] = {}
    broken: list[str] = []
    for accounts in options.accounts:
        with organization(accounts) as aws:
            result = expiry_sweeps(aws, accounts)
        for name, sweep in result.items():
            show(f"expiry-events, {accounts:,} accounts, {name}", sweep)
            detail(sweep)
        results[f"expiry-events {accounts}"] = result
        broken += broken_promises(accounts, result)
    if options.tenth:
        results["tenth"] = tenth(options.tenth)
    for accounts in options.dns:
        with organization(accounts) as aws:
            sweep = dns_sweeps(aws, accounts)
        show(f"dns-validation, {accounts:,} accounts", sweep)
        detail(sweep)
        results[f"dns-validation {accounts}"] = sweep
    (paths.TARGET / "bench-organization.json").write_text(json.dumps(results, indent=2) + "\n")
    if broken:
        sys.exit("\n".join(broken))


def tenth(accounts: int) -> dict[str, Any]:
    """Next to c7n-org, on the same server."""
    with organization(accounts) as aws:
        theirs = custodian_run(aws, accounts)
        ours = expiry_sweeps(aws, accounts)
    # Each certificate that ends within 30 days and that nobody renews is in the first sweep's notices.
    if theirs["found"] != ours["first"]["calls"]["sns:Publish"]:
        sys.exit(f"c7n-org found {theirs['found']} certificates, and expiry-events sent {ours['first']['calls']['sns:Publish']} notices")
    for name, sweep in ours.items():
        show(f"expiry-events, {accounts:,} accounts, {name}", sweep)
    calls = sum(theirs["calls"].values())
    print(f"{f'c7n-org, {accounts:,} accounts, NotAfter':<42} {calls:>8,} {theirs['seconds']:>8.1f} s {'':>10} {theirs['memory_mib'] or 0:>5} MiB together")
    listed = sorted(theirs["calls"].items(), key=lambda item: -item[1])
    print("  calls: " + ", ".join(f"{count:,} {operation}" for operation, count in listed))
    print(f"  {theirs['found']:,} certificates found. {PROCESSES} processes of expiry-events held {ours['quiet']['memory_together_mib']} MiB together.")
    return {"custodian": theirs, **ours}


if __name__ == "__main__":
    main()
