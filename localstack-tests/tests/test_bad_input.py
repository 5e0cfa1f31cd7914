"""What is not for the functions, or not well formed, is ignored with a reason or refused with a type."""

from __future__ import annotations

import json

import pytest

from harness import events
from harness.subscribers import wait_for
from harness.world import World


def approaching(world: World, arn: str) -> dict:
    """ACM's event as expiry-events gets it."""
    return events.as_delivered(world.backend, events.approaching_expiration(arn, 10, "a.example"))


def renewal_requested(world: World, arn: str) -> dict:
    """Our request as imported-renewal gets it."""
    return events.as_delivered(world.backend, events.renewal_requested(arn))


def certificate_requested(world: World, arn: str) -> dict:
    """CloudTrail's event as dns-validation gets it."""
    entry = events.certificate_requested(world.backend, arn, ["a.example"])
    return events.as_delivered(world.backend, entry)


EVENTS = {
    "expiry_events": approaching,
    "imported_renewal": renewal_requested,
    "dns_validation": certificate_requested,
}


def arns(world: World) -> dict[str, str]:
    """ARNs that are not a certificate's of this account and Region."""
    region, account = world.backend.region, world.backend.account
    return {
        "malformed": "arn:aws:acm",
        "another service": f"arn:aws:s3:{region}:{account}:certificate/1",
        "another Region": f"arn:aws:acm:ap-south-1:{account}:certificate/1234",
        "another account": f"arn:aws:acm:{region}:999999999999:certificate/1234",
    }


@pytest.mark.parametrize(
    "which", ["malformed", "another service", "another Region", "another account"]
)
@pytest.mark.parametrize("function", EVENTS)
def test_bad_arns_are_refused(world: World, function: str, which: str) -> None:
    event = EVENTS[function](world, arns(world)[which])
    answer, error = events.invoke(world.backend, getattr(world.stack, function), event)
    assert error, answer
    assert answer["errorType"] == "NonRetryable"
    assert answer["errorMessage"]


@pytest.mark.parametrize("event", [[], 1, "text", None, {}, {"source": "aws.acm"}])
@pytest.mark.parametrize("function", EVENTS)
def test_what_is_no_event_is_refused(world: World, function: str, event: object) -> None:
    answer, error = events.invoke(world.backend, getattr(world.stack, function), event)
    assert error, answer
    assert answer["errorType"] == "NonRetryable"


@pytest.mark.parametrize("function", EVENTS)
def test_a_certificate_that_is_gone_is_ignored(world: World, function: str) -> None:
    gone = (
        f"arn:aws:acm:{world.backend.region}:{world.backend.account}"
        ":certificate/00000000-0000-0000-0000-000000000000"
    )
    event = EVENTS[function](world, gone)
    answer, error = events.invoke(world.backend, getattr(world.stack, function), event)
    assert error is None, answer
    assert answer["outcome"] == "ignored"
    assert answer["reason"]


def test_another_services_event_changes_nothing(world: World) -> None:
    """Only a wrong rule brings it here: the answer says so, as an error or with a reason."""
    arn, before = world.certificate(["another-service.example.com"])
    event = approaching(world, arn) | {"source": "aws.ec2", "detail-type": "EC2 Instance State"}
    answer, error = events.invoke(world.backend, world.stack.expiry_events, event)
    said = answer["errorType"] if error else answer["outcome"]
    assert said in ("NonRetryable", "ignored")
    assert world.snapshot(arn).tags == before.tags


def test_garbage_in_tags_changes_nothing_by_halves(world: World) -> None:
    tags = {
        "acm-autopilot:status": "sideways",
        "acm-autopilot:status-since": "yesterday",
        "acm-autopilot:attempts": "many",
        "acm-autopilot:notified": "@@@",
        "acm-autopilot:validity-days": "-5",
    }
    arn, before = world.certificate(["garbage.example.com"], tags=tags)
    world.approach(arn)
    after = world.wait_for_end(arn)
    assert after.serial != before.serial or after.status == "renewal-failed"


def test_poison_is_refused_and_leaves_the_queue_of_the_renewals(world: World) -> None:
    """What no repetition helps is not given back, or it would keep a renewal waiting."""
    sqs, queue = world.backend.client("sqs"), world.stack.outputs["RenewalQueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="this is not JSON")
    wait_for("the refusal in the log", lambda: refusals(world) or None, seconds=60)
    wait_for("an empty queue", lambda: None if waiting(world, "RenewalQueueUrl") else True, seconds=60)
    dead = sqs.receive_message(QueueUrl=world.stack.outputs["RenewalDeadLetterQueueUrl"])
    assert not [one for one in dead.get("Messages", []) if "not JSON" in one["Body"]]


def refusals(world: World) -> list[str]:
    """Lines of imported-renewal's log that say why a message was refused."""
    logs = world.backend.client("logs")
    group = f"/aws/lambda/{world.stack.outputs['ImportedRenewalFunctionName']}"
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    names = [stream["logStreamName"] for stream in streams]
    found = [logs.get_log_events(logGroupName=group, logStreamName=name)["events"] for name in names]
    return [one["message"] for one in sum(found, []) if "Records[].body" in one["message"]]


def waiting(world: World, output: str) -> int:
    """Messages in a queue, those that are being dealt with among them."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = world.backend.client("sqs").get_queue_attributes(
        QueueUrl=world.stack.outputs[output], AttributeNames=names
    )
    return sum(int(answer["Attributes"][name]) for name in names)


def test_what_fails_in_expiry_events_reaches_its_dead_letter_queue(world: World) -> None:
    # The rule lets in what begins like a certificate of this account and Region.
    arn = f"arn:aws:acm:{world.backend.region}:{world.backend.account}:certificate/no/where"
    world.approach(arn)
    record = json.loads(world.wait_for_message("ExpiryEventsDeadLetterQueueUrl", arn))
    assert record["requestPayload"]["resources"] == [arn]
    assert record["responsePayload"]["errorType"] == "NonRetryable"


def test_what_fails_in_dns_validation_reaches_its_dead_letter_queue(world: World) -> None:
    arn = "arn:aws:acm:nowhere:validation"
    events.put(world.backend, [events.certificate_requested(world.backend, arn, ["a.example"])])
    record = json.loads(world.wait_for_message("DnsValidationDeadLetterQueueUrl", arn))
    assert record["responsePayload"]["errorType"] == "NonRetryable"
