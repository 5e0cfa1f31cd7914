"""The certificates of the demo, and what should become of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from harness import certificates, checks, private_ca
from harness.backend import Backend
from harness.subscribers import EventSubscriber, Notice, NoticeSubscriber

RENEWED, DELIVERED, WATCHED, NOTHING, FAILED, REFUSED, EXPIRED = (
    "renewed",
    # Renewed as soon as the new certificate was there, long before it is due.
    "delivered",
    "notice",
    "nothing",
    "failed",
    # It may not have what its tags name: nothing was requested for it.
    "refused",
    "expired",
)

# For each outcome: the notice that must come exactly once, the statuses, and what else may come once.
# The rules of AWS Config that it breaks in the end.
_BROKEN = {
    WATCHED: {"certificate-expiry", "imported-renewal-source"},
    FAILED: {"certificate-expiry", "renewal-status"},
    REFUSED: {"certificate-expiry", "renewal-status"},
    EXPIRED: {"certificate-expiry", "certificate-expired-in-use", "imported-renewal-source"},
}
# A certificate within a notice threshold gets that notice too, whatever becomes of its renewal.
_NOTICE = {
    RENEWED: "renewal-complete",
    DELIVERED: "renewal-complete",
    WATCHED: "expiring",
    NOTHING: None,
    FAILED: "renewal-failed",
    REFUSED: "renewal-failed",
    EXPIRED: "expired",
}
_STATUSES = {
    RENEWED: checks.COMPLETE,
    DELIVERED: checks.DELIVERED,
    FAILED: checks.FAILED,
    REFUSED: checks.REFUSED,
}
_ALSO = dict.fromkeys((RENEWED, FAILED, REFUSED), {"expiring"})


@dataclass
class DemoCertificate:
    """One line of the closing table."""

    name: str
    names: list[str]
    key_algorithm: str
    days: int
    outcome: str
    ca: str | None = None
    reason: str | None = None
    in_use_by: list[str] = field(default_factory=list)
    arn: str = ""
    before: checks.Snapshot | None = None
    after: checks.Snapshot | None = None

    @property
    def near(self) -> bool:
        """Whether ACM itself would send an event about it."""
        return 0 <= self.days <= 45

    @property
    def broken_rules(self) -> frozenset[str]:
        """The rules of AWS Config that it must break."""
        return frozenset(_BROKEN.get(self.outcome, set()))

    def source(self) -> dict[str, str]:
        """The tags that name where it is renewed from."""
        if not self.ca:
            return {}
        return {"acm-autopilot:renew-from": "private-ca", "acm-autopilot:private-ca": self.ca}

    def create(self, backend: Backend, local_ca: certificates.LocalCa) -> None:
        """Import it, as somebody would have a year ago."""
        tags = {"Owner": "platform-team", "Environment": "demo"} | self.source()
        if self.outcome == EXPIRED:
            self.arn = certificates.place_expired(backend, local_ca, self.names, tags)
        else:
            issued = self.issue(backend, local_ca)
            self.arn = certificates.import_certificate(backend, issued, tags)
        if self.in_use_by:
            certificates.set_in_use(backend, self.arn, self.in_use_by)
        self.before = checks.snapshot(backend, self.arn)

    def issue(self, backend: Backend, local_ca: certificates.LocalCa) -> certificates.Issued:
        """By the CA that renews it. Emulators' private CAs choose when a certificate expires: there by another one."""
        expires_in = timedelta(days=self.days, hours=1)
        if self.ca and backend.simulated:
            return private_ca.issue(
                backend, self.ca, self.names, self.key_algorithm, expires_in=expires_in
            )
        return local_ca.issue(self.names, self.key_algorithm, expires_in=expires_in)

    def settled(self, events: EventSubscriber, notices: NoticeSubscriber) -> bool:
        """Whether everything that should come of it has come."""
        kinds = [notice.kind for notice in notices.of(self.arn)]
        wanted = _NOTICE[self.outcome]
        statuses = _STATUSES.get(self.outcome, [])
        return (wanted is None or wanted in kinds) and (
            not statuses or events.statuses(self.arn)[-1:] == statuses[-1:]
        )

    def problems(self, events: EventSubscriber, notices: NoticeSubscriber) -> list[str]:
        """What is not as it should be."""
        assert self.before and self.after
        if self.outcome in (RENEWED, DELIVERED):
            problems = checks.renewed(self.before, self.after)
        else:
            problems = checks.untouched(self.before, self.after)
        statuses = events.statuses(self.arn)
        wanted = _STATUSES.get(self.outcome, [])
        if statuses != wanted:
            problems.append(f"statuses {statuses}, expected {wanted}")
        if self.after.status != (wanted[-1] if wanted else None):
            problems.append(f"the tag says {self.after.status}")
        if self.after.reason != self.reason:
            problems.append(f"reason {self.after.reason}, expected {self.reason}")
        return problems + self._notice_problems(notices.of(self.arn))

    def _notice_problems(self, notices: list[Notice]) -> list[str]:
        kinds = [notice.kind for notice in notices]
        wanted = _NOTICE[self.outcome]
        problems = [
            f"{kinds.count(kind)} notices of kind {kind}"
            for kind in sorted(set(kinds))
            if kinds.count(kind) > 1
        ]
        if wanted and wanted not in kinds:
            problems.append(f"no notice of kind {wanted}")
        if extra := set(kinds) - {wanted} - _ALSO.get(self.outcome, set()):
            problems.append(f"unexpected notices: {', '.join(sorted(extra))}")
        return problems

    def summary(self, events: EventSubscriber, notices: NoticeSubscriber) -> dict:
        """Its part of summary.json."""
        assert self.before and self.after
        return {
            "name": self.name,
            "arn": self.arn,
            "key_algorithm": self.after.key_algorithm,
            "renew_from": self.after.tags.get("acm-autopilot:renew-from"),
            "status": self.after.status,
            "reason": self.after.reason,
            "statuses": events.statuses(self.arn),
            "serial_before": self.before.serial,
            "serial_after": self.after.serial,
            "not_after_before": self.before.not_after,
            "not_after_after": self.after.not_after,
            "notices": [notice.subject for notice in notices.of(self.arn)],
        }


