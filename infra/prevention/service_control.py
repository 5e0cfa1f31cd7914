"""Service control policies: which names may be requested and exported, how they are validated, what may be attached.

Condition keys: Service Authorization Reference, list_acm.html; acm-conditions.html and best practices of the ACM user
guide. There is none for the names of an import or of what an ACME client orders: those can be noticed only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import documents
from .documents import Statement
from .grants import EVERY, Domains, Invalid, Names

OWN_ROLES = "arn:*:iam::*:role/acm-autopilot/*"
NAMES = "acm:DomainNames"


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    excepted: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    most: int = documents.MOST_CHARACTERS


def policies(names: Names, options: Options) -> list[str]:
    """The documents to attach to whatever has these grants."""
    try:
        found = documents.packed(_statements(names, options), options.most)
    except Invalid as error:
        raise Invalid(
            f"{error}; two policies with half of the domains each would deny them all: grant a common parent of the"
            f" domains, or let fewer accounts share them{_more_room(options)}"
        ) from error
    if len(found) > documents.MOST_POLICIES:
        most = documents.MOST_POLICIES
        raise Invalid(f"{len(found)} policies would be needed, and {most} can be attached beside FullAWSAccess")
    return found


def _more_room(options: Options) -> str:
    most = documents.SERVICE_CONTROL_CHARACTERS
    return "" if options.most >= most else f", or say --characters {most}, which AWS takes since May 2026"


def _statements(names: Names, options: Options) -> Iterator[Statement]:
    denial = _Denial(options.excepted)
    yield from denial.unless_granted("Request", "acm:RequestCertificate", names.requestable)
    # Requests without a method are by e-mail, and private certificates have none: only they name a CA.
    yield denial(
        "OtherValidation",
        "acm:RequestCertificate",
        {"StringNotEquals": {"acm:ValidationMethod": "DNS"}, "StringNotLike": {"acm:CertificateAuthority": "arn:*"}},
    )
    yield from denial.unless_granted("Export", "acm:ExportCertificate", names.exportable)
    # The key of a certificate that was requested as exportable can be exported as long as it lives.
    exportable = {"StringEquals": {"acm:Export": "ENABLED"}}
    yield from denial.unless_granted("RequestExportable", "acm:RequestCertificate", names.exportable, exportable)
    # A renewal replaces a certificate in place, and nobody should have to find out whether that makes a grant.
    attaching = _Denial((*options.excepted, OWN_ROLES))
    yield from documents.parts(attaching.attachment, options.protected, options.most)


class _Denial:
    """Makes statements that deny something to everybody but these principals."""

    def __init__(self, excepted: Iterable[str]) -> None:
        self._excepted = sorted(set(excepted))

    def __call__(self, sid: str, action: str, condition: dict[str, dict[str, object]]) -> Statement:
        but = {"ArnNotLike": {"aws:PrincipalArn": self._excepted}} if self._excepted else {}
        statement = {"Sid": sid, "Effect": "Deny", "Action": action, "Resource": "*"}
        return statement | ({"Condition": condition | but} if condition | but else {})

    def unless_granted(
        self, sid: str, action: str, domains: Domains, only: dict[str, dict[str, object]] | None = None
    ) -> Iterator[Statement]:
        """Denied as soon as one name fits no pattern. A call without names fits all of them, so it has its own denial."""
        only = only or {}
        if EVERY in domains:
            return
        if not domains:
            yield self(sid, action, only)
            return
        yield self(f"{sid}OtherNames", action, only | {"ForAnyValue:StringNotLike": {NAMES: _patterns(domains)}})
        yield self(f"{sid}WithoutNames", action, only | {"Null": {NAMES: "true"}})

    def attachment(self, certificates: list[str]) -> Statement:
        """Whatever serves a certificate has a grant on its private key, made with the rights of who attaches it."""
        context = {"StringEquals": {"kms:EncryptionContext:aws:acm:arn": certificates}}
        return self("Attach", "kms:CreateGrant", context)


def _patterns(domains: Domains) -> list[str]:
    """A * stands for any text, dots and the asterisk of a wildcard name included. Domains hold no other characters that
    mean something in a pattern. The case counts here; ACM's own answers are in lower case."""
    return [pattern for domain in sorted(domains) for pattern in (domain, f"*.{domain}")]
