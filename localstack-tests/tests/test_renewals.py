"""Renewals that work, from the event on the bus to the new certificate."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from harness import certificates, checks, events
from harness.certificates import KEY_ALGORITHMS
from harness.world import World

EVERY_KIND = ["kinds.example.com", "*.kinds.example.com", "10.1.2.3", "2001:db8::1"]
EVERY_KIND += ["mail:admin@example.com", "uri:https://kinds.example.com/id"]
CASES = {
    **{algorithm: ([f"{algorithm.lower().replace('_', '-')}.example.com"], algorithm, {})
       for algorithm in KEY_ALGORITHMS},
    "names of every kind": (EVERY_KIND, "RSA_2048", {}),
    "server and client": (["mutual.example.com"], "EC_prime256v1", {"client_auth": True}),
    "no common name": (["san-only.example.com"], "EC_prime256v1",
                       {"common_name": "", "organization": None}),
    "no domain at all": (["10.9.8.7"], "EC_prime256v1", {"common_name": ""}),
}  # fmt: skip


@pytest.fixture(scope="module")
def renewals(world: World) -> dict[str, tuple[str, checks.Snapshot]]:
    """Every case is set off at once: they wait in the queue, not one test after the other."""
    made = {
        name: world.certificate(names, algorithm, **issue)
        for name, (names, algorithm, issue) in CASES.items()
    }
    world.approach(*(arn for arn, _ in made.values()))
    return made


@pytest.mark.parametrize("case", CASES)
def test_renewal(world: World, renewals, case: str) -> None:
    arn, before = renewals[case]
    after = world.wait_for_end(arn, seconds=120)
    assert checks.renewed(before, after) == []
    assert world.events.statuses(arn) == checks.COMPLETE


def test_events_and_notice_tell_of_the_renewal(world: World, renewals) -> None:
    arn, before = renewals["RSA_2048"]
    after = world.wait_for_end(arn, seconds=120)
    (request,) = world.events.requests(arn)
    assert request["why"] in ("due", "threshold-crossed")
    assert request["renewFrom"] == "private-ca"
    complete = world.events.changes(arn)[-1].detail
    assert complete["serialBefore"] != complete["serialAfter"]
    assert complete["reason"] is None
    (notice,) = [item for item in world.notices.of(arn) if item.kind == "renewal-complete"]
    assert notice.body["notAfter"][:10] == after.not_after[:10]
    assert notice.body["owner"] == notice.attributes["owner"] == "platform-team"
    assert notice.attributes["certificate_type"] == before.detail["Type"]
    # The certificates of the tests come from a CA of their own, and the stack grants the change.
    assert complete["issuerBefore"] != complete["issuerAfter"]
    assert notice.attributes["severity"] == notice.body["severity"] == "warning"


def test_wanted_lifetime(world: World) -> None:
    arn, before = world.certificate(
        ["short.example.com"], tags={"acm-autopilot:validity-days": "90"}
    )
    world.approach(arn)
    after = world.wait_for_end(arn).parsed
    lifetime = after.not_valid_after_utc - after.not_valid_before_utc
    assert timedelta(days=89) < lifetime < timedelta(days=91)
    assert after.serial_number != before.parsed.serial_number


def test_in_use_and_operators_tags_stay(world: World) -> None:
    tags = {"Environment": "production", "acm-autopilot:private-ca": world.ca, "empty": ""}
    arn, _ = world.certificate(["used.example.com"], tags=tags)
    used_by = [f"arn:aws:elasticloadbalancing:{world.backend.region}:loadbalancer/app/a/b"]
    certificates.set_in_use(world.backend, arn, used_by)
    before = world.snapshot(arn)
    world.approach(arn)
    after = world.wait_for_end(arn)
    assert checks.renewed(before, after) == []
    assert tags.items() <= after.tags.items()
    if world.backend.own:
        notice = world.wait_for_notice(arn, "renewal-complete")
        assert notice.body["inUseBy"] == used_by
        assert notice.attributes["in_use"] == "true"


@pytest.mark.parametrize("trigger", ["operator", "config", "request"])
def test_the_other_triggers(world: World, trigger: str) -> None:
    arn, before = world.certificate([f"{trigger}.example.com"])
    status = {"acm-autopilot:status": "pending-renewal"}
    if trigger == "operator":
        acm = world.backend.client("acm")
        acm.add_tags_to_certificate(CertificateArn=arn, Tags=certificates.as_tags(status))
        entry = events.tags_added_by_operator(world.backend, arn, status)
    elif trigger == "config":
        entry = events.config_non_compliant(world.backend, arn)
    else:
        entry = events.renewal_requested(arn)
    events.put(world.backend, [entry])
    assert checks.renewed(before, world.wait_for_end(arn)) == []


def test_many_requests_give_one_import(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that counts calls")
    arn, before = world.certificate(["duplicates.example.com"])
    imports = world.writes(arn)["ImportCertificate"]
    world.approach(arn, arn)
    events.put(world.backend, [events.renewal_requested(arn)] * 3)
    after = world.wait_for_end(arn)
    # The last of the messages is through when a later certificate is renewed.
    marker, _ = world.certificate(["after-duplicates.example.com"])
    world.approach(marker)
    world.wait_for_end(marker)
    time.sleep(1)
    assert world.writes(arn)["ImportCertificate"] == imports + 1
    assert world.snapshot(arn).serial == after.serial != before.serial
    assert [item.kind for item in world.notices.of(arn)].count("renewal-complete") == 1


def test_an_import_that_is_throttled_is_tried_again(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that can be made to refuse")
    arn, before = world.certificate(["throttled.example.com"])
    world.refuse("ImportCertificate", "ThrottlingException", 2)
    world.approach(arn)
    assert checks.renewed(before, world.wait_for_end(arn)) == []
    assert world.events.statuses(arn) == checks.COMPLETE


def test_no_key_and_no_certificate_is_logged(world: World, emulator, renewals) -> None:
    """LocalStack's log holds everything that the functions wrote."""
    if emulator.log is None:
        pytest.skip("needs the harness's own LocalStack")
    arn, _ = renewals["EC_prime256v1"]
    world.wait_for_end(arn, seconds=120)
    log = emulator.log.read_text(errors="replace")
    assert arn in log
    assert "PRIVATE KEY" not in log
    assert "BEGIN CERTIFICATE" not in log
