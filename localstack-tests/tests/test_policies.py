"""harness/policies.py decides as AWS documents it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.policies import Policy, Request, allowed, allows, applies

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OURS, THEIRS = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OURS}:role/path/Reader"
BUCKET = "arn:aws:s3:::shared/report"


def call(action: str = "s3:GetObject", resource: str = BUCKET, **context: Any) -> Request:
    """A call by a role of our account."""
    by = {"aws:PrincipalArn": ROLE, "aws:PrincipalAccount": OURS, "aws:PrincipalOrgID": "o-a1b2c3d4e5"}
    return Request(action, resource, by | {name.replace("__", ":"): value for name, value in context.items()})


def statement(effect: str = "Allow", action: str = "s3:GetObject", **more: Any) -> Policy:
    """A policy of one statement."""
    return [{"Effect": effect, "Action": action, "Resource": "*"} | more]


FOR_US = statement(Principal={"AWS": f"arn:aws:iam::{OURS}:root"})


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    """reference_policies_evaluation-logic_policy-eval-denyallow.html: implicit denial."""
    assert not allowed(call())
    assert not allowed(call(), statement(action="s3:PutObject"))
    assert allowed(call(), statement())


@pytest.mark.parametrize("where", ["identity", "resource", "scp"])
def test_an_explicit_denial_wins_wherever_it_is(where: str) -> None:
    """The same page: an explicit denial in any policy overrides every allow."""
    policies = {"identity": statement(), "resource": FOR_US, "scp": statement(action="*")}
    policies[where] = policies[where] + statement("Deny", "s3:*", Principal="*")
    if where != "resource":
        del policies[where][-1]["Principal"]
    assert not allowed(call(), policies["identity"], policies["resource"], scps=[policies["scp"]])


def test_a_service_control_policy_filters_and_grants_nothing() -> None:
    """Organizations user guide, orgs_manage_policies_scps_evaluation.html: each level has to allow, none gives a right."""
    full, other = statement(action="*"), statement(action="ec2:*")
    assert not allowed(call(), scps=[full])
    assert allowed(call(), statement(), scps=[full, full])
    assert not allowed(call(), statement(), scps=[full, other])
    assert not allowed(call(), statement(), FOR_US, scps=[other])


def test_another_account_needs_both_sides() -> None:
    """reference_policies_evaluation-logic-cross-account.html."""
    assert allowed(call(), statement(), FOR_US, owner=THEIRS)
    assert not allowed(call(), statement(), owner=THEIRS)
    assert not allowed(call(), [], FOR_US, owner=THEIRS)
    # In one account either will do.
    assert allowed(call(), [], FOR_US, owner=OURS)


def test_the_role_that_a_trust_policy_names_needs_no_policy_of_its_own_in_the_same_account() -> None:
    """id_roles_terms-and-concepts.html, and the page on evaluation within an account: a whole account as principal leaves
    the decision to that account's own policies."""
    assume = call("sts:AssumeRole", f"arn:aws:iam::{OURS}:role/x")

    def may(principal: str, identity: Policy) -> bool:
        trust = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}]
        return allowed(assume, identity, trust, owner=OURS, resource_must_allow=True)

    own = statement(action="sts:AssumeRole")
    assert may(ROLE, [])
    assert may(f"arn:aws:iam::{OURS}:root", own)
    assert not may(f"arn:aws:iam::{OURS}:root", [])
    assert not may(f"arn:aws:iam::{THEIRS}:root", own)


def test_services_are_not_bound_by_service_control_policies() -> None:
    """orgs_manage_policies_scps.html: they bind the principals of accounts. A service is let in by the resource alone."""
    trust = statement(action="sqs:SendMessage", Principal={"Service": "events.amazonaws.com"})
    by_service = Request("sqs:SendMessage", service="events.amazonaws.com")
    assert allowed(by_service, [], trust, scps=[statement("Deny", "*")])
    assert not allowed(by_service, [], FOR_US)
    assert not allowed(Request("sqs:SendMessage", service="sns.amazonaws.com"), [], trust)


# Operator, wanted, the call's values (None: it has no such key), met. The guide's pages are
# reference_policies_elements_condition_operators.html and reference_policies_condition-single-vs-multi-valued-context-keys.html.
OPERATORS = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a", None, False),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringLike", "a*c?", "abbbcd", True),
    ("StringLike", "a", None, False),
    ("StringNotLike", "a*", "ab", False),
    ("StringNotLike", "a*", None, True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("ArnLike", "arn:aws:iam::*:role/x/*", "arn:aws:iam::111122223333:role/x/y", True),
    ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::111122223333:role/x", False),
    ("ArnEquals", "arn:aws:sns:*:1:a*", "arn:aws:sns:eu-west-1:1:abc", True),
    ("ArnNotLike", "arn:aws:iam::*:role/x", None, True),
    ("ArnNotLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", False),
    ("Bool", "false", "false", True),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", "false", "a", True),
    # Every value of the call has to be among the wanted ones: true without any.
    ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", ["a"], None, True),
    ("ForAllValues:StringEquals", ["a"], [], True),
    # One value at least has to be: false without any.
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "a"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
    ("ForAnyValue:StringEquals", ["a"], None, False),
    ("ForAnyValue:StringNotLike", ["a*"], ["ab", "b"], True),
    ("ForAnyValue:StringNotLike", ["a*"], ["ab"], False),
    ("ForAnyValue:StringNotLike", ["a*"], None, False),
    ("ForAllValues:StringNotLike", ["a*"], ["b", "ab"], False),
]


@pytest.mark.parametrize(("operator", "wanted", "values", "met"), OPERATORS)
def test_operators(operator: str, wanted: Any, values: Any, met: bool) -> None:
    request = Request("s3:GetObject", context={} if values is None else {"test:Key": values})
    (policy,) = statement(Condition={operator: {"Test:key": wanted}})
    assert applies(policy, request) is met


def test_all_operators_and_all_keys_have_to_be_met() -> None:
    """reference_policies_condition-logic-multiple-context-keys-or-values.html."""
    conditions = {"StringEquals": {"a:b": "1", "a:c": "2"}, "Bool": {"a:d": "true"}}
    met = {"a__b": "1", "a__c": "2", "a__d": "true"}
    policy = statement(Condition=conditions)
    assert allows(policy, call(**met))
    assert not any(allows(policy, call(**met | {one: "x"})) for one in met)


def test_actions_and_resources_may_be_excepted() -> None:
    """reference_policies_elements_notaction.html, ..._notresource.html."""
    assert not allows([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], call())
    assert allows([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], call())
    assert not allows([{"Effect": "Allow", "Action": "*", "NotResource": BUCKET}], call())
    assert allows(statement(action="S3:getobject", Resource="arn:aws:s3:::shared/*"), call()), "the case of actions is ignored"
    assert not allows(statement(Resource="arn:aws:s3:::Shared/*"), call()), "that of resources is not"


def test_what_is_not_known_is_an_error() -> None:
    for condition in ({"DateLessThan": {"aws:CurrentTime": "x"}}, {"StringEquals": {"a:b": "${aws:username}"}}):
        with pytest.raises(NotImplementedError):
            allows(statement(Condition=condition), call(a__b="1"))
