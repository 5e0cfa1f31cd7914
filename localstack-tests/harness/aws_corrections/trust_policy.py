"""Whether a role's trust policy lets somebody of another account assume it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness import policies

# Every account here is in this one.
ORGANIZATION = "o-example123"


@dataclass(frozen=True)
class Caller:
    """Who calls AssumeRole."""

    account: str
    principal: str
    external_id: object


def allows(policy: object, caller: Caller) -> bool:
    """Whether one statement allows it and none denies it."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = document["Statement"]
    return policies.allows(statements if isinstance(statements, list) else [statements], _request(caller))


def _request(caller: Caller) -> policies.Request:
    known = {
        "sts:ExternalId": caller.external_id,
        "aws:PrincipalArn": caller.principal,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalOrgID": ORGANIZATION,
    }
    return policies.Request("sts:AssumeRole", context={key: str(value) for key, value in known.items() if value is not None})
