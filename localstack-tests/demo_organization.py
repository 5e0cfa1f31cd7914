"""`make demo ORGANIZATION=1`: one hub renews the certificates of several accounts in two Regions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from demo_organization_checks import problems_of, write_summary
from demo_organization_fleet import (
    EVENT, HUB_REGION, LAB, NEWS, NEXT_SWEEP, OTHER_REGION, PAY, REGIONS, SECRET, SECRET_EVENT, SHOP, SWEEP, UNITS,
    UNKNOWN, Fleet, Placed,
)  # fmt: skip
from demo_organization_output import show
from demo_output import INVOKE_SWEEP
from demo_sources import SourceCertificate, deliverable
from harness import certificates, deploy, events, paths, requested
from harness.aws_corrections.trust_policy import ORGANIZATION
from harness.backend import Backend
from harness.console import Console, Step
from harness.deploy import DeployFailed
from harness.secrets import Secret, bundle, label_updated
from harness.spokes import Account, Organization
from harness.subscribers import EventSubscriber, Notice, NoticeSubscriber, Person, wait_for
from harness.zones import Zone

_ADDRESS = "team@example.com"
_SETTLE_SECONDS = 90.0
# What comes late would be a second notice or a second renewal: wait for it before saying there is none.
_QUIET_SECONDS = 1.5
_REQUESTED = ["www.example.com", "*.www.example.com"]


class OrganizationDemo:
    """One run. It needs simulated-aws, so nothing of it stays anywhere."""

    summary = paths.TARGET / "demo" / "summary-organization.json"

    def __init__(self, console: Console, backend: Backend) -> None:
        self.console, self.backend = console, backend
        self.begin = time.monotonic()
        self.hub = Account(backend.account, "certificates", next(iter(UNITS)))
        self.organization = Organization(backend, UNITS)
        self.fleet = Fleet(self.organization, self.hub)
        self.request_arn, self.request_before, self.refusal = "", "", ""
        # How many accounts and Regions each sweep had.
        self.swept: list[int] = []
        self.stack: deploy.Stack
        self.zone: Zone
        self.notices: NoticeSubscriber
        self.events: EventSubscriber
        self.person: Person
        self._secret: Secret
        self._local_ca = certificates.LocalCa("Example Corporation Public CA")

    def run(self) -> list[str]:
        """Everything; what is not as it should be."""
        self._set_up()
        self._report()
        self._sweep()
        self._join()
        problems = problems_of(self)
        write_summary(self)
        show(self, problems)
        return problems

    def clean_up(self) -> None:
        """Nothing: it does not run on an AWS that stays."""

    def commands(self) -> list[str]:
        """What somebody may want to know of a demo that is kept."""
        listing = "acm list-certificates --includes keyTypes=RSA_2048,EC_prime256v1,EC_secp384r1"
        return [
            f"aws logs tail /aws/lambda/{self.stack.expiry_events}",
            f"aws logs tail /aws/lambda/{self.stack.imported_renewal}",
            f"aws lambda invoke --function-name {self.stack.expiry_events} {INVOKE_SWEEP}",
            f"AWS_ACCESS_KEY_ID={SHOP.number} aws {listing} --region {OTHER_REGION}",
            f"AWS_ACCESS_KEY_ID={PAY.number} aws iam list-roles --path-prefix /acm-autopilot/",
        ]

    def _set_up(self) -> None:
        with self.console.step("Founding an organization in AWS Organizations") as step:
            accounts = (self.hub, SHOP, PAY, LAB)
            self.organization.found(*accounts)
            step.note = f"the hub's account and {', '.join(it.name for it in accounts[1:])}"
        with self.console.step("Creating two private CAs in the hub's account"):
            self.fleet.create_cas()
        with self.console.step("Deploying infra/template.yaml as the hub") as step:
            self.stack = deploy.deploy(self.backend, "acm-autopilot", self._parameters())
            step.note = f"account {self.hub.number}, {HUB_REGION}"
        with self.console.step("Deploying infra/spoke.yaml in each account and Region") as step:
            places = [(SHOP, REGIONS), (PAY, REGIONS), (LAB, [OTHER_REGION])]
            step.total = sum(len(regions) for _, regions in places)
            for account, regions in places:
                self._deploy_spoke(account, regions, step)
        with self.console.step("The owner of lab lets its role trust nobody any more"):
            self.organization.refuse(LAB.number, "acm-autopilot-read")
        self.notices = NoticeSubscriber(self.backend, self.stack.topic_arn)
        self.events = EventSubscriber(self.backend)
        self.person = Person(self.backend, self.stack.topic_arn, _ADDRESS)
        self.fleet.describe()
        with self.console.step("Importing certificates into the accounts") as step:
            self._import(self.fleet.known_by(EVENT, SECRET_EVENT, SWEEP, UNKNOWN), step)
        item = self._receipts()
        assert item.issued
        place = self.fleet.named("receipts").place
        self._secret = Secret.create(place, bundle(item.issued), item.arn, SECRET)

    def _parameters(self) -> dict[str, str]:
        settings = self.fleet.settings(ORGANIZATION)
        settings["excludedAccounts"] = [self.organization.management]
        return {
            "NoticeEmail": _ADDRESS,
            "OrganizationId": ORGANIZATION,
            "OrganizationSettings": json.dumps(settings),
            # These two are for the hub's own account alone.
            "PrivateCaArns": self.fleet.cas[0],
            "ValidationDomains": "example.com",
            # The zones of the demo are not in the DNS of the world.
            "Settings": '{"dnsLookups": false}',
        }

    def _deploy_spoke(self, account: Account, regions: list[str], step: Step) -> None:
        more = {"RecordDomains": "example.com"}
        if account is PAY:
            more["SecretArns"] = f"arn:aws:secretsmanager:*:{PAY.number}:secret:web/*"
        bus = self.stack.outputs["SpokeEventBusArn"]
        self.organization.deploy(account.number, regions, bus, **more)
        step.count += len(regions)

    def _import(self, members: list[Placed], step: Step) -> None:
        step.total = len(members)
        for member in members:
            member.create(self._local_ca)
            step.count += 1
        places = {(it.account.number, it.place.region) for it in members}
        step.note = f"{len(members)} in {len(places)} accounts and Regions"

    def _report(self) -> None:
        """What AWS itself reports in the accounts, and their rules forward to the hub's bus."""
        with self.console.step(
            "ACM's daily events arrive in three accounts, which forward them to the hub"
        ) as step:
            reported = self.fleet.known_by(EVENT)
            for it in reported:
                certificate = it.certificate
                events.put(it.place, [_approaching(certificate.arn, certificate.days)])
            self._wait(reported, step)
        with self.console.step(
            "A tool in pay-prod writes a new certificate into its secret; it is imported"
        ) as step:
            member = self.fleet.named("receipts")
            version = self._secret.put(deliverable(self._local_ca, member.certificate))
            events.put(member.place, [label_updated(self._secret, version)])
            self._wait([member], step)
        with self.console.step(
            "shop-prod requests a certificate; the record goes into the hub's zone, and ACM issues"
        ) as step:
            self._request(step)
        with self.console.step(
            "An event of shop-prod names a certificate of pay-prod: the hub refuses it"
        ):
            self._forge()

    def _request(self, step: Step) -> None:
        place = self.organization.place(SHOP.number, OTHER_REGION)
        self.zone = Zone.create(self.backend, "example.com")
        self.request_arn = requested.request(place, _REQUESTED, tags={"Owner": "web-team"})
        self.request_before = requested.status(place, self.request_arn)
        requested.announce(place, self.request_arn, _REQUESTED)
        step.total = 1
        self._wait_until(lambda: int(self.request_status() == "ISSUED"), step)

    def request_status(self) -> str:
        """Of the requested certificate."""
        place = self.organization.place(SHOP.number, OTHER_REGION)
        return requested.status(place, self.request_arn)

    def _forge(self) -> None:
        """On AWS the bus itself refuses all but what EventBridge forwards with a spoke's role; this is as if it had not."""
        arn, shop = self.fleet.named("pay").certificate.arn, self.organization.place(SHOP.number, HUB_REGION)
        forged = events.as_delivered(shop, _approaching(arn, 6))
        answer, error = events.invoke(self.backend, self.stack.expiry_events, forged)
        self.refusal = error or answer.get("reason", "") or json.dumps(answer)

    def _sweep(self) -> None:
        with self.console.step(
            "The sweep: a message for each account and Region, worked on side by side"
        ) as step:
            self._start_sweep(step)
            self._wait(self.fleet.known_by(SWEEP), step, also=lambda: bool(self.unreadable()))

    def _start_sweep(self, step: Step) -> None:
        answer, error = events.invoke(self.backend, self.stack.expiry_events, events.SWEEP)
        if error:
            raise DeployFailed(f"the sweep failed: {answer}")
        self.swept.append(answer["targets"])
        step.note = f"{answer['targets']} accounts and Regions"

    def _join(self) -> None:
        with self.console.step("news-prod joins the organization, and gets its spokes") as step:
            self.organization.join(NEWS)
            self._deploy_spoke(NEWS, REGIONS, step)
            for member in self.fleet.known_by(NEXT_SWEEP):
                member.create(self._local_ca)
        with self.console.step("The next sweep has it too") as step:
            self._start_sweep(step)
            self._wait(self.fleet.members, step)
            time.sleep(_QUIET_SECONDS)

    def unreadable(self) -> list[Notice]:
        """The notices about accounts that cannot be read."""
        return [it for it in self.notices.all() if it.kind == "target-unreadable" and it.body["foundBy"] == "expiry-events"]

    def _wait(
        self, wanted: list[Placed], step: Step, also: Callable[[], bool] = lambda: True
    ) -> None:
        step.total = len(wanted)
        self._wait_until(
            lambda: sum(it.certificate.settled(self.events, self.notices) for it in wanted), step, also
        )

    def _wait_until(
        self, settled: Callable[[], int], step: Step, also: Callable[[], bool] = lambda: True
    ) -> None:
        """Until all have settled, or the time has passed: the checks say what is missing then."""

        def all_settled() -> bool:
            step.count = settled()
            return step.count == step.total and also()

        try:
            wait_for("settling", all_settled, _SETTLE_SECONDS)
        except TimeoutError:
            step.note = f"{step.count} of {step.total} settled"

    def _receipts(self) -> SourceCertificate:
        item = self.fleet.named("receipts").certificate
        assert isinstance(item, SourceCertificate)
        return item


def _approaching(arn: str, days: int) -> dict:
    return events.approaching_expiration(arn, days, "example.com")
