#!/usr/bin/env python3
"""Writes the rules of AWS Config into template.yaml and conformance-pack.yaml, from rules.json.

rules.json is what the code of compliance-rules says of its rules, and a test of that crate holds it to the code.
In template.yaml only the lines between `# rules.py: <section>` and `# rules.py: end` are written; conformance-pack.yaml
is written as a whole.

    python3 infra/rules.py            write both
    python3 infra/rules.py --check    write nothing, and fail if one of them is not as rules.json says
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import dedent, indent, wrap
from typing import Any

INFRA = Path(__file__).resolve().parent
TEMPLATE = INFRA / "template.yaml"
PACK = INFRA / "conformance-pack.yaml"
# A rule or a parameter, as rules.json describes it.
Entry = dict[str, Any]
# The resource type of rules about the account as a whole.
ACCOUNT = "AWS::::Account"

# Limits of CloudFormation and of conformance packs: bytes of the file, and numbers of things in it.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
# https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
LIMITS = {
    TEMPLATE: {"bytes": 1_000_000, "parameters": 200, "resources": 500},
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
    """A parameter's name in both templates: certificate-expiry's days -> CertificateExpiryDays."""
    return pascal(rule["name"]) + pascal(parameter["name"])


def quoted(value: Any) -> str:
    """A text in YAML. JSON's texts are YAML's too."""
    return json.dumps(str(value), ensure_ascii=False)


def limits(parameter: Entry) -> str:
    """What CloudFormation can check of a parameter's value. An empty list stands for the rule's default."""
    if parameter["kind"] == "number":
        return f"MinValue: {parameter['least']}\nMaxValue: {parameter['most']}\n"
    if parameter["kind"] == "flag":
        return 'AllowedValues: ["true", "false"]\n'
    if "allowed" not in parameter:
        return "MaxLength: 1024\n"
    # The values are letters, digits, - and _, and mean themselves in a pattern.
    pattern = quoted(f"^(({'|'.join(parameter['allowed'])})(,|$))*$")
    constraint = quoted(f"must be a list of {', '.join(parameter['allowed'])}, without spaces.")
    return f"AllowedPattern: {pattern}\nConstraintDescription: {constraint}\n"


def template_parameter(rule: Entry, parameter: Entry) -> str:
    """A parameter of template.yaml."""
    about = f"{parameter['about']} (rule {rule['name']})."
    kind, default = "String", quoted(parameter["default"])
    if parameter["kind"] == "number":
        kind, default = "Number", parameter["default"]
    return (
        f"{parameter_id(rule, parameter)}:\n"
        f"  Type: {kind}\n"
        f"  Description: {quoted(about)}\n"
        f"  Default: {default}\n"
        f"{indent(limits(parameter), '  ')}"
    )


def pack_parameter(rule: Entry, parameter: Entry) -> str:
    """A parameter of conformance-pack.yaml: in a pack all are texts, and the function checks them."""
    return f"{parameter_id(rule, parameter)}:\n  Type: String\n  Default: {quoted(parameter['default'])}\n"


def choice(rules: list[Entry]) -> str:
    """The parameter that says which rules there are."""
    names = wrap(", ".join(["all", "none", *(rule["name"] for rule in rules)]), 110, break_on_hyphens=False)
    text = """\
        ComplianceRules:
          Type: CommaDelimitedList
          Description: >-
            The rules that compliance-rules makes in AWS Config, separated by commas; all for every rule, none where a
            conformance pack makes them.
          Default: all
        """
    return dedent(text) + "  AllowedValues: [\n" + indent("\n".join(names), "    ") + "]\n"


def condition(rule: Entry) -> str:
    """Whether ComplianceRules names the rule. CloudFormation cannot look for an entry of a list in a condition; but the
    list as a text, cut at `,<name>,` and put together again, is another text if the name is in it."""
    listed = '!Join [",", ["", !Join [",", !Ref ComplianceRules], ""]]'
    return (
        f"Has{pascal(rule['name'])}Rule: !And\n"
        "  - !Condition HasComplianceRules\n"
        "  - !Or\n"
        "    - !Condition HasAllComplianceRules\n"
        f'    - !Not [!Equals [!Join ["", !Split [",{rule["name"]},", {listed}]], {listed}]]\n'
    )


def given(rule: Entry) -> str:
    """Whether each list of the rule has entries."""
    ids = [parameter_id(rule, it) for it in rule["parameters"] if it["kind"] == "list"]
    return "".join(f'Has{it}: !Not [!Equals [!Ref {it}, ""]]\n' for it in ids)


def value(rule: Entry, parameter: Entry) -> str:
    """A parameter's value for the function. An empty one is left out: AWS Config wants no optional parameters that are
    empty."""
    name = parameter_id(rule, parameter)
    return f"!If [Has{name}, !Ref {name}, !Ref AWS::NoValue]" if parameter["kind"] == "list" else f"!Ref {name}"


def properties(rule: Entry, name: str, function: str, frequency: str) -> str:
    """Of the rule's AWS::Config::ConfigRule: its name there, the function's ARN and the parameter for the frequency."""
    scope, changes = "", []
    # The account as a whole is no resource whose changes AWS Config records.
    if rule["resourceType"] != ACCOUNT:
        scope = f"Scope: {{ComplianceResourceTypes: [{quoted(rule['resourceType'])}]}}\n"
        changes = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"]
    inputs = [f"  {it['name']}: {value(rule, it)}\n" for it in rule["parameters"]]
    details = [f"    - {{EventSource: aws.config, MessageType: {message}}}\n" for message in changes]
    return (
        f"ConfigRuleName: {name}\n"
        f"Description: {quoted(rule['about'])}\n"
        f"{scope}"
        "InputParameters:\n"
        f"  rule: {rule['name']}\n"
        f"{''.join(inputs)}"
        "Source:\n"
        "  Owner: CUSTOM_LAMBDA\n"
        f"  SourceIdentifier: {function}\n"
        "  SourceDetails:\n"
        f"{''.join(details)}"
        "    - EventSource: aws.config\n"
        "      MessageType: ScheduledNotification\n"
        f"      MaximumExecutionFrequency: !Ref {frequency}\n"
    )


def template_rule(rule: Entry) -> str:
    """A rule in template.yaml."""
    name = f"!Sub ${{AWS::StackName}}-{rule['name']}"
    head = """\
        {id}Rule:
          Type: AWS::Config::ConfigRule
          Condition: Has{id}Rule
          # AWS Config refuses a rule whose function it may not invoke.
          DependsOn: ComplianceRulesPermission
          Properties:
        """
    body = properties(rule, name, "!GetAtt ComplianceRulesFunction.Arn", "ComplianceFrequency")
    return dedent(head).format(id=pascal(rule["name"])) + indent(body, "    ")


def pack_rule(rule: Entry) -> str:
    """A rule in conformance-pack.yaml. AWS Config appends the pack's id to its name."""
    function = "!Sub arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${FunctionName}"
    body = properties(rule, f"acm-autopilot-{rule['name']}", function, "Frequency")
    return f"{pascal(rule['name'])}:\n  Type: AWS::Config::ConfigRule\n  Properties:\n" + indent(body, "    ")


