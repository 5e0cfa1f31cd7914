#!/usr/bin/env python3
"""Writes the policies that prevent what activity-guard would notice, from the same grants.

Reads a JSON file, or - for standard input: grants of one account, as in the variable GRANTS of the functions, or
organization settings. Writes one file for each policy, and policies.json, which says where each belongs.

    python3 infra/policies.py grants.json
    python3 infra/policies.py organization.json --hub 123456789012 --except 'arn:aws:iam::*:role/CertificateOperators'
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from prevention import documents, grants, organization, output, private_cas, service_control
from prevention.grants import Invalid
from prevention.output import Policy
from prevention.targets import Targets, targets

FOLDER = Path(__file__).resolve().parent.parent / "target" / "policies"


class Parser(argparse.ArgumentParser):
    """Says a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


@dataclass(frozen=True)
class Wanted:
    """What the grants say."""

    targets: Targets
    private_cas: frozenset[str]
    notes: list[str]


def main() -> None:
    """Parse the command line, write the policies, show where they belong."""
    parser = arguments()
    given = parser.parse_args()
    try:
        options = service_control.Options(tuple(given.excepted), tuple(given.protected), given.characters)
        wanted = read(given)
        policies = [*of_targets(wanted.targets, options), *of_roles(wanted.private_cas)]
        output.write(given.to, policies)
    except (Invalid, OSError) as error:
        parser.error(f"{given.grants}: {error}")
    print(output.table(policies))
    for note in wanted.notes:
        print(f"Note: {note}", file=sys.stderr)


def arguments() -> Parser:
    """The command line."""
    parser = Parser(prog="policies.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("grants", help="file with grants or organization settings; - for standard input")
    add("--to", type=Path, default=FOLDER, metavar="FOLDER", help="default: target/policies")
    arns = {"action": "append", "default": [], "metavar": "ARN"}
    add("--except", dest="excepted", type=checked(grants.principal), help="role that is not bound; * is any text", **arns)
    add("--protect", dest="protected", type=checked(grants.certificate), help="certificate that is not to be attached", **arns)
    add("--hub", default="", metavar="ACCOUNT", help="the hub's account gets no policy: its grants are its stack's parameters")
    add("--separate", action="store_true", help="no unit or account of the settings is in another one of them")
    sizes = (documents.MOST_CHARACTERS, documents.SERVICE_CONTROL_CHARACTERS)
    add("--characters", type=int, choices=sizes, default=sizes[0], help="of a service control policy (default: %(default)s)")
    return parser


def checked(check: Callable[[str], str]) -> Callable[[str], str]:
    """For argparse, which names the option in its message."""

    def convert(text: str) -> str:
        try:
            return check(text)
        except Invalid as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def read(given: argparse.Namespace) -> Wanted:
    """What the file says."""
    written = parsed(given.grants)
    if organization.is_organization(written):
        settings = organization.read(written, given.hub)
        found, notes = targets(settings, separate=given.separate)
        # The roles are where the CAs are, whoever is granted them.
        return Wanted(found, frozenset(ca for _, row in settings.rows for ca in row.private_cas), notes)
    of_account = grants.parse(written)
    return Wanted({"the account of these grants": of_account}, of_account.private_cas, [])


def parsed(name: str) -> Any:
    """The JSON in a file."""
    try:
        return json.loads(sys.stdin.read() if name == "-" else Path(name).read_text())
    except ValueError as error:
        raise Invalid(f"it is not JSON: {error}") from error


def of_targets(found: Targets, options: service_control.Options) -> Iterator[Policy]:
    """One policy, or several, for all that have the same grants. It is called after the first of them."""
    alike: dict[grants.Names, list[str]] = {}
    for target, granted in found.items():
        alike.setdefault(granted.names, []).append(target)
    for names, attach_to in alike.items():
        try:
            texts = service_control.policies(names, options)
        except Invalid as error:
            raise Invalid(f"for {', '.join(attach_to)}: {error}") from error
        name = "certificates" if " " in attach_to[0] else f"certificates-{attach_to[0]}"
        yield from output.numbered(name, texts, "SERVICE_CONTROL_POLICY", attach_to)


def of_roles(cas: frozenset[str]) -> Iterator[Policy]:
    """Policies of the three roles."""
    for role in private_cas.DUTIES:
        texts = private_cas.policies(role, cas)
        yield from output.numbered(f"ca-{role}", texts, "IDENTITY_POLICY", [f"role of the CA {role}"])


if __name__ == "__main__":
    main()
