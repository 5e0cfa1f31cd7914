"""What each account and unit of an organization is granted, and where a service control policy for it belongs.

Rows of grants add up, as in shared/organization/src/settings/grant_row.rs. Service control policies do not: what a unit's
policy denies is denied in all of its accounts, whatever their own policies say. So a unit gets a policy only if everything
in it has the same grants; otherwise its accounts get theirs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from .grants import FIELDS, Grants, Invalid, parse, texts

SCHEMA = json.loads((Path(__file__).parent.parent / "organization.schema.json").read_text())
_OF_ROWS = set(SCHEMA["properties"]["grants"]["items"]["properties"])
_ACCOUNT = re.compile(SCHEMA["$defs"]["account"]["pattern"], re.ASCII)
_UNIT = re.compile(SCHEMA["$defs"]["units"]["items"]["pattern"], re.ASCII)

# The units that something is in, from the root down, without the root.
UnitPath = tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """Some accounts, and those of some units at any depth."""

    accounts: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def has(self, account: str, path: UnitPath) -> bool:
        return account in self.accounts or not self.units.isdisjoint(path)


@dataclass(frozen=True)
class Settings:
    """Of the organization settings what decides about grants."""

    rows: tuple[tuple[Selection, Grants], ...]
    left_out: Selection
    leaves_out_by_tag: bool
    # Account -> its units from the root down. None where AWS Organizations is asked for them.
    paths: dict[str, UnitPath] | None

    def granted(self, account: str, path: UnitPath) -> Grants | None:
        """What all rows together grant; None for what is not watched. Without an account: to a new one there."""
        if self.left_out.has(account, path):
            return None
        return reduce(or_, (grants for selection, grants in self.rows if selection.has(account, path)), Grants())


def is_organization(written: Any) -> bool:
    """Whether this is meant as organization settings, and not as grants of one account."""
    return isinstance(written, dict) and not written.keys().isdisjoint({"id", "regions", "accounts", "grants"})


def read(written: dict[str, Any], hub: str = "") -> Settings:
    """Settings from JSON. hub: the account whose grants are the stack's parameters."""
    if unknown := sorted(written.keys() - SCHEMA["properties"].keys()):
        raise Invalid(f"there is no field `{unknown[0]}` in organization settings")
    listed = None if written.get("accounts") is None else _objects(written, "accounts")
    tag = written.get("excludedTag")
    tagged = [_id(one) for one in listed or [] if tag and _has(one, tag)]
    left_out = [*texts(written, "excludedAccounts"), *tagged, *([hub] if hub else [])]
    return Settings(
        rows=tuple(_row(row, f"entry {number} of `grants`: ") for number, row in enumerate(_objects(written, "grants"), 1)),
        left_out=_selection({"accounts": left_out, "units": texts(written, "excludedUnits")}),
        leaves_out_by_tag=bool(tag),
        paths=None if listed is None else {_id(one): _unit_path(one) for one in listed},
    )


def _row(row: dict[str, Any], where: str) -> tuple[Selection, Grants]:
    if unknown := sorted(row.keys() - _OF_ROWS):
        raise Invalid(f"{where}there is no field `{unknown[0]}`")
    return _selection(row, where), parse({field: row[field] for field in FIELDS & row.keys()}, where)


def _selection(written: dict[str, Any], where: str = "") -> Selection:
    accounts = [_checked(one, _ACCOUNT, where) for one in texts(written, "accounts", where)]
    return Selection(frozenset(accounts), frozenset(_unit_path(written, where)))


def _unit_path(written: dict[str, Any], where: str = "in `accounts`: ") -> UnitPath:
    return tuple(_checked(one, _UNIT, where) for one in texts(written, "units", where))


def _id(account: dict[str, Any]) -> str:
    return _checked(str(account.get("id", "")), _ACCOUNT, "in `accounts`: ")


def _checked(text: str, pattern: re.Pattern[str], where: str) -> str:
    if not pattern.fullmatch(text):
        kind = "an account id of twelve digits" if pattern is _ACCOUNT else "the id of a unit, such as ou-ab12-cdef3456"
        raise Invalid(f"{where}`{text[:80]}` is not {kind}")
    return text


def _has(account: dict[str, Any], tag: Any) -> bool:
    tags = account.get("tags", {})
    if not isinstance(tag, dict) or not isinstance(tags, dict):
        raise Invalid("`excludedTag` and the tags of accounts have to be objects")
    return tags.get(tag.get("key")) == tag.get("value")


def _objects(written: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found = written.get(field, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Invalid(f"`{field}` has to be a list of objects")
    return found
