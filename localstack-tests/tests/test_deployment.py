"""Which events the rules bring to dns-validation, and a stack of one function."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from harness import deploy, events
from harness.backend import Backend
from harness.world import World


def rules(world: World) -> list[str]:
    """The patterns of the rules that invoke dns-validation."""
    client = world.backend.client("events")
    function = world.backend.client("lambda").get_function(FunctionName=world.stack.dns_validation)
    arn = function["Configuration"]["FunctionArn"]
    names = client.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    described = [client.describe_rule(Name=name) for name in names]
    assert any(rule.get("ScheduleExpression") for rule in described)
    return [rule["EventPattern"] for rule in described if rule.get("EventPattern")]


def test_the_rules_bring_what_is_meant_for_dns_validation_only(world: World) -> None:
    backend = world.backend
    arn = f"arn:aws:acm:{backend.region}:{backend.account}:certificate/1"
    health = {"service": "ACM", "eventTypeCode": "CAA_CHECK_FAILURE"}
    tags = {"acm-autopilot:status": "pending-renewal"}
    wanted = [
        events.certificate_requested(backend, arn, ["a.example"]),
        events.options_updated(backend, arn),
        events.renewal_action_required(arn, "a.example", 20),
        events.entry("aws.health", "AWS Health Event", health, [arn]),
    ]
    unwanted = [
        # The call failed: there is no certificate.
        events.request_failed(backend, ["a.example"], "LimitExceededException"),
        events.tags_added_by_operator(backend, arn, tags),
        events.approaching_expiration(arn, 10, "a.example"),
        events.entry("aws.health", "AWS Health Event", health | {"service": "EC2"}, [arn]),
    ]
    patterns = rules(world)

    def comes(entry: dict) -> bool:
        event = json.dumps(events.as_delivered(backend, entry))
        test = backend.client("events").test_event_pattern
        return any(test(EventPattern=pattern, Event=event)["Result"] for pattern in patterns)

    assert [comes(entry) for entry in wanted] == [True] * len(wanted)
    assert [comes(entry) for entry in unwanted] == [False] * len(unwanted)


def test_functions_can_be_left_out(backend: Backend, artifacts: Path) -> None:
    name = f"without-{uuid.uuid4().hex[:6]}"
    only = {"Functions": "imported-renewal"}
    stack = deploy.deploy(backend, name, only, artifacts=artifacts)
    try:
        pages = backend.client("cloudformation").get_paginator("list_stack_resources")
        resources = [
            resource["LogicalResourceId"]
            for page in pages.paginate(StackName=name)
            for resource in page["StackResourceSummaries"]
        ]
        assert "ImportedRenewalFunction" in resources
        others = ("DnsValidation", "ExpiryEvents")
        assert not [resource for resource in resources if resource.startswith(others)]
        assert not [output for output in stack.outputs if output.startswith("DnsValidation")]
    finally:
        stack.delete()
