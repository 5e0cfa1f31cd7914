"""Functions in three accounts: what is one account's is not another's, and roles and buses lead from one to the next."""

from __future__ import annotations

import io
import json
import sys
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import certificates, deploy, requested
from harness.backend import Backend
from harness.subscribers import EventSubscriber, wait_for
from harness.zones import Zone

# Owns zones and the central bus; has the functions; has certificates.
HUB, MEMBER, OTHER = "100000000001", "200000000002", "300000000003"
ZONE_ROLE, EXTERNAL_ID = "acm-autopilot-zones", "three-accounts"
DOMAIN = "three.example"

# Lists the certificates that it finds with its own role, or with one that the event names; or why it is refused.
READER = f"""\
#!{sys.executable}
import json, os, urllib.request
import boto3, botocore.exceptions
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
while True:
    work = urllib.request.urlopen(api + "invocation/next")
    event, request = json.loads(work.read()), work.headers["Lambda-Runtime-Aws-Request-Id"]
    session = boto3.Session()
    try:
        if "role" in event:
            keys = session.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="reader")["Credentials"]
            session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        listed = session.client("acm").list_certificates(Includes={{"keyTypes": ["EC_prime256v1"]}})
        found = [item["CertificateArn"] for item in listed["CertificateSummaryList"]]
    except botocore.exceptions.ClientError as error:
        found = [error.response["Error"]["Code"]]
    answer = urllib.request.Request(api + f"invocation/{{request}}/response", data=json.dumps(found).encode())
    urllib.request.urlopen(answer).read()
"""


@dataclass(frozen=True)
class Accounts:
    """The three, with a stack of the functions in one of them."""

    hub: Backend
    member: Backend
    other: Backend
    stack: deploy.Stack
    zone: Zone
    central: EventSubscriber


@pytest.fixture(scope="module")
def accounts(own_backend: Backend, artifacts: Path) -> Iterator[Accounts]:
    """dns-validation in one account, its zones and the bus for its events in another."""
    hub, member, other = (own_backend.in_account(number) for number in (HUB, MEMBER, OTHER))
    zone_role = f"arn:aws:iam::{HUB}:role/{ZONE_ROLE}"
    parameters = {
        "Functions": "dns-validation",
        "ValidationDomains": "*",
        "ZoneRoles": json.dumps([{"zone": DOMAIN, "role": zone_role, "externalId": EXTERNAL_ID}]),
        "CentralEventBusArn": f"arn:aws:events:{hub.region}:{HUB}:event-bus/default",
        "Settings": json.dumps({"dnsLookups": False}),
    }
    with ExitStack() as undo:
        stack = deploy.deploy(member, f"member-{uuid.uuid4().hex[:6]}", parameters, artifacts=artifacts)
        deploy.deploy_zone_role(hub, stack, ZONE_ROLE, EXTERNAL_ID)
        central = EventSubscriber(hub)
        undo.callback(central.close)
        yield Accounts(hub, member, other, stack, Zone.create(hub, DOMAIN), central)


def reader(backend: Backend) -> str:
    """Deploy a function that lists certificates; its name."""
    name, package = f"reader-{uuid.uuid4().hex[:8]}", io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("bootstrap", READER)
    client = backend.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=role(backend, {"Service": "lambda.amazonaws.com"}),
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return name


def role(backend: Backend, principal: dict[str, str]) -> str:
    """A role that this principal may assume; its ARN."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    made = backend.client("iam").create_role(
        RoleName=f"role-{uuid.uuid4().hex[:8]}",
        AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}),
    )
    return made["Role"]["Arn"]


def found(backend: Backend, name: str, **event: str) -> list[str]:
    """The certificates that a function lists, or the error that it gets."""
    answer = backend.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, body
    return body


def test_a_record_goes_into_another_accounts_zone_and_its_event_to_that_accounts_bus(
    accounts: Accounts,
) -> None:
    arn = requested.request(accounts.member, [DOMAIN, f"*.{DOMAIN}"])
    assert f":{MEMBER}:" in arn
    requested.announce(accounts.member, arn, [DOMAIN, f"*.{DOMAIN}"])
    requested.wait_until_issued(accounts.member, arn)
    assert accounts.zone.cnames() == requested.records(accounts.member, arn)
    assert accounts.zone.id not in str(accounts.member.client("route53").list_hosted_zones())

    def came() -> dict | None:
        of_it = (event for event in accounts.central.all() if event["detail"].get("certificateArn") == arn)
        return next(of_it, None)

    event = wait_for("the event on the central bus", came)
    assert (event["detail-type"], event["account"]) == ("Certificate Validation Records Provisioned", MEMBER)


def test_a_function_reaches_another_accounts_certificates_with_a_role_only(
    accounts: Accounts, local_ca: certificates.LocalCa
) -> None:
    issued = local_ca.issue(["other.three.example"], "EC_prime256v1")
    arn = certificates.import_certificate(accounts.other, issued, {})
    trusting = role(accounts.other, {"AWS": f"arn:aws:iam::{HUB}:root"})
    of_hub, of_member, of_other = map(reader, (accounts.hub, accounts.member, accounts.other))

    assert found(accounts.other, of_other) == [arn]
    assert arn not in found(accounts.hub, of_hub)
    assert found(accounts.hub, of_hub, role=trusting) == [arn]
    assert found(accounts.member, of_member, role=trusting) == ["AccessDenied"]
