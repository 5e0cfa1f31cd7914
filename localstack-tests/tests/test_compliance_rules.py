"""compliance-rules as AWS Config invokes it."""

from __future__ import annotations

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from harness import certificates, checks, config_rules, events
from harness.config_rules import Result
from harness.world import World

EXPIRY = {"rule": "certificate-expiry", "days": "30"}
BAD_PARAMETERS = {
    "no rule": ({}, ["`rule` is missing", "certificate-expiry"]),
    "no such rule": ({"rule": "certificate-expire"}, ["`certificate-expire`", "certificate-expiry"]),
    "misspelt": ({"rule": "certificate-expiry", "day": "30"}, ["`day`", "days"]),
    "no number": (EXPIRY | {"days": "a month"}, ["`days`", "`a month`"]),
    "out of range": (EXPIRY | {"days": "366"}, ["`days`", "`366`", "365"]),
    "no such key": (
        {"rule": "key-algorithm", "allowed": "RSA_2048,RSA_512"},
        ["`allowed`", "RSA_512", "EC_prime256v1"],
    ),
}


def invoke(world: World, event: dict) -> dict:
    """The answer; the function must succeed."""
    return world.invoke(world.compliance.compliance_rules, event)


def place(world: World) -> tuple[str, str]:
    """Account and Region."""
    return world.backend.account, world.backend.region


def verdict(world: World, rule: dict[str, str], arn: str) -> tuple[str, str]:
    """Of one certificate, by its item: compliance and reason."""
    item = config_rules.item(world.backend, arn)
    (found,) = invoke(world, config_rules.notified(rule, *place(world), item))["findings"]
    assert found["resource"] == arn
    return found["compliance"], found["reason"]


