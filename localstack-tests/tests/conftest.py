"""Everything is started once for the whole run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness import deploy, paths
from harness.backend import Backend
from harness.certificates import LocalCa
from harness.emulator import Emulator
from harness.processes import NotReady
from harness.world import World


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """LocalStack and simulated-aws, or what AWS_ENDPOINT_URL names."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(Emulator())
        except NotReady as error:
            pytest.exit(str(error), returncode=2)
        yield started
        if started.log:
            print(f"\nLocalStack's log: {started.log}")


@pytest.fixture(scope="session")
def backend(emulator: Emulator) -> Backend:
    """Its clients."""
    return emulator.backend


@pytest.fixture(scope="session")
def own_backend(backend: Backend) -> Backend:
    """For tests that need simulated-aws; other backends than our own skip them.

    Another Region, so that the sweeps of the end-to-end tests do not meet what these tests leave.
    """
    if not backend.own:
        pytest.skip("needs the harness's own LocalStack")
    return backend.in_region("us-west-2")


@pytest.fixture
def domain() -> str:
    """A domain of the test's own."""
    return f"d{uuid.uuid4().hex[:8]}.example"


@pytest.fixture(scope="session")
def local_ca() -> LocalCa:
    """A CA for certificates that somebody had before."""
    return LocalCa()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """The built functions."""
    try:
        deploy.check_artifacts()
    except deploy.DeployFailed as error:
        pytest.fail(str(error), pytrace=False)
    return paths.ARTIFACTS


@pytest.fixture(scope="session")
def world(backend: Backend, artifacts: Path, local_ca: LocalCa) -> Iterator[World]:
    """infra/template.yaml deployed with the built functions."""
    started = World.deploy(backend, artifacts, local_ca)
    yield started
    started.close()
