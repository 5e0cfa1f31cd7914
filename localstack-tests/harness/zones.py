"""Hosted zones and what is in them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from .backend import Backend


@dataclass(frozen=True)
class Record:
    """A record set."""

    name: str
    kind: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Zone:
    """A hosted zone of the account that `backend` speaks for."""

    backend: Backend
    id: str
    name: str

    @classmethod
    def create(cls, backend: Backend, name: str, *, private: bool = False) -> Zone:
        """Make it."""
        more = {}
        if private:
            vpc = backend.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            more = {
                "VPC": {"VPCRegion": backend.region, "VPCId": vpc},
                "HostedZoneConfig": {"PrivateZone": True, "Comment": "private"},
            }
        made = backend.client("route53").create_hosted_zone(
            Name=name, CallerReference=uuid.uuid4().hex, **more
        )
        return cls(backend, made["HostedZone"]["Id"].removeprefix("/hostedzone/"), name)

    def records(self) -> list[Record]:
        """Every set but the zone's own NS and SOA."""
        pages = self.backend.client("route53").get_paginator("list_resource_record_sets")
        found = [
            Record(
                item["Name"],
                item["Type"],
                item.get("TTL", 0),
                tuple(value["Value"] for value in item.get("ResourceRecords", [])),
            )
            for page in pages.paginate(HostedZoneId=self.id)
            for item in page["ResourceRecordSets"]
        ]
        return [record for record in found if record.kind not in ("NS", "SOA")]

    def cnames(self) -> dict[str, str]:
        """Name to value."""
        return {item.name: item.values[0] for item in self.records() if item.kind == "CNAME"}

    def put(self, name: str, kind: str, *values: str, action: str = "UPSERT") -> None:
        """Make or replace a set."""
        self._change(action, Record(name, kind, 300, values))

    def remove(self, name: str) -> None:
        """Delete what is at a name."""
        for record in self.records():
            if record.name == name:
                self._change("DELETE", record)

    def batches(self) -> int:
        """How many batches of changes were made here; only simulated-aws counts."""
        return self.backend.control("GET", "batches").get(self.id, 0)

    def delete(self) -> None:
        """With everything in it."""
        for record in self.records():
            self._change("DELETE", record)
        self.backend.client("route53").delete_hosted_zone(Id=self.id)

    def _change(self, action: str, record: Record) -> None:
        record_set = {
            "Name": record.name,
            "Type": record.kind,
            "TTL": record.ttl,
            "ResourceRecords": [{"Value": value} for value in record.values],
        }
        self.backend.client("route53").change_resource_record_sets(
            HostedZoneId=self.id,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record_set}]},
        )
