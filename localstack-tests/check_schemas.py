#!/usr/bin/env python3
"""Checks that the JSON Schemas in events/schemas are schemas, and that the samples in events/sent fit
them. That the functions' own output fits is tested in Rust, with the functions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

EVENTS = Path(__file__).resolve().parent.parent / "events"


def main() -> None:
    """Check everything, then fail with all that is wrong."""
    schemas = {path.name.removesuffix(".schema.json"): load(path) for path in (EVENTS / "schemas").glob("*.json")}
    wrong = []
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    samples = sorted((EVENTS / "sent").glob("*.json"))
    for path in samples:
        name = next((name for name in schemas if path.stem.startswith(name)), None)
        if name is None:
            wrong.append(f"{path.name}: its name begins with the name of no schema")
            continue
        sample = load(path)
        validator = Draft202012Validator(schemas[name], format_checker=FormatChecker())
        wrong += [f"{path.name}: {error.json_path}: {error.message}" for error in validator.iter_errors(sample.get("detail", sample))]
    for path in sorted(EVENTS.glob("*/*.json")):
        load(path)
    if wrong or not samples or not schemas:
        sys.exit("\n".join(wrong) or "events/ holds no schemas or no samples")
    print(f"{len(samples)} samples fit {len(schemas)} schemas")


def load(path: Path) -> dict:
    """A JSON file; the error names it."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        sys.exit(f"{path}: {error}")


if __name__ == "__main__":
    main()
