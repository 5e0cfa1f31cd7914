"""A certificate is requested, and its records come to be in the zones; nobody else puts them there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import events, requested
from harness.subscribers import wait_for
from harness.world import ZONE_ACCOUNT_DOMAIN, World
from harness.zones import Record, Zone

PROVISIONED = "Certificate Validation Records Provisioned"


def provisioned(world: World, arn: str) -> list[dict[str, Any]]:
    """The details of the events about a certificate's records."""
    return [
        event["detail"]
        for event in world.events.all()
        if event["detail-type"] == PROVISIONED and event["detail"].get("certificateArn") == arn
    ]


def provisioned_records(world: World, arn: str, at_least: int) -> list[str]:
    """Their names, once this many events have named them."""
    names = [record["name"] for detail in provisioned(world, arn) for record in detail["records"]]
    return names if len(names) >= at_least else []


def assert_in_place(world: World, arn: str, *zones: Zone) -> None:
    """Every record is in one of the zones, nothing else is, and ACM issues the certificate."""
    requested.wait_until_issued(world.backend, arn)
    records = requested.records(world.backend, arn)
    if not world.backend.own:
        # It issues automatically, so the records may take longer.
        wait_for("the records", lambda: set(records) <= set(cnames(zones)))
    assert cnames(zones) == records
    assert all(record.ttl == 300 for zone in zones for record in zone.records())
    assert len(zones) == len([zone for zone in zones if zone.records()])


def cnames(zones: tuple[Zone, ...]) -> dict[str, str]:
    """Of all zones."""
    return {name: value for zone in zones for name, value in zone.cnames().items()}


def test_apex_and_wildcard_get_their_one_record(world: World) -> None:
    zone = world.zone("apex.example")
    arn = world.request(["apex.example", "*.apex.example"])
    assert_in_place(world, arn, zone)
    assert len(zone.records()) == 1

    (detail,) = wait_for("the event", lambda: provisioned(world, arn))
    assert detail["schemaVersion"] == 1
    assert detail["domainName"] == "apex.example"
    ((name, value),) = zone.cnames().items()
    (record,) = detail["records"]
    assert record["zoneId"] == zone.id
    assert record["name"].rstrip(".") == name.rstrip(".")
    assert record["value"].rstrip(".") == value.rstrip(".")
    assert world.notices.of(arn) == []


def test_names_over_several_zones_get_theirs_in_the_nearest(world: World) -> None:
    first, second = world.zone("first.example"), world.zone("second.example")
    child = world.zone("child.first.example")
    names = ["www.first.example", "second.example", "*.child.first.example", "a.b.first.example"]
    arn = world.request(names, announce=False)
    # All of them, so that each zone needs one batch.
    requested.records(world.backend, arn)
    requested.announce(world.backend, arn, names)
    assert_in_place(world, arn, first, second, child)
    assert len(first.records()) == 2
    if world.backend.own:
        assert [zone.batches() for zone in (first, second, child)] == [1, 1, 1]


def test_a_hundred_names_over_five_zones_take_five_batches(world: World) -> None:
    if not world.backend.own:
        pytest.skip("LocalStack itself takes ten names")
    zones = [world.zone(f"many-{number}.example") for number in range(5)]
    names = [f"n{number}.{zone.name}" for number in range(20) for zone in zones]
    requested.raise_name_quota(world.backend, len(names))
    # Otherwise the last record would be a hundred seconds late.
    requested.set_record_delay(world.backend, 0)
    try:
        arn = world.request(names, announce=False)
        assert len(requested.records(world.backend, arn)) == 100
        requested.announce(world.backend, arn, names)
        assert_in_place(world, arn, *zones)
    finally:
        requested.set_record_delay(world.backend, 1)
    assert [zone.batches() for zone in zones] == [1] * 5


def test_a_zone_in_another_account(world: World) -> None:
    home = world.zone("home.example")
    arn = world.request([f"shop.{ZONE_ACCOUNT_DOMAIN}", "home.example"])
    requested.wait_until_issued(world.backend, arn)
    records = requested.records(world.backend, arn)
    wait_for("the records", lambda: records.items() <= cnames((home, world.elsewhere)).items())
    assert len(home.cnames()) == 1


def test_a_stack_with_a_zone_in_another_account_is_finished(world: World) -> None:
    """CloudFormation itself puts no record there, and would wait until it gives up."""
    if not world.backend.own:
        pytest.skip("LocalStack itself does not wait for the issuance")
    domain = f"stack.{ZONE_ACCOUNT_DOMAIN}"
    certificate = {
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": {
            "DomainName": domain,
            "SubjectAlternativeNames": [f"*.{domain}"],
            "ValidationMethod": "DNS",
        },
    }
    world.backend.client("cloudformation").create_stack(
        StackName="website", TemplateBody=json.dumps({"Resources": {"Certificate": certificate}})
    )
    arn = requested.find(world.backend, domain)
    requested.announce(world.backend, arn, [domain, f"*.{domain}"])
    requested.wait_for_stack(world.backend, "website")
    records = requested.records(world.backend, arn)
    assert records.items() <= world.elsewhere.cnames().items()


def test_a_record_that_is_not_shown_yet_is_waited_for(world: World) -> None:
    """The first look finds no record; Lambda's retry does."""
    if not world.backend.own:
        pytest.skip("needs a backend that can be made late")
    requested.set_record_delay(world.backend, 1.5)
    try:
        zone = world.zone("late.example")
        arn = world.request(["late.example", "www.late.example", "a.late.example"])
    finally:
        requested.set_record_delay(world.backend, 1)
    assert_in_place(world, arn, zone)
    # Those that are shown are put at once, and none is put twice.
    records = wait_for("the events", lambda: provisioned_records(world, arn, 3))
    assert len(records) == len(set(records)) == 3