def parameter_group(rules: list[Entry]) -> str:
    """The parameters' place in CloudFormation's console."""
    ids = ["ComplianceRules", "ComplianceFrequency", "ComplianceConcurrency"]
    ids += [parameter_id(rule, parameter) for rule in rules for parameter in rule["parameters"]]
    lines = indent("\n".join(wrap(", ".join(ids), 108)), "    ")
    return f"- Label: {{default: Rules of AWS Config}}\n  Parameters: [\n{lines}]\n"


def template(text: str, rules: list[Entry]) -> str:
    """template.yaml with its sections written anew."""
    parameters = [template_parameter(rule, it) for rule in rules for it in rule["parameters"]]
    sections = {
        "parameter group": parameter_group(rules),
        "parameters": choice(rules) + "".join(parameters),
        "conditions": "".join(condition(rule) + given(rule) for rule in rules),
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
    conditions = [given(rule) for rule in rules]
    resources = [pack_rule(rule) for rule in rules]
    sections = {"Conditions": conditions, "Resources": resources}
    text = PACK_HEAD + indent("".join(parameters), "  ")
    return text + "".join(f"{name}:\n{indent(''.join(body), '  ')}" for name, body in sections.items())


def too_much(path: Path, text: str) -> list[str]:
    """What of a file is beyond AWS's limits."""

    def entries(section: str) -> int:
        body = re.search(rf"^{section}:\n((?:[ #].*\n|\n)*)", text, flags=re.M)
        return len(re.findall(r"^  \w+:", body[1], flags=re.M)) if body else 0

    found = {"bytes": len(text.encode()), "parameters": entries("Parameters"), "resources": entries("Resources")}
    return [
        f"{path.name} has {found[what]} {what}, and AWS allows {most}"
        for what, most in LIMITS[path].items()
        if found[what] > most
    ]


def main() -> None:
    """Write, or check."""
    rules = json.loads((INFRA / "rules.json").read_text())
    texts = {TEMPLATE: template(TEMPLATE.read_text(), rules), PACK: pack(rules)}
    problems = [problem for path, text in texts.items() for problem in too_much(path, text)]
    if problems:
        sys.exit("\n".join(problems))
    outdated = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        if outdated:
            names = " and ".join(path.name for path in outdated)
            sys.exit(f"{names}: not as rules.json says; run python3 infra/rules.py")
        print(f"template.yaml and conformance-pack.yaml have the {len(rules)} rules of rules.json")
        return
    for path in outdated:
        path.write_text(texts[path])


if __name__ == "__main__":
    main()
