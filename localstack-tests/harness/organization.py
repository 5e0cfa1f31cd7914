"""The hub and a spoke, as their templates make them, for tests that need no AWS."""

from __future__ import annotations

import json
from typing import Any

from . import paths, policies
from .cloudformation import Template

HUB, SPOKE, REGION = "123456789012", "111122223333", "eu-central-1"
ORGANIZATION, EXTERNAL_ID = "o-a1b2c3d4e5", "certificates"
BUS = f"arn:aws:events:{REGION}:{HUB}:event-bus/acm-autopilot"
SECRETS = f"arn:aws:secretsmanager:*:{SPOKE}:secret:web/*"
# Everything that a spoke can allow.
EVERYTHING = {
    "AllowNotices": "true",
    "AllowRenewals": "true",
    "SecretArns": SECRETS,
    "AllowValidationRecords": "true",
    "AllowAcmeRecords": "true",
    "RecordDomains": "example.com",
}
# Role of the spoke -> the hub's role that it is for, and the path of that role.
ROLES = {
    "ReadRole": ("ExpiryEventsRole", "expiry-events"),
    "RenewRole": ("ImportedRenewalRole", "imported-renewal"),
    "DnsRole": ("DnsValidationRole", "dns-validation"),
    "AcmeRole": ("ImportedRenewalRole", "imported-renewal"),
}


def hub(**parameters: str) -> Template:
    """template.yaml as the hub of an organization."""
    given = {"OrganizationSettings": json.dumps({"id": ORGANIZATION}), "OrganizationId": ORGANIZATION}
    return Template(paths.TEMPLATE, given | parameters, HUB, REGION)


def single(**parameters: str) -> Template:
    """template.yaml in an account of its own."""
    return Template(paths.TEMPLATE, parameters, HUB, REGION)


def spoke(region: str = "us-east-1", account: str = SPOKE, **parameters: str) -> Template:
    """spoke.yaml; us-east-1 is the Region with the roles."""
    given = {"HubEventBusArn": BUS, "OrganizationId": ORGANIZATION, "ExternalId": EXTERNAL_ID}
    return Template(paths.SPOKE_TEMPLATE, given | parameters, account, region)


def caller(role: str, account: str = HUB, organization: str = ORGANIZATION) -> dict[str, Any]:
    """What IAM knows of a call with a role's credentials."""
    return {
        "aws:PrincipalArn": f"arn:aws:iam::{account}:role{role}",
        "aws:PrincipalAccount": account,
        "aws:PrincipalOrgID": organization,
    }


def trust(role: str, of: Template) -> policies.Policy:
    """The trust policy of a role."""
    return of.properties(role)["AssumeRolePolicyDocument"]["Statement"]
