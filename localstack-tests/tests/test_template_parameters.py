"""What the parameters of infra/template.yaml become: functions, grants, settings, topics, the bus, the queue's policy."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import deploy, events
from harness.backend import Backend

CA = "arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/*"
DEFAULT_CA = CA.replace("1111", "6666")
EVERY_CA = "arn:aws:acm-pca:us-west-2:ACCOUNT:certificate-authority/*"
CENTRAL = "arn:aws:sns:us-west-2:111122223333:certificates"
BUS = "arn:aws:events:us-west-2:111122223333:event-bus/certificates"
OPERATOR = "arn:aws:iam::123456789012:role/CertificateOperators"
SETTINGS = {"maxValidityDays": 90, "ownerTagKey": "Cost Center"}
ZONE_ROLES = "/acm-autopilot/zone-roles"
ACME_SETTINGS = "/acm-autopilot/acme-settings"
ACME_STATEMENTS = (
    "ReadAcmeAccounts", "DecryptAcmeAccounts", "ActInAccountsThatOwnZones", "ListZones", "ReadZones", "WriteChallengeRecords"
)


def stack(backend: Backend, artifacts: Path, **parameters: str) -> Iterator[deploy.Stack]:
    """A stack, for as long as the tests need it."""
    made = deploy.deploy(
        backend, f"given-{uuid.uuid4().hex[:6]}", parameters, artifacts=artifacts
    )
    yield made
    made.delete()


@pytest.fixture(scope="module")
def nothing(own_backend: Backend, artifacts: Path) -> Iterator[deploy.Stack]:
    """A stack without parameters."""
    yield from stack(own_backend, artifacts)


@pytest.fixture(scope="module")
def everything(own_backend: Backend, artifacts: Path) -> Iterator[deploy.Stack]:
    """A stack with all of them."""
    yield from stack(
        own_backend,
        artifacts,
        ValidationDomains="example.com, example.net",
        ExportableDomains="vpn.example.com",
        PrivateCaArns=f"{DEFAULT_CA}, {CA}",
        SecretArns=SECRETS,
        AllowIssuerChange="true",
        Settings=json.dumps(SETTINGS),
        NoticeTopicArn=CENTRAL,
        ChatTopicArn="create",
        OrganizationId="o-a1b2c3d4e5",
        RedriveRoleArns=OPERATOR,
        CentralEventBusArn=BUS,
        UseFipsEndpoints="true",
        ZoneRoles=ZONE_ROLES,
        AcmeSettings=ACME_SETTINGS,
    )


def environment(of: deploy.Stack, function: str) -> dict[str, str]:
    """The function's variables."""
    client = of.backend.client("lambda")
    return client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]


def grants(of: deploy.Stack, function: str) -> dict:
    """What the function may let people obtain, without the empty texts of CloudFormation's lists."""
    given = json.loads(environment(of, function)["GRANTS"])
    return {
        name: [one for one in value if one] if isinstance(value, list) else value
        for name, value in given.items()
    }


def physical(of: deploy.Stack, logical: str) -> str:
    """The name or URL of a resource."""
    found = of.backend.client("cloudformation").describe_stack_resource(
        StackName=of.name, LogicalResourceId=logical
    )
    return found["StackResourceDetail"]["PhysicalResourceId"]


def allowed(of: deploy.Stack, role: str, policy: str, sid: str) -> list[dict]:
    """The statements with this Sid of a role's policy."""
    found = of.backend.client("iam").get_role_policy(
        RoleName=physical(of, role), PolicyName=policy
    )["PolicyDocument"]
    return [one for one in found["Statement"] if one["Sid"] == sid]


def test_nothing_is_granted_by_default(nothing: deploy.Stack) -> None:
    assert grants(nothing, nothing.dns_validation) == {"domains": [], "exportableDomains": []}
    assert grants(nothing, nothing.imported_renewal) == {"privateCas": [], "secrets": [], "issuerChange": False}
    variables = environment(nothing, nothing.imported_renewal)
    assert json.loads(variables["SETTINGS"]) == {}
    assert not variables.get("CHAT_TOPIC_ARN")
    assert "DEFAULT_PRIVATE_CA_ARN" not in variables or variables["DEFAULT_PRIVATE_CA_ARN"] == ""
    assert variables["TRUST_STORE"] == "amazon"
    assert variables["AWS_USE_FIPS_ENDPOINT"] == "false"


def test_what_is_granted_reaches_the_functions(everything: deploy.Stack) -> None:
    assert grants(everything, everything.dns_validation) == {
        "domains": ["example.com", "example.net"],
        "exportableDomains": ["vpn.example.com"],
    }
    assert grants(everything, everything.imported_renewal) == {
        "privateCas": [DEFAULT_CA, CA],
        "secrets": [SECRETS],
        "issuerChange": True,
    }
    variables = environment(everything, everything.imported_renewal)
    assert variables["DEFAULT_PRIVATE_CA_ARN"] == DEFAULT_CA
    assert json.loads(variables["SETTINGS"]) == SETTINGS


