"""DRY_RUN=true: the functions say what they would do, and do nothing."""

from __future__ import annotations

import pytest

from harness import certificates, checks, events, requested
from harness.world import World


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
    counted = world.writes(arn)
    with world.dry(function) as copy:
        answer = world.invoke(copy, event)
    assert answer["outcome"]
    assert arn in str(answer)
    assert world.writes(arn) == counted
    after = world.snapshot(arn)
    assert checks.untouched(before, after) == []
    assert after.tags == before.tags
    assert world.notices.of(arn) == []
    assert world.events.changes(arn) == []


def test_no_record_is_put(world: World) -> None:
    if not world.backend.own:
        pytest.skip("needs a backend that counts changes")
    zone = world.zone("dry.example")
    names = ["dry.example", "nowhere-dry.example"]
    arn = world.request(names, announce=False)
    records = requested.records(world.backend, arn)
    entry = events.certificate_requested(world.backend, arn, names)
    with world.dry(world.stack.dns_validation) as copy:
        answer = world.invoke(copy, events.as_delivered(world.backend, entry))
    # It says what it would do.
    assert any(name.rstrip(".") in str(answer) for name in records)
    assert zone.batches() == 0
    assert zone.records() == []
    assert certificates.tags_of(world.backend, arn) == {}
    assert world.notices.of(arn) == []
    assert not [event for event in world.events.all() if arn in str(event)]
