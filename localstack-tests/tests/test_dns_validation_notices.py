"""What dns-validation cannot fix is reported once, with the records in a form to paste."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import certificates, events, requested
from harness.subscribers import Notice, wait_for
from harness.world import REFUSED_DOMAIN, World

KIND = "validation-records-missing"
TAG = "acm-autopilot:validation-notified"


def notice_of(world: World, arn: str) -> Notice:
    """The notice, of which there must be one."""
    return world.wait_for_notice(arn, KIND)


def to_paste(notice: Notice) -> tuple[list[str], dict[str, Any]]:
    """The lines for a zone file, and the change batch for Route 53."""
    lines, batch = (item["text"] for item in notice.body["toPaste"])
    return lines.splitlines(), json.loads(batch)


def mails_about(world: World, arn: str) -> list[str]:
    """The texts that a person got about a certificate."""
    return [text for _, text in world.person.mails() if arn in text]


def assert_pending(world: World, arn: str) -> None:
    """ACM did not issue it. LocalStack itself does so in any case."""
    if world.backend.own:
        assert requested.status(world.backend, arn) == "PENDING_VALIDATION"


def test_no_zone(world: World) -> None:
    """The notice has what a person needs; with that done, ACM issues."""
    arn = world.request(["nowhere.example", "*.nowhere.example"], tags={"Owner": "platform-team"})
    notice = notice_of(world, arn)
    records = requested.records(world.backend, arn)
    assert notice.body["cause"] == "no-zone"
    assert notice.attributes["owner"] == "platform-team"
    shown = {item["name"]: item["value"] for item in notice.body["records"]}
    assert shown == records
    assert len(notice.subject) < 100
    assert notice.subject.isascii()
    lines, batch = to_paste(notice)
    assert lines == [f"{name} 300 IN CNAME {value}" for name, value in records.items()]
    assert_pending(world, arn)
    tag = wait_for("the tag", lambda: certificates.tags_of(world.backend, arn).get(TAG))
    assert tag.startswith("no-zone/")
    if world.backend.own:
        (mail,) = wait_for("the mail", lambda: mails_about(world, arn))
        assert all(name in mail and value in mail for name, value in records.items())

    # Reported once, whatever checks it again.
    entry = events.certificate_requested(world.backend, arn, ["nowhere.example"])
    world.invoke(world.stack.dns_validation, events.as_delivered(world.backend, entry))
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert certificates.tags_of(world.backend, arn)[TAG] == tag
    assert [item.kind for item in world.notices.of(arn)] == [KIND]

    zone = world.zone("nowhere.example")
    world.backend.client("route53").change_resource_record_sets(
        HostedZoneId=zone.id, ChangeBatch=batch
    )
    assert zone.cnames() == records
    requested.wait_until_issued(world.backend, arn)
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert TAG not in certificates.tags_of(world.backend, arn)
    assert [item.kind for item in world.notices.of(arn)] == [KIND]


def test_what_can_be_done_is_done(world: World) -> None:
    """One name has a zone, the other has none: the record of the one is put nevertheless."""
    zone = world.zone("half.example")
    arn = world.request(["half.example", "other-half.example"])
    notice = notice_of(world, arn)
    records = requested.records(world.backend, arn)
    assert len(zone.cnames()) == 1
    assert zone.cnames().items() <= records.items()
    (missing,) = notice.body["records"]
    assert missing["name"] in set(records) - set(zone.cnames())


@pytest.mark.parametrize("kind", ["CNAME", "TXT"])
def test_a_record_that_is_there_is_not_overwritten(world: World, kind: str) -> None:
    domain = f"taken-{kind.lower()}.example"
    zone = world.zone(domain)
    arn = world.request([domain], announce=False)
    ((name, value),) = requested.records(world.backend, arn).items()
    present = "somebody.else.example." if kind == "CNAME" else '"somebody else\'s"'
    zone.put(name, kind, present)
    before = zone.records()

    requested.announce(world.backend, arn, [domain])

    notice = notice_of(world, arn)
    assert notice.body["cause"] == "existing-record"
    text = json.dumps(notice.body)
    assert value.rstrip(".") in text
    assert "somebody" in text
    assert zone.records() == before
    assert_pending(world, arn)


def test_a_private_zone_is_no_help(world: World) -> None:
    zone = world.zone("private.example", private=True)
    arn = world.request(["private.example"])
    assert notice_of(world, arn).body["cause"] == "private-zone-only"
    assert zone.records() == []


def test_a_private_zone_is_passed_over(world: World) -> None:
    private = world.zone("split.example", private=True)
    public = world.zone("split.example")
    arn = world.request(["split.example"])
    requested.wait_until_issued(world.backend, arn)
    assert private.records() == []
    assert public.cnames() == requested.records(world.backend, arn)


def test_a_role_that_lets_nobody_in(world: World) -> None:
    if not world.backend.own:
        pytest.skip("LocalStack itself has no trust policies")
    zone = world.zone("beside-refused.example")
    arn = world.request([f"www.{REFUSED_DOMAIN}", "beside-refused.example"])
    notice = notice_of(world, arn)
    assert notice.body["cause"] == "role-refused"
    assert "444455556666" in json.dumps(notice.body)
    assert len(zone.cnames()) == 1
    assert_pending(world, arn)


def test_a_change_to_dns_whose_records_may_not_be_read(world: World) -> None:
    """Reported once; with the permission, the records are created and nothing more is reported."""
    if not world.backend.own:
        pytest.skip("LocalStack itself has no UpdateCertificateOptions")
    zone = world.zone("unread.example")
    arn = world.request(["unread.example"], method="EMAIL", announce=False)
    requested.approve(world.backend, arn)
    requested.use_dns(world.backend, arn)
    requested.records_of_change(world.backend, arn)
    updated = events.options_updated(world.backend, arn)
    event = events.as_delivered(world.backend, updated)
    world.refuse("ListCertificateDomainValidations", "AccessDeniedException", 2)
    answers = [world.invoke(world.stack.dns_validation, event) for _ in range(2)]
    assert [answer["outcome"] for answer in answers] == ["notified", "blocked"]
    notice = notice_of(world, arn)
    assert notice.body["cause"] == "records-unreadable"
    assert zone.records() == []

    answer = world.invoke(world.stack.dns_validation, event)
    assert answer["outcome"] == "records-created"
    requested.wait_until_changed(world.backend, arn)
    assert zone.cnames() == requested.records(world.backend, arn)
    world.invoke(world.stack.dns_validation, event)
    assert TAG not in certificates.tags_of(world.backend, arn)
    assert [item.kind for item in world.notices.of(arn)] == [KIND]


def test_two_public_zones_of_one_name(world: World) -> None:
    """Without DNS nobody can say which one counts."""
    zones = [world.zone("twice-public.example") for _ in range(2)]
    arn = world.request(["twice-public.example"])
    notice = notice_of(world, arn)
    assert notice.body["cause"] == "ambiguous-zone"
    assert all(zone.id in json.dumps(notice.body) for zone in zones)
    assert all(zone.records() == [] for zone in zones)
