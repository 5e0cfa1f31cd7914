#!/usr/bin/env python3
"""Writes the rules of AWS Config into compliance-rules.yaml and conformance-pack.yaml.

What rules there are comes from rules.json, which is what the code of compliance-rules says of them; a test of that crate
holds it to the code. What their parameters are comes from rules.json too, and from rule-parameters.json, which is for you
to edit. In compliance-rules.yaml only the lines between `# rules.py: <section>` and `# rules.py: end` are written;
conformance-pack.yaml and rule-parameters.schema.json are written as a whole.

    python3 infra/rules.py            write them
    python3 infra/rules.py --check    write nothing, and fail if one of them is not up to date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import dedent, indent, wrap
from typing import Any

import rule_parameters
from rule_parameters import Entry

INFRA = Path(__file__).resolve().parent
TEMPLATE = INFRA / "compliance-rules.yaml"
PACK = INFRA / "conformance-pack.yaml"
SCHEMA = INFRA / "rule-parameters.schema.json"
# The resource type of rules about the account as a whole.
ACCOUNT = "AWS::::Account"
# What breaks without somebody's action: an expiry, or a renewal that does not come.
RECOMMENDED = (
    "certificate-expiry",
    "certificate-expired-in-use",
    "renewal-status",
    "acm-managed-renewal",
    "imported-renewal-source",
    "issuance-status",
    "quota-headroom",
    "ca-status",
    "ca-expiry",
    "ca-acm-permission",
)

# Limits of CloudFormation and of conformance packs: bytes of the file, and numbers of things in it.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
# https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
LIMITS = {
    TEMPLATE: {"bytes": 1_000_000, "parameters": 25, "resources": 500},
    PACK: {"bytes": 51_200, "parameters": 60, "resources": 130},
}

PACK_HEAD = """\
# The rules of compliance-rules as a conformance pack of AWS Config, for an account or an organization: see README.md.
# Written by rules.py.
Parameters:
  FunctionName:
    Type: String
    Default: acm-autopilot-compliance-rules
  Frequency:
    Type: String
    Default: TwentyFour_Hours
"""


def pascal(name: str) -> str:
    """certificate-expiry -> CertificateExpiry, rootDays -> RootDays: logical ids have letters and digits only."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def parameter_id(rule: Entry, parameter: Entry) -> str:
    """A parameter's name in the pack: certificate-expiry's days -> CertificateExpiryDays."""
    return pascal(rule["name"]) + pascal(parameter["name"])


def quoted(value: Any) -> str:
    """A text in YAML. JSON's texts are YAML's too."""
    return json.dumps(str(value), ensure_ascii=False)


def pack_parameter(rule: Entry, parameter: Entry) -> str:
    """A parameter of conformance-pack.yaml: in a pack all are texts, and the function checks them."""
    return f"{parameter_id(rule, parameter)}:\n  Type: String\n  Default: {quoted(parameter['default'])}\n"


def choice(rules: list[Entry]) -> str:
    """The parameter that says which rules there are."""
    sets = ["recommended", "all", "none"]
    names = wrap(", ".join([*sets, *(rule["name"] for rule in rules)]), 110, break_on_hyphens=False)
    text = """\
        Rules:
          Type: CommaDelimitedList
          Description: >-
            The rules to make in AWS Config, separated by commas: their names, recommended for those about outages, all for
            every rule, none where a conformance pack makes them.
          Default: recommended
        """
    return dedent(text) + "  AllowedValues: [\n" + indent("\n".join(names), "    ") + "]\n"


def listed(name: str) -> str:
    """Whether the parameter Rules has this entry."""
    entries = '!Join [",", ["", !Join [",", !Ref Rules], ""]]'
    return f'!Not [!Equals [!Join ["", !Split [",{name},", {entries}]], {entries}]]'


def condition(rule: Entry) -> str:
    """Whether the rule is made."""
    sets = ["AllRules", "RecommendedRules"] if rule["name"] in RECOMMENDED else ["AllRules"]
    lines = "".join(f"  - !Condition Has{it}\n" for it in sets)
    return f"Has{pascal(rule['name'])}: !Or\n{lines}  - {listed(rule['name'])}\n"


def conditions(rules: list[Entry]) -> str:
    """Which rules there are."""
    sets = f"HasAllRules: {listed('all')}\nHasRecommendedRules: {listed('recommended')}\n"
    return sets + "".join(map(condition, rules))


def given(rule: Entry) -> str:
    """Of the pack: whether each list of the rule has entries."""
    ids = [parameter_id(rule, it) for it in rule["parameters"] if it["kind"] == "list"]
    return "".join(f'Has{it}: !Not [!Equals [!Ref {it}, ""]]\n' for it in ids)


def reference(parameter: Entry, name: str) -> str:
    """A parameter of the file as a rule's parameter. AWS Config wants no optional parameters that are empty."""
    return f"!If [Has{name}, !Ref {name}, !Ref AWS::NoValue]" if parameter["kind"] == "list" else f"!Ref {name}"


def template_value(rule: Entry, parameter: Entry) -> str | None:
    """A rule's parameter in compliance-rules.yaml; None for one that is left out."""
    if name := rule_parameters.OF_THE_TEMPLATE.get((rule["name"], parameter["name"])):
        return reference(parameter, name)
    return quoted(parameter["default"]) if parameter["default"] else None


