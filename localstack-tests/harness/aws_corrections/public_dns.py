"""The public DNS as far as LocalStack has one: the public hosted zones of all accounts.

Names of the roots and the name servers of zones are not looked at: of two zones, the one with the longer
name has the record, as if it were delegated; of two zones with one name, either.
"""

from __future__ import annotations

from moto.route53.models import FakeZone, route53_backends


def canonical(name: str) -> str:
    """Names are compared without case and without the dot of the root."""
    return name.rstrip(".").lower()


def is_within(name: str, zone: str) -> bool:
    """Whether a name is the zone's own or below it, label by label."""
    name, zone = canonical(name), canonical(zone)
    return name == zone or name.endswith(f".{zone}")


def has_cname(name: str, value: str) -> bool:
    """Whether the DNS answers this name with this CNAME."""
    zones = [zone for zone in _public_zones() if is_within(name, zone.name)]
    longest = max((len(canonical(zone.name)) for zone in zones), default=0)
    return any(
        record.type_ == "CNAME"
        and canonical(record.name) == canonical(name)
        and [canonical(target) for target in record.records] == [canonical(value)]
        for zone in zones
        if len(canonical(zone.name)) == longest
        for record in list(zone.rrsets)
    )


def _public_zones() -> list[FakeZone]:
    return [
        zone
        for account in list(route53_backends.values())
        for partition in list(account.values())
        for zone in list(partition.zones.values())
        if not zone.private_zone
    ]
