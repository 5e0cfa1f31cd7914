"""To which accounts and units the service control policies of an organization are to be attached."""

from __future__ import annotations

from .grants import Grants, Invalid
from .organization import UnitPath, Settings

# Account or unit -> what it is granted.
Targets = dict[str, Grants]


def targets(settings: Settings, *, separate: bool = False) -> tuple[Targets, list[str]]:
    """The targets, and what is worth knowing about those that there are not.

    separate: no unit or account of the settings is in another one of them, says who knows.
    """
    if settings.paths is None:
        note = "accounts that no entry of `grants` is about get no policy, as only `accounts` would say which there are"
        return _of_rows(settings, separate), [note]
    units = _of_units(settings, settings.paths)
    chosen = units | _of_accounts(settings, settings.paths, units)
    inside = {unit for path in settings.paths.values() for unit in path} | settings.paths.keys()
    named = sorted({one for selection, _ in settings.rows for one in selection.units | selection.accounts} - inside)
    return chosen, [f"{one} is not in `accounts`, nor is an account in it: it gets no policy" for one in named]


def _of_units(settings: Settings, paths: dict[str, UnitPath]) -> Targets:
    """The topmost units in which every account has what a new one would have."""
    chosen: Targets = {}
    units = {path[:depth] for path in paths.values() for depth in range(1, len(path) + 1)}
    for unit in sorted(units, key=lambda it: (len(it), it)):
        inside = [settings.granted(one, path) for one, path in paths.items() if path[: len(unit)] == unit]
        granted = settings.granted("", unit)
        if chosen.keys().isdisjoint(unit) and granted and all(one and one.names == granted.names for one in inside):
            chosen[unit[-1]] = granted
    return chosen


def _of_accounts(settings: Settings, paths: dict[str, UnitPath], units: Targets) -> Targets:
    """Those in none of these units."""
    granted = {one: settings.granted(one, path) for one, path in sorted(paths.items()) if units.keys().isdisjoint(path)}
    return {one: grants for one, grants in granted.items() if grants}


def _of_rows(settings: Settings, separate: bool) -> Targets:
    """Where nobody says which account is in which unit: the accounts and units that rows name."""
    rows = [selection for selection, _ in settings.rows]
    units = sorted({unit for one in rows for unit in one.units})
    accounts = sorted({account for one in rows for account in one.accounts})
    if not separate:
        _check(settings, units, accounts)
    granted = {unit: settings.granted("", (unit,)) for unit in units} | {one: settings.granted(one, ()) for one in accounts}
    return {one: grants for one, grants in granted.items() if grants}


def _check(settings: Settings, units: list[str], accounts: list[str]) -> None:
    """One unit can hold any other unit or account, whose grants its policy would then narrow."""
    by_tag = ["what excludedTag leaves out"] if settings.leaves_out_by_tag else []
    others = [*units[1:], *accounts, *sorted(settings.left_out.units | settings.left_out.accounts), *by_tag]
    if units and others:
        raise Invalid(
            f"whether {others[0]} is in {units[0]} is not known, and a unit's policy would hold in it too: list all accounts"
            " with their units in `accounts`, or say --separate if none of these is in another"
        )
