"""Policy documents within the sizes that AWS takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .grants import Invalid

Statement = dict[str, Any]
# "Quotas and service limits for AWS Organizations" (orgs_reference_limits.html) says 10,240 characters and 10 policies
# since May 2026, and said 5,120 and 5 before. The smaller ones hold wherever the newer have not arrived, in tools above
# all, and an identity policy has 6,144 in any case (reference_iam-quotas.html).
MOST_CHARACTERS = 5120
SERVICE_CONTROL_CHARACTERS = 10240
# One of the five is FullAWSAccess, or what allows in its place.
MOST_POLICIES = 4


def text(statements: list[Statement]) -> str:
    """The document. White space counts where the policy is created by the CLI or an SDK, so there is none."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def packed(statements: Iterable[Statement], most: int) -> list[str]:
    """Documents with all statements: denials of several policies hold together as those of one do, and so do permissions.

    A statement is never divided here: what one denial excepts, the other half of it would deny.
    """
    documents: list[list[Statement]] = []
    for statement in statements:
        if (characters := len(text([statement]))) > most:
            raise Invalid(f"the statement {statement['Sid']} needs {characters:,} characters, and a policy has {most:,}")
        roomy = (one for one in documents if len(text([*one, statement])) <= most)
        if (document := next(roomy, None)) is None:
            documents.append(document := [])
        document.append(statement)
    return [text(document) for document in documents]


def parts(make: Callable[[list[str]], Statement], values: Iterable[str], most: int) -> Iterator[Statement]:
    """Statements that each hold for as many values as one policy has room for. Only where each value is a right, or a
    denial, of its own."""
    part: list[str] = []
    for value in sorted(values):
        if part and len(text([make([*part, value])])) > most:
            yield make(part)
            part = []
        part.append(value)
    if part:
        yield make(part)
