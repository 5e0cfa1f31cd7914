"""Events as AWS puts them on the bus. A real account sends these itself; LocalStack does not."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from .backend import Backend

SWEEP = {"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested", "detail": {}}
# Every six hours: what ACME servers suggest.
ACME_SWEEP = SWEEP | {"detail": {"renewFrom": "acme"}}


def put(backend: Backend, entries: list[dict[str, Any]], bus: str = "default") -> None:
    """Put events on a bus, ten in a call as the API allows."""
    client = backend.client("events")
    for begin in range(0, len(entries), 10):
        part = [one | {"EventBusName": bus} for one in entries[begin : begin + 10]]
        answer = client.put_events(Entries=part)
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"events not taken: {answer['Entries']}")


def entry(source: str, detail_type: str, detail: dict, resources: list[str]) -> dict[str, Any]:
    """One entry for PutEvents."""
    return {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": resources,
        "Time": datetime.now(UTC),
    }


def approaching_expiration(arn: str, days: int, common_name: str | None) -> dict[str, Any]:
    """What ACM sends once a day within 45 days (or as configured) before the end."""
    detail: dict[str, Any] = {"DaysToExpiry": days}
    if common_name:
        detail |= {"CommonName": common_name, "FirstSubjectAlternativeName": common_name}
    detail |= {"ValidityInDays": 365, "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED"}
    return entry("aws.acm", "ACM Certificate Approaching Expiration", detail, [arn])


def tags_added_by_operator(backend: Backend, arn: str, tags: dict[str, str]) -> dict[str, Any]:
    """What CloudTrail reports of an AddTagsToCertificate call."""
    added = [{"key": key, "value": value} for key, value in tags.items()]
    return _cloudtrail(
        backend, "AddTagsToCertificate", {"certificateArn": arn, "tags": added}, None
    )


def certificate_requested(backend: Backend, arn: str, names: list[str]) -> dict[str, Any]:
    """What CloudTrail reports of a RequestCertificate call."""
    return _cloudtrail(backend, "RequestCertificate", _requested(names), {"certificateArn": arn})


def request_failed(backend: Backend, names: list[str], code: str) -> dict[str, Any]:
    """What CloudTrail reports of a RequestCertificate call that was refused."""
    failed = _cloudtrail(backend, "RequestCertificate", _requested(names), None)
    detail = json.loads(failed["Detail"]) | {"errorCode": code, "errorMessage": "Refused."}
    return failed | {"Detail": json.dumps(detail)}


def options_updated(backend: Backend, arn: str) -> dict[str, Any]:
    """What CloudTrail reports of an UpdateCertificateOptions call."""
    request = {"certificateArn": arn, "options": {"validationMethod": "DNS"}}
    return _cloudtrail(backend, "UpdateCertificateOptions", request, None)


def secret_value_put(backend: Backend, name: str, arn: str, version: str) -> dict[str, Any]:
    """What CloudTrail reports of a PutSecretValue call."""
    request = {"clientRequestToken": version, "secretId": name}
    return _cloudtrail(backend, "PutSecretValue", request, {"arn": arn}, service="secretsmanager")


def renewal_action_required(arn: str, common_name: str, days: int) -> dict[str, Any]:
    """What ACM sends when it cannot renew automatically because a record is missing."""
    now = datetime.now(UTC)
    detail = {
        "CertificateType": "AMAZON_ISSUED",
        "CommonName": common_name,
        "DomainValidationMethod": "DNS",
        "RenewalStatusReason": "PENDING_DOMAIN_VALIDATION",
        "DaysToExpiry": days,
        "InUse": True,
        "Exported": False,
        "CertificateCreatedDate": _iso(now - timedelta(days=150)),
        "CertificateExpirationDate": _iso(now + timedelta(days=days)),
    }
    return entry("aws.acm", "ACM Certificate Renewal Action Required", detail, [arn])


def _requested(names: list[str]) -> dict[str, Any]:
    request = {"domainName": names[0], "validationMethod": "DNS"}
    return request | ({"subjectAlternativeNames": names[1:]} if names[1:] else {})


def _cloudtrail(
    backend: Backend,
    call: str,
    request: dict[str, Any],
    response: dict[str, Any] | None,
    *,
    service: str = "acm",
) -> dict[str, Any]:
    now = datetime.now(UTC)
    role = f"arn:aws:iam::{backend.account}:role/operator"
    detail = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{backend.account}:assumed-role/operator/session",
            "accountId": backend.account,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": role, "userName": "operator"}
            },
        },
        "eventID": str(uuid.uuid4()),
        "eventTime": _iso(now),
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2.0",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": call,
        "awsRegion": backend.region,
        "requestParameters": request,
        "responseElements": response,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": backend.account,
        "eventCategory": "Management",
    }
    return entry(f"aws.{service}", "AWS API Call via CloudTrail", detail, [])


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def config_non_compliant(
    backend: Backend, arn: str, rule: str = "acm-certificate-expiration-check"
) -> dict[str, Any]:
    """What AWS Config sends when a rule finds a certificate NON_COMPLIANT."""
    detail = {
        "resourceId": arn,
        "resourceType": "AWS::ACM::Certificate",
        "awsRegion": backend.region,
        "awsAccountId": backend.account,
        "configRuleName": rule,
        "recordVersion": "1.0",
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": {"complianceType": "NON_COMPLIANT"},
        "oldEvaluationResult": {"complianceType": "COMPLIANT"},
    }
    return entry("aws.config", "Config Rules Compliance Change", detail, [])


def renewal_requested(arn: str) -> dict[str, Any]:
    """Our own request, as expiry-events sends it."""
    detail = {
        "schemaVersion": 1,
        "certificateArn": arn,
        "why": "due",
        "domainName": None,
        "renewFrom": "private-ca",
        "notAfter": "2026-12-31T00:00:00Z",
        "daysLeft": 10,
    }
    return entry("acm-autopilot", "Certificate Renewal Requested", detail, [arn])


def invoke(backend: Backend, function: str, event: object) -> tuple[dict[str, Any], str | None]:
    """Invoke directly: the answer, and the kind of error (`Unhandled`) when it is one."""
    payload = event if isinstance(event, bytes) else json.dumps(event).encode()
    answer = backend.client("lambda").invoke(FunctionName=function, Payload=payload)
    return json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError")


def as_delivered(backend: Backend, put_entry: dict[str, Any]) -> dict[str, Any]:
    """The event as a rule's target gets it, for direct invocations."""
    return {
        "version": "0",
        "id": "9c95e8e4-96a4-ef3f-b739-b6aa5b193afb",
        "detail-type": put_entry["DetailType"],
        "source": put_entry["Source"],
        "account": backend.account,
        "time": _iso(put_entry["Time"]),
        "region": backend.region,
        "resources": put_entry["Resources"],
        "detail": json.loads(put_entry["Detail"]),
    }
