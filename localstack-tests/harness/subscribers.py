"""Who listens: a machine on the notice topic, a person with an e-mail address, and a queue on our events."""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from .backend import Backend


@dataclass(frozen=True)
class Notice:
    """A notice as a machine gets it from SNS."""

    subject: str
    body: dict[str, Any]
    attributes: dict[str, str]

    @property
    def arn(self) -> str | None:
        """The certificate; None when it is about an account and Region as a whole."""
        return self.body.get("certificateArn")

    @property
    def kind(self) -> str:
        """`expiring`, `renewal-complete` and so on."""
        return self.body["kind"]


@dataclass(frozen=True)
class StatusChange:
    """An event `Certificate Renewal Status Changed`."""

    arn: str
    before: str | None
    after: str
    detail: dict[str, Any]


class _Queue:
    """An SQS queue that is read into a list by a thread, so that order and times are those of arrival."""

    def __init__(self, backend: Backend, name: str) -> None:
        self._sqs = backend.client("sqs")
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = attributes["Attributes"]["QueueArn"]
        self._received: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)

    def allow(self, service: str, source_arn: str) -> None:
        """Let a service send to the queue."""
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sqs:SendMessage",
                    "Resource": self.arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
                }
            ],
        }
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(policy)})

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def messages(self) -> list[dict[str, Any]]:
        """What came so far."""
        with self._lock:
            return list(self._received)

    def close(self) -> None:
        """Stop reading, and delete the queue."""
        self._stopped.set()
        self._thread.join(timeout=5)
        self._sqs.delete_queue(QueueUrl=self.url)

    def _read(self) -> None:
        while not self._stopped.is_set():
            try:
                answer = self._sqs.receive_message(
                    QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1
                )
            except Exception:
                # The emulator is going away, or will be back.
                self._stopped.wait(0.5)
                continue
            for message in answer.get("Messages", []):
                with self._lock:
                    self._received.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


class NoticeSubscriber:
    """An SQS queue subscribed to the notice topic."""

    def __init__(self, backend: Backend, topic_arn: str) -> None:
        self._queue = _Queue(backend, f"notices-{uuid.uuid4().hex[:8]}")
        self._queue.allow("sns.amazonaws.com", topic_arn)
        self._sns = backend.client("sns")
        self._subscription = self._sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=self._queue.arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]
        self._queue.start()

    def all(self) -> list[Notice]:
        """In order of arrival. Alarms, which carry no JSON of ours, are left out."""
        found = []
        for envelope in self._queue.messages():
            attributes = {
                name: value["Value"]
                for name, value in envelope.get("MessageAttributes", {}).items()
            }
            if "kind" in attributes:
                body = json.loads(envelope["Message"])
                found.append(Notice(envelope.get("Subject", ""), body, attributes))
        return found

    def of(self, arn: str) -> list[Notice]:
        """Those about one certificate."""
        return [notice for notice in self.all() if notice.arn == arn]

    def close(self) -> None:
        """Take the subscription back."""
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._queue.close()


class EventSubscriber:
    """An EventBridge rule that catches every event of source `acm-autopilot`."""

    def __init__(self, backend: Backend, bus: str = "default") -> None:
        name = f"statuses-{uuid.uuid4().hex[:8]}"
        self._queue = _Queue(backend, name)
        self._client = backend.client("events")
        # Parameters that name the rule.
        self._rule = {"Rule": name, "EventBusName": bus}
        rule = self._client.put_rule(
            Name=name,
            EventBusName=bus,
            EventPattern=json.dumps({"source": ["acm-autopilot"]}),
        )["RuleArn"]
        self._queue.allow("events.amazonaws.com", rule)
        self._client.put_targets(**self._rule, Targets=[{"Id": "queue", "Arn": self._queue.arn}])
        self._queue.start()

    def all(self) -> list[dict[str, Any]]:
        """Every event, whole."""
        return self._queue.messages()

    def changes(self, arn: str) -> list[StatusChange]:
        """The status changes of one certificate, in their order.

        EventBridge keeps no order, so each change is put behind the one whose end is its beginning.
        """
        rest = [
            StatusChange(arn, event["detail"].get("from"), event["detail"]["to"], event["detail"])
            for event in self.all()
            if event["detail-type"] == "Certificate Renewal Status Changed"
            and event["detail"].get("certificateArn") == arn
        ]
        ordered: list[StatusChange] = []
        while rest:
            last = ordered[-1].after if ordered else None
            following = next((change for change in rest if change.before == last), rest[0])
            rest.remove(following)
            ordered.append(following)
        return ordered

    def statuses(self, arn: str) -> list[str]:
        """The statuses that a certificate went through."""
        return [change.after for change in self.changes(arn)]

    def requests(self, arn: str) -> list[dict[str, Any]]:
        """The details of the renewal requests for one certificate."""
        return [
            event["detail"]
            for event in self.all()
            if event["detail-type"] == "Certificate Renewal Requested"
            and event["detail"].get("certificateArn") == arn
        ]

    def close(self) -> None:
        """Take the rule back."""
        self._client.remove_targets(**self._rule, Ids=["queue"])
        self._client.delete_rule(Name=self._rule["Rule"], EventBusName=self._rule["EventBusName"])
        self._queue.close()


class Person:
    """Somebody with an e-mail subscription, which the template's parameter NoticeEmail makes."""

    def __init__(self, backend: Backend, topic_arn: str, address: str) -> None:
        self._backend, self._address = backend, address
        if backend.own:
            # LocalStack loads a service, and here the mailbox, at its first call.
            backend.client("ses").list_identities()
        sns = backend.client("sns")
        for subscription in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
            if subscription["Protocol"] == "email" and subscription["Endpoint"] == address:
                self._confirm(topic_arn, subscription["SubscriptionArn"])

    def mails(self) -> list[tuple[str, str]]:
        """Subject and text of each mail, in order; empty where the backend has no mailbox to look into."""
        if not self._backend.own:
            return []
        found = []
        for mail in self._backend.get_json("/_aws/ses")["messages"]:
            if self._address in mail.get("Destination", {}).get("ToAddresses", []):
                found.append((mail.get("Subject", ""), mail["Body"]["text_part"]))
        return found

    def _confirm(self, topic_arn: str, subscription_arn: str) -> None:
        """What the link in the first mail does."""
        if not self._backend.own:
            return
        page = self._backend.get_json(f"/_aws/sns/subscription-tokens/{subscription_arn}")
        self._backend.client("sns").confirm_subscription(
            TopicArn=topic_arn, Token=page["subscription_token"]
        )


def wait_for(what: str, ready: Any, seconds: float = 30.0, pause: float = 0.1) -> Any:
    """Poll until `ready()` is true and return that; TimeoutError names what did not come."""
    end = time.monotonic() + seconds
    while True:
        if found := ready():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(pause)
