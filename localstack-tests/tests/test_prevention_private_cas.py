"""The role policies of infra/policies.py: nobody can do two of administering, issuing from and deleting private CAs."""

from __future__ import annotations

import itertools
import json
import sys

import botocore.session
import pytest

from harness import organization as accounts
from harness import paths
from harness.policies import Policy, Request, allowed

sys.path.insert(0, str(paths.TEMPLATE.parent))
from prevention import private_cas  # noqa: E402
from prevention.private_cas import DUTIES, READS  # noqa: E402

CA = f"arn:aws:acm-pca:eu-central-1:{accounts.HUB}:certificate-authority/4d215512-45b4-4243-997a-459a60c7ee0f"
OTHER_CA = CA.replace("4d21", "5d21")
SERVER = "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1"
EVERYTHING: Policy = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def statements(role: str, *cas: str) -> Policy:
    """The policies of a role."""
    return [one for text in private_cas.policies(role, frozenset(cas or [CA])) for one in json.loads(text)["Statement"]]


def may(action: str, identity: Policy, resource: str = CA, template: str | None = SERVER, of_the_ca: Policy = ()) -> bool:
    """Whether a role with these policies may do this to a CA of its account."""
    context = accounts.caller("/somebody", accounts.HUB) | ({"acm-pca:TemplateArn": template} if template else {})
    return allowed(Request(f"acm-pca:{action}", resource, context), identity, list(of_the_ca), owner=accounts.HUB)


@pytest.mark.parametrize("role", DUTIES)
@pytest.mark.parametrize(("duty", "action"), [(duty, action) for duty, actions in DUTIES.items() for action in actions])
def test_each_role_has_its_own_duty_only(role: str, duty: str, action: str) -> None:
    assert may(action, statements(role)) is (role == duty)
    # The administrator writes the CA's own policy.
    of_the_ca = [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]
    assert may(action, statements(role), of_the_ca=of_the_ca) is (role == duty)


@pytest.mark.parametrize("two", list(itertools.combinations(DUTIES, 2)), ids="+".join)
def test_two_of_the_policies_on_one_role_leave_it_no_duty(two: tuple[str, str]) -> None:
    both = statements(two[0]) + statements(two[1])
    assert not any(may(action, both) for actions in DUTIES.values() for action in actions)
    # Rights from elsewhere do not help; what neither of them has is denied too.
    assert not any(may(action, both + EVERYTHING) for actions in DUTIES.values() for action in actions)


TEMPLATES = [
    (SERVER, True),
    ("arn:aws:acm-pca:::template/EndEntityCertificate/V1", True),
    ("arn:aws-us-gov:acm-pca:::template/EndEntityClientAuthCertificate/V1", True),
    # The names would be the caller's, whatever the CSR says.
    ("arn:aws:acm-pca:::template/EndEntityCertificate_APIPassthrough/V1", False),
    ("arn:aws:acm-pca:::template/EndEntityCertificate_CSRPassthrough/V1", False),
    ("arn:aws:acm-pca:::template/CodeSigningCertificate/V1", False),
    ("arn:aws:acm-pca:::template/RootCACertificate/V1", False),
    ("arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1", False),
    ("arn:aws:acm-pca:::template/BlankSubordinateCACertificate_PathLen0_APIPassthrough/V1", False),
    (None, False),
]


@pytest.mark.parametrize(("template", "issued"), TEMPLATES)
def test_the_issuer_issues_to_end_entities_only(template: str | None, issued: bool) -> None:
    assert may("IssueCertificate", statements("issuer"), template=template) is issued
    assert may("IssueCertificate", statements("issuer") + EVERYTHING, template=template) is issued


@pytest.mark.parametrize("role", DUTIES)
def test_roles_reach_the_granted_cas_only(role: str) -> None:
    everything = {"CreateCertificateAuthority", "ListCertificateAuthorities"}
    for action in {*DUTIES[role], *READS[role]} - everything:
        assert may(action, statements(role)) and not may(action, statements(role), OTHER_CA)
        assert may(action, statements(role, CA, OTHER_CA), OTHER_CA) and may(action, statements(role, "*"), OTHER_CA)
    assert may("ListCertificateAuthorities", statements(role), "*")


def test_without_cas_there_are_no_roles() -> None:
    assert not any(private_cas.policies(role, frozenset()) for role in DUTIES)


@pytest.mark.parametrize("role", DUTIES)
def test_many_cas_are_shared_out(role: str) -> None:
    """Permissions of several policies add up, other than the names that a denial excepts."""
    many = frozenset(f"{CA[:-3]}{number:03}" for number in range(120))
    found = private_cas.policies(role, many)
    assert len(found) > 1 and all(len(text) <= 5120 for text in found)
    assert all(may(DUTIES[role][-1], statements(role, *many), ca) for ca in many)
    for text in found:
        sids = [one["Sid"] for one in json.loads(text)["Statement"]]
        assert len(set(sids)) == len(sids)


def test_every_action_of_private_ca_that_writes_is_a_duty() -> None:
    """Of an audit report nothing is issued and nothing changed."""
    reads = {action for actions in READS.values() for action in actions}
    duties = [action for actions in DUTIES.values() for action in actions]
    assert len(duties) == len(set(duties)) and reads.isdisjoint(duties)
    operations = set(botocore.session.get_session().get_service_model("acm-pca").operation_names)
    assert operations == reads | set(duties) | {"ListCertificateAuthorities"}
