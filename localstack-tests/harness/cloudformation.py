"""A CloudFormation template with its intrinsic functions evaluated, without an AWS.

For tests of what a template says: roles, policies, rules. A resource that is not there yet has the ARN that AWS would give it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# What becomes of AWS::NoValue: the member is left out.
_NOTHING = object()
# An account in its own right; the tests of an organization use several.
ACCOUNT, REGION, STACK = "123456789012", "eu-central-1", "acm-autopilot"
_SERVICES = {
    "AWS::SQS::Queue": "sqs", "AWS::SNS::Topic": "sns", "AWS::Lambda::Function": "lambda",
    "AWS::Serverless::Function": "lambda", "AWS::Logs::LogGroup": "logs",
}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, as their long ones."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> Any:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if tag == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _long_form)


@cache
def parse(path: Path) -> dict[str, Any]:
    """The template as it is written. Nobody changes it."""
    return yaml.load(path.read_text(), _Loader)


@dataclass
class Template:
    """A template in an account and Region, with parameters."""

    path: Path
    parameters: dict[str, str] = field(default_factory=dict)
    account: str = ACCOUNT
    region: str = REGION
    stack: str = STACK

    def __post_init__(self) -> None:
        self.document = parse(self.path)
        known = self.document["Parameters"]
        if unknown := self.parameters.keys() - known.keys():
            raise KeyError(f"{self.path.name} has no parameter {unknown}")
        given = {name: str(about.get("Default", "")) for name, about in known.items()} | self.parameters
        lists = {name for name, about in known.items() if about["Type"] == "CommaDelimitedList"}
        self.values: dict[str, Any] = {
            name: [one.strip() for one in value.split(",")] if name in lists else value for name, value in given.items()
        }
        self.values |= {
            "AWS::AccountId": self.account, "AWS::Region": self.region, "AWS::StackName": self.stack,
            "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": _NOTHING,
        }

    def resources(self, kind: str = "") -> dict[str, dict[str, Any]]:
        """The resources that are made, of one type or of all."""
        every = self.document["Resources"].items()
        made = {name: one for name, one in every if "Condition" not in one or self.holds(one["Condition"])}
        return {name: self.value(one) for name, one in made.items() if not kind or one["Type"] == kind}

    def properties(self, name: str) -> dict[str, Any]:
        """The properties of a resource that is made."""
        return self.resources()[name]["Properties"]

    def statements(self, *names: str) -> list[dict[str, Any]]:
        """The statements of roles and policies, as far as these are made."""
        found = [one["Properties"] for name, one in self.resources().items() if name in names]
        documents = [one.get("Policies", [one] if "PolicyDocument" in one else []) for one in found]
        return [it for policies in documents for policy in policies for it in policy["PolicyDocument"]["Statement"]]

    def arn(self, name: str) -> str:
        """The ARN of a resource."""
        about = self.document["Resources"][name]
        kind, given = about["Type"], about.get("Properties", {})
        made = f"{self.stack}-{name}-1A2B3C"
        if kind == "AWS::IAM::Role":
            return f"arn:aws:iam::{self.account}:role{given.get('Path', '/')}{self.value(given.get('RoleName', made))}"
        prefix = f"arn:aws:{_SERVICES.get(kind, 'events')}:{self.region}:{self.account}:"
        if kind == "AWS::Events::EventBus":
            return f"{prefix}event-bus/{given['Name']}"
        if kind == "AWS::Events::Rule":
            bus = f"{self.value(given['EventBusName'])}/" if "EventBusName" in given else ""
            return f"{prefix}rule/{bus}{made}"
        return f"{prefix}{made}"

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template is true."""
        return self.value(self.document["Conditions"][condition])

    def value(self, node: Any) -> Any:
        """What a node of the template becomes."""
        if isinstance(node, list):
            return [it for it in map(self.value, node) if it is not _NOTHING]
        if not isinstance(node, dict):
            return node
        name, argument = next(iter(node.items()), ("", None))
        if len(node) == 1 and (name == "Ref" or name.startswith("Fn::") or (name == "Condition" and isinstance(argument, str))):
            return self.call(name.removeprefix("Fn::"), argument)
        evaluated = {key: self.value(member) for key, member in node.items()}
        return {key: member for key, member in evaluated.items() if member is not _NOTHING}

    def call(self, function: str, argument: Any) -> Any:
        """What an intrinsic function gives."""
        match function:
            case "Ref":
                return self.reference(argument)
            case "Condition":
                return self.holds(argument)
            case "If":
                return self.value(argument[1 if self.holds(argument[0]) else 2])
            case "GetAtt":
                return self.arn(argument[0]) if argument[1] == "Arn" else ".".join(argument)
            case "Sub":
                return self.substitute(*(argument if isinstance(argument, list) else [argument]))
        evaluated = self.value(argument)
        match function:
            case "Equals":
                return str(evaluated[0]) == str(evaluated[1])
            case "Not":
                return not evaluated[0]
            case "And":
                return all(evaluated)
            case "Or":
                return any(evaluated)
            case "Join":
                return evaluated[0].join(evaluated[1])
            case "Split":
                return evaluated[1].split(evaluated[0])
            case "Select":
                return evaluated[1][int(evaluated[0])]
        raise NotImplementedError(function)

    def reference(self, name: str) -> Any:
        """A parameter, a pseudo parameter, or the name of a resource."""
        if name in self.values:
            return self.values[name]
        kind = self.document["Resources"][name]["Type"]
        return self.arn(name) if kind == "AWS::SNS::Topic" else self.value(
            self.document["Resources"][name]["Properties"].get("Name", f"{self.stack}-{name}")
        )

    def substitute(self, text: str, own: dict[str, Any] | None = None) -> str:
        """Fn::Sub."""
        names = {name: self.value(node) for name, node in (own or {}).items()}

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name in names:
                return names[name]
            return self.arn(name.removesuffix(".Arn")) if name.endswith(".Arn") else self.reference(name)

        return re.sub(r"\$\{([^!}]+)\}", one, text)
