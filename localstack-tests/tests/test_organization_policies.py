"""Who gets into a spoke, onto the hub's bus and into its queues, as IAM decides by the templates' policies."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from harness import organization
from harness.organization import BUS, EVERYTHING, EXTERNAL_ID, HUB, ORGANIZATION, REGION, SPOKE
from harness.policies import Request, allowed

ROLES = organization.ROLES
# The policies of each of the hub's functions.
FUNCTIONS = {"ExpiryEventsRole": "expiry-events", "ImportedRenewalRole": "imported-renewal", "DnsValidationRole": "dns-validation"}
HUB_TEMPLATE = organization.hub()
SPOKE_TEMPLATE = organization.spoke(**EVERYTHING)
ANOTHER_ORGANIZATION = "o-zzzzzzzzzz"


def function(role: str) -> dict[str, Any]:
    """A function of the hub, by the name of its role."""
    return organization.caller(HUB_TEMPLATE.arn(role).split(":role")[1])


def identity(role: str) -> list[dict[str, Any]]:
    """All that a function's role is allowed."""
    return HUB_TEMPLATE.statements(role, role.removesuffix("Role") + "OrganizationPolicy")


def assume(role: str, by: dict[str, Any], **context: Any) -> Request:
    """AssumeRole on a role of the spoke."""
    known = by | {"sts:ExternalId": EXTERNAL_ID, "aws:ResourceOrgID": ORGANIZATION} | context
    given = {key: value for key, value in known.items() if value is not None}
    return Request("sts:AssumeRole", SPOKE_TEMPLATE.arn(role), given)


def may_assume(role: str, request: Request, policy: list[dict[str, Any]]) -> bool:
    """Whether the role's trust policy and the caller's own policies let it in."""
    return allowed(request, policy, organization.trust(role, SPOKE_TEMPLATE), owner=SPOKE, resource_must_allow=True)


ANYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("by", FUNCTIONS)
def test_each_role_lets_in_its_own_function_only(role: str, by: str) -> None:
    ours = ROLES[role][0] == by
    assert may_assume(role, assume(role, function(by)), identity(by)) is ours
    # Even if the other function's role were allowed to try, and its own may try nothing else.
    assert may_assume(role, assume(role, function(by)), ANYTHING) is ours


@pytest.mark.parametrize("role", ROLES)
def test_who_is_refused(role: str) -> None:
    ours, path = function(ROLES[role][0]), f"/acm-autopilot/{ROLES[role][1]}/stack-Role-1"
    refused = {
        "without the external id": (ours, {"sts:ExternalId": None}),
        "another external id": (ours, {"sts:ExternalId": "another"}),
        "a hub that left the organization": (ours, {"aws:PrincipalOrgID": None}),
        "another organization": (ours, {"aws:PrincipalOrgID": ANOTHER_ORGANIZATION}),
        "the same role in another account": (organization.caller(path, account="444455556666"), {}),
        "the same role in the spoke": (organization.caller(path, account=SPOKE), {}),
        "another role of the hub": (organization.caller("/Administrator"), {}),
        "a role of that name on another path": (organization.caller(f"/x{path}"), {}),
        "a role that is called like the path": (organization.caller(f"/acm-autopilot-{ROLES[role][1]}"), {}),
        "a user of the hub": (ours | {"aws:PrincipalArn": f"arn:aws:iam::{HUB}:user{path}"}, {}),
        "the hub's root user": (ours | {"aws:PrincipalArn": f"arn:aws:iam::{HUB}:root"}, {}),
    }
    for who, (by, context) in refused.items():
        assert not may_assume(role, assume(role, by, **context), ANYTHING), who
    # A stack that was made again has roles with other names.
    assert may_assume(role, assume(role, organization.caller(path)), ANYTHING)


def test_the_external_id_is_the_organizations_id_by_default() -> None:
    spoke = organization.spoke(ExternalId="")
    request = assume("ReadRole", function("ExpiryEventsRole"), **{"sts:ExternalId": ORGANIZATION})
    assert allowed(request, ANYTHING, organization.trust("ReadRole", spoke), owner=SPOKE, resource_must_allow=True)


