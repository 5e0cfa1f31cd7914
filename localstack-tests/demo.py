"""`make demo`: the main job on a LocalStack of its own, with real keys and the built functions.

Environment: KEEP=1 leaves everything running; ORGANIZATION=1 shows a hub with spokes in place of a single account;
AWS_ENDPOINT_URL uses an AWS that is there already.
Writes target/demo/summary.json. Exit codes: 0 all as it should be, 1 something is not, 2 it could not
be set up, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack

import demo_report
from demo_certificates import DemoCertificate, fleet
from demo_compliance import RULES, DemoCompliance, Expected
from demo_organization import OrganizationDemo
from demo_output import INVOKE_SWEEP, RENEWAL_TITLES, renewal_cells, show_end, show_notice
from demo_sources import DemoSources
from demo_validation import DemoValidation
from harness import deploy, events, paths, private_ca
from harness.backend import Backend
from harness.certificates import LocalCa
from harness.checks import snapshot
from harness.console import Console, Step
from harness.deploy import DeployFailed
from harness.emulator import Emulator
from harness.processes import NotReady
from harness.subscribers import EventSubscriber, NoticeSubscriber, Person, wait_for

_ADDRESS = "team@example.com"
_SUMMARY = paths.TARGET / "demo" / "summary.json"
_SETTLE_SECONDS = 60.0
# What comes late would be a second notice or a second renewal: wait for it before saying there is none.
_QUIET_SECONDS = 1.5


class Demo:
    """One run."""

    def __init__(self, console: Console, backend: Backend) -> None:
        self._console, self._backend = console, backend
        self._begin = time.monotonic()
        self._undo = ExitStack()
        self.fleet: list[DemoCertificate] = []
        self.validation = DemoValidation(backend, self._undo)
        # The CA sees the zones of the simulated AWS only.
        self.sources = DemoSources(backend, self._undo) if backend.simulated else None
        self.compliance: DemoCompliance
        self.stack: deploy.Stack
        self.rules: deploy.Stack
        self._notices: NoticeSubscriber
        self._events: EventSubscriber
        self._person: Person

    def run(self) -> list[str]:
        """Everything; what is not as it should be."""
        self._set_up()
        self._trigger()
        self._evaluate()
        problems = self._check()
        if self._backend.simulated:
            with self._console.step("The report of all certificates") as step:
                problems += demo_report.write(self._backend)
                step.note = str(demo_report.REPORT.relative_to(paths.PROJECT))
        self._write_summary()
        self._show(problems)
        return problems

    def clean_up(self) -> None:
        """Take back what was put into an AWS that stays, as far as the run came."""
        self._undo.close()

    def _set_up(self) -> None:
        backend = self._backend
        name = "acm-autopilot" if backend.own else f"acm-autopilot-{uuid.uuid4().hex[:6]}"
        with self._console.step("Deploying infra/template.yaml with CloudFormation") as step:
            self.stack = deploy.deploy(
                backend,
                name,
                {
                    "NoticeEmail": _ADDRESS,
                    "ValidationDomains": "*",
                    "PrivateCaArns": "*",
                    # See `DemoCertificate.issue`.
                    "AllowIssuerChange": "false" if backend.simulated else "true",
                    # The zones of the demo are not in the DNS of the world.
                    "Settings": '{"dnsLookups": false}',
                }
                | (self.sources.parameters() if self.sources else {}),
            )
            self._undo.callback(self.stack.delete)
            step.note = f"stack {name}"
        name = f"{name}-compliance-rules"
        with self._console.step("Deploying infra/compliance-rules.yaml") as step:
            given = {"Rules": "all", "AlarmTopicArn": self.stack.topic_arn}
            self.rules = deploy.deploy_compliance_rules(backend, name, given)
            self._undo.callback(self.rules.delete)
            step.note = f"stack {name}"
        with self._console.step("Creating two private CAs"):
            ca = private_ca.create_root_ca(backend, "Example Corporation Root CA")
            disabled = private_ca.create_root_ca(backend, "Example Corporation Old CA")
            for arn in (ca, disabled):
                self._undo.callback(private_ca.delete, backend, arn)
        self._notices = NoticeSubscriber(backend, self.stack.topic_arn)
        self._undo.callback(self._notices.close)
        self._events = EventSubscriber(backend)
        self._undo.callback(self._events.close)
        self._person = Person(backend, self.stack.topic_arn, _ADDRESS)
        if self.sources:
            with self._console.step("Registering an account at a CA that speaks ACME"):
                self.sources.register()
        with self._console.step("Importing certificates with keys of their own") as step:
            local_ca = LocalCa()
            self.fleet = fleet(backend, ca, disabled)
            step.total = len(self.fleet)
            for certificate in self.fleet:
                certificate.create(backend, local_ca)
                self._undo.callback(
                    backend.client("acm").delete_certificate, CertificateArn=certificate.arn
                )
                step.count += 1
            if self.sources:
                self.sources.create()
                self.fleet += self.sources.fleet
                step.count += len(self.sources.fleet)
        with self._console.step("Disabling one of the private CAs"):
            private_ca.disable(backend, disabled)
        with self._console.step("Requesting certificates from ACM; their DNS records are missing"):
            self.validation.request()

    def _trigger(self) -> None:
        near = [certificate for certificate in self.fleet if certificate.near]
        with self._console.step(
            "ACM's daily events arrive; the functions notice and renew"
        ) as step:
            step.total = len(near)
            events.put(
                self._backend,
                [
                    events.approaching_expiration(item.arn, item.days, item.names[0])
                    for item in near
                ],
            )
            self._wait(near, step)
        if self.sources:
            with self._console.step(
                "Another tool writes a new certificate into its secret; it is imported"
            ) as step:
                self.sources.deliver()
                step.total = 1
                self._wait([self.sources.secret], step)
        with self._console.step(
            "CloudTrail reports the requests; the records are created, and ACM issues"
        ) as step:
            self.validation.announce()
            step.total = len(self.validation.requests)
            self._wait_until(lambda: self.validation.settled(self._notices), step)
        with self._console.step("The sweep checks all certificates") as step:
            answer, error = events.invoke(self._backend, self.stack.expiry_events, events.SWEEP)
            if error:
                raise DeployFailed(f"the sweep failed: {answer}")
            step.total = len(self.fleet)
            self._wait(self.fleet, step)
            time.sleep(_QUIET_SECONDS)

    def _evaluate(self) -> None:
        self.compliance = DemoCompliance(
            self._backend,
            [
                Expected(item.name, item.arn, item.broken_rules)
                for item in [*self.fleet, *self.validation.requests]
            ],
        )
        with self._console.step("AWS Config asks for the verdicts of its rules") as step:
            step.total = self.compliance.total
            step.count = self.compliance.evaluate(self.rules)
            step.note = f"{len(RULES)} rules, {step.count} verdicts"

    def _wait(self, wanted: list[DemoCertificate], step: Step) -> None:
        self._wait_until(
            lambda: sum(item.settled(self._events, self._notices) for item in wanted), step
        )

    def _wait_until(self, settled: Callable[[], int], step: Step) -> None:
        """Until all have settled, or the time has passed: the checks say what is missing then."""

        def all_settled() -> bool:
            if self.sources:
                self.sources.look()
            step.count = settled()
            return step.count == step.total

        try:
            wait_for("settling", all_settled, _SETTLE_SECONDS)
        except TimeoutError:
            step.note = f"{step.count} of {step.total} settled"

    def _check(self) -> list[str]:
        problems = []
        for certificate in self.fleet:
            certificate.after = snapshot(self._backend, certificate.arn)
            found = certificate.problems(self._events, self._notices)
            problems += [f"{certificate.name}: {problem}" for problem in found]
        if self.sources:
            problems += self.sources.problems()
        self.validation.look()
        problems += self.validation.problems(self._notices)
        return problems + self.compliance.problems()

    def _write_summary(self) -> None:
        summary = {
            "backend": self._backend.name,
            "elapsed_seconds": round(time.monotonic() - self._begin, 1),
            "certificates": [item.summary(self._events, self._notices) for item in self.fleet],
            "sources": self.sources.summary() if self.sources else None,
            "validation": self.validation.summary(self._notices),
            "compliance": self.compliance.summary(),
        }
        _SUMMARY.parent.mkdir(parents=True, exist_ok=True)
        _SUMMARY.write_text(json.dumps(summary, indent=2) + "\n")

    def _show(self, problems: list[str]) -> None:
        console = self._console
        rows = [
            (f"{part['name']}\n{part['key_algorithm']}", *renewal_cells(part))
            for part in (item.summary(self._events, self._notices) for item in self.fleet)
        ]
        console.line()
        console.table(("Certificate", *RENEWAL_TITLES), rows)
        console.line()
        console.table(
            ("Requested", "Created records", "ACM", "Notices"),
            self.validation.rows(self._notices),
        )
        if self.sources:
            console.line()
            console.table(("Certificate", "Renewed from", "What was seen there"), self.sources.rows())
        self._show_notices()
        console.line()
        console.line("In AWS Config", bold=True)
        console.table(("Certificate", *RULES), self.compliance.rows())
        console.line()
        console.table(("Certificate", "Rule", "Annotation"), self.compliance.annotations())
        console.line()
        show_end(console, problems, self._begin, self._backend, _SUMMARY)
        if self._backend.simulated:
            console.line(f"Report of all certificates: {demo_report.REPORT.relative_to(paths.PROJECT)}, for a browser", "grey")

    def _show_notices(self) -> None:
        """Two whole notices: of the failed renewal and of the missing zone, which have the most to say."""
        failed = next(item.arn for item in self.fleet if item.reason)
        without_zone = next(item.arn for item in self.validation.requests if not item.zones)
        for arn, kind in ((failed, "renewal-failed"), (without_zone, "validation-records-missing")):
            found = [item for item in self._notices.of(arn) if item.kind == kind]
            if found:
                title = "One notice" if arn == failed else "Another one"
                show_notice(self._console, self._person, title, found[-1])

    def commands(self) -> list[str]:
        """What somebody may want to know of a demo that is kept."""
        return [
            "aws acm list-certificates --includes keyTypes=RSA_2048,EC_prime256v1,EC_secp384r1",
            f"aws acm list-tags-for-certificate --certificate-arn {self.fleet[0].arn}",
            f"aws logs tail /aws/lambda/{self.stack.imported_renewal}",
            "aws route53 list-hosted-zones-by-name --dns-name example.org",
            f"aws logs tail /aws/lambda/{self.stack.dns_validation}",
            f"aws lambda invoke --function-name {self.stack.expiry_events} {INVOKE_SWEEP}",
        ]


def _show_kept(console: Console, emulator: Emulator, demo: Demo | OrganizationDemo) -> None:
    backend = emulator.backend
    console.line()
    console.line("Still running. Look around with the AWS CLI:", bold=True)
    for line in (
        f"export AWS_ENDPOINT_URL={backend.endpoint}",
        f"export AWS_REGION={backend.region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
        *demo.commands(),
    ):
        console.line(f"  {line}")
    if emulator.pids:
        console.line("End it with:", bold=True)
        console.line(f"  kill -- {' '.join(f'-{pid}' for pid in emulator.pids)}")


def _interrupted(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0", "false")


def main() -> int:
    """Run it; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    console = Console()
    keep, organization = _is_on("KEEP"), _is_on("ORGANIZATION")
    given = os.environ.get("AWS_ENDPOINT_URL")
    if organization and given:
        console.line("ORGANIZATION=1 needs accounts and AWS Organizations of its own: unset AWS_ENDPOINT_URL.", "red")
        return 2
    emulator = Emulator(keep=keep)
    try:
        deploy.check_artifacts()
        starting = "Starting LocalStack and simulated-aws"
        with console.step(f"Looking at {given}" if given else starting):
            emulator.__enter__()
    except (DeployFailed, NotReady) as error:
        console.line(str(error), "red")
        return 2
    finished = False
    kind = OrganizationDemo if organization else Demo
    demo = kind(console, emulator.backend)
    try:
        problems = demo.run()
        finished = True
        if keep:
            _show_kept(console, emulator, demo)
        return 1 if problems else 0
    except DeployFailed as error:
        console.line(str(error), "red")
        return 2
    finally:
        # What is kept is a finished demo, never half of one.
        if not (keep and finished):
            if not emulator.backend.own:
                demo.clean_up()
            emulator.stop()
        if emulator.log and not finished:
            console.line(f"LocalStack's log: {emulator.log}", "grey")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
