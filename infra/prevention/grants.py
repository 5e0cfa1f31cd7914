"""Grants as shared/grants/src reads them. shared/grants/tests/name-cases.json holds the two to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# In place of a list: every name, every CA.
EVERY = "*"
FIELDS = {"domains", "exportableDomains", "privateCas", "secrets", "issuerChange"}
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_CA = re.compile(r"arn:aws[\w-]*:acm-pca:[\w-]+:[0-9]{12}:certificate-authority/[\w-]{1,100}", re.ASCII)
_CERTIFICATE = re.compile(r"arn:aws[\w-]*:acm:[\w-]+:[0-9]{12}:certificate/[\w-]{1,100}", re.ASCII)
# What aws:PrincipalArn can be. A pattern that begins with * would except everybody by mistake.
_PRINCIPAL = re.compile(r"arn:[a-z0-9*-]+:(iam|sts)::[0-9*]{1,12}:(role|user|federated-user)/[\w+=,.@/*?-]+", re.ASCII)

Domains = frozenset[str]


class Invalid(Exception):
    """A text that cannot be used; the message says which, in one line."""


@dataclass(frozen=True)
class Names:
    """What decides about requests and exports."""

    requestable: Domains
    exportable: Domains


@dataclass(frozen=True)
class Grants:
    """What may be obtained in an account. The default grants nothing."""

    domains: Domains = frozenset()
    exportable_domains: Domains = frozenset()
    private_cas: frozenset[str] = frozenset()

    def __or__(self, other: Grants) -> Grants:
        return Grants(
            self.domains | other.domains,
            self.exportable_domains | other.exportable_domains,
            self.private_cas | other.private_cas,
        )

    @property
    def names(self) -> Names:
        """Exportable domains hold only where they are among the domains too."""
        return Names(_reduced(self.domains), _reduced(_intersection(self.domains, self.exportable_domains)))


def parse(written: Any, where: str = "") -> Grants:
    """Grants from JSON. where: what messages begin with."""
    if not isinstance(written, dict):
        raise Invalid(f'{where}it has to be an object such as {{"domains": ["example.com"]}}')
    if unknown := sorted(written.keys() - FIELDS):
        raise Invalid(f"{where}there is no field `{unknown[0]}`, only {', '.join(sorted(FIELDS))}")
    return Grants(
        *(
            frozenset(_domain(text, f"{where}in `{field}`: ") for text in texts(written, field, where))
            for field in ("domains", "exportableDomains")
        ),
        frozenset(_ca(text, f"{where}in `privateCas`: ") for text in texts(written, "privateCas", where)),
    )


def texts(written: dict[str, Any], field: str, where: str = "") -> list[str]:
    """A list of texts. CloudFormation writes an empty list as one empty text."""
    found = written.get(field, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Invalid(f"{where}`{field}` has to be a list of texts")
    return [text for one in found if (text := one.strip())]


def certificate(text: str) -> str:
    """The ARN of a certificate."""
    if not _CERTIFICATE.fullmatch(text):
        raise Invalid(f"`{text[:150]}` is not a certificate's ARN")
    return text


def principal(text: str) -> str:
    """A pattern of ARNs of roles or users."""
    if not _PRINCIPAL.fullmatch(text):
        raise Invalid(f"`{text[:150]}` is not the ARN of a role or user, such as arn:aws:iam::*:role/CertificateOperators")
    return text


def _domain(text: str, where: str) -> str:
    name = text.rstrip(".").lower() if text.isascii() else text
    if name != EVERY and (len(name) > 253 or not _DOMAIN.fullmatch(name)):
        raise Invalid(
            f"{where}`{text[:80]}` is not a domain: use names such as example.com, which cover everything beneath them,"
            " or * for every name"
        )
    return name


def _ca(text: str, where: str) -> str:
    if text != EVERY and not _CA.fullmatch(text):
        raise Invalid(f"{where}`{text[:150]}` is not a CA's ARN")
    return text


def _covers(domains: Domains, name: str) -> bool:
    return EVERY in domains or any(name == domain or name.endswith("." + domain) for domain in domains)


def _reduced(domains: Domains) -> Domains:
    """Without what is beneath others: equal for equal meaning, and short."""
    if EVERY in domains:
        return frozenset([EVERY])
    return frozenset(one for one in domains if not _covers(domains - {one}, one))


def _intersection(one: Domains, other: Domains) -> Domains:
    if EVERY in one & other:
        return frozenset([EVERY])
    inside = {name for name in one - {EVERY} if _covers(other, name)}
    return frozenset(inside | {name for name in other - {EVERY} if _covers(one, name)})
