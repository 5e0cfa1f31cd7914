"""activity-guard as its stack deploys it: an event on the bus becomes a notice, the inventory says what it was about."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from harness import deploy, events, paths
from harness.subscribers import wait_for
from harness.world import World

COLLECT = json.loads((paths.PROJECT / "events/certificate-inventory/collection-requested.json").read_text())
SWEEP = json.loads((paths.PROJECT / "events/activity-guard/sweep.json").read_text())
GRANTED = "granted.example"


@pytest.fixture(scope="module")
def guard(world: World) -> Iterator[tuple[deploy.Stack, deploy.Stack]]:
    """The stacks of the inventory and of the guard."""
    suffix = uuid.uuid4().hex[:6]
    topic = {"NoticeTopicArn": world.stack.topic_arn}
    inventory = deploy.deploy(world.backend, f"inventory-{suffix}", topic, template=paths.INVENTORY_TEMPLATE)
    try:
        parameters = topic | {"InventoryBucketName": inventory.outputs["InventoryBucketName"], "Domains": GRANTED}
        guard = deploy.deploy(world.backend, f"acm-autopilot-guard-{suffix}", parameters, template=paths.GUARD_TEMPLATE)
        try:
            yield inventory, guard
        finally:
            guard.delete()
    finally:
        inventory.delete()


def noticed(world: World, resource: str) -> list[dict[str, Any]]:
    """The notices about what was done to something."""
    return [
        one.body for one in world.notices.all() if any(act["resource"] == resource for act in one.body.get("acts", []))
    ]


def test_a_foreign_name_is_noticed_from_the_bus(world: World, guard: tuple[deploy.Stack, deploy.Stack]) -> None:
    arn = world.request(["login.bank.example"], announce=False)
    events.put(world.backend, [events.certificate_requested(world.backend, arn, ["login.bank.example"])])
    (notice,) = wait_for("the notice", lambda: noticed(world, arn))
    assert notice["kind"] == "certificate-requested"
    assert notice["acts"][0]["names"] == ["login.bank.example"]
    assert notice["principal"].endswith("assumed-role/operator/session")


def test_a_sweep_finds_what_no_event_said(world: World, guard: tuple[deploy.Stack, deploy.Stack]) -> None:
    inventory, stack = guard
    world.certificate(["imported.bank.example"], days=300, managed=False)
    answer, error = events.invoke(world.backend, inventory.outputs["CertificateInventoryFunctionName"], COLLECT)
    assert not error, answer
    answer, error = events.invoke(world.backend, stack.outputs["ActivityGuardFunctionName"], SWEEP)
    assert not error, answer
    assert answer["outcome"] == "swept"

    def imported() -> list[dict[str, Any]]:
        return [one.body for one in world.notices.all() if one.body["kind"] == "certificate-imported"]

    # Other tests have imported certificates too: one notice is about all of them.
    (notice,) = wait_for("the notice", imported)
    assert notice["actsCount"] >= 1
    assert notice["principal"] is None
    answer, _ = events.invoke(world.backend, stack.outputs["ActivityGuardFunctionName"], SWEEP)
    assert answer["notices"] == 0
