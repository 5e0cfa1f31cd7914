"""The functions on LocalStack's own ACM and Route 53, as its users have them. README.md lists what these cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import certificates, config_rules, events, requested
from harness.emulator import Emulator
from harness.subscribers import wait_for
from harness.world import World

EXPIRY = {"rule": "certificate-expiry", "days": "30"}


@pytest.fixture(scope="module")
def alone(artifacts: Path, local_ca: certificates.LocalCa) -> Iterator[World]:
    """infra/template.yaml on a LocalStack that forwards nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        with Emulator(forwarded=False) as emulator:
            world = World.deploy(emulator.backend, artifacts, local_ca)
            yield world
            world.close()


def test_a_record_is_put_for_a_request(alone: World) -> None:
    """LocalStack's ACM issues certificates without it, and shows one record for all names."""
    zone = alone.zone("alone.example")
    arn = alone.request(["alone.example"])
    wait_for("the record", zone.records)
    assert zone.cnames() == requested.records(alone.backend, arn)


def test_an_expiring_certificate_is_reported(alone: World) -> None:
    arn, before = alone.certificate(["soon.example"], managed=False)
    alone.approach(arn)
    alone.wait_for_notice(arn, "expiring")
    assert alone.snapshot(arn).serial == before.serial


def test_the_sweep_finds_what_no_event_reported(alone: World) -> None:
    arn, _ = alone.certificate(["swept.example"], managed=False)
    alone.sweep()
    alone.wait_for_notice(arn, "expiring")


def test_a_rule_is_evaluated_in_test_mode(alone: World) -> None:
    arn, _ = alone.certificate(["rule.example"], managed=False)
    place = (alone.backend.account, alone.backend.region)
    answer = alone.invoke(alone.compliance.compliance_rules, config_rules.changed(EXPIRY, *place, arn))
    (found,) = answer["findings"]
    assert (found["resource"], found["compliance"]) == (arn, "NON_COMPLIANT")


def test_a_dry_run_changes_nothing(alone: World) -> None:
    zone = alone.zone("dry-alone.example")
    arn = requested.request(alone.backend, ["dry-alone.example"])
    entry = events.certificate_requested(alone.backend, arn, ["dry-alone.example"])
    with alone.dry(alone.stack.dns_validation) as function:
        alone.invoke(function, events.as_delivered(alone.backend, entry))
    assert zone.records() == []
