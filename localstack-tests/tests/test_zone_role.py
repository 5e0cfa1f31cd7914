"""Whom the roles of an account with zones let in: infra/zone-role.yaml and infra/acme-role.yaml."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from harness import deploy, paths
from harness.aws_corrections.trust_policy import ORGANIZATION
from harness.backend import Backend

from test_sts_corrections import OTHER, assert_refused, assume, client

VALIDATION, RENEWAL = "/acm-autopilot/dns-validation/", "/acm-autopilot/imported-renewal/"
SAM = "acm-autopilot-DnsValidationRole-"
STACK_SET = "StackSet-certificates-0a1b2c3d-4e5f-DnsVal-"


@dataclass(frozen=True)
class Role:
    """A role, and the path of the functions' roles that it lets in."""

    arn: str
    path: str


@pytest.fixture(
    scope="module",
    params=[
        (paths.ZONE_ROLE_TEMPLATE, "ZoneRoleArn", VALIDATION),
        (paths.ACME_ROLE_TEMPLATE, "AcmeRoleArn", RENEWAL),
    ],
    ids=["validation records of ACM", "of ACME"],
)
def zone_role(request: pytest.FixtureRequest, own_backend: Backend) -> Iterator[Role]:
    """The role, for a whole organization."""
    template: Path
    template, output, path = request.param
    owner = own_backend.in_account(OTHER)
    name = f"zones-{uuid.uuid4().hex[:6]}"
    parameters = {"OrganizationId": ORGANIZATION, "ExternalId": "certificates", "DomainNames": "example"}
    # The name of the other role is fixed.
    if path == VALIDATION:
        parameters["RoleName"] = name
    outputs = deploy.create_stack(owner, name, {"TemplateBody": template.read_text()}, parameters)
    yield Role(outputs[output], path)
    owner.client("cloudformation").delete_stack(StackName=name)


def function(backend: Backend, prefix: str, path: str) -> Backend:
    """A role of a function with a name that CloudFormation chose, and what it calls with."""
    made = backend.client("iam").create_role(
        Path=path,
        RoleName=prefix + uuid.uuid4().hex[:10],
        AssumeRolePolicyDocument='{"Statement": []}',
    )
    return client(backend, "sts", assume(backend, made["Role"]["Arn"]))


@pytest.mark.parametrize("prefix", [SAM, STACK_SET])
def test_functions_of_the_organization_are_let_in(
    own_backend: Backend, zone_role: Role, prefix: str
) -> None:
    sts = function(own_backend, prefix, zone_role.path)
    request = {"RoleArn": zone_role.arn, "RoleSessionName": "test"}
    assert sts.assume_role(**request, ExternalId="certificates")["Credentials"]
    for wrong in ({}, {"ExternalId": "others"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role(**request, **wrong)


@pytest.mark.parametrize("path", ["/", "/acm-autopilot/expiry-events/", "/x/acm-autopilot/", "the other's"])
def test_other_roles_of_the_organization_are_refused(
    own_backend: Backend, zone_role: Role, path: str
) -> None:
    (other,) = {VALIDATION, RENEWAL} - {zone_role.path}
    sts = function(own_backend, SAM, other if path == "the other's" else path)
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=zone_role.arn, RoleSessionName="test", ExternalId="certificates")
    assert_refused(own_backend, zone_role.arn, ExternalId="certificates")
