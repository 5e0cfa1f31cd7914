"""infra/organization.schema.json and infra/config-aggregator.yaml: what is right, and what is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness import paths
from harness.cloudformation import Template

INFRA = paths.TEMPLATE.parent
SCHEMA = Draft202012Validator(json.loads((INFRA / "organization.schema.json").read_text()))
ID = {"id": "o-a1b2c3d4e5", "regions": ["us-east-1"]}
UNIT, ACCOUNT = "ou-ab12-11111111", "111122223333"
CA = "arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
EVERYTHING: dict[str, Any] = ID | {
    "externalId": "acm-autopilot",
    "accounts": [{"id": ACCOUNT, "name": "shop-prod", "units": [UNIT], "tags": {"Team": "web"}}],
    "regions": ["eu-central-1", "us-east-1", "us-gov-west-1"],
    "regionsByAccount": {ACCOUNT: ["us-east-1"]},
    "excludedAccounts": ["444455556666"],
    "excludedUnits": ["ou-ab12-99999999"],
    "excludedTag": {"key": "acm-autopilot", "value": "off"},
    "ownerTag": "Team",
    "purposeTag": "Service",
    "grants": [
        {
            "accounts": [ACCOUNT], "units": [UNIT], "domains": ["example.com"], "exportableDomains": [],
            "privateCas": [CA], "acmeDirectories": ["letsencrypt"], "secrets": ["web/*"], "issuerChange": False,
        }
    ],
    "rings": [{"units": ["ou-ab12-22222222"], "accounts": [], "renewDaysEarlier": 10}],
    "readOnly": {"accounts": [], "units": [UNIT]},
}
WRONG: dict[str, Any] = {
    "no Region": {"id": "o-a1b2c3d4e5"},
    "no organization": {"regions": ["us-east-1"]},
    "an organization's ID that is none": {"id": "a1b2c3d4e5"},
    "an account as a number": ID | {"excludedAccounts": [111122223333]},
    "an account of eleven digits": ID | {"accounts": [{"id": "11112222333"}]},
    "accounts as texts": ID | {"accounts": [ACCOUNT]},
    "a root as a unit": ID | {"excludedUnits": ["r-ab12"]},
    "no Region at all": ID | {"regions": []},
    "a zone as a Region": ID | {"regions": ["eu-central-1a"]},
    "a name as a key of regionsByAccount": ID | {"regionsByAccount": {"shop-prod": ["us-east-1"]}},
    "a grant for nobody": ID | {"grants": [{"domains": ["example.com"]}]},
    "a wildcard in a domain": ID | {"grants": [{"accounts": [ACCOUNT], "domains": ["*.example.com"]}]},
    "every private CA": ID | {"grants": [{"accounts": [ACCOUNT], "privateCas": ["*"]}]},
    "a secret's ARN, which has another account": ID | {
        "grants": [{"accounts": [ACCOUNT], "secrets": [f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:web/x"]}]
    },
    "issuerChange as a text": ID | {"grants": [{"accounts": [ACCOUNT], "issuerChange": "true"}]},
    "a ring that renews later": ID | {"rings": [{"units": [UNIT], "renewDaysEarlier": -1}]},
    "a ring of nobody": ID | {"rings": [{"renewDaysEarlier": 5}]},
    "a tag without a value": ID | {"excludedTag": {"key": "acm-autopilot"}},
    "a name that is not known": ID | {"excludeAccounts": [ACCOUNT]},
    "a name that is not known in a grant": ID | {"grants": [{"accounts": [ACCOUNT], "domain": ["example.com"]}]},
}


@pytest.mark.parametrize("settings", [{}, ID, EVERYTHING], ids=["no organization", "the least", "everything"])
def test_right_settings(settings: Any) -> None:
    SCHEMA.validate(settings)


@pytest.mark.parametrize("what", WRONG)
def test_wrong_settings_are_refused(what: str) -> None:
    assert not SCHEMA.is_valid(WRONG[what])


def queries() -> dict[str, str]:
    """The saved queries of AWS Config by name."""
    made = Template(INFRA / "config-aggregator.yaml").resources("AWS::Config::StoredQuery").values()
    return {one["Properties"]["QueryName"]: one["Properties"]["QueryExpression"] for one in made}


def test_the_queries_ask_for_the_statuses_that_the_functions_write() -> None:
    asked = {status for text in queries().values() for status in re.findall(r"acm-autopilot:status=([a-z-]+)'", text)}
    source = (paths.PROJECT / "shared" / "certificates" / "src" / "status.rs").read_text()
    assert asked == set(re.findall(r'=> "([a-z]+-renewal|renewal-[a-z-]+)"', source))


@pytest.mark.parametrize("name", queries())
def test_a_query_keeps_to_the_language(name: str) -> None:
    """Config developer guide, querying-AWS-resources.html, limitations: no FROM, no NULL, at most 4,096 characters, and no
    pattern that begins with a wildcard. An array's elements are compared all, so that NOT leaves out what has the tag."""
    text = queries()[name]
    assert text.startswith("SELECT accountId, awsRegion, resourceId")
    assert len(text) <= 4096
    assert not re.search(r"\b(FROM|NULL|AS|DISTINCT|JOIN)\b|LIKE '%", text)
    assert text.count("'") % 2 == 0
