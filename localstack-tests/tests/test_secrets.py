"""Renewals from a secret that another tool writes, from the write to the new certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from harness import certificates, checks, events
from harness.certificates import Issued
from harness.secrets import Secret, bundle, label_updated, value_put
from harness.world import World


def present_and_secret(
    world: World, host: str, *, consents: bool = True, days: int = 10
) -> tuple[str, checks.Snapshot, Secret]:
    """An imported certificate that expires in this many days, and the secret that it is to be renewed from."""
    issued = world.local_ca.issue([host], "EC_prime256v1", expires_in=timedelta(days=days, hours=1))
    arn = world.imported(issued, {"Owner": "platform-team"})
    secret = Secret.create(world.backend, bundle(issued), arn if consents else None)
    tags = {"acm-autopilot:renew-from": "secret", "acm-autopilot:secret": secret.name}
    client = world.backend.client("acm")
    client.add_tags_to_certificate(CertificateArn=arn, Tags=certificates.as_tags(tags))
    return arn, world.snapshot(arn), secret


def renewed_certificate(world: World, host: str) -> Issued:
    """What the tool gets: of the same CA, for the same name, with a new key."""
    return world.local_ca.issue([host], "EC_prime256v1", expires_in=timedelta(days=90))


@pytest.mark.parametrize("event", [label_updated, value_put])
def test_a_new_certificate_in_the_secret_replaces_the_present_one(
    world: World, event: Callable[[Secret, str], dict[str, Any]]
) -> None:
    host = f"{event.__name__.replace('_', '-')}.secrets.example.com"
    arn, before, secret = present_and_secret(world, host)
    delivered = renewed_certificate(world, host)
    events.put(world.backend, [event(secret, secret.put(delivered))])
    after = world.wait_for_end(arn)
    assert checks.renewed(before, after) == []
    assert after.serial == certificates.serial_of(delivered) != before.serial
    assert world.events.statuses(arn) == ["renewal-in-progress", "renewal-complete"]
    notice = world.wait_for_notice(arn, "renewal-complete")
    assert notice.body["notAfter"][:10] == after.not_after[:10]
    assert notice.body["owner"] == "platform-team"
    change = world.events.changes(arn)[-1].detail
    assert (change["serialBefore"], change["serialAfter"]) == (before.serial, after.serial)
    secret.delete()


def test_a_secret_that_consents_for_the_account_is_for_the_certificates_that_name_it(
    world: World,
) -> None:
    host = "account.secrets.example.com"
    arn, before, secret = present_and_secret(world, host, consents=False)
    secret.consent(world.backend.account)
    delivered = renewed_certificate(world, host)
    events.put(world.backend, [label_updated(secret, secret.put(delivered))])
    after = world.wait_for_end(arn)
    assert checks.renewed(before, after) == []
    assert after.serial == certificates.serial_of(delivered)
    secret.delete()


def test_without_consent_a_secret_is_not_read(world: World) -> None:
    host = "no-consent.secrets.example.com"
    arn, before, secret = present_and_secret(world, host, consents=False)
    secret.put(renewed_certificate(world, host))
    events.put(world.backend, [events.renewal_requested(arn)])
    after = world.wait_for_end(arn)
    assert checks.untouched(before, after) == []
    assert after.reason == "secret-consent-missing"
    secret.delete()


def test_a_secret_with_nothing_new_changes_nothing(world: World) -> None:
    host = "nothing-new.secrets.example.com"
    # It is not due yet, so that the tool has time left.
    arn, before, secret = present_and_secret(world, host, days=60)
    described = world.backend.client("secretsmanager").describe_secret(SecretId=secret.name)
    (current,) = described["VersionIdsToStages"]
    event = events.as_delivered(world.backend, label_updated(secret, current))
    answer = world.invoke(world.stack.imported_renewal, event)
    assert checks.untouched(before, world.snapshot(arn)) == [], answer
    assert not world.notices.of(arn)
    secret.delete()


def test_a_certificate_that_is_due_and_not_in_its_secret_is_reported(world: World) -> None:
    host = "not-delivered.secrets.example.com"
    arn, before, secret = present_and_secret(world, host)
    world.approach(arn)
    after = world.wait_for_end(arn)
    assert checks.untouched(before, after) == []
    assert after.reason == "secret-not-renewed"
    notice = world.wait_for_notice(arn, "renewal-failed")
    assert secret.name in notice.body["whatHappened"]
    secret.delete()
