#!/usr/bin/env python3
"""Checks that the JSON Schemas in events/schemas and infra/ are schemas, that the samples in events/sent fit them, and
that what people write into infra/ does: each file, and each example in a README, that names its schema in `$schema`.
That the functions' own output fits is tested in Rust, with the functions.
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
    written = [found for path in sorted([*INFRA.glob("*.json"), *INFRA.glob("*.md")]) for found in with_schema(path)]
    wrong = [problem for path in samples for problem in unlike_its_event(path, schemas)]
    wrong += [problem for name, document in written for problem in unlike_its_schema(name, document, schemas)]
    for path in sorted(EVENTS.glob("*/*.json")):
        load(path)
    if wrong or not samples or not written:
        sys.exit("\n".join(wrong) or "there are no samples, or nothing in infra/ names a schema")
    print(f"{len(samples)} samples and {len(written)} settings fit {len(schemas)} schemas")


def unlike_its_event(path: Path, schemas: dict[str, dict]) -> list[str]:
    """What of a sample is not as the schema says whose name begins its own."""
    names = [name for name in schemas if path.stem.startswith(name.removesuffix(".schema.json"))]
    if not names:
        return [f"{path.name}: its name begins with the name of no schema"]
    sample = load(path)
    return unlike(path.name, sample.get("detail", sample), schemas[names[0]])


def with_schema(path: Path) -> list[tuple[str, dict]]:
    """The documents in a file, or in the examples of a README, that name their schema."""
    text = path.read_text()
    texts = re.findall(r"^```json\n(.*?)^```", text, re.M | re.S) if path.suffix == ".md" else [text]
    found = [json.loads(it) for it in texts if '"$schema": "./' in it]
    return [(path.name, document) for document in found]


def unlike_its_schema(name: str, document: dict, schemas: dict[str, dict]) -> list[str]:
    """What of a document is not as the schema says that it names."""
    return unlike(name, document, schemas[document["$schema"].removeprefix("./")])


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
