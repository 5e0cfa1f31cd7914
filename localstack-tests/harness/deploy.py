"""Deploys the templates of infra/ with the built binaries, as `sam deploy` does: zip, upload, CloudFormation."""

from __future__ import annotations

import io
import platform
import re
import time
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botocore.exceptions import ClientError

from . import paths
from .backend import Backend

_CODE_URI = re.compile(
    r"^(?P<indent>\s*CodeUri:\s*)\.\./target/lambda/(?P<function>[\w-]+)/?\s*$", re.M
)
_EXECUTABLE = 0o100755 << 16
_STACK_SECONDS = 120


class DeployFailed(Exception):
    """The artifacts are not there, or the stack did not come up; the message says what to do or why."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    backend: Backend
    name: str
    bucket: str | None
    outputs: dict[str, str]

    @property
    def topic_arn(self) -> str:
        """The notice topic."""
        return self.outputs["NoticeTopicArn"]

    @property
    def expiry_events(self) -> str:
        """Name of the function."""
        return self.outputs["ExpiryEventsFunctionName"]

    @property
    def imported_renewal(self) -> str:
        """Name of the function."""
        return self.outputs["ImportedRenewalFunctionName"]

    @property
    def dns_validation(self) -> str:
        """Name of the function."""
        return self.outputs["DnsValidationFunctionName"]

    @property
    def compliance_rules(self) -> str:
        """Name of the function."""
        return self.outputs["ComplianceRulesFunctionName"]

    def delete(self) -> None:
        """Remove the stack and its bucket, for a backend that stays."""
        try:
            self.backend.client("cloudformation").delete_stack(StackName=self.name)
        except ClientError:
            # LocalStack cannot delete a stack of which a condition leaves something out.
            self._delete_functions()
        if self.bucket is None:
            return
        s3 = self.backend.client("s3")
        for item in s3.list_objects_v2(Bucket=self.bucket).get("Contents", []):
            s3.delete_object(Bucket=self.bucket, Key=item["Key"])
        s3.delete_bucket(Bucket=self.bucket)

    def _delete_functions(self) -> None:
        """Without them, and what polls for them, nothing of the stack does anything."""
        client = self.backend.client("lambda")
        pages = self.backend.client("cloudformation").get_paginator("list_stack_resources")
        found = [
            (resource["ResourceType"], resource["PhysicalResourceId"])
            for page in pages.paginate(StackName=self.name)
            for resource in page["StackResourceSummaries"]
        ]
        for kind, name in found:
            if kind == "AWS::Lambda::EventSourceMapping":
                client.delete_event_source_mapping(UUID=name)
        for kind, name in found:
            if kind == "AWS::Lambda::Function":
                client.delete_function(FunctionName=name)


def architecture() -> str:
    """This machine's, as Lambda spells it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


@cache
def zipped(bootstrap: Path) -> bytes:
    """A Lambda package. The date is fixed, so that the same binary gives the same package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        entry = zipfile.ZipInfo("bootstrap", date_time=(2026, 1, 1, 0, 0, 0))
        entry.external_attr = _EXECUTABLE
        entry.compress_type = zipfile.ZIP_DEFLATED
        package.writestr(entry, bootstrap.read_bytes())
    return buffer.getvalue()


def binary(function: str, artifacts: Path = paths.ARTIFACTS) -> Path:
    """The function's built binary."""
    found = artifacts / function / "bootstrap"
    if not found.is_file():
        raise DeployFailed(f"{found} is missing: run `make build` first.")
    return found


def check_artifacts(artifacts: Path = paths.ARTIFACTS) -> None:
    """DeployFailed when a binary is missing."""
    for template in (paths.TEMPLATE, paths.COMPLIANCE_TEMPLATE, paths.INVENTORY_TEMPLATE, paths.GUARD_TEMPLATE):
        for function in _functions(template.read_text()):
            binary(function, artifacts)


def _functions(template: str) -> list[str]:
    return [match["function"] for match in _CODE_URI.finditer(template)]


def deploy(
    backend: Backend,
    name: str,
    parameters: dict[str, str],
    *,
    template: Path = paths.TEMPLATE,
    artifacts: Path = paths.ARTIFACTS,
) -> Stack:
    """Deploy and wait."""
    text = template.read_text()
    bucket = f"{name}-artifacts"
    create_bucket(backend, bucket)
    s3 = backend.client("s3")
    for function in _functions(text):
        package = zipped(binary(function, artifacts))
        s3.put_object(Bucket=bucket, Key=f"{function}.zip", Body=package)
    text = _CODE_URI.sub(rf"\g<indent>s3://{bucket}/\g<function>.zip", text)
    # By URL, since a template in the call itself is limited to 51,200 bytes.
    s3.put_object(Bucket=bucket, Key="template.yaml", Body=text.encode())
    parameters = {"Architecture": architecture()} | parameters
    template = {"TemplateURL": f"{backend.endpoint}/{bucket}/template.yaml"}
    return Stack(backend, name, bucket, create_stack(backend, name, template, parameters))


def deploy_compliance_rules(
    backend: Backend, name: str, parameters: dict[str, str], *, artifacts: Path = paths.ARTIFACTS
) -> Stack:
    """Deploy infra/compliance-rules.yaml. Nobody else uses ACM in the tests: all rules at once."""
    given = {"Concurrency": "0"} | parameters
    return deploy(backend, name, given, template=paths.COMPLIANCE_TEMPLATE, artifacts=artifacts)


def deploy_zone_role(backend: Backend, stack: Stack, role: str, external_id: str) -> Stack:
    """Deploy infra/zone-role.yaml, for the functions of `stack`, in the account of `backend`."""
    name = f"{stack.name}-zone-role"
    parameters = {
        "FunctionRoleArns": stack.outputs["DnsValidationRoleArn"],
        "ExternalId": external_id,
        "RoleName": role,
        # Of the tests' zones.
        "DomainNames": "example",
    }
    template = {"TemplateBody": paths.ZONE_ROLE_TEMPLATE.read_text()}
    return Stack(backend, name, None, create_stack(backend, name, template, parameters))


def create_bucket(backend: Backend, bucket: str) -> None:
    """A bucket in the Region."""
    place = {"LocationConstraint": backend.region}
    arguments = {} if backend.region == "us-east-1" else {"CreateBucketConfiguration": place}
    backend.client("s3").create_bucket(Bucket=bucket, **arguments)


def create_stack(
    backend: Backend, name: str, template: dict[str, str], parameters: dict[str, str]
) -> dict[str, str]:
    """Create a stack and wait; its outputs. template: TemplateBody or TemplateURL."""
    cloudformation = backend.client("cloudformation")
    try:
        cloudformation.create_stack(
            StackName=name,
            **template,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    except ClientError as error:
        raise DeployFailed(f"stack {name}: {error}") from error
    end = time.monotonic() + _STACK_SECONDS
    while time.monotonic() < end:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
        if stack["StackStatus"] != "CREATE_IN_PROGRESS":
            break
        time.sleep(0.2)
    raise DeployFailed(f"stack {name}: {stack['StackStatus']}\n{_failures(backend, name)}")


def _failures(backend: Backend, name: str) -> str:
    events = backend.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED")
    )
