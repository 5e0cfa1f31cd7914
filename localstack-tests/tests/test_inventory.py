"""certificate-inventory as its stack deploys it: the report is in its bucket, and says what could not be read."""

from __future__ import annotations

import json
import uuid
from typing import Any

from harness import deploy, events, paths
from harness.world import World

COLLECT = json.loads((paths.PROJECT / "events/certificate-inventory/collection-requested.json").read_text())


def test_a_collection_ends_with_its_report_in_the_bucket(world: World, domain: str) -> None:
    shop, _ = world.certificate([domain], days=20, managed=False)
    backend, name = world.backend, f"inventory-{uuid.uuid4().hex[:6]}"
    parameters = {"NoticeTopicArn": world.stack.topic_arn}
    stack = deploy.deploy(backend, name, parameters, template=paths.INVENTORY_TEMPLATE)
    try:
        answer, error = events.invoke(backend, stack.outputs["CertificateInventoryFunctionName"], COLLECT)
        assert not error, answer
        assert answer["outcome"] == "reported"
        bucket = stack.outputs["InventoryBucketName"]
        assert answer["report"] == f"s3://{bucket}/reports/latest/report.html"

        def read(key: str) -> bytes:
            return backend.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

        report: dict[str, Any] = json.loads(read("reports/latest/report.json"))
        row = next(row for row in report["rows"] if row["entry"]["arn"] == shop)
        assert row["daysLeft"] == 20
        assert row["renewal"]["who"] == "nobody"
        # LocalStack lacks services that use certificates.
        assert any(gap["why"]["action"].startswith("elasticloadbalancing:") for gap in report["gaps"])
        assert shop in read("reports/latest/report.html").decode()
    finally:
        stack.delete()
