"""The files that policies.py writes, and what it shows of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .grants import Invalid

INDEX = "policies.json"


@dataclass(frozen=True)
class Policy:
    """A policy and where it belongs."""

    file: str
    text: str
    type: str
    attach_to: tuple[str, ...]

    def entry(self) -> dict[str, Any]:
        """What the index says of it."""
        return {"file": self.file, "type": self.type, "characters": len(self.text), "attachTo": list(self.attach_to)}


def numbered(name: str, texts: list[str], kind: str, attach_to: list[str]) -> Iterator[Policy]:
    """The second and later ones of a name have a number."""
    for number, text in enumerate(texts, 1):
        yield Policy(f"{name}{f'-{number}' if number > 1 else ''}.json", text, kind, tuple(attach_to))


def write(folder: Path, policies: list[Policy]) -> None:
    """Write the files and the index. Those of the last time go, since nobody should attach them any more."""
    for old in _written(folder / INDEX):
        (folder / old).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for policy in policies:
        (folder / policy.file).write_text(policy.text)
    (folder / INDEX).write_text(json.dumps({"policies": [policy.entry() for policy in policies]}, indent=2) + "\n")


def _written(index: Path) -> list[str]:
    if not index.exists():
        return []
    try:
        return [Path(entry["file"]).name for entry in json.loads(index.read_text())["policies"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{index} was not written by this program: choose another folder") from error


def table(policies: list[Policy]) -> str:
    """For people: file, size, where it belongs."""
    rows = [("file", "characters", "attach to")]
    rows += [(it.file, f"{len(it.text):,}", ", ".join(it.attach_to)) for it in policies]
    width = max(len(file) for file, _, _ in rows)
    return "\n".join(f"{file:{width}}  {characters:>10}  {attach_to}" for file, characters, attach_to in rows)
