"""AWS Config inside LocalStack, as far as a custom rule's function needs it: `PROVIDER_OVERRIDE_CONFIG=strict`.

moto takes evaluations in test mode only, keeps none, and records no certificates. Nothing here evaluates
anything: a test begins an evaluation, as AWS Config would, with

* `POST /_test-setup/config/evaluation` (AccountId, Region, ConfigRuleName; answer: ResultToken),

and invokes the function with that token.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.config import (
    InvalidParameterValueException,
    InvalidResultTokenException,
    NoSuchConfigRuleException,
    ResourceNotDiscoveredException,
)
from localstack.aws.connect import connect_to
from localstack.http import Request, Response, route
from localstack.services.configservice.provider import ConfigProvider
from localstack.services.edge import ROUTER
from localstack.services.plugins import Service, aws_provider

from . import config_item

_MAX_EVALUATIONS = 100
_MAX_RESULTS = 100
_MAX_ANNOTATION = 256
# AWS Config says INSUFFICIENT_DATA itself, and takes it from nobody.
_TAKEN = {"COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"}


@dataclass
class _Rule:
    """A rule that was evaluated: its newest result for each resource."""

    invoked: datetime
    results: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


class StrictConfigProvider(ConfigProvider):
    """LocalStack's provider, with results that are kept and certificates that are recorded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[tuple[str, str, str], _Rule] = {}
        self._tokens: dict[str, tuple[str, str, str]] = {}
        ROUTER.add(self)

    @route("/_test-setup/config/evaluation", methods=["POST"])
    def evaluation(self, request: Request) -> Response:
        """Begin an evaluation of a rule."""
        body = request.get_json(force=True)
        name = (body["AccountId"], body["Region"], body["ConfigRuleName"])
        now, token = datetime.now(UTC), secrets.token_hex(32)
        with self._lock:
            self._tokens[token] = name
            self._rules.setdefault(name, _Rule(now)).invoked = now
        return Response.for_json({"ResultToken": token})

    @handler("PutEvaluations", expand=False)
    def put_evaluations(self, context: RequestContext, request: dict) -> dict:
        """Checks everything in test mode too, and then keeps nothing."""
        evaluations = request.get("Evaluations") or []
        if not 1 <= len(evaluations) <= _MAX_EVALUATIONS:
            raise InvalidParameterValueException(f"1 to {_MAX_EVALUATIONS} evaluations are taken.")
        for evaluation in evaluations:
            _check(evaluation)
        if request.get("TestMode"):
            return {"FailedEvaluations": []}
        with self._lock:
            rule = self._rules.get(self._tokens.get(request["ResultToken"], ("", "", "")))
            if rule is None:
                raise InvalidResultTokenException("The specified ResultToken is not valid.")
            for evaluation in evaluations:
                _keep(rule, evaluation)
        return {"FailedEvaluations": []}

    @handler("GetComplianceDetailsByConfigRule", expand=False)
    def get_compliance_details_by_config_rule(self, context: RequestContext, request: dict) -> dict:
        """The newest results."""
        name, limit = request["ConfigRuleName"], request.get("Limit") or 10
        begin = request.get("NextToken") or "0"
        if not 0 <= limit <= _MAX_RESULTS or not begin.isdigit():
            raise InvalidParameterValueException(f"Limit is 0 to {_MAX_RESULTS}; NextToken is ours.")
        with self._lock:
            rule = self._rules.get((context.account_id, context.region, name))
            if rule is None:
                raise NoSuchConfigRuleException(f"The ConfigRule '{name}' is invalid.")
            wanted = request.get("ComplianceTypes") or _TAKEN
            found = [_result(name, rule, it) for it in rule.results.values()]
        found = [result for result in found if result["ComplianceType"] in wanted]
        end = int(begin) + limit
        more = {"NextToken": str(end)} if end < len(found) else {}
        return {"EvaluationResults": found[int(begin) : end]} | more

    @handler("GetResourceConfigHistory", expand=False)
    def get_resource_config_history(self, context: RequestContext, request: dict) -> dict:
        """Of a certificate: how it is now, the newest item and the only one."""
        kind, arn = request["resourceType"], request["resourceId"]
        acm = connect_to(aws_access_key_id=context.account_id, region_name=context.region).acm
        try:
            if kind != config_item.CERTIFICATE:
                raise KeyError(kind)
            detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
            tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
        except (KeyError, acm.exceptions.ResourceNotFoundException) as error:
            raise ResourceNotDiscoveredException(
                f"Resource {arn} of resourceType:{kind} is unknown or has not been discovered"
            ) from error
        tags = {tag["Key"]: tag.get("Value", "") for tag in tags}
        item = config_item.of_certificate(detail, tags, context.account_id, context.region)
        return {"configurationItems": [item]}


def _check(evaluation: dict) -> None:
    """What the API's reference says of an evaluation."""
    kind, annotation = evaluation["ComplianceType"], evaluation.get("Annotation")
    if kind not in _TAKEN:
        raise InvalidParameterValueException(f"ComplianceType {kind} is not taken.")
    if annotation is not None and not 1 <= len(annotation) <= _MAX_ANNOTATION:
        raise InvalidParameterValueException(
            f"An annotation has 1 to {_MAX_ANNOTATION} characters, this one {len(annotation)}."
        )


def _keep(rule: _Rule, evaluation: dict) -> None:
    """The newest by its ordering timestamp stays."""
    resource = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
    known = rule.results.get(resource)
    if known is None or known["OrderingTimestamp"] <= evaluation["OrderingTimestamp"]:
        rule.results[resource] = evaluation | {"RecordedAt": datetime.now(UTC)}


def _result(name: str, rule: _Rule, evaluation: dict) -> dict:
    annotation = {"Annotation": evaluation["Annotation"]} if "Annotation" in evaluation else {}
    return annotation | {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": name,
                "ResourceType": evaluation["ComplianceResourceType"],
                "ResourceId": evaluation["ComplianceResourceId"],
            },
            "OrderingTimestamp": evaluation["OrderingTimestamp"],
        },
        "ComplianceType": evaluation["ComplianceType"],
        "ResultRecordedTime": evaluation["RecordedAt"],
        "ConfigRuleInvokedTime": rule.invoked,
    }


@aws_provider(api="config", name="strict")
def config() -> Service:
    """What the entry point names."""
    from localstack.services.moto import MotoFallbackDispatcher

    return Service.for_provider(StrictConfigProvider(), dispatch_table_factory=MotoFallbackDispatcher)
