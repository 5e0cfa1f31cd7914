"""The emulator's Route 53 refuses what AWS refuses, and lists as AWS lists."""

from __future__ import annotations

import uuid

import pytest
from botocore.exceptions import ClientError

from harness.backend import Backend
from harness.zones import Zone


@pytest.fixture()
def zone(own_backend: Backend) -> Zone:
    """A zone of the test's own."""
    return Zone.create(own_backend, f"z{uuid.uuid4().hex[:8]}.example")


def change(zone: Zone, *changes: tuple[str, str, str, str]) -> None:
    """A batch of (action, name, type, value)."""
    zone.backend.client("route53").change_resource_record_sets(
        HostedZoneId=zone.id,
        ChangeBatch={
            "Changes": [
                {
                    "Action": action,
                    "ResourceRecordSet": {
                        "Name": name,
                        "Type": kind,
                        "TTL": 300,
                        "ResourceRecords": [{"Value": value}],
                    },
                }
                for action, name, kind, value in changes
            ]
        },
    )


def refused(zone: Zone, *changes: tuple[str, str, str, str]) -> str:
    """The message of a batch that is refused, and of which nothing is made."""
    before = zone.records()
    with pytest.raises(ClientError) as caught:
        change(zone, *changes)
    assert caught.value.response["Error"]["Code"] == "InvalidChangeBatch"
    assert zone.records() == before
    return caught.value.response["Error"]["Message"]


def test_a_set_can_be_named_once(zone: Zone) -> None:
    """What becomes of apex and wildcard when nobody notices that they share a record."""
    once = ("UPSERT", f"_a.{zone.name}", "CNAME", "x.example")
    assert "invalid set of changes" in refused(zone, once, once)
    change(zone, once)
    # Deleted and made again is the documented exception.
    again = ("CREATE", f"_a.{zone.name}", "CNAME", "y.example")
    change(zone, ("DELETE", *once[1:]), again)
    assert zone.cnames() == {f"_a.{zone.name}.": "y.example"}


def test_a_cname_is_alone_at_its_name(zone: Zone) -> None:
    assert "at apex" in refused(zone, ("UPSERT", zone.name, "CNAME", "x.example"))
    change(zone, ("UPSERT", f"a.{zone.name}", "A", "192.0.2.1"))
    assert "conflicts" in refused(zone, ("UPSERT", f"a.{zone.name}", "CNAME", "x.example"))
    change(zone, ("UPSERT", f"c.{zone.name}", "CNAME", "x.example"))
    assert "conflicts" in refused(zone, ("UPSERT", f"c.{zone.name}.", "TXT", '"x"'))


def test_a_batch_is_made_as_a_whole(zone: Zone) -> None:
    good = ("UPSERT", f"_a.{zone.name}", "CNAME", "x.example")
    refused(zone, good, ("UPSERT", "_a.elsewhere.example", "CNAME", "x.example"))
    # Not in the zone, though the text ends like it.
    refused(zone, good, ("UPSERT", f"not{zone.name}", "CNAME", "x.example"))


def test_what_is_there_is_not_created_and_what_is_not_is_not_deleted(zone: Zone) -> None:
    record = (f"_a.{zone.name}", "CNAME", "x.example")
    assert "was not found" in refused(zone, ("DELETE", *record))
    change(zone, ("CREATE", *record))
    assert "already exists" in refused(zone, ("CREATE", *record))
    change(zone, ("UPSERT", *record))


def test_a_batch_has_at_most_1000_records_and_32000_characters(zone: Zone) -> None:
    """Twice the count for UPSERT."""
    many = [("UPSERT", f"_{n}.{zone.name}", "CNAME", "x.example") for n in range(501)]
    assert "limit of 1000" in refused(zone, *many)
    long = "x" * 60 + ".example"
    wide = [("UPSERT", f"_{n}.{zone.name}", "CNAME", long) for n in range(240)]
    assert "character limit" in refused(zone, *wide)
    change(zone, *wide[:235])
    assert zone.batches() == 1
    assert len(zone.records()) == 235


def test_zones_by_name_begin_at_the_name(own_backend: Backend) -> None:
    stem = f"b{uuid.uuid4().hex[:8]}.example"
    names = [stem, f"a.{stem}", f"b.{stem}"]
    for name in reversed(names):
        Zone.create(own_backend, name)
    route53 = own_backend.client("route53")
    page = route53.list_hosted_zones_by_name(DNSName=stem, MaxItems="2")
    assert [zone["Name"] for zone in page["HostedZones"]] == [f"{name}." for name in names[:2]]
    assert page["IsTruncated"]
    assert page["NextDNSName"] == f"{names[2]}."
    rest = route53.list_hosted_zones_by_name(
        DNSName=page["NextDNSName"], HostedZoneId=page["NextHostedZoneId"]
    )
    assert rest["HostedZones"][0]["Name"] == f"{names[2]}."


def test_zones_belong_to_their_account(own_backend: Backend, zone: Zone) -> None:
    other = own_backend.in_account("111122223333").client("route53")
    assert zone.id not in str(other.list_hosted_zones())
    with pytest.raises(ClientError):
        other.list_resource_record_sets(HostedZoneId=zone.id)
