"""The accounts of the organization's demo and their certificates, and what should become of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_certificates import DELIVERED, NOTHING, REFUSED, RENEWED, DemoCertificate
from demo_sources import SourceCertificate
from harness import certificates, private_ca
from harness.backend import Backend
from harness.spokes import HOME_REGION, Account, Organization

HUB_REGION, OTHER_REGION = "eu-central-1", HOME_REGION
REGIONS = [OTHER_REGION, HUB_REGION]
UNITS = {"ou-ab12-11111111": "shops", "ou-ab12-22222222": "payments", "ou-ab12-33333333": "labs"}
_SHOPS, _PAYMENTS, _LABS = UNITS
SHOP = Account("111122223333", "shop-prod", _SHOPS)
PAY = Account("222233334444", "pay-prod", _PAYMENTS)
LAB = Account("333344445555", "lab", _LABS)
NEWS = Account("444455556666", "news-prod", _SHOPS)
SECRET = "web/receipts.example.com"
# How the hub gets to know of a certificate.
EVENT, SECRET_EVENT, SWEEP, NEXT_SWEEP, UNKNOWN = (
    "ACM's event", "Secrets Manager's event", "the sweep", "the sweep after it joined", "not at all"
)  # fmt: skip


@dataclass
class HubCertificate(DemoCertificate):
    """A certificate that a private CA of the hub issued."""

    hub: Backend | None = None

    def issue(self, backend: Backend, local_ca: certificates.LocalCa) -> certificates.Issued:
        """By the hub's CA, wherever it is imported."""
        return super().issue(self.hub or backend, local_ca)


@dataclass
class Placed:
    """A certificate in an account and Region."""

    certificate: DemoCertificate
    account: Account
    place: Backend
    known_by: str

    def create(self, local_ca: certificates.LocalCa) -> None:
        """Import it there."""
        self.certificate.create(self.place, local_ca)


@dataclass
class Fleet:
    """All of them. cas: what may issue for the shops, and what may for payments."""

    organization: Organization
    hub: Account
    cas: tuple[str, str] = ("", "")
    members: list[Placed] = field(default_factory=list)

    def create_cas(self) -> None:
        """Two, both in the hub's account."""
        names = ("Example Corporation Web CA", "Example Corporation Payments CA")
        self.cas = tuple(private_ca.create_root_ca(self.organization.hub, it) for it in names)

    def settings(self, number: str) -> dict:
        """OrganizationSettings: without accounts, so that AWS Organizations is asked for them."""
        web, payments = self.cas
        return {
            "id": number,
            "regions": REGIONS,
            # Of lab one Region is watched; the hub's own account has certificates in the hub's Region alone.
            "regionsByAccount": {LAB.number: [OTHER_REGION], self.hub.number: [HUB_REGION]},
            "grants": [
                {"units": [_SHOPS], "domains": ["example.com"], "privateCas": [web]},
                {"accounts": [PAY.number], "privateCas": [payments], "secrets": ["web/*"]},
            ],
        }

    def describe(self) -> None:
        """One for each thing that can happen."""
        web, payments = self.cas
        self._add(self.hub, HUB_REGION, EVENT, "portal", 14, RENEWED, web)
        self._add(SHOP, HUB_REGION, EVENT, "shop", 12, RENEWED, web, algorithm="RSA_2048")
        self._add(SHOP, OTHER_REGION, SWEEP, "cdn", 9, RENEWED, web)
        # Whoever may tag certificates in the shop's account wants one of the payments' CA.
        self._add(
            SHOP, OTHER_REGION, SWEEP, "login", 10, REFUSED, payments, reason="ca-not-granted"
        )
        self._add(PAY, HUB_REGION, SWEEP, "pay", 6, RENEWED, payments, algorithm="EC_secp384r1")
        self._add(PAY, OTHER_REGION, EVENT, "refunds", 20, RENEWED, payments)
        self._put(PAY, OTHER_REGION, SECRET_EVENT, SourceCertificate(
            "receipts", ["receipts.example.com"], "EC_prime256v1", 60, DELIVERED,
            tags={"acm-autopilot:renew-from": "secret", "acm-autopilot:secret": SECRET},
        ))  # fmt: skip
        self._add(LAB, OTHER_REGION, UNKNOWN, "experiment", 15, NOTHING, web)
        self._add(NEWS, HUB_REGION, NEXT_SWEEP, "news", 11, RENEWED, web)
        self._add(NEWS, OTHER_REGION, NEXT_SWEEP, "archive", 22, RENEWED, web)

    def known_by(self, *how: str) -> list[Placed]:
        """Those that the hub gets to know in one of these ways."""
        return [it for it in self.members if it.known_by in how]

    def named(self, name: str) -> Placed:
        """The one of this name."""
        return next(it for it in self.members if it.certificate.name == name)

    def _add(
        self,
        account: Account,
        region: str,
        known_by: str,
        name: str,
        days: int,
        outcome: str,
        ca: str,
        *,
        algorithm: str = "EC_prime256v1",
        reason: str | None = None,
    ) -> None:
        hub = self.organization.hub
        made = HubCertificate(
            name, [f"{name}.example.com"], algorithm, days, outcome, ca, reason, hub=hub
        )
        self._put(account, region, known_by, made)

    def _put(
        self, account: Account, region: str, known_by: str, certificate: DemoCertificate
    ) -> None:
        place = self.organization.place(account.number, region)
        self.members.append(Placed(certificate, account, place, known_by))
