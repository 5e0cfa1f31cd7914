"""Accounts of an organization that a hub watches: AWS Organizations in simulated-aws, and infra/spoke.yaml in each account.

On AWS a StackSet deploys it there. LocalStack's StackSets drop the parameters, so each stack is created directly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from . import deploy, paths
from .aws_corrections.trust_policy import ORGANIZATION
from .backend import Backend
from .deploy import Stack

# Where spoke.yaml makes the roles, and the Region of CloudFront's certificates.
HOME_REGION = "us-east-1"
_STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
# Everything that a spoke can allow.
_ALLOWED = {"AllowNotices": "true", "AllowRenewals": "true", "AllowValidationRecords": "true"}


@dataclass(frozen=True)
class Account:
    """An account as AWS Organizations has it."""

    number: str
    name: str
    unit: str


@dataclass
class Organization:
    """The accounts, and the stacks in them. `hub` is a delegated administrator, who may list them."""

    hub: Backend
    units: dict[str, str]
    # Owns the organization, and has neither certificates nor functions.
    management: str = "999988887777"
    stacks: list[Stack] = field(default_factory=list)

    def found(self, *accounts: Account) -> None:
        """Make it of these accounts; the hub's has to be one of them."""
        units = [{"id": number, "name": name} for number, name in self.units.items()]
        self._change({"id": ORGANIZATION, "units": units})
        self.join(*accounts)
        self._change(
            {
                "delegate": [{"account": self.hub.account, "service": _STACK_SETS}],
                "trust": [_STACK_SETS],
            }
        )

    def join(self, *accounts: Account) -> None:
        """Accounts that are in the organization from now on."""
        self._change(
            {"accounts": [{"id": it.number, "name": it.name, "parent": it.unit} for it in accounts]}
        )

    def deploy(self, account: str, regions: list[str], bus: str, **parameters: str) -> None:
        """Give an account its spokes, as the StackSet would: first where the roles are made."""
        template = {"TemplateBody": paths.SPOKE_TEMPLATE.read_text()}
        given = _ALLOWED | {"HubEventBusArn": bus, "OrganizationId": ORGANIZATION} | parameters
        for region in sorted(regions, key=lambda it: it != HOME_REGION):
            place = self.place(account, region)
            outputs = deploy.create_stack(place, "acm-autopilot-spoke", template, given)
            self.stacks.append(Stack(place, "acm-autopilot-spoke", None, outputs))

    def refuse(self, account: str, role: str) -> None:
        """Let an account's role trust nobody."""
        document = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        ]}  # fmt: skip
        self.place(account, HOME_REGION).client("iam").update_assume_role_policy(
            RoleName=role, PolicyDocument=json.dumps(document)
        )

    def place(self, account: str, region: str) -> Backend:
        """An account of it in a Region."""
        return self.hub.in_account(account).in_region(region)

    def _change(self, body: dict) -> None:
        self.hub.control("PUT", "organization", body | {"account": self.management})
