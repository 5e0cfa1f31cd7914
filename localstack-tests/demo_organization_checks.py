"""What must hold after the organization's demo, and its summary."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from demo_organization_fleet import LAB, OTHER_REGION, Placed
from harness.checks import snapshot

if TYPE_CHECKING:
    from demo_organization import OrganizationDemo

# The hub, two Regions of shop-prod and pay-prod each, and one of lab; then two of news-prod as well.
_TARGETS = [6, 8]


def problems_of(demo: OrganizationDemo) -> list[str]:
    """What is not as it should be."""
    problems = []
    for member in demo.fleet.members:
        item = member.certificate
        item.after = snapshot(member.place, item.arn)
        found = item.problems(demo.events, demo.notices)
        if (named := _named(demo, member)) - {member.account.name}:
            found.append(f"its notices name {named}")
        problems += [f"{member.account.name}, {item.name}: {problem}" for problem in found]
    return problems + _problems_of_accounts(demo)


def _named(demo: OrganizationDemo, member: Placed) -> set[str]:
    """The accounts that notices name. Of its own account the hub gives the number alone."""
    if member.account is demo.hub:
        return set()
    return {it.attributes.get("account_name", "-") for it in demo.notices.of(member.certificate.arn)}


def _problems_of_accounts(demo: OrganizationDemo) -> list[str]:
    problems = []
    about = [(it.attributes["account"], it.attributes["region"]) for it in demo.unreadable()]
    if about != [(LAB.number, OTHER_REGION)]:
        problems.append(f"notices about accounts that cannot be read: {about}")
    if demo.swept != _TARGETS:
        problems.append(f"the sweeps had {demo.swept} accounts and Regions, not {_TARGETS}")
    if (demo.request_before, demo.request_status()) != ("PENDING_VALIDATION", "ISSUED"):
        problems.append(f"the request is {demo.request_status()}")
    if demo.refusal != "not-of-this-target":
        problems.append(f"the forged event was answered: {demo.refusal}")
    return problems


def write_summary(demo: OrganizationDemo) -> None:
    """All of it, for machines."""
    summary = {
        "backend": demo.backend.name,
        "elapsed_seconds": round(time.monotonic() - demo.begin, 1),
        "targets_of_each_sweep": demo.swept,
        "certificates": [
            it.certificate.summary(demo.events, demo.notices)
            | {"account": it.account.name, "region": it.place.region, "known_by": it.known_by}
            for it in demo.fleet.members
        ],
        "unreadable": [it.body for it in demo.unreadable()],
        "requested": {"arn": demo.request_arn, "status": demo.request_status()},
        "refused": demo.refusal,
    }
    demo.summary.parent.mkdir(parents=True, exist_ok=True)
    demo.summary.write_text(json.dumps(summary, indent=2) + "\n")