def test_the_role_reaches_the_same_cas(everything: deploy.Stack) -> None:
    for sid in ("ReadPrivateCas", "IssueEndEntityCertificates"):
        statements = allowed(everything, "ImportedRenewalRole", "imported-renewal", sid)
        assert [statement["Resource"] for statement in statements] == [[DEFAULT_CA, CA]]


@pytest.mark.parametrize(
    ("given", "resources"),
    [("*", [EVERY_CA]), (f"{CA},*", [CA, EVERY_CA]), (f"*,{CA}", [EVERY_CA, CA]), (CA, [CA])],
    ids=["every CA", "a default and every CA", "every CA and a shared one", "one CA"],
)
def test_every_ca_is_of_this_account_and_region(
    own_backend: Backend, artifacts: Path, given: str, resources: list[str]
) -> None:
    parameters = {"Functions": "imported-renewal", "PrivateCaArns": given}
    for made in stack(own_backend, artifacts, **parameters):
        wanted = [it.replace("ACCOUNT", own_backend.account) for it in resources]
        (statement,) = allowed(made, "ImportedRenewalRole", "imported-renewal", "ReadPrivateCas")
        assert statement["Resource"] == wanted
        default = environment(made, made.imported_renewal).get("DEFAULT_PRIVATE_CA_ARN", "")
        assert default == ("" if given.startswith("*") else CA)


def test_zone_roles_are_a_list_or_the_name_of_a_parameter(
    everything: deploy.Stack, own_backend: Backend, artifacts: Path
) -> None:
    variables = environment(everything, everything.dns_validation)
    assert variables["ZONE_ROLES_PARAMETER"] == ZONE_ROLES
    assert not variables.get("ZONE_ROLES")
    role, policy = "DnsValidationRole", "dns-validation"
    (reading,) = allowed(everything, role, policy, "ReadZoneRoles")
    assert reading["Resource"].endswith(f":parameter{ZONE_ROLES}")
    zones = '[{"zone": "example.com", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]'
    for made in stack(own_backend, artifacts, Functions="dns-validation", ZoneRoles=zones):
        variables = environment(made, made.dns_validation)
        assert json.loads(variables["ZONE_ROLES"]) == json.loads(zones)
        assert not variables.get("ZONE_ROLES_PARAMETER")
        assert not allowed(made, role, policy, "ReadZoneRoles")
        assert allowed(made, role, policy, "ActInAccountsThatOwnZones")


def renewal_statements(of: deploy.Stack, sid: str) -> list[dict]:
    """The statements with this Sid of imported-renewal's role."""
    return allowed(of, "ImportedRenewalRole", "imported-renewal", sid)


def test_without_acme_nothing_of_it_is_allowed(nothing: deploy.Stack) -> None:
    for function in (nothing.imported_renewal, nothing.expiry_events):
        variables = environment(nothing, function)
        assert json.loads(variables["ACME_SETTINGS"]) == {}
        assert not variables.get("ACME_SETTINGS_PARAMETER")
    for sid in (*ACME_STATEMENTS, "ReadAcmeSettings", "NeverRenewFromAcmeAccounts"):
        assert not renewal_statements(nothing, sid), sid
    (denial,) = renewal_statements(nothing, "NeverReadAcmeAccounts")
    assert (denial["Effect"], denial["Action"]) == ("Deny", "secretsmanager:*")


def test_acme_settings_are_the_name_of_a_parameter(everything: deploy.Stack) -> None:
    for function, role, policy in (
        (everything.imported_renewal, "ImportedRenewalRole", "imported-renewal"),
        (everything.expiry_events, "ExpiryEventsRole", "expiry-events"),
    ):
        variables = environment(everything, function)
        assert variables["ACME_SETTINGS_PARAMETER"] == ACME_SETTINGS
        assert not variables.get("ACME_SETTINGS")
        (reading,) = allowed(everything, role, policy, "ReadAcmeSettings")
        assert reading["Resource"].endswith(f":parameter{ACME_SETTINGS}")
    assert all(renewal_statements(everything, sid) for sid in ACME_STATEMENTS)
    assert not renewal_statements(everything, "NeverReadAcmeAccounts")
    (denial,) = renewal_statements(everything, "NeverRenewFromAcmeAccounts")
    assert (denial["Effect"], denial["NotAction"]) == ("Deny", "secretsmanager:GetSecretValue")


