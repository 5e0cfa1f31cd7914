"""A pytest plugin: moto's tests speak to simulated-aws instead of to moto. Each test has a server of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import botocore.httpsession
import moto
import moto.core.decorator
import pytest

PROGRAM = os.environ["SIMULATED_AWS"]
NOT_MODELLED = "moto_tests_not_modelled"


class NoMock:
    """What `mock_aws` is: a decorator with or without arguments, and a context manager. It mocks nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, wrapped: Any) -> Any:
        return wrapped

    def __enter__(self) -> NoMock:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self, *_: Any, **__: Any) -> None:
        """Nothing starts."""

    def stop(self, *_: Any, **__: Any) -> None:
        """Nothing stops."""


def mock_aws(wrapped: Any = None, **_: Any) -> Any:
    """In place of moto's."""
    return NoMock() if wrapped is None else wrapped


moto.mock_aws = mock_aws
moto.core.decorator.mock_aws = mock_aws
_met_501: list[str] = []
_send = botocore.httpsession.URLLib3Session.send


def send(self: Any, request: Any) -> Any:
    """Note answers of what is not modelled: tests often see no more of them than a missing member."""
    answer = _send(self, request)
    if answer.status_code == 501:
        _met_501.append(answer.content.decode(errors="replace"))
    return answer


botocore.httpsession.URLLib3Session.send = send


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new server, which the SDK finds by its environment."""
    _met_501.clear()
    # Without a delay: moto's records are there at once.
    command = [PROGRAM, "--port", "0", "--end-with-stdin", "--record-delay", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("serving "):
                monkeypatch.setenv("AWS_ENDPOINT_URL", line.rsplit(None, 1)[-1])
                break
        yield
        process.terminate()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Say in the report whether the test met something that is not modelled."""
    outcome = yield
    outcome.get_result().user_properties.append((NOT_MODELLED, bool(_met_501)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """One line for each result, for run.py."""
    if report.when == "call" or not report.passed:
        not_modelled = dict(report.user_properties).get(NOT_MODELLED)
        result = "not-modelled" if report.failed and not_modelled else report.outcome
        why = str(report.longrepr).strip().splitlines()[-1][:200] if report.failed else ""
        with open(os.environ["MOTO_TESTS_RESULTS"], "a") as results:
            results.write(f"{report.nodeid}\t{result}\t{why}\n")
