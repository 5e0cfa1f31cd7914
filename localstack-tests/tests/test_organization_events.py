"""Which events a spoke forwards, and which function of the hub gets them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from harness import organization, paths
from harness.event_patterns import fits
from harness.organization import EVERYTHING, HUB, REGION, SPOKE

SAMPLES = paths.PROJECT / "events"
SPOKE_TEMPLATE = organization.spoke(region=REGION, **EVERYTHING)
HUB_TEMPLATE = organization.hub()
SESSIONS = ("acm-autopilot-expiry-events", "acm-autopilot-imported-renewal", "acm-autopilot-dns-validation")
# Sample -> what of the hub gets it, once each. None where it is not forwarded.
EVENTS: dict[str, set[str] | None] = {
    "expiry-events/certificate-approaching-expiration.json": {"ExpiryEventsFunction"},
    "expiry-events/certificate-expired.json": {"ExpiryEventsFunction"},
    "expiry-events/certificate-renewal-action-required.json": {"ExpiryEventsFunction", "DnsValidationFunction"},
    "expiry-events/health-renewal-state-change.json": {"ExpiryEventsFunction", "DnsValidationFunction"},
    "dns-validation/cloudtrail-request-certificate.json": {"DnsValidationFunction"},
    "dns-validation/cloudtrail-request-certificate-failed.json": None,
    "imported-renewal/cloudtrail-add-tags.json": {"RenewalQueue"},
    "imported-renewal/cloudtrail-put-secret-value.json": {"RenewalQueue"},
    "imported-renewal/config-compliance-change.json": {"RenewalQueue"},
    "imported-renewal/secret-label-updated.json": {"RenewalQueue"},
    # Our own events are the hub's.
    "imported-renewal/renewal-requested.json": None,
    "expiry-events/sweep-requested.json": None,
    "organization/role-of-a-spoke-assumed.json": {"SpokeRoleUseQueue"},
}


def sample(name: str, account: str = SPOKE, region: str = REGION) -> dict[str, Any]:
    """A sample as an event of the account."""
    text = (SAMPLES / name).read_text().replace("123456789012", account).replace("us-east-1", region)
    return json.loads(text)


def forwarding(event: dict[str, Any]) -> list[str]:
    """The rules of the spoke that forward an event."""
    rules = SPOKE_TEMPLATE.resources("AWS::Events::Rule").items()
    return [name for name, rule in rules if fits(rule["Properties"]["EventPattern"], event)]


def delivered(event: dict[str, Any]) -> list[str]:
    """What gets an event that is on the hub's bus."""
    rules = [rule["Properties"] for rule in HUB_TEMPLATE.resources("AWS::Events::Rule").values()]
    fitting = [rule for rule in rules if rule.get("EventBusName") and fits(rule["EventPattern"], event)]
    arns = {HUB_TEMPLATE.arn(name): name for name in HUB_TEMPLATE.resources() if "Function" in name or "Queue" in name}
    return sorted(arns[target["Arn"]] for rule in fitting for target in rule["Targets"])


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_forwarded_once_and_reaches_each_function_once(name: str) -> None:
    event, wanted = sample(name), EVENTS[name]
    assert len(forwarding(event)) == (wanted is not None)
    if wanted is not None:
        assert delivered(event) == sorted(wanted)


@pytest.mark.parametrize("name", [name for name, wanted in EVENTS.items() if wanted is not None])
def test_events_about_other_accounts_are_not_forwarded(name: str) -> None:
    assert not forwarding(sample(name, account="444455556666"))


def test_certificates_of_another_region_are_not_forwarded() -> None:
    for name in ("expiry-events/certificate-expired.json", "imported-renewal/cloudtrail-add-tags.json"):
        assert not forwarding(sample(name, region="eu-west-1")), name


def test_what_the_functions_write_is_not_forwarded() -> None:
    event = sample("imported-renewal/cloudtrail-add-tags.json")

    def by(role: str) -> list[str]:
        written = copy.deepcopy(event)
        issuer = {"arn": role, "accountId": SPOKE, "type": "Role"}
        written["detail"]["userIdentity"] = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": issuer}}
        return forwarding(written)

    for role in ("ReadRole", "RenewRole"):
        assert not by(SPOKE_TEMPLATE.arn(role)), role
    assert by(f"arn:aws:iam::{SPOKE}:role/CertificateOperators") == ["TagsRule"]


def assumed(**changes: Any) -> dict[str, Any]:
    """CloudTrail's event of the spoke, for a function of the hub, with changes."""
    event = sample("organization/role-of-a-spoke-assumed.json")
    detail = event["detail"]
    detail["userIdentity"] = {"type": "AWSAccount", "accountId": HUB, "principalId": "AROA:session"}
    detail["requestParameters"] |= {"roleArn": SPOKE_TEMPLATE.arn("ReadRole"), "roleSessionName": SESSIONS[0]}
    for name, value in changes.items():
        part = "userIdentity" if name in ("accountId", "type") else "requestParameters"
        detail[part][name] = value
    return event


@pytest.mark.parametrize("role", organization.ROLES)
def test_the_functions_own_use_of_a_role_is_no_alarm(role: str) -> None:
    for session in SESSIONS:
        assert not forwarding(assumed(roleArn=SPOKE_TEMPLATE.arn(role), roleSessionName=session))


@pytest.mark.parametrize("role", organization.ROLES)
def test_the_use_of_a_role_by_others_is_an_alarm(role: str) -> None:
    arn = SPOKE_TEMPLATE.arn(role)
    for changes in (
        {"accountId": "444455556666"}, {"accountId": SPOKE}, {"roleSessionName": "me"},
        {"accountId": "444455556666", "roleSessionName": "me"},
    ):
        assert forwarding(assumed(roleArn=arn, **changes)) == ["RoleUseRule"], changes
        assert delivered(assumed(roleArn=arn, **changes)) == ["SpokeRoleUseQueue"]


def test_other_roles_are_no_alarm() -> None:
    assert not forwarding(assumed(roleArn=f"arn:aws:iam::{SPOKE}:role/Developer", roleSessionName="me"))
    events_role = assumed(roleArn=SPOKE_TEMPLATE.arn("EventsRole"), roleSessionName="1a2b3c")
    assert not forwarding(events_role), "EventBridge assumes it for every event"


@pytest.mark.parametrize(
    ("pattern", "event", "fitting"),
    [
        ({"a": ["x"]}, {"a": "x"}, True),
        ({"a": ["x"]}, {"a": ["w", "x"]}, True),
        ({"a": ["x"]}, {}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"a": "x"}, False),
        ({"a": [{"prefix": "x"}]}, {"a": "xy"}, True),
        ({"a": [{"suffix": "y"}]}, {"a": "xy"}, True),
        ({"a": [{"wildcard": "*b*"}]}, {"a": "abc"}, True),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": ["x"]}]}, {"a": "x"}, False),
        ({"a": [{"anything-but": ["x"]}]}, {}, False),
        ({"a": {"b": ["x"], "c": ["y"]}}, {"a": [{"b": "x", "c": "y"}, {"b": "z"}]}, True),
        ({"a": {"b": ["x"], "c": ["y"]}}, {"a": [{"b": "x"}, {"c": "y"}]}, False),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "y"}, False),
        ({"a": {"b": ["x"]}}, {"a": [{"b": "w"}, {"b": "x"}]}, True),
    ],
)
def test_patterns(pattern: dict, event: dict, fitting: bool) -> None:
    """As in EventBridge's guide, eb-create-pattern-operators.html and eb-event-patterns-arrays.html."""
    assert fits(pattern, event) is fitting