@pytest.mark.parametrize("by", FUNCTIONS)
def test_a_function_acts_in_no_other_role_and_no_other_organization(by: str) -> None:
    trusting = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"}}]

    def may(arn: str, organization_of_role: str = ORGANIZATION) -> bool:
        request = assume("ReadRole", function(by), **{"aws:ResourceOrgID": organization_of_role})
        return allowed(dataclasses.replace(request, resource=arn), identity(by), trusting, owner=SPOKE)

    own = [SPOKE_TEMPLATE.arn(role) for role, (function_role, _) in ROLES.items() if function_role == by]
    assert own and all(map(may, own))
    assert not any(may(arn, ANOTHER_ORGANIZATION) for arn in own)
    for arn in {SPOKE_TEMPLATE.arn(role) for role in [*ROLES, "EventsRole"]} - set(own) | {
        f"arn:aws:iam::{SPOKE}:role/Administrator", f"arn:aws:iam::{SPOKE}:role/acm-autopilot/Administrator",
        *(arn.replace(":role/", ":role/x/") for arn in own), *(f"{arn}-2" for arn in own),
    }:
        assert not may(arn), arn


def forwarded(**context: Any) -> Request:
    """An event that a spoke's rule forwards to the hub's bus."""
    role = organization.caller("/acm-autopilot/acm-autopilot-events", account=SPOKE)
    known = role | {"events:source": ["aws.acm"]} | context
    return Request("events:PutEvents", BUS, {key: value for key, value in known.items() if value is not None})


def arrives(request: Request, policy: list[dict[str, Any]] = ANYTHING) -> bool:
    """Whether the hub's bus takes it."""
    statement = HUB_TEMPLATE.properties("SpokeEventBusPolicy")["Statement"]
    return allowed(request, policy, [statement], owner=HUB)


@pytest.mark.parametrize("source", [
    "aws.acm", "aws.health", "aws.config", "aws.secretsmanager", "aws.sts", "aws.acm-pca", "aws.kms", "aws.route53", "aws.iam"
])
def test_the_bus_takes_what_spokes_forward(source: str) -> None:
    policy = SPOKE_TEMPLATE.statements("EventsRole")
    assert arrives(forwarded(**{"events:source": [source]}), policy)
    assert not arrives(dataclasses.replace(forwarded(), resource=BUS.replace("acm-autopilot", "default")), policy)


def test_the_sources_of_the_bus_are_those_of_the_spokes_rules() -> None:
    # In one with activity-guard, whose rules about services without Regions are in us-east-1.
    rules = organization.spoke(**EVERYTHING, AllowActivityGuard="true").resources("AWS::Events::Rule").values()
    forwarded_sources = {source for rule in rules for source in rule["Properties"]["EventPattern"]["source"]}
    statement = HUB_TEMPLATE.properties("SpokeEventBusPolicy")["Statement"]
    assert set(statement["Condition"]["ForAllValues:StringEquals"]["events:source"]) == forwarded_sources


def test_what_the_bus_refuses() -> None:
    def role(path: str, account: str = SPOKE) -> str:
        return f"arn:aws:iam::{account}:role{path}"

    refused = {
        "our own events, which the hub alone sends": {"events:source": ["acm-autopilot"]},
        "events of anything else": {"events:source": ["my.application"]},
        "one among others": {"events:source": ["aws.acm", "acm-autopilot"]},
        "another organization": {"aws:PrincipalOrgID": ANOTHER_ORGANIZATION},
        "an account without one": {"aws:PrincipalOrgID": None},
        "another role of a spoke": {"aws:PrincipalArn": role("/Developer")},
        "the role's name on another path": {"aws:PrincipalArn": role("/acm-autopilot-events")},
        "another role on its path": {"aws:PrincipalArn": role("/acm-autopilot/acm-autopilot-read")},
        "a longer name": {"aws:PrincipalArn": role("/acm-autopilot/acm-autopilot-events-2")},
    }
    for what, context in refused.items():
        assert not arrives(forwarded(**context)), what


def test_a_spoke_may_not_change_the_bus() -> None:
    for action in ("events:PutRule", "events:PutTargets", "events:PutPermission"):
        assert not arrives(dataclasses.replace(forwarded(), action=action)), action


