"""Whether an event fits a pattern of EventBridge, with the comparisons that the templates use.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

A comparison that is not here is an error, never a guess.
"""

from __future__ import annotations

import re
from typing import Any


def fits(pattern: dict[str, Any], event: Any) -> bool:
    """Every field of the pattern has to fit."""
    return all(
        any(fits(one, event) for one in wanted) if name == "$or" else _field(wanted, _get(event, name))
        for name, wanted in pattern.items()
    )


def _get(event: Any, name: str) -> list[Any]:
    """The values of a field: several in an array of objects, none where it is missing."""
    if isinstance(event, list):
        return [value for one in event for value in _get(one, name)]
    return [event[name]] if isinstance(event, dict) and name in event else []


def _field(wanted: Any, found: list[Any]) -> bool:
    values = [value for one in found for value in (one if isinstance(one, list) else [one])]
    if isinstance(wanted, dict):
        # Of an array of objects, one alone has to fit the whole of the pattern.
        return any(fits(wanted, value) for value in values) if values else fits(wanted, {})
    return any(_value(one, values) for one in wanted)


def _value(wanted: Any, values: list[Any]) -> bool:
    """One comparison; it is enough that one value of an array fits."""
    if not isinstance(wanted, dict):
        return wanted in values
    ((comparison, given),) = wanted.items()
    match comparison:
        case "exists":
            return bool(values) is given
        case "prefix":
            return any(str(value).startswith(given) for value in values)
        case "suffix":
            return any(str(value).endswith(given) for value in values)
        case "wildcard":
            pattern = ".*".join(map(re.escape, given.split("*")))
            return any(re.fullmatch(pattern, str(value)) for value in values)
        case "anything-but" if isinstance(given, list):
            # A field that is missing is not anything but these.
            return any(value not in given for value in values)
    raise NotImplementedError(f"{comparison}: {given}")
