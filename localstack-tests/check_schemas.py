#!/usr/bin/env python3
"""Checks that the JSON Schemas in events/schemas and infra/ are schemas, that the samples in events/sent fit them, and
that rule-parameters.json does and the examples in infra/README.md, where the schema's name follows the language of the
block. That the functions' own output fits is tested in Rust, with the functions.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

PROJECT = Path(__file__).resolve().parent.parent
EVENTS = PROJECT / "events"
INFRA = PROJECT / "infra"


def main() -> None:
    """Check everything, then fail with all that is wrong."""
    schemas = {path.name: load(path) for path in [*(EVENTS / "schemas").glob("*.json"), *INFRA.glob("*.schema.json")]}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    samples = sorted((EVENTS / "sent").glob("*.json"))
    written = [("rule-parameters.json", "rule-parameters.schema.json", load(INFRA / "rule-parameters.json"))]
    written += [("README.md", schema, json.loads(text)) for schema, text in examples((INFRA / "README.md").read_text())]
    wrong = [problem for path in samples for problem in unlike_its_event(path, schemas)]
    wrong += [it for name, of, document in written for it in unlike(name, document, schemas[of])]
    for path in sorted(EVENTS.glob("*/*.json")):
        load(path)
    if wrong or not samples:
        sys.exit("\n".join(wrong) or "events/ holds no samples")
    print(f"{len(samples)} samples and {len(written)} settings fit {len(schemas)} schemas")


def unlike_its_event(path: Path, schemas: dict[str, dict]) -> list[str]:
    """What of a sample is not as the schema says whose name begins its own."""
    names = [name for name in schemas if path.stem.startswith(name.removesuffix(".schema.json"))]
    if not names:
        return [f"{path.name}: its name begins with the name of no schema"]
    sample = load(path)
    return unlike(path.name, sample.get("detail", sample), schemas[names[0]])


def examples(readme: str) -> list[tuple[str, str]]:
    """The schema's name and the text of each example that has one."""
    return re.findall(r"^ *```json (\S+\.schema\.json)\n(.*?)^ *```", readme, re.M | re.S)


def unlike(name: str, document: dict, schema: dict) -> list[str]:
    """Each way in which a document does not fit."""
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def load(path: Path) -> dict:
    """A JSON file; the error names it."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        sys.exit(f"{path}: {error}")


if __name__ == "__main__":
    main()
