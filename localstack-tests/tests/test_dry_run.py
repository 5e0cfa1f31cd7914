"""DRY_RUN=true: the functions say what they would do, and do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness import checks, events
from harness.world import World

WRITES = ("AddTagsToCertificate", "RemoveTagsFromCertificate", "ImportCertificate")


@contextmanager
def dry(world: World, function: str) -> Iterator[None]:
    """The function with DRY_RUN=true for a while."""
    client = world.backend.client("lambda")

    def configure(variables: dict[str, str]) -> None:
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": variables}
        )
        client.get_waiter("function_updated_v2").wait(
            FunctionName=function, WaiterConfig={"Delay": 1}
        )

    usual = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    configure(usual | {"DRY_RUN": "true"})
    try:
        yield
    finally:
        configure(usual)


@pytest.mark.parametrize("which", ["expiry_events", "imported_renewal"])
def test_nothing_is_changed(world: World, which: str) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that counts calls")
    arn, before = world.certificate([f"dry-{which.replace('_', '-')}.example.com"])
    if which == "expiry_events":
        entry = events.approaching_expiration(arn, 10, "dry.example.com")
    else:
        entry = events.renewal_requested(arn)
    event = events.as_delivered(world.backend, entry)
    function = getattr(world.stack, which)
    counted = {operation: world.acm_calls(operation) for operation in WRITES}
    with dry(world, function):
        answer, error = events.invoke(world.backend, function, event)
    assert error is None, answer
    assert answer["outcome"]
    assert arn in str(answer)
    assert {operation: world.acm_calls(operation) for operation in WRITES} == counted
    after = world.snapshot(arn)
    assert checks.untouched(before, after) == []
    assert after.tags == before.tags
    assert world.notices.of(arn) == []
    assert world.events.changes(arn) == []
