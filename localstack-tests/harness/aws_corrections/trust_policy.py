"""Whether a role's trust policy lets somebody of another account assume it. Pure.

As much of the policy language as trust policies between accounts use; a condition that is not known here
is not met. Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
and id_roles_common-scenarios_third-party.html.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase

_EXACT = {"StringEquals", "ArnEquals"}
_PATTERN = {"StringLike", "ArnLike"}


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
    statements = [
        statement
        for statement in _several(document["Statement"])
        if {"sts:AssumeRole", "sts:*", "*"} & set(_several(statement.get("Action")))
        and _is_principal(statement.get("Principal"), caller)
        and _conditions_met(statement.get("Condition") or {}, caller)
    ]
    effects = {statement["Effect"] for statement in statements}
    return "Allow" in effects and "Deny" not in effects


def _several(value: object) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_principal(principal: object, caller: Caller) -> bool:
    """The account as a number or as its root, the role itself, or everybody."""
    named = _several(principal.get("AWS")) if isinstance(principal, dict) else _several(principal)
    root = f":iam::{caller.account}:root"
    return any(
        name in ("*", caller.account, caller.principal) or str(name).endswith(root)
        for name in named
    )


def _conditions_met(conditions: dict, caller: Caller) -> bool:
    known = {
        "sts:externalid": caller.external_id,
        "aws:principalarn": caller.principal,
        "aws:principalaccount": caller.account,
        "aws:principalorgid": ORGANIZATION,
    }

    def met(operator: str, key: str, wanted: list) -> bool:
        value = known.get(key.lower())
        if operator == "Null":
            return (value is None) == (str(wanted[0]).lower() == "true")
        if value is None:
            return False
        if operator in _EXACT:
            return value in wanted
        return operator in _PATTERN and any(fnmatchcase(value, pattern) for pattern in wanted)

    return all(
        met(operator, key, _several(wanted))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )
