"""Renewals that fail: the old certificate stays, and the tags, the event and the notice say why."""

from __future__ import annotations

import pytest

from harness import certificates, checks, events, private_ca
from harness.world import World


def assert_failed(world: World, arn: str, before: checks.Snapshot, reason: str) -> None:
    """The whole truth about one failed renewal."""
    after = world.wait_for_end(arn)
    assert checks.untouched(before, after) == []
    assert after.status == "renewal-failed"
    assert after.reason == reason
    # What can be seen from the tags alone fails before anything is begun.
    assert world.events.statuses(arn) in (checks.FAILED, [checks.FAILED[0], checks.FAILED[-1]])
    assert world.events.changes(arn)[-1].detail["reason"] == reason
    (notice,) = [item for item in world.notices.of(arn) if item.kind == "renewal-failed"]
    assert notice.body["reason"] == reason
    assert notice.body["whatToDo"]
    assert len(notice.subject) < 100
    assert notice.subject.isascii()
    if world.backend.own:
        assert any(arn in text for _, text in world.person.mails())


def test_disabled_ca_and_the_way_out(world: World) -> None:
    ca = private_ca.create_root_ca(world.backend, "Switched CA")
    private_ca.disable(world.backend, ca)
    arn, before = world.certificate(["disabled.example.com"], tags={"acm-autopilot:private-ca": ca})
    world.approach(arn)
    assert_failed(world, arn, before, "ca-disabled")

    # A sweep does not try in vain again: only a person can fix this.
    world.sweep()
    assert world.snapshot(arn).status == "renewal-failed"

    private_ca.enable(world.backend, ca)
    tags = {"acm-autopilot:status": "pending-renewal"}
    world.backend.client("acm").add_tags_to_certificate(
        CertificateArn=arn, Tags=certificates.as_tags(tags)
    )
    events.put(world.backend, [events.tags_added_by_operator(world.backend, arn, tags)])
    world.wait_for_notice(arn, "renewal-complete", seconds=60)
    assert checks.renewed(before, world.at_rest(arn)) == []


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"acm-autopilot:renew-from": "magic"}, "unknown-source"),
        ({"acm-autopilot:private-ca": "not an ARN"}, "ca-not-found"),
    ],
)
def test_tags_that_name_nothing(world: World, tags: dict[str, str], reason: str) -> None:
    arn, before = world.certificate([f"{reason}.example.com"], tags=tags)
    world.approach(arn)
    assert_failed(world, arn, before, reason)


def test_a_ca_that_is_not_there(world: World) -> None:
    gone = world.ca[:-4] + "0000"
    arn, before = world.certificate(["no-ca.example.com"], tags={"acm-autopilot:private-ca": gone})
    world.approach(arn)
    assert_failed(world, arn, before, "ca-not-found")


def test_another_issuer_that_only_the_configuration_names(world: World) -> None:
    arn, before = world.certificate(["public.example.com"], names_ca=False)
    world.approach(arn)
    assert_failed(world, arn, before, "issuer-changed")


def test_an_import_that_is_not_allowed(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that can be made to refuse")
    arn, before = world.certificate(["denied.example.com"])
    world.refuse("ImportCertificate", "AccessDeniedException", 1)
    world.approach(arn)
    assert_failed(world, arn, before, "permission-missing")


def test_fifty_tags_leave_the_certificate_as_it_is(world: World) -> None:
    """There is no room for a status, so nothing may be begun; other certificates are not held up."""
    full = {f"tag-{number}": "x" for number in range(47)}
    arn, before = world.certificate(["full.example.com"], tags=full)
    assert len(before.tags) == 50
    other, other_before = world.certificate(["beside-full.example.com"])
    world.approach(arn, other)
    events.put(world.backend, [events.renewal_requested(arn)])
    assert checks.renewed(other_before, world.wait_for_end(other)) == []
    after = world.snapshot(arn)
    assert checks.untouched(before, after) == []
    assert after.tags == before.tags
