"""Renewals from a CA that speaks ACME, whose validation records the function writes in Route 53."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from harness import acme, certificates, checks, events, x509_facts
from harness.backend import Backend
from harness.world import ACME_DELEGATION_ZONE, ACME_DOMAIN, World
from harness.zones import Zone

CA, CA_WITHOUT_ACCOUNT = "letsencrypt", "internal"
FOREIGN = '"value of another client"'
CASES = {
    "name and wildcard": ["shop", "*.shop"],
    "beside a value of another client": ["beside"],
    "delegated": ["delegated"],
}


@dataclass(frozen=True)
class Case:
    """A certificate, its hosted zone, and the certificate as it was."""

    arn: str
    zone: Zone
    before: checks.Snapshot


@pytest.fixture(scope="module")
def simulated(backend: Backend) -> Backend:
    """The CAs are those of simulated-aws."""
    if not backend.simulated:
        pytest.skip("needs the CAs of simulated-aws")
    return backend


def imported(world: World, names: list[str], ca: str) -> tuple[str, checks.Snapshot]:
    """A certificate that expires in ten days and is to be renewed from a CA."""
    issued = world.local_ca.issue(
        [f"{name}.{ACME_DOMAIN}" for name in names],
        "EC_prime256v1",
        expires_in=timedelta(days=10),
        lifetime=timedelta(days=90),
        organization=None,
    )
    tags = {"Owner": "web-team", "acm-autopilot:renew-from": "acme", "acm-autopilot:acme": ca}
    arn = world.imported(issued, tags)
    return arn, world.snapshot(arn)


@pytest.fixture(scope="module")
def delegation_zone(simulated: Backend, world: World) -> Zone:
    """Where validation is delegated to."""
    return world.zone(ACME_DELEGATION_ZONE)


@pytest.fixture(scope="module")
def renewals(simulated: Backend, world: World, delegation_zone: Zone) -> dict[str, Case]:
    """Every case is set off at once."""
    made = {}
    for case, names in CASES.items():
        arn, before = imported(world, names, CA)
        made[case] = Case(arn, world.zone(f"{names[0]}.{ACME_DOMAIN}"), before)
    beside = made["beside a value of another client"]
    beside.zone.put(challenge("beside"), "TXT", FOREIGN)
    target = f"delegated.{delegation_zone.name}"
    made["delegated"].zone.put(challenge("delegated"), "CNAME", target)
    world.approach(*(case.arn for case in made.values()))
    return made


def challenge(name: str) -> str:
    """Where the validation record of a name belongs."""
    return f"_acme-challenge.{name}.{ACME_DOMAIN}."


@pytest.mark.parametrize("case", CASES)
def test_renewal(world: World, renewals: dict[str, Case], case: str) -> None:
    renewal = renewals[case]
    after = world.wait_for_end(renewal.arn, seconds=120)
    assert checks.renewed(renewal.before, after) == []
    assert world.events.statuses(renewal.arn) == checks.COMPLETE
    (root,) = x509_facts.split_pem(acme.control(world.backend, CA)["root"].encode())
    assert x509_facts.issued_by(x509_facts.split_pem(after.issued.chain or b"")[-1], root)
    (notice,) = [it for it in world.notices.of(renewal.arn) if it.kind == "renewal-complete"]
    assert notice.body["owner"] == "web-team"


def test_validation_records_are_written_and_removed(
    world: World, renewals: dict[str, Case], delegation_zone: Zone
) -> None:
    for renewal in renewals.values():
        world.wait_for_end(renewal.arn, seconds=120)
    wildcard, beside = renewals["name and wildcard"], renewals["beside a value of another client"]
    # Both names have their value in one record set.
    assert (wildcard.zone.records(), wildcard.zone.batches()) == ([], 2)
    (kept,) = beside.zone.records()
    assert (kept.name, kept.values) == (challenge("beside"), (FOREIGN,))
    (cname,) = renewals["delegated"].zone.records()
    assert cname.kind == "CNAME"
    assert (delegation_zone.records(), delegation_zone.batches()) == ([], 2)


def test_without_an_account_nothing_is_ordered(simulated: Backend, world: World) -> None:
    world.zone(f"no-account.{ACME_DOMAIN}")
    arn, before = imported(world, ["no-account"], CA_WITHOUT_ACCOUNT)
    world.approach(arn)
    after = world.wait_for_end(arn)
    assert checks.untouched(before, after) == []
    assert after.reason == "acme-account-missing"
    assert acme.control(simulated, CA_WITHOUT_ACCOUNT)["orders"] == 0


def test_a_name_that_is_not_granted_is_not_ordered(simulated: Backend, world: World) -> None:
    issued = world.local_ca.issue(
        ["www.not-granted.example"], "EC_prime256v1", expires_in=timedelta(days=10)
    )
    tags = {"acm-autopilot:renew-from": "acme", "acm-autopilot:acme": CA}
    arn = world.imported(issued, tags)
    orders = acme.control(simulated, CA)["orders"]
    world.approach(arn)
    after = world.wait_for_end(arn)
    assert after.reason == "acme-name-not-granted"
    assert after.serial == certificates.serial_of(issued)
    assert acme.control(simulated, CA)["orders"] == orders


def test_the_account_is_registered_once(simulated: Backend, world: World) -> None:
    again = acme.register(simulated, CA, acme.url(simulated, CA))
    assert "is registered already" in again and "Nothing was changed" in again


def test_a_revocation_that_the_ca_announces_is_reported_and_answered(
    simulated: Backend, world: World, renewals: dict[str, Case]
) -> None:
    renewal = renewals["name and wildcard"]
    world.wait_for_end(renewal.arn, seconds=120)
    names = [f"shop.{ACME_DOMAIN}"]
    simulated.control("PUT", "acme", {"server": CA, "announceRevocation": names})
    answer = world.invoke(world.stack.expiry_events, events.ACME_SWEEP)
    notice = world.wait_for_notice(renewal.arn, "revocation-ahead")
    assert notice.body["owner"] == "web-team", answer
    assert "revocation-ahead" in [it["why"] for it in world.events.requests(renewal.arn)]
    others = [case.arn for case in renewals.values() if case is not renewal]
    for arn in others:
        assert "revocation-ahead" not in [it.kind for it in world.notices.of(arn)]
