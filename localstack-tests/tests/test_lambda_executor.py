"""The executor behaves as Lambda does, also when a function does not."""

from __future__ import annotations

import io
import json
import os
import sys
import textwrap
import time
import uuid
import zipfile
from collections.abc import Iterator

import pytest

from harness.backend import Backend
from harness.subscribers import wait_for

# A function in miniature: it does what the event says.
BOOTSTRAP = f"""\
#!{sys.executable}
import json, os, sys, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(api + path, data=json.dumps(body).encode())).read()
start = os.environ.get("START", "")
if start == "says-no":
    post("init/error", {{"errorType": "Configuration", "errorMessage": "NOTICE_TOPIC_ARN is missing"}})
    sys.exit(1)
if start == "dies":
    sys.exit(3)
while True:
    work = urllib.request.urlopen(api + "invocation/next")
    event, head = json.loads(work.read()), work.headers
    request = head["Lambda-Runtime-Aws-Request-Id"]
    print("line for", request, flush=True)
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "exit" in event:
        os._exit(event["exit"])
    if "fail" in event:
        post(f"invocation/{{request}}/error", {{"errorType": event["fail"], "errorMessage": "on request"}})
        continue
    post(f"invocation/{{request}}/response", {{
        "pid": os.getpid(), "environment": dict(os.environ), "head": dict(head.items()),
        "now": time.time(), "folder": os.getcwd(), "text": "x" * event.get("size", 0),
    }})
"""


class Function:
    """The function, deployed."""

    def __init__(self, backend: Backend, **variables: str) -> None:
        self._lambda, self.name = backend.client("lambda"), f"executor-{uuid.uuid4().hex[:8]}"
        self._logs = backend.client("logs")
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("bootstrap", textwrap.dedent(BOOTSTRAP))
        self._lambda.create_function(
            FunctionName=self.name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=f"arn:aws:iam::{backend.account}:role/function",
            Code={"ZipFile": package.getvalue()},
            Timeout=1,
            MemorySize=128,
            Environment={"Variables": variables},
        )
        self._lambda.get_waiter("function_active_v2").wait(
            FunctionName=self.name, WaiterConfig={"Delay": 1}
        )

    def invoke(self, **event) -> tuple[dict, str | None]:
        """The answer and the kind of error."""
        answer = self._lambda.invoke(FunctionName=self.name, Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    def log(self) -> str:
        """What CloudWatch Logs has."""
        group = f"/aws/lambda/{self.name}"
        try:
            streams = self._logs.describe_log_streams(logGroupName=group)["logStreams"]
        except self._logs.exceptions.ResourceNotFoundException:
            return ""
        lines = []
        for stream in streams:
            name = stream["logStreamName"]
            events = self._logs.get_log_events(logGroupName=group, logStreamName=name)["events"]
            lines += [event["message"] for event in events]
        return "".join(lines)

    def delete(self) -> None:
        """Delete it."""
        self._lambda.delete_function(FunctionName=self.name)


@pytest.fixture(scope="module")
def function(own_backend: Backend) -> Iterator[Function]:
    """One that starts."""
    made = Function(own_backend, GREETING="hello")
    yield made
    made.delete()


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_environment_is_used_again_and_ends_with_its_function(own_backend: Backend) -> None:
    function = Function(own_backend)
    first, second = (function.invoke()[0]["pid"] for _ in range(2))
    assert first == second
    assert alive(first)
    function.delete()
    wait_for("the end of the process", lambda: not alive(first), seconds=10)


def test_the_environment_is_lambdas(own_backend: Backend, function: Function) -> None:
    answer, error = function.invoke()
    assert error is None
    environment, head = answer["environment"], answer["head"]
    assert environment["GREETING"] == "hello"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == function.name
    assert environment["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert environment["AWS_REGION"] == own_backend.region
    assert environment["AWS_ENDPOINT_URL"] == own_backend.endpoint
    assert environment["AWS_ACCESS_KEY_ID"] and environment["AWS_SESSION_TOKEN"]
    assert environment["LAMBDA_TASK_ROOT"] == answer["folder"]
    assert not {"HOME", "PYTHONPATH"} & set(environment)
    assert head["Lambda-Runtime-Invoked-Function-Arn"].endswith(function.name)
    assert head["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
    left = int(head["Lambda-Runtime-Deadline-Ms"]) / 1000 - answer["now"]
    assert 0.5 < left <= 1


def test_an_error_keeps_its_type(function: Function) -> None:
    answer, error = function.invoke(fail="NonRetryable")
    assert error == "Unhandled"
    assert answer == {"errorType": "NonRetryable", "errorMessage": "on request"}


def test_a_process_that_dies_is_an_error_and_the_next_one_answers(function: Function) -> None:
    answer, error = function.invoke(exit=7)
    assert error == "Unhandled"
    assert answer["errorType"] == "Runtime.ExitError"
    assert "exit status 7" in answer["errorMessage"]
    assert function.invoke()[1] is None


def test_a_process_that_is_too_slow_is_ended(function: Function) -> None:
    pid = function.invoke()[0]["pid"]
    begin = time.monotonic()
    answer, error = function.invoke(sleep=30)
    assert time.monotonic() - begin < 5
    assert error == "Unhandled"
    assert "Task timed out after 1.00 seconds" in answer["errorMessage"]
    wait_for("the end of the process", lambda: not alive(pid), seconds=5)
    assert function.invoke()[1] is None


def test_an_answer_that_is_too_large_is_an_error(function: Function) -> None:
    answer, error = function.invoke(size=6 * 1024 * 1024 + 1)
    assert error == "Unhandled"
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("start", "error_type", "message"),
    [
        ("says-no", "Configuration", "NOTICE_TOPIC_ARN is missing"),
        ("dies", "Runtime.ExitError", "exit status 3"),
    ],
)
def test_a_start_that_fails_says_why(
    own_backend: Backend, start: str, error_type: str, message: str
) -> None:
    function = Function(own_backend, START=start)
    answer, error = function.invoke()
    assert error == "Unhandled"
    assert answer["errorType"] == error_type
    assert message in answer["errorMessage"]
    function.delete()


def test_logs_reach_cloudwatch(function: Function) -> None:
    function.invoke()
    log = wait_for("the log", lambda: "REPORT" in function.log() and function.log(), seconds=10)
    assert "START RequestId: " in log
    assert "line for " in log
