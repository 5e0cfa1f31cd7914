#!/usr/bin/env python3
"""Checks README.md against the templates: the actions that each role is allowed, and the parameters.

Of the tables under "Permissions of the functions" the first column has the actions, every other column is a role's, and a
cell that is not empty says on what the role is allowed them. The tables of parameters and settings have names and
defaults.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).resolve().parent
PERMISSIONS = "## Permissions of the functions"
# The headings of the tables of parameters.
PARAMETERS = {
    "template.yaml": "## Parameters",
    "compliance-rules.yaml": "### Parameters of compliance-rules.yaml",
    "certificate-inventory.yaml": "### Parameters of certificate-inventory.yaml",
    "activity-guard.yaml": "### Parameters of activity-guard.yaml",
    "activity-guard-us-east-1.yaml": "### Parameters of activity-guard-us-east-1.yaml",
    "spoke.yaml": "### Parameters of spoke.yaml",
}
SETTINGS = "### Settings"
# Column -> template, and role or policy.
ROLES = {
    "expiry-events": ("template.yaml", "ExpiryEventsRole"),
    "imported-renewal": ("template.yaml", "ImportedRenewalRole"),
    "dns-validation": ("template.yaml", "DnsValidationRole"),
    "compliance-rules": ("compliance-rules.yaml", "ComplianceRulesRole"),
    "certificate-inventory": ("certificate-inventory.yaml", "CertificateInventoryRole"),
    "activity-guard": ("activity-guard.yaml", "ActivityGuardRole"),
    "activity-guard-us-east-1.yaml": ("activity-guard-us-east-1.yaml", "GuardEventsRole"),
    "CentralEventBusRole": ("template.yaml", "CentralEventBusRole"),
    "zone-role.yaml": ("zone-role.yaml", "ZoneRole"),
    "acme-role.yaml": ("acme-role.yaml", "AcmeRole"),
    "ExpiryEventsOrganizationPolicy": ("template.yaml", "ExpiryEventsOrganizationPolicy"),
    "ImportedRenewalOrganizationPolicy": ("template.yaml", "ImportedRenewalOrganizationPolicy"),
    "DnsValidationOrganizationPolicy": ("template.yaml", "DnsValidationOrganizationPolicy"),
    "CertificateInventoryOrganizationPolicy": ("certificate-inventory.yaml", "CertificateInventoryOrganizationPolicy"),
    "ActivityGuardOrganizationPolicy": ("activity-guard.yaml", "ActivityGuardOrganizationPolicy"),
    "acm-autopilot-read": ("spoke.yaml", "ReadRole"),
    "acm-autopilot-renew": ("spoke.yaml", "RenewRole"),
    "acm-autopilot-dns": ("spoke.yaml", "DnsRole"),
    "acm-autopilot-acme": ("spoke.yaml", "AcmeRole"),
    "acm-autopilot-inventory": ("spoke.yaml", "InventoryRole"),
    "acm-autopilot-guard": ("spoke.yaml", "GuardRole"),
    "acm-autopilot-events": ("spoke.yaml", "EventsRole"),
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
    """The actions that a role's policies allow, or a policy of its own."""
    document = yaml.load((INFRA / template).read_text(), Loader)
    properties = document["Resources"][role]["Properties"]
    found = statements(properties.get("Policies") or properties["PolicyDocument"])
    actions = [statement["Action"] for statement in found if statement["Effect"] == "Allow"]
    return {one for action in actions for one in (action if isinstance(action, list) else [action])}


def rows(readme: str, heading: str) -> list[list[str]]:
    """The cells of the tables of a section, line by line."""
    section = re.split(r"\n##+ ", readme.split(f"\n{heading}\n")[1])[0]
    tables = [line.strip("| ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in tables]


def documented(readme: str) -> dict[str, set[str]]:
    """Role -> actions, as the tables say."""
    found: dict[str, set[str]] = defaultdict(set)
    columns: list[str] = []
    for first, *cells in rows(readme, PERMISSIONS):
        if first == "action":
            columns = [cell.strip("`") for cell in cells]
        for column, cell in zip(columns, cells):
            if cell:
                found[column] |= set(_ACTION.findall(first))
    return found


def actions(readme: str) -> list[str]:
    """What one says of the roles and the other does not."""
    said = documented(readme)
    wrong = []
    for column, (template, role) in ROLES.items():
        real = allowed(template, role)
        wrong += [f"{column}: README.md lacks {action}" for action in sorted(real - said[column])]
        wrong += [f"{column}: {template} does not allow {action}" for action in sorted(said[column] - real)]
    return wrong


def parameters(readme: str, template: str) -> list[str]:
    """Parameters of a template that README.md lacks, or has with another default."""
    document = yaml.load((INFRA / template).read_text(), Loader)
    defaults = {name: str(about.get("Default", "")) or "none" for name, about in document["Parameters"].items()}
    return [f"{template}: {problem}" for problem in unlike(readme, PARAMETERS[template], defaults)]


def settings(readme: str) -> list[str]:
    """Fields of the parameter Settings that README.md lacks, or has with another default."""
    schema = json.loads((INFRA / "settings.schema.json").read_text())
    defaults = {name: json.dumps(about["default"]) for name, about in schema["properties"].items()}
    return [f"Settings: {problem}" for problem in unlike(readme, SETTINGS, defaults)]


def unlike(readme: str, heading: str, defaults: dict[str, str]) -> list[str]:
    """What the tables of a section say of names and defaults that is not so."""
    found = [cells for cells in rows(readme, heading) if cells[0].startswith("`")]
    said = {first.strip("`"): cells[0].strip("`") for first, *cells in found}
    return [
        f"{name}: its default is {defaults.get(name)}, and README.md says {said.get(name)}"
        for name in sorted(defaults.keys() | said.keys())
        if defaults.get(name) != said.get(name)
    ]


if __name__ == "__main__":
    document = (INFRA / "README.md").read_text()
    wrong = [problem for template in PARAMETERS for problem in parameters(document, template)]
    if problems := actions(document) + wrong + settings(document):
        sys.exit("\n".join(problems))
    print(f"README.md has the parameters of {len(PARAMETERS)} templates, and what {len(ROLES)} roles are allowed")
