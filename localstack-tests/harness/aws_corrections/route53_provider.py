"""Route 53 inside LocalStack, as strict as AWS: `PROVIDER_OVERRIDE_ROUTE53=strict` loads it."""

from __future__ import annotations

import threading

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider
from localstack.services.route53.provider import Route53Provider
from moto.route53.models import FakeZone, route53_backends

from . import route53_rules as rules
from .public_dns import canonical

_MAX_ZONES = 100


class StrictRoute53Provider(Route53Provider):
    """LocalStack's provider with AWS's rules."""

    def __init__(self) -> None:
        super().__init__()
        # A batch is looked at and made by one caller at a time.
        self._lock = threading.Lock()
        self._changes: dict[str, int] = {}
        ROUTER.add(self)

    @handler("ChangeResourceRecordSets", expand=False)
    def change_resource_record_sets(self, context: RequestContext, request: dict) -> dict:
        """All changes of the batch, or none."""
        zone_id = request["HostedZoneId"].removeprefix("/hostedzone/")
        with self._lock:
            zone = route53_backends[context.account_id][context.partition].zones.get(zone_id)
            if zone is not None:
                present = {
                    (canonical(record.name), record.type_, record.set_identifier or "")
                    for record in zone.rrsets
                }
                try:
                    rules.check_batch(zone.name, present, request["ChangeBatch"]["Changes"])
                except rules.Refused as error:
                    raise CommonServiceException(
                        "InvalidChangeBatch", str(error), status_code=400, sender_fault=True
                    ) from error
            answer = call_moto(context)
            self._changes[zone_id] = self._changes.get(zone_id, 0) + 1
            return answer

    @handler("ListHostedZonesByName", expand=False)
    def list_hosted_zones_by_name(self, context: RequestContext, request: dict) -> dict:
        """The name is where the list begins; moto takes it for a filter, and has no pages."""
        zones = route53_backends[context.account_id][context.partition].zones
        ordered = sorted(zones.values(), key=_order)
        size = min(int(request.get("MaxItems") or _MAX_ZONES), _MAX_ZONES)
        name, zone_id = request.get("DNSName"), request.get("HostedZoneId")
        if name:
            begin = (_labels(name), (zone_id or "").removeprefix("/hostedzone/"))
            ordered = [zone for zone in ordered if _order(zone) >= begin]
        answer = {
            "HostedZones": [_shown(zone) for zone in ordered[:size]],
            "IsTruncated": len(ordered) > size,
            "MaxItems": str(size),
        }
        given = {"DNSName": name, "HostedZoneId": zone_id}
        answer |= {key: value for key, value in given.items() if value}
        if answer["IsTruncated"]:
            following = ordered[size]
            answer |= {"NextDNSName": following.name, "NextHostedZoneId": following.id}
        return answer

    @route("/_test-setup/route53/changes", methods=["GET"])
    def changes(self, request: Request) -> Response:
        """TEST SET-UP ONLY: how many batches were made in each zone."""
        return Response.for_json(dict(self._changes))


def _labels(name: str) -> list[str]:
    """Zones are ordered by their labels, from the last one on."""
    return canonical(name).split(".")[::-1]


def _order(zone: FakeZone) -> tuple[list[str], str]:
    return _labels(zone.name), zone.id


def _shown(zone: FakeZone) -> dict:
    comment = getattr(zone, "comment", None)
    return {
        "Id": f"/hostedzone/{zone.id}",
        "Name": zone.name,
        "CallerReference": zone.caller_reference,
        "Config": {"PrivateZone": zone.private_zone} | ({"Comment": comment} if comment else {}),
        "ResourceRecordSetCount": len(zone.rrsets),
    }


@aws_provider(api="route53", name="strict")
def route53() -> Service:
    """What the entry point names."""
    from localstack.services.moto import MotoFallbackDispatcher

    return Service.for_provider(
        StrictRoute53Provider(), dispatch_table_factory=MotoFallbackDispatcher
    )
