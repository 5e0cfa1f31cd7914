"""The rules of AWS Config in compliance-rules.yaml: which are made, and which of their findings renew."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from harness import config_rules, deploy, events, paths
from harness.backend import Backend
from harness.world import World

class Loader(yaml.SafeLoader):
    """For CloudFormation's YAML: `!Ref Name` is {"Ref": "Name"}."""


def _function(loader: Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    return {name: loader.construct_sequence(node, deep=True)}


Loader.add_multi_constructor("!", _function)


def rules_of_the_pack() -> Iterator[tuple[str, dict[str, str]]]:
    """Each rule of the conformance pack, and its InputParameters as they are without input."""
    pack = yaml.load((paths.TEMPLATE.parent / "conformance-pack.yaml").read_text(), Loader)

    def default(value: Any) -> str:
        if isinstance(value, str):
            return value
        reference = value["If"][1] if "If" in value else value
        return pack["Parameters"][reference["Ref"]]["Default"]

    for logical, resource in pack["Resources"].items():
        given = {key: default(it) for key, it in resource["Properties"]["InputParameters"].items()}
        yield logical, {key: it for key, it in given.items() if it}


def resources(backend: Backend, stack: str) -> dict[str, str]:
    """Type by logical id."""
    pages = backend.client("cloudformation").get_paginator("list_stack_resources")
    return {
        it["LogicalResourceId"]: it["ResourceType"]
        for page in pages.paginate(StackName=stack)
        for it in page["StackResourceSummaries"]
    }


def takes(backend: Backend, pattern: str, entry: dict) -> bool:
    """Whether a pattern of EventBridge takes an event."""
    event = json.dumps(events.as_delivered(backend, entry))
    return backend.client("events").test_event_pattern(EventPattern=pattern, Event=event)["Result"]


def finding(backend: Backend, rule: str) -> dict:
    """AWS Config's event: a certificate is not compliant by a rule."""
    arn = f"arn:aws:acm:{backend.region}:{backend.account}:certificate/1"
    return events.config_non_compliant(backend, arn, rule)


def test_the_rules_that_are_named_are_made(backend: Backend, artifacts: Path) -> None:
    name = f"rules-{uuid.uuid4().hex[:6]}"
    # certificate-expired-in-use and ca-validity-covers-issuance begin like these; they are not meant.
    parameters = {"Rules": "ca-expiry, certificate-expiry", "CertificateExpiryDays": "45"}
    stack = deploy.deploy_compliance_rules(backend, name, parameters, artifacts=artifacts)
    try:
        made = resources(backend, name)
        rules = {logical for logical, kind in made.items() if kind == "AWS::Config::ConfigRule"}
        assert rules == {"CertificateExpiryRule", "CaExpiryRule"}
    finally:
        stack.delete()


def test_renewals_listen_to_rules_about_the_end(world: World) -> None:
    backend, stack = world.backend, world.stack.name
    physical = backend.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId="RenewalComplianceRule"
    )["StackResourceDetail"]["PhysicalResourceId"]
    pattern = backend.client("events").describe_rule(Name=physical.split("/")[-1])["EventPattern"]
    wanted = [
        f"{stack}-certificate-expiry",
        f"{stack}-certificate-expired-in-use",
        # AWS Config appends this to the names of a conformance pack's rules.
        "acm-autopilot-certificate-expiry-conformance-pack-abcdefghi",
        "acm-certificate-expiration-check",
    ]
    unwanted = [f"{stack}-key-algorithm", f"{stack}-renewal-status", "acm-certificate-rsa-check"]

    assert [takes(backend, pattern, finding(backend, rule)) for rule in wanted] == [True] * 4
    assert [takes(backend, pattern, finding(backend, rule)) for rule in unwanted] == [False] * 3


def test_the_function_takes_every_rule_of_the_pack(world: World) -> None:
    rules = list(rules_of_the_pack())
    assert len(rules) > 30
    for logical, parameters in rules:
        event = config_rules.scheduled(parameters, world.backend.account, world.backend.region)
        answer = world.invoke(world.compliance.compliance_rules, event)
        assert (answer["outcome"], answer["rule"]) == ("evaluated", parameters["rule"]), logical
