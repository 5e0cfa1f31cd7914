"""infra/rule-parameters.json: what it changes in the templates, and how a mistake in it is named."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness import paths

INFRA = paths.TEMPLATE.parent
sys.path.insert(0, str(INFRA))
import rule_parameters  # noqa: E402
import rules as writer  # noqa: E402

RULES = json.loads((INFRA / "rules.json").read_text())
MISTAKES: dict[str, Any] = {
    "there is no rule certificate-expire": {"certificate-expire": {}},
    "unused-certificate.day: unused-certificate has no such parameter, only days": {
        "unused-certificate": {"day": 1}
    },
    "unused-certificate.days: 366 is not a whole number from 0 to 365": {
        "unused-certificate": {"days": 366}
    },
    'unused-certificate.days: "30" is not a whole number': {"unused-certificate": {"days": "30"}},
    "exportable.allowed: 1 is not true or false": {"exportable": {"allowed": 1}},
    'validation-method.allowed: ["FAX"] is not a list of DNS': {
        "validation-method": {"allowed": ["FAX"]}
    },
    "wildcard-use.allowedDomains: [] is not a list of texts": {
        "wildcard-use": {"allowedDomains": []}
    },
    "transparency-logging.days: transparency-logging has no such parameter, only none": {
        "transparency-logging": {"days": 1}
    },
    "certificate-expiry.days: set the parameter CertificateExpiryDays": {
        "certificate-expiry": {"days": 45}
    },
}


def applied(given: Any) -> list[rule_parameters.Entry]:
    """The rules with these values."""
    return rule_parameters.applied(RULES, json.dumps(given))


def test_without_values_everything_has_its_default() -> None:
    assert applied({"$schema": "./rule-parameters.schema.json"}) == RULES


def test_values_reach_both_templates() -> None:
    given = {
        "unused-certificate": {"days": 90},
        "key-algorithm": {"allowed": ["EC_prime256v1", "EC_secp384r1"]},
        "exportable": {"allowed": True},
    }
    rules = applied(given)
    template, pack = writer.template(writer.TEMPLATE.read_text(), rules), writer.pack(rules)
    for line in ('days: "90"', 'allowed: "EC_prime256v1,EC_secp384r1"', 'allowed: "true"'):
        assert line in template
    assert 'UnusedCertificateDays:\n    Type: String\n    Default: "90"\n' in pack


@pytest.mark.parametrize("named", MISTAKES)
def test_a_mistake_names_its_rule_and_parameter(named: str) -> None:
    with pytest.raises(rule_parameters.Invalid) as error:
        applied(MISTAKES[named])
    assert str(error.value).startswith(named)
    schema = rule_parameters.schema(RULES)
    assert not Draft202012Validator(schema).is_valid(MISTAKES[named]), "the schema refuses it too"


def test_what_aws_config_would_refuse_for_its_length_is_refused() -> None:
    names = [f"{number}.example.com" for number in range(100)]
    with pytest.raises(rule_parameters.Invalid, match="wildcard-use: its parameters have"):
        applied({"wildcard-use": {"allowedDomains": names}})


def test_recommended_rules_exist() -> None:
    assert set(writer.RECOMMENDED) <= {rule["name"] for rule in RULES}