@pytest.mark.parametrize("which", ["Expiry", "Dns"])
def test_targets_are_sent_by_the_function_itself(which: str) -> None:
    role = {"Expiry": "ExpiryEventsRole", "Dns": "DnsValidationRole"}[which]
    queue = HUB_TEMPLATE.arn(f"{which}SweepQueue")

    def may_send(by: dict[str, Any], policy: list[dict[str, Any]], **parameters: str) -> bool:
        hub = organization.hub(**parameters)
        statements = hub.properties(f"{which}SweepQueuePolicy")["PolicyDocument"]["Statement"]
        return allowed(Request("sqs:SendMessage", queue, by | {"aws:SecureTransport": "true"}), policy, statements, owner=HUB)

    assert may_send(function(role), identity(role))
    for other in FUNCTIONS.keys() - {role}:
        assert not may_send(function(other), identity(other))
        assert not may_send(function(other), ANYTHING)
    assert not may_send(organization.caller("/Administrator"), ANYTHING)
    assert not may_send(function(role) | {"aws:SecureTransport": "false"}, []), "over TLS only"
    operators = f"arn:aws:iam::{HUB}:role/CertificateOperators"
    assert may_send(organization.caller("/CertificateOperators"), ANYTHING, RedriveRoleArns=operators)
    assert may_send(function(role), identity(role), RedriveRoleArns=operators)


@pytest.mark.parametrize("queue", ["RenewalQueue", "ExpiryEventsDeadLetterQueue", "DnsValidationDeadLetterQueue"])
def test_rules_of_the_hubs_bus_reach_the_queues(queue: str) -> None:
    def may_send(rule: str, hub: bool) -> bool:
        template = HUB_TEMPLATE if hub else organization.single()
        statements = template.properties(f"{queue}Policy")["PolicyDocument"]["Statement"]
        context = {"aws:SourceArn": rule, "aws:SecureTransport": "true"}
        return allowed(Request("sqs:SendMessage", template.arn(queue), context, "events.amazonaws.com"), [], statements)

    rule = HUB_TEMPLATE.arn("RenewalSpokeTagsRule")
    assert rule.startswith(f"arn:aws:events:{REGION}:{HUB}:rule/acm-autopilot/")
    assert may_send(rule, hub=True)
    assert not may_send(rule, hub=False)
    assert not may_send(rule.replace(HUB, SPOKE), hub=True)
    assert not may_send(f"arn:aws:events:{REGION}:{HUB}:rule/anything", hub=True)


def test_who_used_a_role_is_recorded_by_its_rule_alone() -> None:
    statements = HUB_TEMPLATE.properties("SpokeRoleUseQueuePolicy")["PolicyDocument"]["Statement"]
    queue, rule = HUB_TEMPLATE.arn("SpokeRoleUseQueue"), HUB_TEMPLATE.arn("SpokeRoleUseRule")

    def may_send(source: str, service: str = "events.amazonaws.com") -> bool:
        context = {"aws:SourceArn": source, "aws:SecureTransport": "true"}
        return allowed(Request("sqs:SendMessage", queue, context, service), [], statements)

    assert may_send(rule)
    assert not may_send(HUB_TEMPLATE.arn("RenewalSpokeTagsRule"))
    assert not may_send(rule, "sns.amazonaws.com")


def characters(statements: Any) -> int:
    """The length of a policy as IAM counts it: without white space."""
    return len(json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":")))


@pytest.mark.parametrize("role", [*FUNCTIONS, *ROLES])
def test_policies_are_as_long_as_iam_takes_them(role: str) -> None:
    """reference_iam-quotas.html: 10,240 characters for all inline policies of a role, 2,048 for its trust policy."""
    full = organization.hub(
        AcmeSettings='{"delegationZones": ["acme.example.net"]}', SecretArns=organization.SECRETS, PrivateCaArns="*",
        ValidationDomains="example.com", ZoneRoles="/zones", KmsKeyArn="arn:aws:kms:eu-central-1:123456789012:key/1",
        OrganizationSettings="/acm-autopilot/organization",
    )
    template, names = (full, [role, role.removesuffix("Role") + "OrganizationPolicy"]) if role in FUNCTIONS else (SPOKE_TEMPLATE, [role])
    assert characters(template.statements(*names)) < 10_240
    assert characters(organization.trust(role, template)) <= 2_048


def test_the_policy_of_the_bus_is_as_long_as_eventbridge_takes_it() -> None:
    """PutPermission: 10 KB, which one statement for the whole organization never reaches."""
    assert characters([HUB_TEMPLATE.properties("SpokeEventBusPolicy")["Statement"]]) < 1_024
