"""What the organization's demo shows at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_organization_fleet import LAB, NEWS, PAY, SHOP
from demo_output import RENEWAL_TITLES, renewal_cells, show_end, show_notice
from harness.console import wrapped

if TYPE_CHECKING:
    from demo_organization import OrganizationDemo


def show(demo: OrganizationDemo, problems: list[str]) -> None:
    """Tables, and the notice that has the most to say."""
    console = demo.console
    console.line()
    console.line("Each certificate, renewed from the hub under its own ARN", bold=True)
    console.table(("Account and Region", "Certificate", "Known by", *RENEWAL_TITLES), _certificates(demo))
    console.line()
    console.line("What is seen there, and why", bold=True)
    console.table(("What", "Why"), _reasons(demo))
    for notice in demo.unreadable()[:1]:
        show_notice(console, demo.person, "The notice about lab", notice)
    console.line()
    show_end(console, problems, demo.begin, demo.backend, demo.summary)


def _certificates(demo: OrganizationDemo) -> list[tuple[str, ...]]:
    rows = []
    for member in demo.fleet.members:
        part = member.certificate.summary(demo.events, demo.notices)
        place = f"{member.account.name}\n{member.account.number}\n{member.place.region}"
        name = f"{part['name']}\n{part['key_algorithm']}"
        known = "\n".join(wrapped([member.known_by], 18))
        rows.append((place, name, known, *renewal_cells(part)))
    return rows


def _reasons(demo: OrganizationDemo) -> list[tuple[str, str]]:
    first, second = demo.swept
    unreadable = len(demo.unreadable())
    rows = [
        (
            "Sweeps",
            f"{first} accounts and Regions, then {second}: AWS Organizations is asked at each sweep, and {NEWS.name}, which "
            "joined in between, needed no change in the hub.",
        ),
        (
            LAB.name,
            f"Its role trusts nobody any more, so its certificate is neither read nor renewed: {unreadable} notice in two "
            "sweeps, below. The others were swept all the same.",
        ),
        (
            "login",
            f"Somebody in {SHOP.name} named the CA of {PAY.name} in a tag. The CA is the hub's, but the grants of the "
            f"organization settings give it to {PAY.name} alone: nothing was issued.",
        ),
        ("receipts", f"The secret is read with the role of {PAY.name}, and is not copied to the hub."),
        (
            "www.example.com",
            f"Requested in {SHOP.name}: {demo.request_before}, then {demo.request_status()}. "
            f"{len(demo.zone.cnames())} record in the hub's zone {demo.zone.name}.",
        ),
        (
            "The forged event",
            f"Sent by {SHOP.name} about a certificate of {PAY.name}. EventBridge writes the sender's account into each event, "
            f"so it was refused, and nothing was called: {demo.refusal}",
        ),
    ]
    return [(name, "\n".join(wrapped([text], 110))) for name, text in rows]