def fleet(backend: Backend, ca: str, disabled_ca: str) -> list[DemoCertificate]:
    """One certificate for each thing that can happen."""

    def balancer(name: str) -> list[str]:
        prefix = f"arn:aws:elasticloadbalancing:{backend.region}:{backend.account}"
        return [f"{prefix}:loadbalancer/app/{name}/50dc6c495c0c9188"]

    return [
        DemoCertificate(
            "shop", ["shop.example.com", "www.shop.example.com", "api.shop.example.com"],
            "RSA_2048", 12, RENEWED, ca, in_use_by=balancer("shop"),
        ),
        DemoCertificate("api", ["api.example.com"], "EC_prime256v1", 20, RENEWED, ca),
        DemoCertificate(
            "payments", ["payments.example.com", "pay.example.com"],
            "EC_secp384r1", 6, RENEWED, ca, in_use_by=balancer("payments"),
        ),
        DemoCertificate(
            "internal", ["*.internal.example.com", "internal.example.com", "10.20.30.40"],
            "RSA_2048", 25, RENEWED, ca,
        ),
        DemoCertificate(
            "watched", ["legacy.example.com"],
            "RSA_2048", 10, WATCHED, in_use_by=balancer("legacy"),
        ),
        DemoCertificate("far", ["blog.example.com"], "EC_prime256v1", 200, NOTHING, ca),
        DemoCertificate(
            "ca-disabled", ["intranet.example.com"],
            "RSA_2048", 9, FAILED, disabled_ca, reason="ca-disabled",
            in_use_by=balancer("intranet"),
        ),
        DemoCertificate(
            "expired", ["old.example.com"],
            "RSA_2048", -2, EXPIRED, in_use_by=balancer("old"),
        ),
    ]  # fmt: skip