# Written close together, as many write JSON, over several lines, and as Python does.
ZONES = ["acme.example.net", "acme.example.org"]
WRITTEN = {
    "compact": json.dumps({"delegationZones": ZONES, "directories": []}, separators=(",", ":")),
    "indented": json.dumps({"directories": [], "delegationZones": ZONES}, indent=2),
    "usual": json.dumps({"zoneRoles": [], "delegationZones": ZONES, "directories": []}),
    "none": json.dumps({"directories": []}),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_the_role_may_write_below_the_delegation_zones_of_the_settings(
    own_backend: Backend, artifacts: Path, form: str
) -> None:
    given = {"Functions": "imported-renewal", "AcmeSettings": WRITTEN[form]}
    for made in stack(own_backend, artifacts, **given):
        variables = environment(made, made.imported_renewal)
        assert json.loads(variables["ACME_SETTINGS"]) == json.loads(WRITTEN[form])
        assert not variables.get("ACME_SETTINGS_PARAMETER")
        (writing,) = renewal_statements(made, "WriteChallengeRecords")
        (names,) = writing["Condition"]["ForAllValues:StringLike"].values()
        # A pattern that is empty, ends in a dot, or has other characters than names have, fits no name.
        fitting = [name for name in names if name and not set(name) & set(' \n:["') and not name.endswith(".")]
        zones = [] if form == "none" else [f"*.{zone}" for zone in ZONES]
        assert fitting == ["_acme-challenge.*", *zones]
        assert not renewal_statements(made, "ReadAcmeSettings")


def test_with_a_wrong_setting_the_function_does_not_start(
    own_backend: Backend, artifacts: Path
) -> None:
    given = {"Functions": "dns-validation", "Settings": '{"recordTtl": 59}'}
    for made in stack(own_backend, artifacts, **given):
        answer, error = events.invoke(made.backend, made.dns_validation, events.SWEEP)
        assert error and answer["errorType"] == "Runtime.ExitError", answer


def test_notices_go_to_a_topic_that_is_there_already(everything: deploy.Stack) -> None:
    assert everything.topic_arn == CENTRAL
    for function in (everything.expiry_events, everything.imported_renewal):
        assert environment(everything, function)["NOTICE_TOPIC_ARN"] == CENTRAL
    client = everything.backend.client("cloudwatch")
    alarms = client.describe_alarms(AlarmNamePrefix=everything.name)["MetricAlarms"]
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {CENTRAL}


def test_chat_has_a_topic_of_its_own(everything: deploy.Stack) -> None:
    topic = everything.outputs["ChatTopicArn"]
    for function in (
        everything.expiry_events,
        everything.imported_renewal,
        everything.dns_validation,
    ):
        assert environment(everything, function)["CHAT_TOPIC_ARN"] == topic
    attributes = everything.backend.client("sns").get_topic_attributes(TopicArn=topic)
    policy = json.loads(attributes["Attributes"]["Policy"])
    subscribers = [one for one in policy["Statement"] if one["Action"] == "sns:Subscribe"]
    organization = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert [statement["Condition"] for statement in subscribers] == [organization]


def test_our_events_are_copied_to_the_central_bus(everything: deploy.Stack) -> None:
    client = everything.backend.client("events")
    rule = physical(everything, "CentralEventBusRule").split("|")[-1]
    assert [target["Arn"] for target in client.list_targets_by_rule(Rule=rule)["Targets"]] == [BUS]


def test_only_named_roles_put_messages_into_the_queue(everything: deploy.Stack) -> None:
    url = everything.outputs["RenewalQueueUrl"]
    attributes = everything.backend.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["Policy"]
    )
    policy = json.loads(attributes["Attributes"]["Policy"])
    (deny,) = [one for one in policy["Statement"] if one["Sid"] == "OnlyEventBridgeAndRedrives"]
    assert deny["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": [OPERATOR]}


def test_only_certificates_of_this_account_and_region_come_into_the_queue(
    nothing: deploy.Stack,
) -> None:
    backend = nothing.backend
    client = backend.client("events")
    rule = physical(nothing, "RenewalRequestedRule").split("|")[-1]
    pattern = client.describe_rule(Name=rule)["EventPattern"]

    def comes(arn: str, account: str = backend.account) -> bool:
        detail = {"certificateArn": arn}
        entry = events.entry("acm-autopilot", "Certificate Renewal Requested", detail, [arn])
        event = json.dumps(events.as_delivered(backend, entry) | {"account": account})
        return client.test_event_pattern(EventPattern=pattern, Event=event)["Result"]

    ours = f"arn:aws:acm:{backend.region}:{backend.account}:certificate/1"
    assert comes(ours)
    assert not comes(ours, account="111122223333")
    assert not comes(ours.replace(backend.account, "111122223333"))
    assert not comes(ours.replace(backend.region, "eu-west-1"))
    assert not comes("junk")