def evaluate(
    world: World, rule: dict[str, str], config_rule: str, minutes_ago: int = 0
) -> dict[str, Result]:
    """A scheduled evaluation; what AWS Config knows after it, by resource."""
    token = config_rules.token(world.backend, config_rule)
    event = config_rules.scheduled(rule, *place(world), token, minutes_ago)
    answer = invoke(world, config_rules.named(event, config_rule))
    assert (answer["outcome"], answer["configRule"]) == ("evaluated", config_rule)
    found = list(config_rules.results(world.backend, config_rule))
    counted = {kind: 0 for kind in ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")}
    for result in found:
        counted[result.compliance] += 1
    assert counted["NON_COMPLIANT"] == answer["nonCompliant"]
    assert counted["COMPLIANT"] == answer["compliant"]
    return {result.resource: result for result in found}


@pytest.fixture
def config_rule(world: World) -> str:
    """A rule of one test in an AWS Config that keeps results."""
    if not world.backend.own:
        pytest.skip("needs an AWS Config that keeps results")
    return f"rule-{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize("as_api", [False, True], ids=["as notified", "as the API spells"])
def test_a_change_is_judged_by_its_item(world: World, as_api: bool) -> None:
    near, _ = world.certificate(["near-compliance.example.com"], days=10)
    far, _ = world.certificate(["far-compliance.example.com"], days=300)
    for arn, compliance, reason in (
        (near, "NON_COMPLIANT", "It expires in 10 days"),
        (far, "COMPLIANT", "300 more days"),
    ):
        item = config_rules.item(world.backend, arn, as_api=as_api)
        answer = invoke(world, config_rules.notified(EXPIRY, *place(world), item))
        (found,) = answer["findings"]
        assert (found["resource"], found["compliance"]) == (arn, compliance)
        assert reason in found["reason"]
        assert answer["outcome"] == "evaluated"


def test_what_an_item_does_not_hold_is_looked_up(world: World) -> None:
    arn, _ = world.certificate(["bare-item.example.com"], days=10)
    (found,) = invoke(world, config_rules.changed(EXPIRY, *place(world), arn))["findings"]
    assert (found["resource"], found["compliance"]) == (arn, "NON_COMPLIANT")
    item = config_rules.item(world.backend, arn)
    (by_item,) = invoke(world, config_rules.notified(EXPIRY, *place(world), item))["findings"]
    assert found == by_item


def test_an_oversized_item_is_fetched(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs an AWS Config that records certificates")
    arn, _ = world.certificate(["oversized.example.com"], days=10)
    item = config_rules.item(world.backend, arn)
    (found,) = invoke(world, config_rules.oversized(EXPIRY, *place(world), item))["findings"]
    assert (found["resource"], found["compliance"]) == (arn, "NON_COMPLIANT")


def test_an_item_that_cannot_be_fetched_is_an_error(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs an AWS Config that records certificates")
    arn, _ = world.certificate(["unfetched.example.com"], days=10)
    item = config_rules.item(world.backend, arn)
    world.backend.client("acm").delete_certificate(CertificateArn=arn)
    world.forget(arn)
    event = config_rules.oversized(EXPIRY, *place(world), item)
    answer, error = events.invoke(world.backend, world.compliance.compliance_rules, event)
    assert error, answer
    assert arn in answer["errorMessage"]
    assert "GetResourceConfigHistory" in answer["errorMessage"]


@pytest.mark.parametrize("how", ["deleted", "left scope"])
def test_nothing_is_said_of_what_is_gone(world: World, how: str) -> None:
    arn, _ = world.certificate([f"gone-{how.replace(' ', '-')}.example.com"], days=10)
    item = config_rules.item(world.backend, arn)
    event = config_rules.notified(EXPIRY, *place(world), item)
    if how == "deleted":
        event = config_rules.notified(EXPIRY, *place(world), config_rules.deleted(item))
    else:
        event["eventLeftScope"] = True
    (found,) = invoke(world, event)["findings"]
    assert (found["resource"], found["compliance"]) == (arn, "NOT_APPLICABLE")
    assert how.split()[0] in found["reason"]


def test_a_schedule_is_for_all_certificates(world: World, config_rule: str) -> None:
    near, _ = world.certificate(["near-schedule.example.com"], "RSA_4096", days=10)
    far, _ = world.certificate(["far-schedule.example.com"], "EC_secp521r1", days=300)
    pending = world.request(["pending-schedule.example"], announce=False)
    found = evaluate(world, EXPIRY, config_rule)
    assert found[near].compliance == "NON_COMPLIANT"
    assert "It expires in 10 days" in found[near].annotation
    assert found[far].compliance == "COMPLIANT"
    # It has no end yet, which is not an end within 30 days.
    assert found[pending].compliance == "NOT_APPLICABLE"


def test_in_test_mode_nothing_is_kept(world: World) -> None:
    arn, _ = world.certificate(["test-mode.example.com"], days=10)
    event = config_rules.scheduled(EXPIRY, *place(world))
    answer = invoke(world, config_rules.named(event, "never-evaluated"))
    assert arn in [found["resource"] for found in answer["findings"]]
    with pytest.raises(ClientError, match="never-evaluated|not yet implemented|501"):
        list(config_rules.results(world.backend, "never-evaluated"))


def test_results_of_deleted_certificates_are_cleared(world: World, config_rule: str) -> None:
    arn, _ = world.certificate(["cleared.example.com"], days=10)
    # What is younger than two minutes is kept: its certificate may be too new to be found.
    assert evaluate(world, EXPIRY, config_rule, minutes_ago=5)[arn].compliance == "NON_COMPLIANT"
    world.backend.client("acm").delete_certificate(CertificateArn=arn)
    world.forget(arn)
    assert evaluate(world, EXPIRY, config_rule)[arn].compliance == "NOT_APPLICABLE"


def test_private_cas_are_judged(world: World) -> None:
    rule = {"rule": "ca-root-issues-no-leaves", "disabled": "true"}
    answer = invoke(world, config_rules.scheduled(rule, *place(world)))
    found = {it["resource"]: it["compliance"] for it in answer["findings"]}
    assert found[world.ca] == "NON_COMPLIANT"
    assert world.disabled_ca not in found
    assert answer["compliant"] >= 1


@pytest.mark.parametrize("case", BAD_PARAMETERS)
def test_wrong_parameters_are_named(world: World, case: str) -> None:
    parameters, named = BAD_PARAMETERS[case]
    event = config_rules.scheduled(parameters, *place(world))
    answer, error = events.invoke(world.backend, world.compliance.compliance_rules, event)
    assert error, answer
    assert answer["errorType"] == "NonRetryable"
    assert not [text for text in named if text not in answer["errorMessage"]]


def test_wrong_parameters_are_shown_until_they_are_right(world: World, config_rule: str) -> None:
    account = world.backend.account
    token = config_rules.token(world.backend, config_rule)
    event = config_rules.scheduled(EXPIRY | {"days": "soon"}, *place(world), token)
    event = config_rules.named(event, config_rule)
    answer, error = events.invoke(world.backend, world.compliance.compliance_rules, event)
    assert error, answer
    (shown,) = config_rules.results(world.backend, config_rule)
    assert (shown.resource, shown.compliance) == (account, "NON_COMPLIANT")
    assert "`days`" in shown.annotation
    assert evaluate(world, EXPIRY, config_rule)[account].compliance == "NOT_APPLICABLE"


def test_what_cannot_be_checked_is_an_error_and_no_verdict(world: World, config_rule: str) -> None:
    world.certificate(["denied-compliance.example.com"], days=10)
    token = config_rules.token(world.backend, config_rule)
    event = config_rules.named(config_rules.scheduled(EXPIRY, *place(world), token), config_rule)
    world.refuse("ListCertificates", "AccessDeniedException", 1)
    answer, error = events.invoke(world.backend, world.compliance.compliance_rules, event)
    assert error, answer
    assert answer["errorType"] == "NonRetryable"
    assert "ListCertificates" in answer["errorMessage"]
    assert list(config_rules.results(world.backend, config_rule)) == []


def test_aws_config_may_invoke_it(world: World) -> None:
    client = world.backend.client("lambda")
    policy = json.loads(client.get_policy(FunctionName=world.compliance.compliance_rules)["Policy"])
    statements = [
        statement
        for statement in policy["Statement"]
        if statement["Principal"] == {"Service": "config.amazonaws.com"}
    ]
    assert [it["Action"] for it in statements] == ["lambda:InvokeFunction"]


def test_what_fails_reaches_its_dead_letter_queue(world: World) -> None:
    """AWS Config invokes asynchronously."""
    marker = uuid.uuid4().hex
    event = config_rules.scheduled({"rule": marker}, *place(world))
    world.backend.client("lambda").invoke(
        FunctionName=world.compliance.compliance_rules,
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    record = json.loads(world.wait_for_message("ComplianceRulesDeadLetterQueueUrl", marker))
    assert record["responsePayload"]["errorType"] == "NonRetryable"


def test_a_certificate_that_is_not_compliant_is_renewed(world: World) -> None:
    """The whole way: the rule, its event, the renewal, and the rule again."""
    arn, _ = world.certificate(["compliance-renewal.example.com"], days=10)
    used_by = [f"arn:aws:elasticloadbalancing:{world.backend.region}:loadbalancer/app/c/d"]
    certificates.set_in_use(world.backend, arn, used_by)
    before = world.snapshot(arn)
    assert verdict(world, EXPIRY, arn)[0] == "NON_COMPLIANT"
    assert verdict(world, {"rule": "renewal-status"}, arn)[0] == "NOT_APPLICABLE"

    change = events.config_non_compliant(world.backend, arn, "acm-autopilot-certificate-expiry")
    events.put(world.backend, [change])
    after = world.wait_for_end(arn)

    assert checks.renewed(before, after) == []
    # Nobody has asked for it before, so it is not pending at first.
    assert world.events.statuses(arn) == checks.COMPLETE[1:]
    for rule in (EXPIRY, {"rule": "renewal-status"}):
        assert verdict(world, rule, arn)[0] == "COMPLIANT"
    if world.backend.own:
        assert verdict(world, {"rule": "imported-renewal-source"}, arn)[0] == "COMPLIANT"


def test_one_that_nobody_renews_is_reported(world: World) -> None:
    """The event of AWS Config alone replaces nothing."""
    arn, before = world.certificate(["unmanaged.example.com"], days=10, managed=False)
    marker, _ = world.certificate(["beside-unmanaged.example.com"], days=10)
    events.put(world.backend, [events.config_non_compliant(world.backend, it) for it in (arn, marker)])
    world.wait_for_end(marker)
    assert checks.untouched(before, world.snapshot(arn)) == []
    if world.backend.own:
        used_by = ["arn:aws:elasticloadbalancing:eu-central-1:loadbalancer/app/e/f"]
        certificates.set_in_use(world.backend, arn, used_by)
        compliance, reason = verdict(world, {"rule": "imported-renewal-source"}, arn)
        assert compliance == "NON_COMPLIANT"
        assert "acm-autopilot:renew-from" in reason
