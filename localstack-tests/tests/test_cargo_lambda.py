"""`cargo lambda deploy`, the other way to deploy a function."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

from harness import events, paths
from harness.world import World

_ROLE = "arn:aws:iam::{account}:role/acm-autopilot"


@pytest.mark.skipif(platform.system() != "Linux", reason="the tool takes Linux binaries only")
def test_one_function_deploys_and_answers(world: World, artifacts: Path) -> None:
    backend, name = world.backend, "expiry-events"
    tool = paths.TARGET / "venv-build" / "bin" / "cargo-lambda"
    deployed = subprocess.run(
        [
            str(tool), "lambda", "deploy", name,
            "--lambda-dir", str(artifacts),
            "--endpoint-url", backend.endpoint,
            "--region", backend.region,
            "--iam-role", _ROLE.format(account=backend.account),
            "--env-var", f"NOTICE_TOPIC_ARN={world.stack.topic_arn}",
        ],
        cwd=paths.PROJECT,
        env=os.environ | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr

    client = backend.client("lambda")
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    configuration = client.get_function_configuration(FunctionName=name)
    assert configuration["Runtime"] == "provided.al2023"
    # From [package.metadata.lambda.deploy] of the function.
    assert configuration["Timeout"] == 300

    far, _ = world.certificate(["cargo-lambda.example.com"], days=300)
    event = events.as_delivered(backend, events.approaching_expiration(far, 300, "example.com"))
    answer, error = events.invoke(backend, name, event)
    assert error is None, answer
    assert answer["outcome"]
    client.delete_function(FunctionName=name)