def test_other_records_stay_as_they_are(world: World) -> None:
    zone = world.zone("kept.example")
    zone.put("kept.example", "A", "192.0.2.1")
    zone.put("www.kept.example", "CNAME", "kept.example")
    before = zone.records()
    arn = world.request(["kept.example", "www.kept.example"])
    requested.wait_until_issued(world.backend, arn)
    wait_for("both records", lambda: len(zone.records()) == len(before) + 2)
    assert [record for record in zone.records() if not record.name.startswith("_")] == before


def test_running_again_makes_no_second_change(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that counts changes")
    zone = world.zone("again.example")
    names = ["again.example", "www.again.example"]
    arn = world.request(names, announce=False)
    # Until all records are shown, those that are would be put by a batch of their own.
    requested.records(world.backend, arn)
    requested.announce(world.backend, arn, names)
    assert_in_place(world, arn, zone)
    entry = events.certificate_requested(world.backend, arn, names)
    for _ in range(2):
        world.invoke(world.stack.dns_validation, events.as_delivered(world.backend, entry))
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert zone.batches() == 1
    assert len(provisioned(world, arn)) == 1
    # Another certificate of the same name needs the same record.
    other = world.request(["again.example"])
    requested.wait_until_issued(world.backend, other)
    assert zone.batches() == 1


def test_the_sweep_finds_what_no_event_reported(world: World) -> None:
    zone = world.zone("unheard.example")
    arn = world.request(["unheard.example", "*.unheard.example"], announce=False)
    requested.records(world.backend, arn)
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert_in_place(world, arn, zone)


def test_the_sweep_puts_a_vanished_record_back(world: World) -> None:
    zone = world.zone("vanished.example")
    arn = world.request(["vanished.example", "www.vanished.example"])
    assert_in_place(world, arn, zone)
    before = sorted(zone.records(), key=name_of)
    zone.remove(before[0].name)
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert sorted(zone.records(), key=name_of) == before


def test_a_renewal_that_waits_for_its_record_goes_on(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that can be made to renew")
    zone = world.zone("renewed.example")
    arn = world.request(["renewed.example"])
    assert_in_place(world, arn, zone)
    (record,) = zone.records()
    zone.remove(record.name)
    requested.renew(world.backend, arn, days_left=20)
    before = requested.detail(world.backend, arn)
    assert before["RenewalSummary"]["RenewalStatus"] == "PENDING_VALIDATION"

    action = events.renewal_action_required(arn, "renewed.example", 20)
    events.put(world.backend, [action])

    def renewed() -> bool:
        detail = requested.detail(world.backend, arn)
        return detail["RenewalSummary"]["RenewalStatus"] == "SUCCESS"

    wait_for("the renewal", renewed)
    assert zone.records() == [record]
    assert requested.detail(world.backend, arn)["NotAfter"] > before["NotAfter"]


def test_from_email_to_dns(world: World) -> None:
    """E-mail validation is a person's; when it is changed to DNS, it is not any more."""
    if not world.backend.own:
        pytest.skip("LocalStack itself has no UpdateCertificateOptions")
    zone = world.zone("mail.example")
    names = ["mail.example", "*.mail.example", "www.mail.example"]
    arn = world.request(names, method="EMAIL", announce=False)
    requested.approve(world.backend, arn)
    before = requested.detail(world.backend, arn)
    assert before["Status"] == "ISSUED"
    entry = events.certificate_requested(world.backend, arn, names)
    event = events.as_delivered(world.backend, entry)
    answer = world.invoke(world.stack.dns_validation, event)
    assert (answer["outcome"], answer["reason"]) == ("ignored", "email-validation")
    assert zone.records() == []

    requested.use_dns(world.backend, arn)
    assert requested.methods(world.backend, arn) == {"EMAIL"}
    events.put(world.backend, [events.options_updated(world.backend, arn)])
    assert_changed(world, arn, zone, before["Serial"])
    # Those that are shown are put at once, and none is put twice.
    records = wait_for("the events", lambda: provisioned_records(world, arn, 2))
    assert {name.rstrip(".") for name in records} == {name.rstrip(".") for name in zone.cnames()}
    assert len(records) == 2


def test_the_sweep_finds_a_change_to_dns_that_no_event_reported(world: World) -> None:
    if not world.backend.own:
        pytest.skip("LocalStack itself has no UpdateCertificateOptions")
    zone = world.zone("post.example")
    arn = world.request(["post.example"], method="EMAIL", announce=False)
    requested.approve(world.backend, arn)
    before = requested.detail(world.backend, arn)
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert zone.records() == []

    requested.use_dns(world.backend, arn)
    records = requested.records_of_change(world.backend, arn)
    world.invoke(world.stack.dns_validation, events.SWEEP)
    assert zone.cnames() == records
    assert_changed(world, arn, zone, before["Serial"])
    assert world.notices.of(arn) == []


def assert_changed(world: World, arn: str, zone: Zone, serial: str) -> None:
    """The certificate is the same one, and is validated by the records in the zone."""
    requested.wait_until_changed(world.backend, arn)
    detail = requested.detail(world.backend, arn)
    assert (detail["Status"], detail["Serial"]) == ("ISSUED", serial)
    assert requested.methods(world.backend, arn) == {"DNS"}
    assert zone.cnames() == requested.records(world.backend, arn)


def name_of(record: Record) -> str:
    """To sort by."""
    return record.name
