"""The end of the demo: what rules of AWS Config say of its certificates."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness import config_rules, deploy, events
from harness.backend import Backend
from harness.config_rules import Result
from harness.console import wrapped

# With their default parameters.
RULES = (
    "certificate-expiry",
    "certificate-expired-in-use",
    "renewal-status",
    "imported-renewal-source",
    "renewal-eligible",
    "key-algorithm",
    "issuance-status",
)
_BAD = "NON_COMPLIANT"
_SHORT = {"COMPLIANT": "compliant", _BAD: _BAD, "NOT_APPLICABLE": "-"}


@dataclass(frozen=True)
class Expected:
    """A certificate of the demo, and the rules that it must break, no more and no fewer."""

    name: str
    arn: str
    broken: frozenset[str]


class DemoCompliance:
    """One evaluation of each rule."""

    def __init__(self, backend: Backend, expected: Iterable[Expected]) -> None:
        self._backend = backend
        self._certificates = list(expected)
        self._found: dict[tuple[str, str], Result] = {}

    def evaluate(self, stack: deploy.Stack) -> int:
        """Evaluate all rules at once, as AWS Config does; how many verdicts there are."""
        arns = {item.arn for item in self._certificates}
        with ThreadPoolExecutor(len(RULES)) as pool:
            for rule, results in zip(RULES, pool.map(lambda it: self._evaluate(stack, it), RULES)):
                self._found |= {(it.resource, rule): it for it in results if it.resource in arns}
        return len(self._found)

    @property
    def total(self) -> int:
        """How many verdicts there should be."""
        return len(RULES) * len(self._certificates)

    def _evaluate(self, stack: deploy.Stack, rule: str) -> list[Result]:
        """One rule for all certificates."""
        backend = self._backend
        parameters, place = {"rule": rule}, (backend.account, backend.region)
        if backend.own:
            token = config_rules.token(backend, rule)
            _invoke(backend, stack, config_rules.scheduled(parameters, *place, token))
            return list(config_rules.results(backend, rule))
        # A given AWS Config has no such rule, and keeps nothing: each certificate by its item.
        found = []
        for item in self._certificates:
            event = config_rules.notified(parameters, *place, config_rules.item(backend, item.arn))
            (it,) = _invoke(backend, stack, event)["findings"]
            found.append(Result(it["resource"], it["compliance"], it["reason"]))
        return found

    def problems(self) -> list[str]:
        """What is not as it should be."""
        problems = []
        for item in self._certificates:
            verdicts = {rule: self._found.get((item.arn, rule)) for rule in RULES}
            if missing := [rule for rule, verdict in verdicts.items() if verdict is None]:
                problems.append(f"{item.name}: no verdict of {', '.join(missing)}")
            broken = {rule for rule, it in verdicts.items() if it and it.compliance == _BAD}
            # What needs the test set-up, such as certificates in use, is not there elsewhere.
            if self._backend.own and broken != item.broken:
                problems.append(f"{item.name}: breaks {sorted(broken)}, not {sorted(item.broken)}")
        return problems

    def summary(self) -> list[dict[str, str]]:
        """Its part of summary.json."""
        return [
            {
                "certificate": item.name,
                "rule": rule,
                "compliance": found.compliance,
                "annotation": found.annotation,
            }
            for item in self._certificates
            for rule in RULES
            if (found := self._found.get((item.arn, rule)))
        ]

    def rows(self) -> list[tuple[str, ...]]:
        """For the table: a certificate, and a column for each rule."""
        return [
            (item.name, *(self._cell(item.arn, rule) for rule in RULES))
            for item in self._certificates
        ]

    def annotations(self) -> list[tuple[str, ...]]:
        """For the table below: what AWS Config shows of what is not compliant."""
        rows = []
        for item in self._certificates:
            for rule in RULES:
                found = self._found.get((item.arn, rule))
                if found and found.compliance == _BAD:
                    text = "\n".join(wrapped([found.annotation], 100))
                    rows.append((item.name, rule, text))
        return rows

    def _cell(self, arn: str, rule: str) -> str:
        found = self._found.get((arn, rule))
        return _SHORT[found.compliance] if found else "?"


def _invoke(backend: Backend, stack: deploy.Stack, event: dict) -> dict:
    answer, error = events.invoke(backend, stack.compliance_rules, event)
    if error:
        raise deploy.DeployFailed(f"an evaluation failed: {answer}")
    return answer
