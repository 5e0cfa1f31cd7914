"""Whom the role of an account with zones lets in: infra/zone-role.yaml."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from harness import deploy, paths
from harness.aws_corrections.trust_policy import ORGANIZATION
from harness.backend import Backend

from test_sts_corrections import OTHER, assert_refused, assume, client

PATH = "/acm-autopilot/dns-validation/"
SAM = "acm-autopilot-DnsValidationRole-"
STACK_SET = "StackSet-certificates-0a1b2c3d-4e5f-DnsVal-"


@pytest.fixture(scope="module")
def zone_role(own_backend: Backend) -> Iterator[str]:
    """The role, for a whole organization."""
    owner = own_backend.in_account(OTHER)
    name = f"zones-{uuid.uuid4().hex[:6]}"
    template = {"TemplateBody": paths.ZONE_ROLE_TEMPLATE.read_text()}
    parameters = {
        "OrganizationId": ORGANIZATION,
        "ExternalId": "certificates",
        "RoleName": name,
        "DomainNames": "example",
    }
    yield deploy.create_stack(owner, name, template, parameters)["ZoneRoleArn"]
    owner.client("cloudformation").delete_stack(StackName=name)


def function(backend: Backend, prefix: str, path: str = PATH) -> Backend:
    """A role of a function with a name that CloudFormation chose, and what it calls with."""
    made = backend.client("iam").create_role(
        Path=path,
        RoleName=prefix + uuid.uuid4().hex[:10],
        AssumeRolePolicyDocument='{"Statement": []}',
    )
    return client(backend, "sts", assume(backend, made["Role"]["Arn"]))


@pytest.mark.parametrize("prefix", [SAM, STACK_SET])
def test_functions_of_the_organization_are_let_in(
    own_backend: Backend, zone_role: str, prefix: str
) -> None:
    sts = function(own_backend, prefix)
    request = {"RoleArn": zone_role, "RoleSessionName": "test"}
    assert sts.assume_role(**request, ExternalId="certificates")["Credentials"]
    for wrong in ({}, {"ExternalId": "others"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            sts.assume_role(**request, **wrong)


@pytest.mark.parametrize("path", ["/", "/acm-autopilot/expiry-events/", "/x/acm-autopilot/"])
def test_other_roles_of_the_organization_are_refused(
    own_backend: Backend, zone_role: str, path: str
) -> None:
    sts = function(own_backend, SAM, path)
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=zone_role, RoleSessionName="test", ExternalId="certificates")
    assert_refused(own_backend, zone_role, ExternalId="certificates")
