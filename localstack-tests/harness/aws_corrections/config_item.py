"""A certificate as AWS Config records it. Pure.

https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html: the members of
DescribeCertificate, with small first letters, as a text that holds JSON.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

CERTIFICATE = "AWS::ACM::Certificate"


def of_certificate(
    detail: dict[str, Any], tags: dict[str, str], account: str, region: str
) -> dict[str, Any]:
    """The item in the API's spelling, made now."""
    listed = [{"key": key, "value": value} for key, value in tags.items()]
    return {
        "version": "1.3",
        "accountId": account,
        "awsRegion": region,
        "availabilityZone": "Regional",
        "configurationItemCaptureTime": datetime.now(UTC),
        "configurationItemStatus": "OK",
        "configurationItemMD5Hash": "",
        "resourceType": CERTIFICATE,
        "resourceId": detail["CertificateArn"],
        "arn": detail["CertificateArn"],
        "resourceCreationTime": detail["CreatedAt"],
        "tags": tags,
        "relatedEvents": [],
        "relationships": [],
        "configuration": json.dumps(_spelled(detail)),
        "supplementaryConfiguration": {"Tags": json.dumps(listed)},
    }


def iso(time: datetime) -> str:
    """As times stand in items and notifications."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _spelled(value: object) -> object:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _spelled(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_spelled(entry) for entry in value]
    return iso(value) if isinstance(value, datetime) else value
