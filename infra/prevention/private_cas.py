"""Policies for three roles, none of which can do what another does: administer private CAs, issue from them, delete them.

Actions: Service Authorization Reference, list_acm-pca.html. Each policy also denies what is the others', so that neither a
policy of the CA, which its administrator writes, nor two of these policies on one role bring two duties together.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import documents
from .documents import Statement
from .grants import EVERY

# Disabling is the administrator's, as it is the same action as enabling a CA and as changing its CRL. A CA that is active
# cannot be deleted, so that it takes two people.
DUTIES = {
    "administrator": (
        "CreateCertificateAuthority",
        "UpdateCertificateAuthority",
        "ImportCertificateAuthorityCertificate",
        "CreatePermission",
        "DeletePermission",
        "PutPolicy",
        "DeletePolicy",
        "TagCertificateAuthority",
        "UntagCertificateAuthority",
    ),
    # As in AWSPrivateCAUser, who issues may revoke.
    "issuer": ("IssueCertificate", "RevokeCertificate"),
    "deleter": ("DeleteCertificateAuthority", "RestoreCertificateAuthority"),
}
READS = {
    "administrator": (
        "DescribeCertificateAuthority",
        "GetCertificateAuthorityCertificate",
        "GetCertificateAuthorityCsr",
        "GetPolicy",
        "ListPermissions",
        "ListTags",
        "CreateCertificateAuthorityAuditReport",
        "DescribeCertificateAuthorityAuditReport",
    ),
    "issuer": ("DescribeCertificateAuthority", "GetCertificateAuthorityCertificate", "GetCertificate"),
    "deleter": ("DescribeCertificateAuthority", "ListTags"),
}
# On no CA, as they are about all of them or about one that does not exist yet.
ON_EVERYTHING = ("CreateCertificateAuthority", "ListCertificateAuthorities")
# Those of imported-renewal: the names are the CSR's, and what is issued is no CA.
TEMPLATES = [
    f"arn:*:acm-pca:::template/{name}/V1"
    for name in ("EndEntityCertificate", "EndEntityServerAuthCertificate", "EndEntityClientAuthCertificate")
]


def policies(role: str, cas: frozenset[str], most: int = documents.MOST_CHARACTERS) -> list[str]:
    """The documents of a role for these CAs. Without any CA there are none."""
    if not cas:
        return []
    resources = {"arn:*:acm-pca:*:*:certificate-authority/*"} if EVERY in cas else cas
    return documents.packed(_statements(role, frozenset(resources), most), most)


def _statements(role: str, resources: frozenset[str], most: int) -> Iterator[Statement]:
    others = [action for other, actions in DUTIES.items() if other != role for action in actions]
    yield _statement("NothingOfOthers", "Deny", others, "*")
    if role == "issuer":
        other_templates = {"Condition": {"ArnNotLike": {"acm-pca:TemplateArn": TEMPLATES}}}
        yield _statement("EndEntitiesOnly", "Deny", ["IssueCertificate"], "*") | other_templates
    on_everything = [action for action in ON_EVERYTHING if action not in others]
    yield _statement("All", "Allow", on_everything, "*")
    own = [action for action in (*DUTIES[role], *READS[role]) if action not in ON_EVERYTHING]
    yield from documents.parts(lambda cas: _statement("TheseCas", "Allow", own, cas), resources, most)


def _statement(sid: str, effect: str, actions: list[str], resource: str | list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": effect,
        "Action": [f"acm-pca:{action}" for action in actions],
        "Resource": resource,
    }
