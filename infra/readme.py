#!/usr/bin/env python3
"""Checks that README.md names, for each role, exactly the actions that the templates allow it.

Reads the tables under "Permissions of the functions": the first column has the actions, every other column is a role's,
and a cell that is not empty says on what the role is allowed them.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).resolve().parent
HEADING = "## Permissions of the functions"
# Column -> template and role.
ROLES = {
    "expiry-events": ("template.yaml", "ExpiryEventsRole"),
    "imported-renewal": ("template.yaml", "ImportedRenewalRole"),
    "dns-validation": ("template.yaml", "DnsValidationRole"),
    "compliance-rules": ("template.yaml", "ComplianceRulesRole"),
    "CentralEventBusRole": ("template.yaml", "CentralEventBusRole"),
    "zone-role.yaml": ("zone-role.yaml", "ZoneRole"),
}
_ACTION = re.compile(r"`([a-z0-9-]+:[A-Za-z]+)`")


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, of which only the arguments are read."""


def argument(loader: Loader, _tag: str, node: yaml.Node) -> Any:
    """What a short form is called with."""
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", argument)


def statements(node: Any) -> list[dict]:
    """The policy statements in a node, at any depth: those on either side of an !If count."""
    if isinstance(node, dict) and "Action" in node:
        return [node]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [found for child in children for found in statements(child)]


def allowed(template: str, role: str) -> set[str]:
    """The actions that a role's policies allow."""
    document = yaml.load((INFRA / template).read_text(), Loader)
    found = statements(document["Resources"][role]["Properties"]["Policies"])
    actions = [statement["Action"] for statement in found]
    return {one for action in actions for one in (action if isinstance(action, list) else [action])}


def documented(readme: str) -> dict[str, set[str]]:
    """Role -> actions, as the tables say."""
    section = readme.split(f"\n{HEADING}\n")[1].split("\n## ")[0]
    found: dict[str, set[str]] = defaultdict(set)
    columns: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        actions = _ACTION.findall(cells[0]) if cells else []
        if cells and cells[0] == "action":
            columns = [cell.strip("`") for cell in cells[1:]]
        for column, cell in zip(columns, cells[1:]):
            if cell:
                found[column] |= set(actions)
    return found


def differences() -> list[str]:
    """What one says and the other does not."""
    said = documented((INFRA / "README.md").read_text())
    wrong = []
    for column, (template, role) in ROLES.items():
        real = allowed(template, role)
        wrong += [f"{column}: README.md lacks {action}" for action in sorted(real - said[column])]
        wrong += [f"{column}: {template} does not allow {action}" for action in sorted(said[column] - real)]
    return wrong


if __name__ == "__main__":
    if problems := differences():
        sys.exit("\n".join(problems))
    print(f"README.md names what {len(ROLES)} roles are allowed")
