"""The service control policies of infra/README.md: what they refuse, and that hub and spokes work under them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from harness import organization, paths
from harness.organization import BUS, EVERYTHING, HUB, REGION, SPOKE
from harness.policies import Policy, Request, allowed

README = (paths.TEMPLATE.parent / "README.md").read_text()
ANYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
HUB_TEMPLATE, SPOKE_TEMPLATE = organization.hub(), organization.spoke(**EVERYTHING)
CERTIFICATE = f"arn:aws:acm:{REGION}:{SPOKE}:certificate/1"
ROLES_OF_SPOKES = [SPOKE_TEMPLATE.arn(role) for role in organization.ROLES]


def policy(sid: str) -> dict[str, Any]:
    """The policy in README.md that has this statement."""
    blocks = [json.loads(text) for text in re.findall(r"^```json\n(\{\n  \"Version\".*?)^```", README, re.M | re.S)]
    (found,) = [block for block in blocks if sid in [one["Sid"] for one in block["Statement"]]]
    return found


TAGS, HUBS = policy("AutopilotTagsAreSetByTheseOnly"), policy("RolesOfSpokesAreAssumedByTheHubOnly")
LEVELS: list[Policy] = [ANYTHING + TAGS["Statement"], ANYTHING + HUBS["Statement"]]


def may(action: str, resource: str, by: str, account: str, **context: Any) -> bool:
    """Whether a role that may do everything may do this."""
    known = organization.caller(by, account=account) | {name.replace("__", ":"): value for name, value in context.items()}
    return allowed(Request(action, resource, known), ANYTHING, scps=LEVELS)


@pytest.mark.parametrize("document", [TAGS, HUBS], ids=["who may tag", "the hub"])
def test_a_policy_is_as_long_as_aws_takes_it(document: dict[str, Any]) -> None:
    """Organizations user guide, orgs_reference_limits.html: 5,120 characters, without white space."""
    assert len(json.dumps(document, separators=(",", ":"))) <= 5120


@pytest.mark.parametrize("arn", [*ROLES_OF_SPOKES, SPOKE_TEMPLATE.arn("EventsRole")])
@pytest.mark.parametrize(
    "action",
    ["iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRole", "iam:PassRole", "iam:CreateRole"],
)
def test_roles_of_spokes_are_changed_by_their_stack_set_only(arn: str, action: str) -> None:
    assert not may(action, arn, "/Administrator", SPOKE)
    assert may(action, arn, "/stacksets-exec-0a1b2c3d", SPOKE)
    assert may(action, arn.replace("/acm-autopilot/", "/"), "/Administrator", SPOKE)


def test_roles_on_the_path_that_spokes_trust_are_made_by_deployments_only() -> None:
    for function in ("expiry-events", "imported-renewal", "dns-validation"):
        arn = f"arn:aws:iam::{HUB}:role/acm-autopilot/{function}/mine"
        assert not may("iam:CreateRole", arn, "/Administrator", HUB)
        assert not may("iam:PassRole", HUB_TEMPLATE.arn("ExpiryEventsRole"), "/Administrator", HUB)
        assert may("iam:CreateRole", arn, "/Deployment", HUB)


@pytest.mark.parametrize("role", organization.ROLES)
def test_roles_of_spokes_are_assumed_by_the_functions_only(role: str) -> None:
    function = HUB_TEMPLATE.arn(organization.ROLES[role][0]).split(":role")[1]
    arn = SPOKE_TEMPLATE.arn(role)
    assert may("sts:AssumeRole", arn, function, HUB)
    for by, account in (("/Administrator", HUB), ("/Administrator", SPOKE), ("/Deployment", HUB), (function, "444455556666")):
        assert not may("sts:AssumeRole", arn, by, account), (by, account)
    assert may("sts:AssumeRole", f"arn:aws:iam::{SPOKE}:role/Developer", "/Administrator", HUB)


def test_eventbridge_assumes_the_role_for_events_all_the_same() -> None:
    """Service control policies do not bind services."""
    trust = organization.trust("EventsRole", SPOKE_TEMPLATE)
    request = Request("sts:AssumeRole", SPOKE_TEMPLATE.arn("EventsRole"), {"aws:SourceAccount": SPOKE}, "events.amazonaws.com")
    assert allowed(request, [], trust, scps=LEVELS)


@pytest.mark.parametrize("role", ["ReadRole", "RenewRole", "DnsRole"])
def test_the_functions_own_tags_are_written_through_the_roles_of_spokes(role: str) -> None:
    own = SPOKE_TEMPLATE.arn(role).split(":role")[1]
    tag = {"ReadRole": "acm-autopilot:notified", "RenewRole": "acm-autopilot:status", "DnsRole": "acm-autopilot:validation-notified"}
    request = Request(
        "acm:AddTagsToCertificate", CERTIFICATE, organization.caller(own, account=SPOKE) | {"aws:TagKeys": [tag[role]]}
    )
    assert allowed(request, SPOKE_TEMPLATE.statements(role), scps=LEVELS)
    assert not may("acm:AddTagsToCertificate", CERTIFICATE, "/Developer", SPOKE, aws__TagKeys=[tag[role]])
    assert may("acm:AddTagsToCertificate", CERTIFICATE, "/Developer", SPOKE, aws__TagKeys=["Owner"])


def test_a_renewal_is_imported_through_the_role_of_a_spoke() -> None:
    own = SPOKE_TEMPLATE.arn("RenewRole").split(":role")[1]

    def may_import(tagged: dict[str, Any], **more: Any) -> bool:
        request = Request("acm:ImportCertificate", CERTIFICATE, organization.caller(own, account=SPOKE) | tagged | more)
        return allowed(request, SPOKE_TEMPLATE.statements("RenewRole"), scps=LEVELS)

    assert may_import({"aws:ResourceTag/acm-autopilot:renew-from": "acme"})
    assert not may_import({}), "a certificate that nobody tagged"
    assert not may_import({"aws:ResourceTag/acm-autopilot:renew-from": "acme"}, **{"aws:TagKeys": ["Owner"]})


CHANGES = [
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{HUB}:function:acm-autopilot-expiry-events"),
    ("lambda:UpdateFunctionConfiguration", f"arn:aws:lambda:{REGION}:{HUB}:function:acm-autopilot-dns-validation"),
    ("events:PutPermission", BUS),
    ("events:DisableRule", f"arn:aws:events:{REGION}:{HUB}:rule/acm-autopilot/acm-autopilot-SpokeRoleUseRule-1"),
    ("events:PutTargets", f"arn:aws:events:{REGION}:{HUB}:rule/acm-autopilot/anything"),
    ("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{HUB}:parameter/acm-autopilot/organization"),
]


@pytest.mark.parametrize(("action", "resource"), CHANGES)
def test_the_hub_is_changed_by_deployments_only(action: str, resource: str) -> None:
    assert not may(action, resource, "/Administrator", HUB)
    assert may(action, resource, "/Deployment", HUB)
    # Other accounts have buses and functions of that name too.
    assert may(action, resource.replace(HUB, SPOKE), "/Administrator", SPOKE)


@pytest.mark.parametrize("role", ["ExpiryEventsRole", "ImportedRenewalRole", "DnsValidationRole"])
def test_functions_send_their_own_events_and_read_their_settings(role: str) -> None:
    own = HUB_TEMPLATE.arn(role).split(":role")[1]
    bus = f"arn:aws:events:{REGION}:{HUB}:event-bus/default"
    assert may("events:PutEvents", bus, own, HUB, events__source=["acm-autopilot"])
    assert not may("events:PutEvents", bus, "/Developer", SPOKE, events__source=["acm-autopilot"])
    assert may("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{HUB}:parameter/acm-autopilot/organization", own, HUB)
