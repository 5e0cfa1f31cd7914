"""What the parameters of infra/template.yaml become: grants, topics, the bus, the queue's policy."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import deploy, events
from harness.backend import Backend

CA = "arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
DEFAULT_CA = CA.replace("1111", "6666")
CENTRAL = "arn:aws:sns:us-west-2:111122223333:certificates"
BUS = "arn:aws:events:us-west-2:111122223333:event-bus/certificates"
OPERATOR = "arn:aws:iam::123456789012:role/CertificateOperators"


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
        PrivateCaArns=CA,
        DefaultPrivateCaArn=DEFAULT_CA,
        AllowIssuerChange="true",
        MaxValidityDays="90",
        NoticeTopicArn=CENTRAL,
        CreateChatTopic="true",
        OrganizationId="o-a1b2c3d4e5",
        RedriveRoleArns=OPERATOR,
        CentralEventBusArn=BUS,
        UseFipsEndpoints="true",
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


def test_nothing_is_granted_by_default(nothing: deploy.Stack) -> None:
    assert grants(nothing, nothing.dns_validation) == {"domains": [], "exportableDomains": []}
    assert grants(nothing, nothing.imported_renewal) == {"privateCas": [], "issuerChange": False}
    variables = environment(nothing, nothing.imported_renewal)
    assert variables["MAX_VALIDITY_DAYS"] == "398"
    assert "CHAT_TOPIC_ARN" not in variables
    assert variables["AWS_USE_FIPS_ENDPOINT"] == "false"


def test_what_is_granted_reaches_the_functions(everything: deploy.Stack) -> None:
    assert grants(everything, everything.dns_validation) == {
        "domains": ["example.com", "example.net"],
        "exportableDomains": ["vpn.example.com"],
    }
    assert grants(everything, everything.imported_renewal) == {
        "privateCas": [CA, DEFAULT_CA],
        "issuerChange": True,
    }
    assert environment(everything, everything.imported_renewal)["MAX_VALIDITY_DAYS"] == "90"


def test_the_role_reaches_the_same_cas(everything: deploy.Stack) -> None:
    role = physical(everything, "ImportedRenewalRole")
    policy = everything.backend.client("iam").get_role_policy(
        RoleName=role, PolicyName="imported-renewal"
    )["PolicyDocument"]
    issuing = [one for one in policy["Statement"] if one["Sid"] == "IssueEndEntityCertificates"]
    assert [statement["Resource"] for statement in issuing] == [[CA, DEFAULT_CA]]


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
