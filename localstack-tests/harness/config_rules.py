"""What AWS Config sends to the function of a custom rule.

https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .backend import Backend

# The token of AWS's sample events: AWS Config checks the evaluations and keeps none.
TEST_MODE = "TESTMODE"
CERTIFICATE = "AWS::ACM::Certificate"


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
    """A certificate was recorded; its item shows nothing but its ARN, so all else has to be read."""
    item = {
        "configurationItemCaptureTime": _now(),
        "configurationItemStatus": "OK",
        "resourceType": CERTIFICATE,
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
    config = backend.client("config")
    history = config.get_resource_config_history(resourceType=CERTIFICATE, resourceId=arn, limit=1)
    found = history["configurationItems"][0]
    found["configurationItemCaptureTime"] = _iso(found["configurationItemCaptureTime"])
    if as_api:
        return found
    found |= {
        "awsAccountId": found.pop("accountId"),
        "ARN": found.pop("arn"),
        "configuration": json.loads(found["configuration"]),
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
    """Begin an evaluation whose results are kept; only simulated-aws does that."""
    return backend.control("PUT", "result-token", {"rule": config_rule} | backend.place)["resultToken"]


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
    return _iso(datetime.now(UTC) - timedelta(minutes=minutes_ago))


def _iso(time: datetime) -> str:
    """As times are in items and notifications."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
