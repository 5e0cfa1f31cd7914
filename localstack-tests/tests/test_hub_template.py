"""infra/template.yaml as a hub: what an organization adds, and that a single account has nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import organization, paths
from harness.cloudformation import Template
from harness.organization import HUB, ORGANIZATION, REGION

# Resources that both have, and in which the hub differs, with where: everything else is the same.
DIFFERENT = {
    "ExpiryEventsFunction": {"Environment.Variables.ORGANIZATION", "Environment.Variables.TARGET_QUEUE_URL"},
    "ImportedRenewalFunction": {"Environment.Variables.ORGANIZATION"},
    "DnsValidationFunction": {
        "Environment.Variables.ORGANIZATION", "Environment.Variables.TARGET_QUEUE_URL", "ReservedConcurrentExecutions"
    },
    "DnsValidationThrottlesAlarm": {"EvaluationPeriods"},
    # All accounts together.
    "RenewalQueueMapping": {"ScalingConfig.MaximumConcurrency"},
    "TooManyRenewalsAlarm": {"Threshold"},
    "TooManyImportsAlarm": {"Threshold"},
    # Which certificate is meant is for the function to check.
    "RenewalRequestedRule": {"EventPattern.detail.certificateArn.0.prefix"},
    # The rules on the hub's bus.
    "ExpiryEventsDeadLetterQueuePolicy": {"PolicyDocument.Statement.0.Condition.ArnEquals.aws:SourceArn.3"},
    "DnsValidationDeadLetterQueuePolicy": {"PolicyDocument.Statement.0.Condition.ArnEquals.aws:SourceArn.4"},
    "RenewalQueuePolicy": {"PolicyDocument.Statement.0.Condition.ArnEquals.aws:SourceArn.5"},
    "RenewalDeadLetterQueuePolicy": {"PolicyDocument.Statement.0.Condition.ArnEquals.aws:SourceArn.5"},
}
ONLY_IN_A_HUB = {
    "SpokeEventBus", "SpokeEventBusPolicy",
    "SpokeRoleUseRule", "SpokeRoleUseQueue", "SpokeRoleUseQueuePolicy", "SpokeRoleUseAlarm",
    "EventsRefusedAlarm", "TargetsUnreadableAlarm", "DnsSweepFunction",
    "ExpiryEventsOrganizationPolicy", "ImportedRenewalOrganizationPolicy", "DnsValidationOrganizationPolicy",
    "ExpiryEventsSpokePermission", "DnsValidationSpokePermission",
    "ExpiryEventsSpokeAcmRule", "ExpiryEventsSpokeHealthRule",
    "RenewalSpokeTagsRule", "RenewalSpokeComplianceRule", "RenewalSpokeSecretsRule", "RenewalSpokeSecretCallsRule",
    "DnsValidationSpokeRequestRule", "DnsValidationSpokeAcmRule", "DnsValidationSpokeHealthRule",
    *(f"{which}Sweep{what}" for which in ("Expiry", "Dns") for what in (
        "Queue", "DeadLetterQueue", "QueuePolicy", "Mapping", "DeadLettersAlarm", "AgeAlarm"
    )),
}
# Rule on the hub's bus -> the rule on the default bus whose pattern it has, for every account.
RULES = {
    "ExpiryEventsSpokeAcmRule": "ExpiryEventsAcmRule",
    "ExpiryEventsSpokeHealthRule": "ExpiryEventsHealthRule",
    "RenewalSpokeTagsRule": "RenewalTagsRule",
    "RenewalSpokeComplianceRule": "RenewalComplianceRule",
    "RenewalSpokeSecretsRule": "RenewalSecretsRule",
    "RenewalSpokeSecretCallsRule": "RenewalSecretCallsRule",
    "DnsValidationSpokeRequestRule": "DnsValidationRequestRule",
    "DnsValidationSpokeAcmRule": "DnsValidationAcmRule",
    "DnsValidationSpokeHealthRule": "DnsValidationHealthRule",
}


def differences(one: Any, other: Any, at: str = "") -> set[str]:
    """Where two values differ."""
    if isinstance(one, list) and isinstance(other, list):
        one, other = dict(enumerate(one)), dict(enumerate(other))
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        found = (differences(one.get(key), other.get(key), f"{at}.{key}".lstrip(".")) for key in keys)
        return {place for places in found for place in places}
    return set() if one == other else {at}


def test_a_single_account_has_nothing_of_a_hub() -> None:
    single, hub = organization.single().resources(), organization.hub().resources()
    assert hub.keys() - single.keys() == ONLY_IN_A_HUB
    assert not single.keys() - hub.keys()
    found = {name: differences(single[name]["Properties"], hub[name]["Properties"]) for name in single}
    assert {name: places for name, places in found.items() if places} == DIFFERENT
    assert "organization" not in json.dumps(single).lower().replace("in the hub of an organization", "")


def test_only_functions_that_are_deployed_have_a_part_in_it() -> None:
    names = organization.hub(Functions="imported-renewal").resources().keys()
    assert not {name for name in names if name.startswith(("ExpirySweep", "DnsSweep", "ExpiryEvents", "DnsValidation"))}
    assert {"RenewalSpokeTagsRule", "ImportedRenewalOrganizationPolicy", "SpokeEventBus"} <= names


@pytest.mark.parametrize("rule", RULES)
def test_the_hubs_rules_are_those_of_the_default_bus_for_every_account(rule: str) -> None:
    hub = organization.hub()
    own, spokes = hub.properties(RULES[rule]), hub.properties(rule)
    assert (own.get("EventBusName"), spokes["EventBusName"]) == (None, "acm-autopilot")
    pattern = json.loads(
        json.dumps(own["EventPattern"]).replace(f"arn:aws:acm:{REGION}:{HUB}:certificate/", "arn:aws:acm:")
    )
    assert pattern.pop("account") == [HUB]
    # What the functions write is left out where they write it: in spoke.yaml.
    pattern.get("detail", {}).pop("userIdentity", None)
    assert spokes["EventPattern"] == pattern
    assert spokes["Targets"] == own["Targets"]


def test_every_rule_that_listens_to_an_account_listens_to_spokes_too() -> None:
    rules = organization.hub().resources("AWS::Events::Rule")
    listening = {
        name for name, rule in rules.items()
        if "EventPattern" in rule["Properties"] and rule["Properties"]["EventPattern"]["source"] != ["acm-autopilot"]
    }
    assert listening == RULES.keys() | set(RULES.values()) | {"SpokeRoleUseRule"}


def test_settings_are_a_text_or_the_name_of_a_parameter() -> None:
    def variables(of: Template, function: str) -> dict[str, str]:
        return of.properties(function)["Environment"]["Variables"]

    text, name = organization.hub(), organization.hub(OrganizationSettings="/acm-autopilot/organization")
    for function, role in (
        ("ExpiryEventsFunction", "ExpiryEvents"), ("ImportedRenewalFunction", "ImportedRenewal"), ("DnsValidationFunction", "DnsValidation")
    ):
        assert json.loads(variables(text, function)["ORGANIZATION"]) == {"id": ORGANIZATION}
        assert "ORGANIZATION_PARAMETER" not in variables(text, function)
        assert variables(name, function)["ORGANIZATION_PARAMETER"] == "/acm-autopilot/organization"
        assert "ORGANIZATION" not in variables(name, function)
        reading = [one for one in name.statements(f"{role}OrganizationPolicy") if one["Sid"] == "ReadOrganizationSettings"]
        assert [one["Resource"] for one in reading] == [f"arn:aws:ssm:{REGION}:{HUB}:parameter/acm-autopilot/organization"]
        assert not [one for one in text.statements(f"{role}OrganizationPolicy") if one["Sid"] == "ReadOrganizationSettings"]


@pytest.mark.parametrize("which", ["Expiry", "Dns"])
def test_a_target_is_tried_again_before_its_message_is_gone(which: str) -> None:
    hub = organization.hub()
    function = {"Expiry": "ExpiryEventsFunction", "Dns": "DnsSweepFunction"}[which]
    timeout = hub.properties(function).get("Timeout", hub.document["Globals"]["Function"]["Timeout"])
    queue, mapping = hub.properties(f"{which}SweepQueue"), hub.properties(f"{which}SweepMapping")
    assert queue["VisibilityTimeout"] == 6 * timeout
    receives = queue["RedrivePolicy"]["maxReceiveCount"]
    assert receives * queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"]
    assert hub.properties(f"{which}SweepDeadLetterQueue")["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_validation_records_are_written_by_one_process_of_sweeps_and_one_of_events() -> None:
    hub = organization.hub()
    events, sweeps = hub.properties("DnsValidationFunction"), hub.properties("DnsSweepFunction")
    assert [of["ReservedConcurrentExecutions"] for of in (events, sweeps)] == [1, 1]
    assert hub.properties("DnsSweepMapping")["BatchSize"] == 10
    assert hub.properties("DnsSweepMapping")["FunctionName"] != hub.properties("DnsValidationInvokeConfig")["FunctionName"]
    # Otherwise the same.
    assert differences(events, sweeps) == {"FunctionName", "Description"}


@pytest.mark.parametrize(("alarm", "metric"), [
    ("EventsRefusedAlarm", "EventsRefused"), ("TargetsUnreadableAlarm", "TargetsUnreadable")
])
def test_alarms_of_a_hub_watch_what_all_functions_count(alarm: str, metric: str) -> None:
    properties = organization.hub().properties(alarm)
    total, *counted = properties["Metrics"]
    watched = [one["MetricStat"]["Metric"] for one in counted]
    assert {one["MetricName"] for one in watched} == {metric}
    assert {one["Namespace"] for one in watched} == {"AcmAutopilot"}
    functions = [one["Dimensions"] for one in watched]
    assert functions == [[{"Name": "Function", "Value": name}] for name in ("expiry-events", "imported-renewal", "dns-validation")]
    assert total["ReturnData"] and all(f"FILL({one['Id']}, 0)" in total["Expression"] for one in counted)
    for name in ("expiry-events", "imported-renewal", "dns-validation"):
        sources = (paths.PROJECT / "functions" / name / "src").rglob("*.rs")
        assert any(f'"{metric}"' in one.read_text() for one in sources), name


@pytest.mark.parametrize(("parameter", "single", "hub"), [("0", 96, 960), ("200", "200", "200")])
def test_the_pace_of_imports_is_that_of_all_accounts(parameter: str, single: Any, hub: Any) -> None:
    thresholds = [
        of(ImportsPerWeekAlarm=parameter).properties("TooManyImportsAlarm")["Threshold"]
        for of in (organization.single, organization.hub)
    ]
    assert thresholds == [single, hub]


def test_a_hub_works_in_many_accounts_at_a_time() -> None:
    hub = organization.hub()
    mapping = hub.properties("RenewalQueueMapping")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 10})
    mapping = hub.properties("ExpirySweepMapping")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 20})


def test_a_hubs_topics_are_not_open_to_the_organization() -> None:
    def may_subscribe(of: Template) -> bool:
        statements = of.properties("NoticeTopicPolicy")["PolicyDocument"]["Statement"]
        return any(one["Action"] == "sns:Subscribe" for one in statements)

    assert may_subscribe(organization.single(OrganizationId=ORGANIZATION))
    assert not may_subscribe(organization.hub())


def test_a_hub_has_to_know_its_organization() -> None:
    template = organization.hub()
    rule = template.document["Rules"]["HubsKnowTheirOrganization"]["Assertions"][0]["Assert"]
    assert template.value(rule)
    assert not organization.hub(OrganizationId="").value(rule)
    assert organization.single().value(rule)
