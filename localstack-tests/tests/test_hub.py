"""A hub with spokes: sweeps reach every account, certificates are renewed in place there, and no account speaks for another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from harness import certificates, checks, deploy, events, private_ca
from harness.aws_corrections.trust_policy import ORGANIZATION
from harness.backend import Backend
from harness.spokes import HOME_REGION, Account, Organization
from harness.subscribers import EventSubscriber, Notice, NoticeSubscriber, wait_for

UNIT = "ou-ab12-44444444"
HUB = Account("500000000005", "certificates", UNIT)
SHOP = Account("600000000006", "shop", UNIT)
BANK = Account("700000000007", "bank", UNIT)
# In the organization, and without spoke.yaml.
BARE = Account("800000000008", "bare", UNIT)
STRANGER = "900000000009"
# The hub itself, the two with two Regions each, and the one without roles.
TARGETS = 6


@dataclass(frozen=True)
class Installation:
    """A hub that watches two accounts in two Regions, and a third in one."""

    hub: Backend
    organization: Organization
    stack: deploy.Stack
    ca: str
    notices: NoticeSubscriber
    events: EventSubscriber

    def certificate(self, account: Account, region: str, name: str) -> tuple[Backend, str]:
        """One that expires in ten days, to be renewed from the hub's private CA: where it is, and its ARN."""
        place = self.organization.place(account.number, region)
        issued = private_ca.issue(
            self.hub, self.ca, [name], "EC_prime256v1", expires_in=timedelta(days=10, hours=1)
        )
        tags = {"acm-autopilot:renew-from": "private-ca", "acm-autopilot:private-ca": self.ca}
        return place, certificates.import_certificate(place, issued, tags)

    def sweep(self) -> dict:
        """What expiry-events answers."""
        answer, error = events.invoke(self.hub, self.stack.expiry_events, events.SWEEP)
        assert error is None, answer
        return answer

    def wait_for_renewal(self, place: Backend, arn: str) -> checks.Snapshot:
        """Until it has ended, and nothing of it is left to do."""

        def at_rest() -> bool:
            tags = certificates.tags_of(place, arn)
            complete = tags.get("acm-autopilot:status") == "renewal-complete"
            noticed = "renewal-complete" in [it.kind for it in self.notices.of(arn)]
            return complete and noticed and "acm-autopilot:renewal-of" not in tags

        wait_for(f"the renewal of {arn}", at_rest, seconds=90)
        return checks.snapshot(place, arn)

    def unreadable(self) -> list[tuple[str, str]]:
        """Account and Region of the notices that they cannot be read."""
        found = [it.attributes for it in self.notices.all() if it.kind == "target-unreadable" and it.body["foundBy"] == "expiry-events"]
        return [(it["account"], it["region"]) for it in found]


@pytest.fixture(scope="module")
def installation(own_backend: Backend, artifacts: Path) -> Iterator[Installation]:
    """infra/template.yaml as the hub, and infra/spoke.yaml in two accounts."""
    hub = own_backend.in_account(HUB.number)
    organization = Organization(hub, {UNIT: "all"})
    organization.found(HUB, SHOP, BANK, BARE)
    ca = private_ca.create_root_ca(hub, "Example Corporation Root CA")
    regions = [HOME_REGION, hub.region]
    settings = {
        "id": ORGANIZATION,
        "regions": regions,
        "regionsByAccount": {HUB.number: [hub.region], BARE.number: [hub.region]},
        "excludedAccounts": [organization.management],
        "grants": [{"units": [UNIT], "privateCas": [ca]}],
    }
    parameters = {
        "Functions": "expiry-events,imported-renewal",
        "OrganizationId": ORGANIZATION,
        "OrganizationSettings": json.dumps(settings),
    }
    with ExitStack() as undo:
        stack = deploy.deploy(hub, "hub", parameters, artifacts=artifacts)
        for account in (SHOP, BANK):
            organization.deploy(account.number, regions, stack.outputs["SpokeEventBusArn"])
        notices, listener = NoticeSubscriber(hub, stack.topic_arn), EventSubscriber(hub)
        undo.callback(notices.close)
        undo.callback(listener.close)
        yield Installation(hub, organization, stack, ca, notices, listener)


def test_a_sweep_renews_certificates_of_spokes_in_place(installation: Installation) -> None:
    made = [
        installation.certificate(account, region, f"{account.name}.{region}.example")
        for account in (SHOP, BANK)
        for region in (HOME_REGION, installation.hub.region)
    ]
    before = [checks.snapshot(place, arn) for place, arn in made]

    assert installation.sweep() == {"outcome": "fanned-out", "targets": TARGETS}

    for (place, arn), old in zip(made, before):
        assert checks.renewed(old, installation.wait_for_renewal(place, arn)) == []
        assert installation.events.statuses(arn) == checks.COMPLETE
    wait_for("the notice about the account without roles", installation.unreadable)
    # Another sweep is through when it has renewed what it is the first to see.
    marker = installation.certificate(SHOP, installation.hub.region, "marker.example")
    installation.sweep()
    installation.wait_for_renewal(*marker)
    assert installation.unreadable() == [(BARE.number, installation.hub.region)], "one notice in two sweeps"


def test_events_of_a_spoke_are_forwarded_and_their_notices_name_the_account(installation: Installation) -> None:
    place, arn = installation.certificate(BANK, HOME_REGION, "forwarded.example")
    before = checks.snapshot(place, arn)
    events.put(place, [events.approaching_expiration(arn, 10, "forwarded.example")])
    assert checks.renewed(before, installation.wait_for_renewal(place, arn)) == []

    def came() -> Notice | None:
        return next((it for it in installation.notices.of(arn) if it.kind == "expiring"), None)

    attributes = wait_for("the notice before the expiry", came).attributes
    named = (attributes["account"], attributes["account_name"], attributes["region"])
    assert named == (BANK.number, BANK.name, HOME_REGION)


def test_what_an_account_says_about_another_is_refused(installation: Installation) -> None:
    """As if the bus's policy had let it through."""
    hub = installation.hub
    place, arn = installation.certificate(BANK, hub.region, "forged.example")
    before = checks.snapshot(place, arn)
    event = events.approaching_expiration(arn, 10, "forged.example")
    shop = installation.organization.place(SHOP.number, hub.region)
    forged = events.as_delivered(shop, event)
    answer, error = events.invoke(hub, installation.stack.expiry_events, forged)
    assert (error, answer["outcome"], answer["reason"]) == (None, "refused", "not-of-this-target")
    assert answer["account"] == SHOP.number
    assert checks.snapshot(place, arn) == before
    assert installation.notices.of(arn) == []


def test_an_account_outside_of_the_organization_is_refused(installation: Installation) -> None:
    stranger = installation.organization.place(STRANGER, installation.hub.region)
    arn = f"arn:aws:acm:{stranger.region}:{STRANGER}:certificate/1b2c3d4e-0000-4000-8000-000000000000"
    entry = events.approaching_expiration(arn, 10, "stranger.example")
    calls = installation.hub.control("GET", "calls")
    answer, error = events.invoke(
        installation.hub, installation.stack.expiry_events, events.as_delivered(stranger, entry)
    )
    assert (error, answer["outcome"], answer["reason"]) == (None, "refused", "unknown-account")
    after = installation.hub.control("GET", "calls")
    acm = [name for name in after if name.startswith("acm:") and after[name] != calls.get(name)]
    assert acm == []
