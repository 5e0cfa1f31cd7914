"""The emulator's CloudFormation waits for a certificate as AWS's does."""

from __future__ import annotations

import json
import time

from harness import requested
from harness.backend import Backend
from harness.zones import Zone


def test_a_stack_waits_for_its_certificate(own_backend: Backend, domain: str) -> None:
    zone = Zone.create(own_backend, domain)
    cloudformation = own_backend.client("cloudformation")
    name = domain.partition(".")[0]
    certificate = {
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": {"DomainName": domain, "ValidationMethod": "DNS"},
    }
    template = {
        "Resources": {"Certificate": certificate},
        "Outputs": {"Arn": {"Value": {"Ref": "Certificate"}}},
    }
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    def stack() -> dict:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]

    arn = requested.find(own_backend, domain)
    # Long enough for CloudFormation to ask twice.
    time.sleep(1.5)
    assert stack()["StackStatus"] == "CREATE_IN_PROGRESS"
    for record, value in requested.records(own_backend, arn).items():
        zone.put(record, "CNAME", value)
    requested.wait_for_stack(own_backend, name)
    assert stack()["Outputs"][0]["OutputValue"] == arn
