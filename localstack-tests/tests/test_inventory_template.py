"""infra/certificate-inventory.yaml: it reads, and writes into its own bucket; spoke.yaml lets it read the same elsewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from harness import organization, paths
from harness.cloudformation import Template
from harness.organization import EXTERNAL_ID, HUB, ORGANIZATION, REGION, SPOKE
from harness.policies import Request, allowed
from tests.test_spoke_template import by_sid

TOPIC = f"arn:aws:sns:{REGION}:{HUB}:notices"
# What the function does with its own credentials only: Sids of its role.
OF_ITS_ACCOUNT = {"FindObjects", "KeepInventory", "EncryptInventoryAndDigests", "SendDigests", "KeepWhatFailed", "WriteLogs", "WriteTraces"}
# A read; everything else changes something.
READ = re.compile(r":(List|Get|Describe|Search|Lookup)[A-Z]|^apigateway:GET$")
# What it changes: its bucket, its topic, its queues, its logs and traces.
WRITES = {
    "s3:PutObject", "sns:Publish", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sts:AssumeRole",
    "kms:GenerateDataKey", "kms:Decrypt", "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
}


def inventory(**parameters: str) -> Template:
    """The stack in an account of its own."""
    return Template(paths.INVENTORY_TEMPLATE, {"NoticeTopicArn": TOPIC} | parameters, HUB, REGION)


def hub(**parameters: str) -> Template:
    """The stack of an organization."""
    settings = {"OrganizationSettings": json.dumps({"id": ORGANIZATION}), "OrganizationId": ORGANIZATION}
    return inventory(**settings | parameters)


def actions(statements: list[dict[str, Any]]) -> set[str]:
    """All actions that are allowed."""
    found = [one["Action"] for one in statements if one["Effect"] == "Allow"]
    return {action for one in found for action in ([one] if isinstance(one, str) else one)}


def test_it_changes_nothing_but_what_is_its_own() -> None:
    template = hub(KmsKeyArn=f"arn:aws:kms:{REGION}:{HUB}:key/k")
    statements = template.statements("CertificateInventoryRole", "CertificateInventoryOrganizationPolicy")
    assert {action for action in actions(statements) if not READ.search(action)} == WRITES
    bucket = template.arn("InventoryBucket")
    for one in statements:
        if one["Sid"] == "KeepInventory":
            assert one["Resource"] == f"{bucket}/*"


def test_a_spoke_lets_it_read_what_it_reads_at_home() -> None:
    here = by_sid(inventory().statements("CertificateInventoryRole"))
    there = by_sid(organization.spoke(AllowInventory="true").statements("InventoryRole"))
    assert there == {sid: one for sid, one in here.items() if sid not in OF_ITS_ACCOUNT}
    assert not {action for one in there.values() for action in actions([one]) if not READ.search(action)}


def test_a_spoke_lets_it_in_only_when_asked() -> None:
    assert "InventoryRole" not in organization.spoke().resources()
    assert "InventoryRole" not in organization.spoke(region=REGION, AllowInventory="true").resources()
    assert "InventoryRole" in organization.spoke(AllowInventory="true").resources()


@pytest.mark.parametrize("path, expected", [
    ("/acm-autopilot/certificate-inventory/stack-Role-1", True),
    ("/acm-autopilot/expiry-events/stack-Role-1", False),
    ("/Administrator", False),
])
def test_who_may_act_in_a_spoke(path: str, expected: bool) -> None:
    spoke = organization.spoke(AllowInventory="true")
    policy = hub().statements("CertificateInventoryOrganizationPolicy")
    known = organization.caller(path) | {"sts:ExternalId": EXTERNAL_ID, "aws:ResourceOrgID": ORGANIZATION}
    request = Request("sts:AssumeRole", spoke.arn("InventoryRole"), known)
    trust = organization.trust("InventoryRole", spoke)
    assert allowed(request, policy, trust, owner=SPOKE, resource_must_allow=True) is expected
    assert not allowed(Request("sts:AssumeRole", spoke.arn("ReadRole"), known), policy, trust, owner=SPOKE)


def test_nothing_of_a_hub_is_in_a_single_account() -> None:
    names = set(hub().resources()) - set(inventory().resources())
    assert names == {
        "CertificateInventoryOrganizationPolicy", "CollectionQueue", "CollectionDeadLetterQueue", "CollectionQueuePolicy",
        "CollectionMapping", "CollectionDeadLettersAlarm",
    }


def test_the_bucket_is_private_and_stays() -> None:
    bucket = inventory().resources()["InventoryBucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}


def test_the_schedules_ask_for_what_the_samples_ask_for() -> None:
    samples = {path.stem.split("-")[0]: json.loads(path.read_text()) for path in (paths.PROJECT / "events/certificate-inventory").iterdir()}
    rules = {"collection": "CollectionRule", "report": "ReportRule", "metrics": "MetricsRule"}
    for name, rule in rules.items():
        [target] = inventory().properties(rule)["Targets"]
        assert json.loads(target["Input"]) == samples[name]
    assert samples.keys() == rules.keys()


def test_the_dashboard_is_json_and_shows_what_the_alarms_watch() -> None:
    template = inventory()
    body = template.properties("InventoryDashboard")["DashboardBody"]
    json.loads(body)
    for alarm in ("ExpiringUnhandledAlarm", "ExpiredInUseAlarm", "NoReportAlarm"):
        assert f'"{template.properties(alarm)["MetricName"]}"' in body
