"""The part of the demo about certificates that ACM issues itself once their DNS records are in place."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from harness import requested
from harness.backend import Backend
from harness.console import wrapped
from harness.subscribers import Notice, NoticeSubscriber
from harness.zones import Record, Zone

_KIND = "validation-records-missing"
_ZONES = ("example.org", "example.net")


@dataclass
class DemoRequest:
    """One requested certificate, and what should become of it."""

    name: str
    names: list[str]
    zones: list[str]
    arn: str = ""
    status_before: str = ""
    status: str = ""
    records: list[tuple[Record, str]] = field(default_factory=list)

    @property
    def broken_rules(self) -> frozenset[str]:
        """The rules of AWS Config that it must break: none, since it is new. Nothing uses it yet."""
        return frozenset()

    @property
    def issued(self) -> bool:
        """Whether ACM has issued it."""
        return self.status == "ISSUED"


class DemoValidation:
    """Zones, requests, and what was seen."""

    def __init__(self, backend: Backend, undo: ExitStack) -> None:
        self._backend, self._undo = backend, undo
        self._zones: list[Zone] = []
        self.requests = [
            DemoRequest("website", ["example.org", "*.example.org"], ["example.org"]),
            DemoRequest("campaign", ["sale.example.org", "sale.example.net"], list(_ZONES)),
            DemoRequest("partner", ["shop.partner.example"], []),
        ]

    def request(self) -> None:
        """Make the zones and request the certificates: nothing is in the zones yet."""
        for name in _ZONES:
            self._zones.append(Zone.create(self._backend, name))
            self._undo.callback(self._zones[-1].delete)
        acm = self._backend.client("acm")
        for item in self.requests:
            item.arn = requested.request(self._backend, item.names, tags={"Owner": "web-team"})
            self._undo.callback(acm.delete_certificate, CertificateArn=item.arn)
            item.status_before = requested.status(self._backend, item.arn)

    def announce(self) -> None:
        """CloudTrail reports the requests."""
        for item in self.requests:
            requested.announce(self._backend, item.arn, item.names)

    def settled(self, notices: NoticeSubscriber) -> int:
        """How many requests have come to their end."""
        for item in self.requests:
            item.status = requested.status(self._backend, item.arn)
        return sum(
            item.issued if item.zones else bool(self.notices_of(item, notices))
            for item in self.requests
        )

    def look(self) -> None:
        """Read the records from the zones, and find whose they are."""
        found = {
            record.name: (record, zone.name)
            for zone in self._zones
            for record in zone.records()
            if record.kind == "CNAME"
        }
        for item in self.requests:
            names = requested.records(self._backend, item.arn)
            item.records = [found[name] for name in names if name in found]

    def problems(self, notices: NoticeSubscriber) -> list[str]:
        """What is not as it should be."""
        problems = []
        for item in self.requests:
            wanted = requested.records(self._backend, item.arn)
            found = {record.name: record.values[0] for record, _ in item.records}
            sent = self.notices_of(item, notices)
            if item.zones:
                if found != wanted:
                    problems.append(f"{item.name}: the zones have {found}, ACM wants {wanted}")
                if sent:
                    problems.append(f"{item.name}: a notice that nobody needs")
            else:
                if [notice.body["cause"] for notice in sent] != ["no-zone"]:
                    problems.append(f"{item.name}: {len(sent)} notices instead of one of no-zone")
                if any(
                    {it["name"] for it in notice.body["records"]} != set(wanted) for notice in sent
                ):
                    problems.append(f"{item.name}: the notice does not have the records")
            if self._backend.own:
                expected = "ISSUED" if item.zones else "PENDING_VALIDATION"
                if (item.status_before, item.status) != ("PENDING_VALIDATION", expected):
                    problems.append(f"{item.name}: {item.status_before}, then {item.status}")
        return problems

    def summary(self, notices: NoticeSubscriber) -> list[dict]:
        """Its part of summary.json."""
        return [
            {
                "name": item.name,
                "arn": item.arn,
                "names": item.names,
                "records": [
                    {"name": it.name, "type": it.kind, "value": it.values[0], "zone": zone}
                    for it, zone in item.records
                ],
                "zone": ", ".join(dict.fromkeys(zone for _, zone in item.records)) or None,
                "outcome": self._outcome(item, notices),
                "status": item.status,
                "notices": [notice.subject for notice in self.notices_of(item, notices)],
            }
            for item in self.requests
        ]

    def rows(self, notices: NoticeSubscriber) -> list[tuple[str, ...]]:
        """For the table: certificate and names, records by zone, and what came of it."""
        rows = []
        for item in self.requests:
            records = [
                f"in {zone}:\n  {_short(record.name)}\n  CNAME {_short(record.values[0])}"
                for record, zone in item.records
            ]
            subjects = [notice.subject for notice in self.notices_of(item, notices)]
            rows.append(
                (
                    "\n".join([item.name, *item.names]),
                    "\n".join(records) or "none: no zone has the name",
                    "\n".join(dict.fromkeys([item.status_before, item.status])),
                    "\n".join(wrapped(subjects)) or "-",
                )
            )
        return rows

    def notices_of(self, item: DemoRequest, notices: NoticeSubscriber) -> list[Notice]:
        """Those about the missing records."""
        return [notice for notice in notices.of(item.arn) if notice.kind == _KIND]

    def _outcome(self, item: DemoRequest, notices: NoticeSubscriber) -> str:
        """`issued`, or the cause in the notice."""
        if item.zones:
            return "issued" if item.issued else item.status.lower().replace("_", "-")
        sent = self.notices_of(item, notices)
        return sent[-1].body["cause"] if sent else "not-notified"


def _short(name: str) -> str:
    """A record's name or value: the first characters of its token are enough."""
    token, _, rest = name.partition(".")
    return f"{token[:9]}….{rest}"
