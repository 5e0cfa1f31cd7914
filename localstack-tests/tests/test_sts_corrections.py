"""The emulator's STS lets nobody into another account whom its role does not trust."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.aws_corrections.trust_policy import Caller, allows
from harness.backend import Backend
from harness.zones import Zone

OTHER = "444455556666"


def trusting(principal: object, conditions: dict | None = None) -> dict:
    """A trust policy."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
    return {"Statement": [statement | ({"Condition": conditions} if conditions else {})]}


def role(backend: Backend, policy: dict) -> str:
    """A role in the other account; its ARN."""
    made = (
        backend.in_account(OTHER)
        .client("iam")
        .create_role(
            RoleName=f"zones-{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument=json.dumps(policy)
        )
    )
    return made["Role"]["Arn"]


def assume(backend: Backend, arn: str, **more: str) -> dict:
    """Credentials."""
    sts = backend.client("sts")
    return sts.assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]


def client(backend: Backend, service: str, keys: dict) -> Any:
    """A client with credentials of a role."""
    return boto3.client(
        service,
        endpoint_url=backend.endpoint,
        region_name=backend.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def assert_refused(backend: Backend, arn: str, **more: str) -> None:
    """AccessDenied."""
    with pytest.raises(ClientError) as caught:
        assume(backend, arn, **more)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


def test_credentials_are_of_the_roles_account(own_backend: Backend) -> None:
    account = own_backend.account
    arn = role(own_backend, trusting(f"arn:aws:iam::{account}:root"))
    keys = assume(own_backend, arn)
    zone = Zone.create(own_backend.in_account(OTHER), f"z{uuid.uuid4().hex[:8]}.example")
    route53 = client(own_backend, "route53", keys)
    assert zone.id in str(route53.list_hosted_zones())


def test_a_role_can_be_trusted_by_itself(own_backend: Backend) -> None:
    """As infra/zone-role.yaml trusts the execution role of dns-validation."""
    made = own_backend.client("iam").create_role(
        RoleName=f"function-{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument="{}"
    )
    function = made["Role"]["Arn"]
    arn = role(own_backend, trusting(function))
    assert_refused(own_backend, arn)
    sts = client(own_backend, "sts", assume(own_backend, function))
    assert sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]


def test_who_is_not_trusted_is_refused(own_backend: Backend) -> None:
    assert_refused(own_backend, f"arn:aws:iam::{OTHER}:role/not-there")
    assert_refused(own_backend, role(own_backend, trusting("arn:aws:iam::777788889999:root")))


def test_the_external_id_has_to_be_the_agreed_one(own_backend: Backend) -> None:
    agreed = {"StringEquals": {"sts:ExternalId": "agreed"}}
    arn = role(own_backend, trusting(own_backend.account, agreed))
    assert_refused(own_backend, arn)
    assert_refused(own_backend, arn, ExternalId="another")
    assert assume(own_backend, arn, ExternalId="agreed")


HOME = "111122223333"
FUNCTION = f"arn:aws:iam::{HOME}:role/stack-dns-validation"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (trusting(HOME), True),
        (trusting([f"arn:aws:iam::{HOME}:root"]), True),
        (trusting(FUNCTION), True),
        (trusting(f"{FUNCTION}-other"), False),
        (
            trusting("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/*-dns-*"}}),
            True,
        ),
        (trusting("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/x*"}}), False),
        (trusting("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
        (trusting("*", {"Null": {"sts:ExternalId": "true"}}), True),
    ],
)
def test_policies(policy: dict, expected: bool) -> None:
    assert allows(policy, Caller(HOME, FUNCTION, None)) is expected
    assert allows(json.dumps(policy), Caller(HOME, FUNCTION, None)) is expected


def test_a_denial_wins() -> None:
    policy = trusting(HOME)
    denial = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}
    policy["Statement"].append(denial)
    assert not allows(policy, Caller(HOME, FUNCTION, None))
