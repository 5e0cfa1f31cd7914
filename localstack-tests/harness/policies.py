"""What IAM decides: policies of identities, of resources and of organizations, with the operators that the templates use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

An operator that is not here is an error, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Statement = dict[str, Any]
Policy = list[Statement]


@dataclass(frozen=True)
class Request:
    """A call: who (in the context, by the global condition keys), what, and on what."""

    action: str
    resource: str = "*"
    context: dict[str, str | list[str]] = field(default_factory=dict)
    # A principal of AWS, such as events.amazonaws.com, and no identity of an account.
    service: str = ""

    def values(self, key: str) -> list[str] | None:
        """The values of a condition key, whose case does not matter; None where the call has no such key."""
        found = {name.lower(): value for name, value in self.context.items()}.get(key.lower())
        return found if found is None or isinstance(found, list) else [found]

    def one(self, key: str) -> str:
        """The value of a key that has one."""
        return (self.values(key) or [""])[0]


def allowed(
    request: Request,
    identity: Policy = (),
    resource: Policy | None = None,
    *,
    owner: str = "",
    scps: Iterable[Policy] = (),
    resource_must_allow: bool = False,
) -> bool:
    """Whether the call is allowed.

    owner: the account of the resource, the caller's own if it is left out. scps: those of each level, each of which has to
    allow the call; they do not bind services. resource_must_allow: as for the trust policies of roles, without which
    nobody assumes them.
    """
    levels = [] if request.service else [list(level) for level in scps]
    of_resource = resource or []
    everything = [*identity, *of_resource, *(one for level in levels for one in level)]
    if any(one["Effect"] == "Deny" and applies(one, request) for one in everything):
        return False
    if not all(allows(level, request) for level in levels):
        return False
    if request.service:
        return allows(of_resource, request)
    if _is_of_another_account(request, owner):
        return allows(identity, request) and allows(of_resource, request)
    if resource_must_allow:
        named = any(allows([one], request) and _names_itself(one, request) for one in of_resource)
        return named or (allows(of_resource, request) and allows(identity, request))
    return allows(identity, request) or allows(of_resource, request)


def _is_of_another_account(request: Request, owner: str) -> bool:
    return bool(owner) and request.one("aws:PrincipalAccount") != owner


def _names_itself(statement: Statement, request: Request) -> bool:
    """Whether the statement names this principal, and not its whole account, which leaves it to the account's policies."""
    principal = statement["Principal"]
    return isinstance(principal, dict) and request.one("aws:PrincipalArn") in _list(principal.get("AWS", []))


def allows(policy: Iterable[Statement], request: Request) -> bool:
    """Whether one statement of a single policy allows the call and none denies it."""
    effects = {one["Effect"] for one in policy if applies(one, request)}
    return effects == {"Allow"}


def applies(statement: Statement, request: Request) -> bool:
    """Whether a statement is about the call."""
    return (
        _element(statement, "Action", lambda given: _fits(given.lower(), request.action.lower()))
        and _element(statement, "Resource", lambda given: _fits(given, request.resource))
        and _is_principal(statement, request)
        and all(
            _condition(operator, key, _list(wanted), request.values(key))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _element(statement: Statement, name: str, fits: Callable[[str], bool]) -> bool:
    """Action and Resource, their opposites, and policies of roles, which have no Resource."""
    if f"Not{name}" in statement:
        return not any(map(fits, _list(statement[f"Not{name}"])))
    return name not in statement or any(map(fits, _list(statement[name])))


def _is_principal(statement: Statement, request: Request) -> bool:
    if "Principal" not in statement:
        return True
    principal = statement["Principal"]
    if principal == "*":
        return True
    if request.service:
        return request.service in _list(principal.get("Service", []))
    account = request.one("aws:PrincipalAccount")
    whole = {"*", account, f"arn:aws:iam::{account}:root", request.one("aws:PrincipalArn")}
    return any(one in whole for one in _list(principal.get("AWS", [])))


def _condition(operator: str, key: str, wanted: list[str], values: list[str] | None) -> bool:
    """One key of one operator. What a missing key means is the operator's."""
    if operator == "Null":
        return all((one == "true") == (values is None) for one in wanted)
    operator, if_exists = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    quantifier, _, operator = operator.rpartition(":")
    compare, negated = _operator(operator)
    # `"${` would be a policy variable, of which there are none here.
    if any("${" in one for one in wanted):
        raise NotImplementedError(f"a policy variable in {key}")
    if not values:
        return if_exists or quantifier == "ForAllValues" or (negated and not quantifier)

    def holds(value: str) -> bool:
        return any(compare(one, value) for one in wanted) != negated

    return any(map(holds, values)) if quantifier == "ForAnyValue" else all(map(holds, values))


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    """How a wanted value is compared to a real one, and whether the outcome is turned round."""
    compared: dict[str, Callable[[str, str], bool]] = {
        "StringEquals": str.__eq__,
        "StringLike": _fits,
        "ArnEquals": _fits_arn,
        "ArnLike": _fits_arn,
        "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    }
    plain = name.replace("Not", "")
    if plain not in compared:
        raise NotImplementedError(name)
    return compared[plain], plain != name


def _fits_arn(wanted: str, value: str) -> bool:
    """Each of the six components is compared alone, so that a * does not reach over a colon."""
    parts, real = wanted.split(":", 5), value.split(":", 5)
    return len(parts) == len(real) and all(map(_fits, parts, real))


def _fits(wanted: str, value: str) -> bool:
    pattern = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in wanted)
    return re.fullmatch(pattern, value, re.S) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