def properties(rule: Entry, name: str, inputs: dict[str, str | None], function: str) -> str:
    """Of the rule's AWS::Config::ConfigRule: its name there, its parameters and the function's ARN."""
    scope, changes = "", []
    # The account as a whole is no resource whose changes AWS Config records.
    if rule["resourceType"] != ACCOUNT:
        scope = f"Scope: {{ComplianceResourceTypes: [{quoted(rule['resourceType'])}]}}\n"
        changes = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"]
    lines = [f"  {name}: {value}\n" for name, value in inputs.items() if value is not None]
    details = [f"    - {{EventSource: aws.config, MessageType: {message}}}\n" for message in changes]
    return (
        f"ConfigRuleName: {name}\n"
        f"Description: {quoted(rule['about'])}\n"
        f"{scope}"
        "InputParameters:\n"
        f"  rule: {rule['name']}\n"
        f"{''.join(lines)}"
        "Source:\n"
        "  Owner: CUSTOM_LAMBDA\n"
        f"  SourceIdentifier: {function}\n"
        "  SourceDetails:\n"
        f"{''.join(details)}"
        "    - EventSource: aws.config\n"
        "      MessageType: ScheduledNotification\n"
        "      MaximumExecutionFrequency: !Ref Frequency\n"
    )


def template_rule(rule: Entry) -> str:
    """A rule in compliance-rules.yaml."""
    name = f"!Sub ${{AWS::StackName}}-{rule['name']}"
    head = """\
        {id}Rule:
          Type: AWS::Config::ConfigRule
          Condition: Has{id}
          # AWS Config refuses a rule whose function it may not invoke.
          DependsOn: ComplianceRulesPermission
          Properties:
        """
    inputs = {it["name"]: template_value(rule, it) for it in rule["parameters"]}
    body = properties(rule, name, inputs, "!GetAtt ComplianceRulesFunction.Arn")
    return dedent(head).format(id=pascal(rule["name"])) + indent(body, "    ")


def pack_rule(rule: Entry) -> str:
    """A rule in conformance-pack.yaml. AWS Config appends the pack's id to its name."""
    function = "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${FunctionName}"
    inputs = {it["name"]: reference(it, parameter_id(rule, it)) for it in rule["parameters"]}
    body = properties(rule, f"acm-autopilot-{rule['name']}", inputs, function)
    return f"{pascal(rule['name'])}:\n  Type: AWS::Config::ConfigRule\n  Properties:\n" + indent(body, "    ")


def template(text: str, rules: list[Entry]) -> str:
    """compliance-rules.yaml with its sections written again."""
    sections = {
        "choice": choice(rules),
        "conditions": conditions(rules),
        "rules": "\n".join(map(template_rule, rules)),
    }
    for name, body in sections.items():
        marked = rf"^( *)(# rules\.py: {name}\n)(?:.*\n)*?( *# rules\.py: end\n)"
        parts = list(re.finditer(marked, text, flags=re.M))
        if len(parts) != 1:
            sys.exit(f"{TEMPLATE.name}: the section `{name}` is there {len(parts)} times, and should be once")
        (part,) = parts
        margin, begin, end = part.groups()
        text = text[: part.start()] + margin + begin + indent(body, margin) + end + text[part.end() :]
    return text


def pack(rules: list[Entry]) -> str:
    """conformance-pack.yaml."""
    parameters = [pack_parameter(rule, it) for rule in rules for it in rule["parameters"]]
    given_lists = [given(rule) for rule in rules]
    resources = [pack_rule(rule) for rule in rules]
    sections = {"Conditions": given_lists, "Resources": resources}
    text = PACK_HEAD + indent("".join(parameters), "  ")
    return text + "".join(f"{name}:\n{indent(''.join(body), '  ')}" for name, body in sections.items())


def too_much(path: Path, text: str) -> list[str]:
    """What of a file is beyond AWS's limits, and our own for parameters."""

    def entries(section: str) -> int:
        body = re.search(rf"^{section}:\n((?:[ #].*\n|\n)*)", text, flags=re.M)
        return len(re.findall(r"^  \w+:", body[1], flags=re.M)) if body else 0

    found = {"bytes": len(text.encode()), "parameters": entries("Parameters"), "resources": entries("Resources")}
    return [
        f"{path.name} has {found[what]} {what}, and {most} are allowed"
        for what, most in LIMITS.get(path, {}).items()
        if found[what] > most
    ]


def main() -> None:
    """Write, or check."""
    described = json.loads((INFRA / "rules.json").read_text())
    try:
        rules = rule_parameters.applied(described, (INFRA / "rule-parameters.json").read_text())
    except rule_parameters.Invalid as error:
        sys.exit(f"rule-parameters.json: {error}")
    schema = json.dumps(rule_parameters.schema(described), indent=2) + "\n"
    texts = {TEMPLATE: template(TEMPLATE.read_text(), rules), PACK: pack(rules), SCHEMA: schema}
    problems = [problem for path, text in texts.items() for problem in too_much(path, text)]
    if problems:
        sys.exit("\n".join(problems))
    outdated = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        if outdated:
            names = " and ".join(path.name for path in outdated)
            sys.exit(f"{names}: not up to date; run python3 infra/rules.py")
        print(f"{' and '.join(path.name for path in LIMITS)} have the {len(rules)} rules of rules.json")
        return
    for path in outdated:
        path.write_text(texts[path])


if __name__ == "__main__":
    main()
