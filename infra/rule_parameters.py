"""Parameters of the rules of AWS Config: what rule-parameters.json may say, and what the rules are with it."""

from __future__ import annotations

import json
from typing import Any

# A rule or a parameter, as rules.json describes it.
Entry = dict[str, Any]
# (rule, parameter) -> the parameter of compliance-rules.yaml, for what differs from one account to the next.
OF_THE_TEMPLATE = {
    ("certificate-expiry", "days"): "CertificateExpiryDays",
    ("required-tags", "keys"): "RequiredTagKeys",
    ("ca-tagged", "keys"): "RequiredTagKeys",
    ("domain-allow-list", "allowed"): "AllowedDomains",
    ("trusted-issuer", "allowed"): "AllowedIssuers",
}
# API reference of AWS Config, ConfigRule: InputParameters has at most 1,024 characters.
MOST_CHARACTERS = 1024


class Invalid(Exception):
    """A value that cannot be used; the message names its rule and parameter."""


def applied(rules: list[Entry], text: str) -> list[Entry]:
    """The rules with the values of rule-parameters.json as the defaults of their parameters."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Invalid(f"it is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise Invalid("it has to be an object with the names of rules")
    given.pop("$schema", None)
    if unknown := sorted(given.keys() - {rule["name"] for rule in rules}):
        raise Invalid(f"there is no rule {unknown[0]}")
    return [_with_values(rule, given.get(rule["name"], {})) for rule in rules]


def _with_values(rule: Entry, values: Any) -> Entry:
    name, known = rule["name"], [parameter["name"] for parameter in rule["parameters"]]
    if not isinstance(values, dict):
        raise Invalid(f"{name}: it has to be an object with {' or '.join(known) or 'nothing in it'}")
    if unknown := sorted(values.keys() - set(known)):
        raise Invalid(f"{name}.{unknown[0]}: {name} has no such parameter, only {', '.join(known) or 'none at all'}")
    parameters = [_with_value(rule, it, values[it["name"]]) if it["name"] in values else it for it in rule["parameters"]]
    inputs = {"rule": name} | {it["name"]: it["default"] for it in parameters}
    if (characters := len(json.dumps(inputs))) > MOST_CHARACTERS:
        raise Invalid(f"{name}: its parameters have {characters} characters, and AWS Config takes {MOST_CHARACTERS}")
    return rule | {"parameters": parameters}


def _with_value(rule: Entry, parameter: Entry, value: Any) -> Entry:
    field = f"{rule['name']}.{parameter['name']}"
    if name := OF_THE_TEMPLATE.get((rule["name"], parameter["name"])):
        raise Invalid(f"{field}: set the parameter {name} of compliance-rules.yaml")
    if problem := _problem(parameter, value):
        raise Invalid(f"{field}: {json.dumps(value)} is not {problem}")
    texts = {"number": str, "flag": json.dumps, "list": ",".join}
    return parameter | {"default": texts[parameter["kind"]](value)}


def _problem(parameter: Entry, value: Any) -> str | None:
    """What the value should have been."""
    if parameter["kind"] == "flag":
        return None if isinstance(value, bool) else "true or false"
    if parameter["kind"] == "number":
        least, most = parameter["least"], parameter["most"]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return None if is_number and least <= value <= most else f"a whole number from {least} to {most}"
    is_list = isinstance(value, list) and value and all(isinstance(it, str) and it and "," not in it for it in value)
    if "allowed" in parameter:
        is_list = is_list and set(value) <= set(parameter["allowed"])
        return None if is_list else f"a list of {', '.join(parameter['allowed'])}"
    return None if is_list else "a list of texts without commas"


def schema(rules: list[Entry]) -> Entry:
    """The JSON Schema of rule-parameters.json, for editors and tests."""
    properties = {
        rule["name"]: {"description": rule["about"], **_closed({it["name"]: _of(it) for it in parameters})}
        for rule in rules
        if (parameters := [it for it in rule["parameters"] if (rule["name"], it["name"]) not in OF_THE_TEMPLATE])
    }
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Parameters of the rules of compliance-rules",
    }
    return head | _closed({"$schema": {"type": "string"}, **properties})


def _closed(properties: Entry) -> Entry:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _of(parameter: Entry) -> Entry:
    about = {"description": f"{parameter['about']}. Default: {parameter['default'] or 'none'}"}
    if parameter["kind"] == "number":
        return about | {"type": "integer", "minimum": parameter["least"], "maximum": parameter["most"]}
    if parameter["kind"] == "flag":
        return about | {"type": "boolean"}
    items = {"enum": parameter["allowed"]} if "allowed" in parameter else {"type": "string", "pattern": "^[^,]+$"}
    return about | {"type": "array", "minItems": 1, "items": items}
