"""How long it takes from the event of a RequestCertificate call to the record in its zone."""

from __future__ import annotations

import time
import uuid

from . import deploy, paths, requested
from .backend import Backend
from .emulator import Emulator
from .zones import Zone

RUNS = 20
_SECONDS = 30
_PAUSE = 0.005


def event_to_record_seconds() -> list[float]:
    """Once per run, each with a certificate and a zone of its own; the first one starts the function."""
    with Emulator() as emulator:
        backend = emulator.backend
        deploy.deploy(
            backend,
            "bench",
            {
                "Functions": "dns-validation",
                "ValidationDomains": "*",
                "Settings": '{"dnsLookups": false}',
            },
            artifacts=paths.ARTIFACTS,
        )
        # CloudTrail's event comes later than ACM's record; here nothing else shall be waited for.
        requested.set_record_delay(backend, 0)
        return [_once(backend) for _ in range(RUNS)]


def _once(backend: Backend) -> float:
    domain = f"bench-{uuid.uuid4().hex[:8]}.example"
    zone = Zone.create(backend, domain)
    names = [domain, f"*.{domain}"]
    arn = requested.request(backend, names)
    begin = time.perf_counter()
    requested.announce(backend, arn, names)
    while not zone.batches():
        if time.perf_counter() - begin > _SECONDS:
            raise TimeoutError(f"no record in {domain} after {_SECONDS} s")
        time.sleep(_PAUSE)
    taken = time.perf_counter() - begin
    assert zone.cnames() == requested.records(backend, arn)
    return taken
