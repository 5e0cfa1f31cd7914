"""The sweep finds what no event reported."""

from __future__ import annotations

import pytest

from harness import certificates, checks
from harness.world import World


def test_it_finds_every_key_type_and_what_is_expired(world: World) -> None:
    large = world.certificate(["large.example.com"], "RSA_4096", days=3)
    curve = world.certificate(["curve.example.com"], "EC_secp521r1", days=3, managed=False)
    far = world.certificate(["far.example.com"], days=300)
    tags = {"Owner": "platform-team"}
    expired = certificates.place_expired(world.backend, world.local_ca, ["gone.example.com"], tags)
    certificates.set_in_use(world.backend, expired, ["arn:aws:elasticloadbalancing:x"])
    expired_before = world.snapshot(expired)

    world.sweep()

    assert checks.renewed(large[1], world.wait_for_end(large[0])) == []
    notice = world.wait_for_notice(curve[0], "expiring")
    assert notice.body["daysLeft"] == 3
    assert notice.attributes["days_left"] == "3"
    notice = world.wait_for_notice(expired, "expired")
    if world.backend.own:
        assert notice.body["severity"] == "critical"
    assert checks.untouched(expired_before, world.snapshot(expired)) == []
    assert world.notices.of(far[0]) == []
    assert world.snapshot(far[0]).tags == far[1].tags


def test_the_second_sweep_changes_nothing(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that counts calls")
    arn, _ = world.certificate(["twice.example.com"], managed=False)
    world.sweep()
    world.wait_for_notice(arn, "expiring")
    lists = world.acm_calls("ListCertificates")
    before = world.writes(arn)
    assert before["AddTagsToCertificate"] > 0

    world.sweep()

    assert world.writes(arn) == before
    # One page of up to 1,000, and one of Amazon N2 certificates.
    assert world.acm_calls("ListCertificates") == lists + 2
    assert len(world.notices.of(arn)) == 1


def test_muted_certificates_are_quiet(world: World) -> None:
    muted, _ = world.certificate(
        ["muted.example.com"], managed=False, tags={"acm-autopilot:notices": "off"}
    )
    heard, _ = world.certificate(["heard.example.com"], managed=False)
    world.sweep()
    world.wait_for_notice(heard, "expiring")
    assert world.notices.of(muted) == []
