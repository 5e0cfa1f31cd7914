"""AWS Config of the harness keeps what a function tells it, by AWS's rules."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from harness import certificates, config_rules
from harness.backend import Backend
from harness.config_rules import Result
from harness.certificates import LocalCa

NOW = datetime.now(UTC)


def evaluation(resource: str, compliance: str = "COMPLIANT", **more: object) -> dict:
    """One evaluation of a certificate."""
    return {
        "ComplianceResourceType": "AWS::ACM::Certificate",
        "ComplianceResourceId": resource,
        "ComplianceType": compliance,
        "OrderingTimestamp": NOW,
        **more,
    }


@pytest.fixture
def rule() -> str:
    """A rule of one test."""
    return f"rule-{uuid.uuid4().hex[:8]}"


def put(backend: Backend, token: str, *evaluations: dict, test_mode: bool = False) -> None:
    """PutEvaluations."""
    backend.client("config").put_evaluations(
        Evaluations=list(evaluations), ResultToken=token, TestMode=test_mode
    )


def test_results_are_kept_by_rule(own_backend: Backend, rule: str) -> None:
    other = rule + "-other"
    for name, compliance in ((rule, "NON_COMPLIANT"), (other, "COMPLIANT")):
        token = config_rules.token(own_backend, name)
        put(own_backend, token, evaluation("a", compliance, Annotation=name))
    assert list(config_rules.results(own_backend, rule)) == [Result("a", "NON_COMPLIANT", rule)]
    assert list(config_rules.results(own_backend, other)) == [Result("a", "COMPLIANT", other)]


def test_the_newest_stays(own_backend: Backend, rule: str) -> None:
    token = config_rules.token(own_backend, rule)
    put(own_backend, token, evaluation("a", "NON_COMPLIANT"))
    put(own_backend, token, evaluation("a", OrderingTimestamp=NOW - timedelta(seconds=1)))
    assert [it.compliance for it in config_rules.results(own_backend, rule)] == ["NON_COMPLIANT"]
    put(own_backend, token, evaluation("a", OrderingTimestamp=NOW + timedelta(seconds=1)))
    assert [it.compliance for it in config_rules.results(own_backend, rule)] == ["COMPLIANT"]


def test_results_come_in_pages_and_by_compliance(own_backend: Backend, rule: str) -> None:
    token = config_rules.token(own_backend, rule)
    put(own_backend, token, *(evaluation(str(number)) for number in range(24)))
    put(own_backend, token, evaluation("bad", "NON_COMPLIANT"))
    assert len(list(config_rules.results(own_backend, rule))) == 25
    config = own_backend.client("config")
    page = config.get_compliance_details_by_config_rule(ConfigRuleName=rule)
    assert len(page["EvaluationResults"]) == 10
    assert page["NextToken"]
    page = config.get_compliance_details_by_config_rule(
        ConfigRuleName=rule, ComplianceTypes=["NON_COMPLIANT"], Limit=100
    )
    assert [result["ComplianceType"] for result in page["EvaluationResults"]] == ["NON_COMPLIANT"]
    assert "NextToken" not in page


def test_test_mode_checks_and_keeps_nothing(own_backend: Backend, rule: str) -> None:
    config_rules.token(own_backend, rule)
    put(own_backend, config_rules.TEST_MODE, evaluation("a"), test_mode=True)
    assert list(config_rules.results(own_backend, rule)) == []
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        put(own_backend, config_rules.TEST_MODE, evaluation("a", Annotation="x" * 257), test_mode=True)


@pytest.mark.parametrize(
    "evaluations",
    [
        [],
        [evaluation(str(number)) for number in range(101)],
        [evaluation("a"), evaluation("b", "INSUFFICIENT_DATA")],
        [evaluation("a"), evaluation("b", Annotation="x" * 257)],
    ],
    ids=["none", "too many", "insufficient data", "annotation too long"],
)
def test_what_aws_config_refuses(own_backend: Backend, rule: str, evaluations: list[dict]) -> None:
    token = config_rules.token(own_backend, rule)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        put(own_backend, token, *evaluations)
    assert list(config_rules.results(own_backend, rule)) == []


def test_tokens_and_rules_have_to_be_there(own_backend: Backend, rule: str) -> None:
    with pytest.raises(ClientError, match="InvalidResultTokenException"):
        put(own_backend, "TESTMODE", evaluation("a"))
    with pytest.raises(ClientError, match="NoSuchConfigRuleException"):
        list(config_rules.results(own_backend, rule))


def test_certificates_are_recorded(own_backend: Backend, local_ca: LocalCa) -> None:
    issued = local_ca.issue(["recorded.example.com"], "EC_prime256v1")
    arn = certificates.import_certificate(own_backend, issued, {"Owner": "team-a"})
    config = own_backend.client("config")
    history = config.get_resource_config_history(
        resourceType="AWS::ACM::Certificate", resourceId=arn
    )
    (item,) = history["configurationItems"]
    configuration = json.loads(item["configuration"])
    detail = own_backend.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    assert item["arn"] == item["resourceId"] == configuration["certificateArn"] == arn
    assert item["tags"] == {"Owner": "team-a"}
    assert configuration["keyAlgorithm"] == detail["KeyAlgorithm"]
    assert datetime.fromisoformat(configuration["notAfter"]) == detail["NotAfter"]
    assert configuration["extendedKeyUsages"][0]["oID"] == "1.3.6.1.5.5.7.3.1"
    assert datetime.now(UTC) - item["configurationItemCaptureTime"] < timedelta(minutes=1)
    for kind, resource in (("AWS::ACM::Certificate", arn[:-4] + "0000"), ("AWS::S3::Bucket", arn)):
        with pytest.raises(ClientError, match="ResourceNotDiscoveredException"):
            config.get_resource_config_history(resourceType=kind, resourceId=resource)
