"""What AWS Config sends to the function of a custom rule.

https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .aws_corrections import config_item
from .backend import Backend
from .certificates import tags_of

# The token of AWS's sample events: AWS Config checks the evaluations and keeps none.
TEST_MODE = "TESTMODE"


@dataclass(frozen=True)
class Result:
    """What AWS Config knows of a resource by a rule."""

    resource: str
    compliance: str
    annotation: str


def scheduled(
    rule: dict[str, str], account: str, region: str, token: str = TEST_MODE, minutes_ago: int = 0
) -> dict[str, Any]:
    """It is (or was) time to evaluate a rule for everything; `rule` is its InputParameters."""
    invoking = {
        "notificationCreationTime": _now(minutes_ago),
        "awsAccountId": account,
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    }
    return _invocation(rule, account, region, token, invoking)


def changed(rule: dict[str, str], account: str, region: str, arn: str) -> dict[str, Any]:
    """A certificate was recorded; its item tells nothing but its ARN, so all else has to be looked up."""
    item = {
        "configurationItemCaptureTime": _now(),
        "configurationItemStatus": "OK",
        "resourceType": config_item.CERTIFICATE,
        "resourceId": arn,
        "ARN": arn,
        "awsAccountId": account,
        "awsRegion": region,
        "configuration": {"certificateArn": arn},
        "tags": {},
    }
    return notified(rule, account, region, item)


def notified(
    rule: dict[str, str], account: str, region: str, item: dict[str, Any], token: str = TEST_MODE
) -> dict[str, Any]:
    """A resource changed, and this is its item."""
    invoking = {
        "configurationItem": item,
        "configurationItemDiff": None,
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": "1.3",
    }
    return _invocation(rule, account, region, token, invoking)


def oversized(
    rule: dict[str, str], account: str, region: str, item: dict[str, Any], token: str = TEST_MODE
) -> dict[str, Any]:
    """A resource changed, and its item is too large for a notification, which has a summary of it."""
    left_out = ("configuration", "supplementaryConfiguration", "tags")
    invoking = {
        "configurationItemSummary": {k: v for k, v in item.items() if k not in left_out},
        "messageType": "OversizedConfigurationItemChangeNotification",
        "recordVersion": "1.0",
    }
    return _invocation(rule, account, region, token, invoking)


def item(backend: Backend, arn: str, *, as_api: bool = False) -> dict[str, Any]:
    """A certificate's item now: as notifications spell it, or as the API does."""
    detail = backend.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    found = config_item.of_certificate(detail, tags_of(backend, arn), backend.account, backend.region)
    for name in ("configurationItemCaptureTime", "resourceCreationTime"):
        found[name] = config_item.iso(found[name])
    if as_api:
        return found
    supplementary = found["supplementaryConfiguration"]
    found |= {
        "awsAccountId": found.pop("accountId"),
        "ARN": found.pop("arn"),
        "configuration": json.loads(found["configuration"]),
        "supplementaryConfiguration": {k: json.loads(v) for k, v in supplementary.items()},
    }
    return found


def deleted(found: dict[str, Any]) -> dict[str, Any]:
    """The item of a certificate that is gone."""
    return found | {
        "configurationItemStatus": "ResourceDeleted",
        "configuration": None,
        "supplementaryConfiguration": {},
        "tags": {},
    }


def named(event: dict[str, Any], config_rule: str) -> dict[str, Any]:
    """The same for a rule that has another name in AWS Config than among ours."""
    return event | {"configRuleName": config_rule}


def token(backend: Backend, config_rule: str) -> str:
    """Begin an evaluation whose results are kept; only the harness's own LocalStack does that."""
    body = {"AccountId": backend.account, "Region": backend.region, "ConfigRuleName": config_rule}
    return backend.post_json("/_test-setup/config/evaluation", body)["ResultToken"]


def results(backend: Backend, config_rule: str) -> Iterator[Result]:
    """What AWS Config knows by a rule."""
    pages = backend.client("config").get_paginator("get_compliance_details_by_config_rule")
    for page in pages.paginate(ConfigRuleName=config_rule):
        for result in page["EvaluationResults"]:
            about = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
            annotation = result.get("Annotation", "")
            yield Result(about["ResourceId"], result["ComplianceType"], annotation)


def _invocation(
    rule: dict[str, str], account: str, region: str, token: str, invoking: dict[str, Any]
) -> dict[str, Any]:
    return {
        "version": "1.0",
        "invokingEvent": json.dumps({"notificationCreationTime": _now(), **invoking}),
        "ruleParameters": json.dumps(rule),
        "resultToken": token,
        "eventLeftScope": False,
        "executionRoleArn": f"arn:aws:iam::{account}:role/config-role",
        "configRuleArn": f"arn:aws:config:{region}:{account}:config-rule/config-rule-0123456",
        "configRuleName": rule.get("rule", "a-rule"),
        "configRuleId": "config-rule-0123456",
        "accountId": account,
    }


def _now(minutes_ago: int = 0) -> str:
    return config_item.iso(datetime.now(UTC) - timedelta(minutes=minutes_ago))
