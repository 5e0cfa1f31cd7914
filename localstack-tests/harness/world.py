"""The deployed application with its CAs and its listeners, for the end-to-end tests."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from . import acme, certificates, checks, deploy, events, private_ca, requested
from .backend import Backend
from .subscribers import EventSubscriber, NoticeSubscriber, Person, wait_for
from .zones import Zone

ADDRESS = "team@example.com"
# An account that owns zones, and a domain whose zone is looked for there.
ZONE_ACCOUNT = "111122223333"
ZONE_ACCOUNT_DOMAIN = "elsewhere.example"
# One whose role is configured, but is not there.
REFUSED_DOMAIN = "refused.example"
# What the CAs that speak ACME may be asked for, and a zone into which their validation may be delegated.
ACME_DOMAIN = "acme.example"
ACME_DELEGATION_ZONE = "challenges.example"
_EXTERNAL_ID = "acm-autopilot-tests"
_TIDY_SECONDS = 5.0
_WRITES = ("AddTagsToCertificate", "RemoveTagsFromCertificate", "ImportCertificate")
_ENDS = ("renewal-complete", "renewal-failed")


@dataclass(frozen=True)
class World:
    """One deployment. Certificates are made for each test; the rest is shared."""

    backend: Backend
    stack: deploy.Stack
    compliance: deploy.Stack
    ca: str
    disabled_ca: str
    local_ca: certificates.LocalCa
    notices: NoticeSubscriber
    events: EventSubscriber
    person: Person
    zone_role: deploy.Stack
    # The zone in the other account.
    elsewhere: Zone
    _made: list[str] = field(default_factory=list)
    _zones: list[Zone] = field(default_factory=list)

    @classmethod
    def deploy(cls, backend: Backend, artifacts: Path, local_ca: certificates.LocalCa) -> World:
        """Deploy the templates of infra/ and listen."""
        ca = private_ca.create_root_ca(backend, "Example Corporation Root CA")
        disabled = private_ca.create_root_ca(backend, "Example Corporation Old CA")
        private_ca.disable(backend, disabled)
        name = f"acm-autopilot-{uuid.uuid4().hex[:6]}"
        stack = deploy.deploy(
            backend,
            name,
            {
                "NoticeEmail": ADDRESS,
                "ValidationDomains": "*",
                "PrivateCaArns": f"{ca},*",
                "SecretArns": f"arn:aws:secretsmanager:{backend.region}:{backend.account}:secret:web/*",
                # The certificates of the tests come from a CA of their own.
                "AllowIssuerChange": "true",
                "ZoneRoles": json.dumps(_zone_roles()),
                # The names of the tests are not in the DNS of the world.
                "Settings": json.dumps({"dnsLookups": False}),
            }
            | _acme_parameters(backend, local_ca),
            artifacts=artifacts,
        )
        compliance = deploy.deploy_compliance_rules(
            backend,
            f"{name}-compliance-rules",
            {"Rules": "all", "AlarmTopicArn": stack.topic_arn},
            artifacts=artifacts,
        )
        owner = backend.in_account(ZONE_ACCOUNT)
        elsewhere = Zone.create(owner, ZONE_ACCOUNT_DOMAIN)
        zone_role = deploy.deploy_zone_role(owner, stack, "acm-autopilot-zones", _EXTERNAL_ID)
        if backend.simulated:
            acme.register(backend, "letsencrypt", acme.url(backend, "letsencrypt"))
        notices = NoticeSubscriber(backend, stack.topic_arn)
        listener = EventSubscriber(backend)
        person = Person(backend, stack.topic_arn, ADDRESS)
        return cls(
            backend,
            stack,
            compliance,
            ca,
            disabled,
            local_ca,
            notices,
            listener,
            person,
            zone_role,
            elsewhere,
        )

    def close(self) -> None:
        """Stop listening; remove everything from a backend that stays."""
        self.notices.close()
        self.events.close()
        if not self.backend.own:
            for stack in (self.zone_role, self.compliance, self.stack):
                stack.delete()
            for zone in (self.elsewhere, *self._zones):
                zone.delete()
            for arn in self._made:
                self.backend.client("acm").delete_certificate(CertificateArn=arn)
            for arn in (self.ca, self.disabled_ca):
                private_ca.delete(self.backend, arn)

    def certificate(
        self,
        names: list[str],
        algorithm: str = "EC_prime256v1",
        *,
        days: int = 10,
        tags: dict[str, str] | None = None,
        managed: bool = True,
        names_ca: bool = True,
        **issue: Any,
    ) -> tuple[str, checks.Snapshot]:
        """Import a certificate that expires in this many days; its ARN and how it is now."""
        tags = {"Owner": "platform-team"} | (tags or {})
        if managed:
            # The CA of the tests issued it, so the private CA has to be named.
            ca = {"acm-autopilot:private-ca": self.ca} if names_ca else {}
            tags = {"acm-autopilot:renew-from": "private-ca"} | ca | tags
        issued = self.local_ca.issue(
            names, algorithm, expires_in=timedelta(days=days, hours=1), **issue
        )
        arn = self.imported(issued, tags)
        return arn, self.snapshot(arn)

    def imported(self, issued: certificates.Issued, tags: dict[str, str]) -> str:
        """Import a certificate; the ARN."""
        self._made.append(certificates.import_certificate(self.backend, issued, tags))
        return self._made[-1]

    def zone(self, name: str, *, private: bool = False) -> Zone:
        """A hosted zone in our account."""
        self._zones.append(Zone.create(self.backend, name, private=private))
        return self._zones[-1]

    def request(self, names: list[str], *, announce: bool = True, **more: Any) -> str:
        """Request a certificate, and have CloudTrail report it; the ARN."""
        arn = requested.request(self.backend, names, **more)
        self._made.append(arn)
        if announce:
            requested.announce(self.backend, arn, names)
        return arn

    def forget(self, arn: str) -> None:
        """A certificate that the test itself has deleted."""
        self._made.remove(arn)

    def snapshot(self, arn: str) -> checks.Snapshot:
        """The certificate now."""
        return checks.snapshot(self.backend, arn)

    def approach(self, *arns: str, days: int = 10) -> None:
        """ACM says that certificates approach their end."""
        events.put(
            self.backend, [events.approaching_expiration(arn, days, "example.com") for arn in arns]
        )

    def sweep(self) -> dict[str, Any]:
        """Run the sweep now; its answer."""
        return self.invoke(self.stack.expiry_events, events.SWEEP)

    def invoke(self, function: str, event: object) -> dict[str, Any]:
        """Invoke a function, which must succeed; its answer."""
        answer, error = events.invoke(self.backend, function, event)
        assert error is None, answer
        return answer

    @contextlib.contextmanager
    def dry(self, function: str) -> Iterator[str]:
        """A copy of a function with DRY_RUN=true, for a while; its name.

        A copy, since LocalStack may lose an event that comes while a function changes.
        """
        client = self.backend.client("lambda")
        usual = client.get_function_configuration(FunctionName=function)
        package = f"{function.removeprefix(self.stack.name + '-')}.zip"
        name = f"{function}-dry"
        client.create_function(
            FunctionName=name,
            Code={"S3Bucket": self.stack.bucket, "S3Key": package},
            Environment={"Variables": usual["Environment"]["Variables"] | {"DRY_RUN": "true"}},
            **{
                key: usual[key]
                for key in ("Runtime", "Role", "Handler", "Timeout", "Architectures")
            },
        )
        try:
            waiter = client.get_waiter("function_active_v2")
            waiter.wait(FunctionName=name, WaiterConfig={"Delay": 1})
            yield name
        finally:
            client.delete_function(FunctionName=name)

    def wait_for_message(self, output: str, text: str) -> str:
        """The body of the first message with this text in the queue that an output of the stacks names.

        Others are of other tests.
        """
        sqs, url = self.backend.client("sqs"), (self.stack.outputs | self.compliance.outputs)[output]

        def receive() -> str | None:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                if text in message["Body"]:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    return message["Body"]
            return None

        return wait_for(f"a message in {output}", receive, seconds=60)

    def wait_for_end(self, arn: str, seconds: float = 60.0) -> checks.Snapshot:
        """Until a renewal has ended, one way or the other, and its notice and events have come."""

        def ended() -> bool:
            status = certificates.tags_of(self.backend, arn).get("acm-autopilot:status")
            kinds = [notice.kind for notice in self.notices.of(arn)]
            return status in _ENDS and status in kinds and status in self.events.statuses(arn)

        wait_for(f"the end of the renewal of {arn}", ended, seconds)
        return self.at_rest(arn)

    def at_rest(self, arn: str) -> checks.Snapshot:
        """How a certificate is once the renewal has tidied up, which it does after its notice.

        One that does not tidy up is not waited for long: the checks say what is left.
        """

        def tidy() -> bool:
            tags = certificates.tags_of(self.backend, arn)
            failed = tags.get("acm-autopilot:status") == "renewal-failed"
            return failed or "acm-autopilot:renewal-of" not in tags

        with contextlib.suppress(TimeoutError):
            wait_for("tidying up", tidy, _TIDY_SECONDS)
        return self.snapshot(arn)

    def wait_for_notice(self, arn: str, kind: str, seconds: float = 30.0) -> Any:
        """The first notice of a kind."""

        def came() -> Any:
            return next((item for item in self.notices.of(arn) if item.kind == kind), None)

        return wait_for(f"a notice {kind} for {arn}", came, seconds)

    def acm_calls(self, operation: str) -> int:
        """How often ACM was called; only simulated-aws counts."""
        return self.backend.control("GET", "calls").get(f"acm:{operation}", 0)

    def writes(self, arn: str) -> dict[str, int]:
        """How often ACM was asked to change a certificate. Others may be changed meanwhile, because of earlier tests."""
        calls = self.backend.control("POST", "calls", {"certificateArn": arn})
        return {operation: calls.get(f"acm:{operation}", 0) for operation in _WRITES}

    def refuse(self, operation: str, code: str, times: int) -> None:
        """Let ACM refuse the next calls of an operation."""
        refusal = {"operation": operation, "code": code, "times": times}
        self.backend.control("PUT", "fail-next", refusal)


def _acme_parameters(backend: Backend, local_ca: certificates.LocalCa) -> dict[str, str]:
    """Two CAs, at one of which there is an account."""
    if not backend.simulated:
        return {}
    known = [
        acme.directory(backend, ca, [ACME_DOMAIN], [local_ca.pem]) for ca in ("letsencrypt", "internal")
    ]
    return {"AcmeSettings": acme.settings(*known, delegationZones=[ACME_DELEGATION_ZONE])}


def _zone_roles() -> list[dict[str, str]]:
    role = f"arn:aws:iam::{ZONE_ACCOUNT}:role/acm-autopilot-zones"
    missing = "arn:aws:iam::444455556666:role/acm-autopilot-zones"
    return [
        {"zone": ZONE_ACCOUNT_DOMAIN, "role": role, "externalId": _EXTERNAL_ID},
        {"zone": REFUSED_DOMAIN, "role": missing, "externalId": _EXTERNAL_ID},
    ]
