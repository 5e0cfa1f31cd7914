"""The deployed application with its CAs and its listeners, for the end-to-end tests."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from . import certificates, checks, deploy, events, private_ca
from .backend import Backend
from .subscribers import EventSubscriber, NoticeSubscriber, Person, wait_for

ADDRESS = "team@example.com"
_TIDY_SECONDS = 5.0
_ENDS = ("renewal-complete", "renewal-failed")


@dataclass(frozen=True)
class World:
    """One deployment. Certificates are made for each test; the rest is shared."""

    backend: Backend
    stack: deploy.Stack
    ca: str
    disabled_ca: str
    local_ca: certificates.LocalCa
    notices: NoticeSubscriber
    events: EventSubscriber
    person: Person
    _made: list[str] = field(default_factory=list)

    @classmethod
    def deploy(cls, backend: Backend, artifacts: Path, local_ca: certificates.LocalCa) -> World:
        """Deploy infra/template.yaml and listen."""
        ca = private_ca.create_root_ca(backend, "Example Corporation Root CA")
        disabled = private_ca.create_root_ca(backend, "Example Corporation Old CA")
        private_ca.disable(backend, disabled)
        stack = deploy.deploy(
            backend,
            f"acm-autopilot-{uuid.uuid4().hex[:6]}",
            {"NoticeEmail": ADDRESS, "DefaultPrivateCaArn": ca, "PrivateCaArns": "*"},
            artifacts=artifacts,
        )
        notices = NoticeSubscriber(backend, stack.topic_arn)
        listener = EventSubscriber(backend)
        person = Person(backend, stack.topic_arn, ADDRESS)
        return cls(backend, stack, ca, disabled, local_ca, notices, listener, person)

    def close(self) -> None:
        """Stop listening; remove everything from a backend that stays."""
        self.notices.close()
        self.events.close()
        if not self.backend.own:
            self.stack.delete()
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
        """Import a certificate that ends in so many days; its ARN and how it is now."""
        tags = {"Owner": "platform-team"} | (tags or {})
        if managed:
            # The CA of the tests issued it, so the private CA has to be named.
            ca = {"acm-autopilot:private-ca": self.ca} if names_ca else {}
            tags = {"acm-autopilot:renew-from": "private-ca"} | ca | tags
        issued = self.local_ca.issue(
            names, algorithm, expires_in=timedelta(days=days, hours=1), **issue
        )
        arn = certificates.import_certificate(self.backend, issued, tags)
        self._made.append(arn)
        return arn, self.snapshot(arn)

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
        answer, error = events.invoke(self.backend, self.stack.expiry_events, events.SWEEP)
        assert error is None, answer
        return answer

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
        """How often ACM was called; only the harness's own LocalStack counts."""
        return self.backend.get_json("/_test-setup/acm/calls").get(operation, 0)

    def refuse(self, operation: str, code: str, times: int) -> None:
        """Let ACM refuse the next calls of an operation."""
        self.backend.post_json(
            "/_test-setup/acm/refuse", {"Operation": operation, "Code": code, "Times": times}
        )
