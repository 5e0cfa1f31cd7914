"""How much memory a function takes for a hundred events, measured on its process itself."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import certificates, config_rules, deploy, events, paths, private_ca, requested
from .backend import Backend
from .emulator import Emulator
from .lambda_executor.process import FunctionProcess, base_environment
from .lambda_executor.runtime_api import Work
from .zones import Zone

EVENTS = 100
# Every fourth event has something to do (a notice, a renewal with a new key, a record); the others look
# at a certificate that needs nothing.
_BUSY = 4
_SECONDS = 60
_WITH_INVENTORY = ("certificate-inventory", "activity-guard")
# A collection reads all certificates, so that a few are as good as a hundred.
_COLLECTIONS = 5


def peak_after_events(functions: list[str]) -> dict[str, int | None]:
    """The most that each function ever held, in MiB; None where the system does not show it."""
    with Emulator() as emulator:
        return {function: _peak(emulator.backend, function) for function in functions}


def _peak(backend: Backend, function: str) -> int | None:
    code = paths.ARTIFACTS / function
    process = FunctionProcess(code, _environment(backend, function), lambda line: None)
    try:
        process.wait_until_started()
        for number, event in enumerate(_events(backend, function)):
            answer, failed = process.invoke(_work(backend, function, event), _SECONDS)
            if failed:
                sys.exit(f"{function}: event {number} failed: {answer.decode()}")
        return process.peak_memory_mb()
    finally:
        process.stop()


def _environment(backend: Backend, function: str) -> dict[str, str]:
    topic = backend.client("sns").create_topic(Name="bench")["TopicArn"]
    return base_environment() | {
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_REGION": backend.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": backend.endpoint,
        "NOTICE_TOPIC_ARN": topic,
        **(_inventory(backend) if function in _WITH_INVENTORY else {}),
        "DNS_LOOKUPS": "false",
    }


def _inventory(backend: Backend) -> dict[str, str]:
    bucket = f"bench-{uuid.uuid4().hex[:8]}"
    deploy.create_bucket(backend, bucket)
    return {"INVENTORY_BUCKET": bucket, "GRANTS": '{"domains": ["example.com"]}'}


def _events(backend: Backend, function: str) -> Iterator[dict[str, Any]]:
    if function == "dns-validation":
        yield from _requests(backend)
    elif function == "compliance-rules":
        yield from _evaluations(backend)
    elif function == "certificate-inventory":
        yield from _collections(backend)
    elif function == "activity-guard":
        yield from _acts(backend)
    else:
        yield from _ends(backend, function)


def _requests(backend: Backend) -> Iterator[dict[str, Any]]:
    """Certificates that wait for a record; in between, one whose record is there."""
    requested.set_record_delay(backend, 0)
    for name in ("quiet.example", *(f"zone-{number}.example" for number in range(EVENTS))):
        Zone.create(backend, name)
    names = ["quiet.example"]
    quiet = requested.request(backend, names)
    for number in range(EVENTS):
        arn = quiet
        if number % _BUSY == 0 and number:
            names = [f"zone-{number}.example", f"*.zone-{number}.example"]
            arn = requested.request(backend, names)
        yield events.as_delivered(backend, events.certificate_requested(backend, arn, names))


def _evaluations(backend: Backend) -> Iterator[dict[str, Any]]:
    """Recorded certificates with a chain to look up and verify; in between, all of them by their list."""
    ca = certificates.LocalCa()
    for number in range(EVENTS):
        if number % _BUSY == 0:
            recorded = ca.issue([f"recorded-{number}.example.com"], "RSA_2048")
            arn = certificates.import_certificate(backend, recorded, {})
            yield config_rules.changed({"rule": "chain-complete"}, backend.account, backend.region, arn)
        else:
            yield config_rules.scheduled({"rule": "certificate-expiry"}, backend.account, backend.region)


def _collections(backend: Backend) -> Iterator[dict[str, Any]]:
    """A hundred certificates, collected and reported again and again."""
    ca = certificates.LocalCa()
    for number in range(EVENTS):
        issued = ca.issue([f"listed-{number}.example.com"], "EC_prime256v1")
        certificates.import_certificate(backend, issued, {})
    for _ in range(_COLLECTIONS):
        yield {"source": "acm-autopilot", "detail-type": "Inventory Collection Requested", "detail": {}}


def _acts(backend: Backend) -> Iterator[dict[str, Any]]:
    """Requests for names that are not granted; in between, for some that are."""
    for number in range(EVENTS):
        names = [f"bank-{number}.example" if number % _BUSY == 0 else f"www-{number}.example.com"]
        arn = f"arn:aws:acm:{backend.region}:{backend.account}:certificate/{uuid.uuid4()}"
        yield events.as_delivered(backend, events.certificate_requested(backend, arn, names))


def _ends(backend: Backend, function: str) -> Iterator[dict[str, Any]]:
    """Certificates that approach their end; in between, one that does not."""
    ca = certificates.LocalCa()
    tags = {
        "acm-autopilot:renew-from": "private-ca",
        "acm-autopilot:private-ca": private_ca.create_root_ca(backend, "Bench Root CA"),
    }
    far = ca.issue(["far.example.com"], "EC_prime256v1", expires_in=timedelta(days=300))
    quiet = certificates.import_certificate(backend, far, tags)
    for number in range(EVENTS):
        arn = quiet
        if number % _BUSY == 0:
            near = ca.issue(
                [f"near-{number}.example.com"], "EC_prime256v1", expires_in=timedelta(days=10)
            )
            arn = certificates.import_certificate(backend, near, tags)
        if function == "imported-renewal":
            entry = events.renewal_requested(arn)
        else:
            entry = events.approaching_expiration(arn, 10, "example.com")
        yield events.as_delivered(backend, entry)


def _work(backend: Backend, function: str, event: dict[str, Any]) -> Work:
    return Work(
        request_id=str(uuid.uuid4()),
        payload=json.dumps(event).encode(),
        deadline_ms=int((time.time() + 300) * 1000),
        function_arn=f"arn:aws:lambda:{backend.region}:{backend.account}:function:{function}",
        trace_id="Root=1-00000000-000000000000000000000000",
    )
