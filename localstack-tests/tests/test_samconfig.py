"""infra/samconfig.example.toml: what it sets, and what it offers in comments, are parameters of the templates."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
import yaml
from jsonschema import Draft202012Validator

from harness import paths

INFRA = paths.TEMPLATE.parent
EXAMPLE = (INFRA / "samconfig.example.toml").read_text()
# With the lines that are offered in comments.
EVERYTHING = tomllib.loads(re.sub(r"^( *)# (?=[\"'])", r"\1", EXAMPLE, flags=re.M))


class Loader(yaml.SafeLoader):
    """CloudFormation's short forms are of no interest here."""


Loader.add_multi_constructor("!", lambda loader, name, node: None)


def given(environment: str) -> dict[str, str]:
    """The parameters, without the quotation marks that keep SAM from cutting a value at its spaces."""
    pairs = EVERYTHING[environment]["deploy"]["parameters"]["parameter_overrides"]
    split = (pair.split("=", 1) for pair in pairs)
    return {name: value.strip("'") if value[0] == "'" else value.strip('"') for name, value in split}


@pytest.mark.parametrize("environment", ["default", "compliance-rules", "certificate-inventory", "activity-guard"])
def test_each_parameter_is_one_of_its_template(environment: str) -> None:
    template = EVERYTHING[environment]["deploy"]["parameters"].get("template_file", "template.yaml")
    parameters = yaml.load((INFRA / template).read_text(), Loader)["Parameters"]
    for name, value in given(environment).items():
        about = parameters[name]
        entries = value.split(",") if about["Type"] == "CommaDelimitedList" else [value]
        for entry in entries:
            assert re.fullmatch(about.get("AllowedPattern", ".*"), entry), (name, entry)
            assert entry in about.get("AllowedValues", [entry]), (name, entry)


def test_values_with_spaces_are_quoted_twice() -> None:
    pairs = EVERYTHING["default"]["deploy"]["parameters"]["parameter_overrides"]
    assert [pair for pair in pairs if " " in pair and pair[-1] not in "\"'"] == []


def test_the_settings_fit_their_schema() -> None:
    schema = json.loads((INFRA / "settings.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(given("default")["Settings"]))
