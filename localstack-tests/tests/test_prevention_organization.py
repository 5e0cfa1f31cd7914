"""infra/policies.py for an organization: every account can request what its rows grant together, as in grant_row.rs."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from harness import paths
from harness.policies import Policy

from test_prevention_policies import ANYTHING, may_request

sys.path.insert(0, str(paths.TEMPLATE.parent))
from prevention import organization, service_control  # noqa: E402
from prevention.grants import Invalid  # noqa: E402
from prevention.service_control import Options  # noqa: E402
from prevention.targets import Targets, targets  # noqa: E402

SHOP, TEAMS, LAB = "ou-ab12-aaaaaaaa", "ou-ab12-bbbbbbbb", "ou-ab12-cccccccc"
ONE, TWO, THREE, FOUR, FIVE = (str(digit) * 12 for digit in range(1, 6))
ACCOUNTS: list[dict[str, Any]] = [
    {"id": ONE, "units": [SHOP]},
    {"id": TWO, "units": [SHOP, TEAMS]},
    {"id": THREE, "units": [LAB]},
    {"id": FOUR, "units": [LAB]},
    {"id": FIVE},
]
NAMES = ["example.com", "www.example.com", "example.net", "example.org"]


def settings(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Organization settings with these rows of grants."""
    return {"id": "o-a1b2c3d4e5", "regions": ["eu-central-1"], "accounts": ACCOUNTS, "grants": list(rows)} | more


def chosen(written: dict[str, Any], hub: str = "", **more: bool) -> tuple[Targets, list[str]]:
    return targets(organization.read(written, hub), **more)


def requestable(found: Targets, account: str) -> list[str]:
    """What the account can request under all policies that hold in it."""
    path = next(one.get("units", []) for one in ACCOUNTS if one["id"] == account)
    levels: list[Policy] = [ANYTHING]
    for target in [*path, account]:
        texts = service_control.policies(found[target].names, Options()) if target in found else []
        levels.append(ANYTHING + [one for text in texts for one in json.loads(text)["Statement"]])
    return [name for name in NAMES if may_request(levels, name)]


COM, NET, ORG = {"domains": ["example.com"]}, {"domains": ["example.net"]}, {"domains": ["example.org"]}
ROWS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "accounts": [{"accounts": [ONE, THREE]} | COM, {"accounts": [ONE]} | NET],
    "a unit": [{"units": [SHOP]} | COM],
    "a unit below another": [{"units": [SHOP]} | COM, {"units": [TEAMS]} | NET],
    "an account in a unit": [{"units": [LAB]} | COM, {"accounts": [FOUR]} | ORG],
    "the same again in a unit": [{"units": [LAB]} | COM, {"accounts": [FOUR], "domains": ["www.example.com"]}],
    "accounts and units in one row": [{"units": [LAB], "accounts": [TWO, FIVE]} | COM, {"units": [LAB, SHOP]} | NET],
    "everything": [{"units": [SHOP], "domains": ["*"]}, {"units": [TEAMS]} | COM],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_every_account_can_request_what_its_rows_grant_together(rows: list[dict[str, Any]]) -> None:
    found, notes = chosen(settings(*rows))
    assert notes == []
    for account in ACCOUNTS:
        mine = [row for row in rows if account["id"] in row.get("accounts", []) or {*row.get("units", [])} & {*account.get("units", [])}]
        domains = {domain for row in mine for domain in row["domains"]}
        expected = [name for name in NAMES if "*" in domains or any(name.endswith(domain) for domain in domains)]
        assert requestable(found, account["id"]) == expected, account


TARGETS = {
    "none": [SHOP, LAB, FIVE],
    "a unit": [SHOP, LAB, FIVE],
    "a unit below another": [LAB, TEAMS, ONE, FIVE],
    "an account in a unit": [SHOP, THREE, FOUR, FIVE],
    "the same again in a unit": [SHOP, LAB, FIVE],
}


@pytest.mark.parametrize("rows", TARGETS)
def test_a_unit_has_a_policy_if_everything_in_it_has_the_same_grants(rows: str) -> None:
    """An account that is new in it has that policy from its first minute."""
    assert list(chosen(settings(*ROWS[rows]))[0]) == TARGETS[rows]


def test_exportable_domains_count_where_another_row_grants_the_domain() -> None:
    rows = {"accounts": [ONE], "exportableDomains": ["example.com"]}, {"accounts": [ONE]} | COM
    assert chosen(settings(*rows))[0][ONE].names.exportable == {"example.com"}


LEFT_OUT = [
    {"excludedAccounts": [THREE]},
    {"excludedTag": {"key": "watched", "value": "no"}, "accounts": [*ACCOUNTS[:2], ACCOUNTS[2] | {"tags": {"watched": "no"}}, *ACCOUNTS[3:]]},
    {"hub": THREE},
]


@pytest.mark.parametrize("more", LEFT_OUT)
def test_what_is_not_watched_is_not_bound(more: dict[str, Any]) -> None:
    hub = more.get("hub", "")
    rest = {key: value for key, value in more.items() if key != "hub"}
    found, _ = chosen(settings({"units": [LAB]} | COM, **rest), hub)
    assert list(found) == [SHOP, FOUR, FIVE] and requestable(found, THREE) == NAMES
    assert list(chosen(settings({"units": [LAB]} | COM, excludedUnits=[LAB]))[0]) == [SHOP, FIVE]


def test_rows_about_nothing_known_are_said() -> None:
    assert chosen(settings({"units": ["ou-ab12-dddddddd"]} | COM))[1] == [
        "ou-ab12-dddddddd is not in `accounts`, nor is an account in it: it gets no policy"
    ]


UNKNOWN = [
    ([{"units": [SHOP]}, {"units": [LAB]}], {}, f"whether {LAB} is in {SHOP} is not known"),
    ([{"units": [SHOP]}, {"accounts": [ONE]}], {}, f"whether {ONE} is in {SHOP} is not known"),
    ([{"units": [SHOP]}], {"excludedAccounts": [TWO]}, f"whether {TWO} is in {SHOP} is not known"),
    ([{"units": [SHOP]}], {"excludedTag": {"key": "a", "value": "b"}}, "whether what excludedTag leaves out is in"),
]


@pytest.mark.parametrize(("rows", "more", "said"), UNKNOWN)
def test_where_nobody_says_what_is_in_a_unit_nothing_is_guessed(rows: list[dict[str, Any]], more: dict[str, Any], said: str) -> None:
    written = settings(*[row | COM for row in rows], accounts=None, **more)
    with pytest.raises(Invalid, match=said):
        chosen(written)
    found, notes = chosen(written, separate=True)
    assert set(found) == {one for row in rows for one in [*row.get("units", []), *row.get("accounts", [])]} and notes


def test_accounts_alone_need_no_list() -> None:
    rows = {"accounts": [ONE, TWO]} | COM, {"accounts": [TWO]} | NET
    found, _ = chosen(settings(*rows, accounts=None))
    assert requestable(found, TWO) == NAMES[:3] and requestable(found, ONE) == NAMES[:2]
