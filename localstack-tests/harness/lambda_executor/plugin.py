"""The LocalStack side: `LAMBDA_RUNTIME_EXECUTOR=process` loads the class below.

LocalStack finds it through the entry point group `localstack.lambda.runtime_executor`.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

from localstack.services.lambda_.invocation.executor_endpoint import (
    ShutdownDuringStartup,
    StatusErrorException,
)
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from .process import FunctionProcess, StartFailed, base_environment
from .runtime_api import Work

LOG = logging.getLogger("localstack.lambda.function")

# Variables of LocalStack's own process that start with this are given to every function, without it.
FUNCTION_VARIABLE_PREFIX = "FUNCTION_ENVIRONMENT_"


class ProcessExecutor(RuntimeExecutor):
    """One execution environment: a process, restarted when it crashed or was too slow."""

    def __init__(self, id: str, function_version) -> None:
        super().__init__(id, function_version)
        self._environment: dict[str, str] = {}
        self._process: FunctionProcess | None = None
        self._stopped = threading.Event()
        self._log = ""

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process and wait until it asks for work."""
        self._environment = self._function_environment(env_vars)
        try:
            self._ensure_process()
        except StartFailed as error:
            if self._stopped.is_set():
                raise ShutdownDuringStartup("stopped while starting") from error
            raise StatusErrorException("initialisation failed", payload=error.answer) from error

    def stop(self) -> None:
        """End the process; it never outlives its environment."""
        self._stopped.set()
        if self._process is not None:
            self._process.stop()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Give one invocation to the process and wait for the answer."""
        request_id = payload["invoke-id"]
        timeout = float(self.function_version.config.timeout)
        begin = time.monotonic()
        try:
            process = self._ensure_process()
        except StartFailed as error:
            return InvocationResult(request_id, error.answer, is_error=True, logs=self._log)
        work = Work(
            request_id=request_id,
            payload=payload["payload"].encode(),
            deadline_ms=int((time.time() + timeout) * 1000),
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
        )
        answer, failed = process.invoke(work, timeout)
        self._log = self._framed_log(process, request_id, time.monotonic() - begin)
        return InvocationResult(request_id, answer, is_error=failed, logs=self._log)

    def get_address(self) -> str:
        """Where the environment is reached from LocalStack."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Where LocalStack is reached from the environment."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Used by LocalStack's own init process only, which is not part of this."""
        return ""

    def get_logs(self) -> str:
        """The log of the last invocation, or of a failed start."""
        return self._log or (self._process.take_log() if self._process else "")

    @classmethod
    def prepare_version(cls, function_version) -> None:
        """Unzip the code."""
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version) -> None:
        """Nothing was prepared that outlives the code."""

    def _ensure_process(self) -> FunctionProcess:
        """The running process; a new one when there is none (as Lambda does after a crash)."""
        if self._process is not None and self._process.alive:
            return self._process
        if self._process is not None:
            self._process.stop()
        name = self.function_version.id.function_name
        begin = time.monotonic()
        self._process = FunctionProcess(
            self._code, self._environment, lambda line: LOG.info("[%s] %s", name, line)
        )
        try:
            self._process.wait_until_started()
        except StartFailed:
            self._log = self._process.take_log()
            raise
        milliseconds = (time.monotonic() - begin) * 1000
        LOG.info("[%s] INIT_REPORT Init Duration: %.2f ms", name, milliseconds)
        return self._process

    @property
    def _code(self) -> Path:
        return Path(self.function_version.config.code.get_unzipped_code_location())

    def _function_environment(self, env_vars: dict[str, str]) -> dict[str, str]:
        given = {name: str(value) for name, value in env_vars.items() if value is not None}
        # These are between LocalStack and its own init process.
        given = {name: value for name, value in given.items() if not name.startswith("LOCALSTACK_")}
        if "AWS_LAMBDA_LOG_LEVEL" in given:
            # Lambda spells it in capitals, LocalStack does not.
            given["AWS_LAMBDA_LOG_LEVEL"] = given["AWS_LAMBDA_LOG_LEVEL"].upper()
        given["LAMBDA_TASK_ROOT"] = str(self._code)
        everyone = {
            name.removeprefix(FUNCTION_VARIABLE_PREFIX): value
            for name, value in os.environ.items()
            if name.startswith(FUNCTION_VARIABLE_PREFIX)
        }
        return {**base_environment(), **everyone, **given}

    def _framed_log(self, process: FunctionProcess, request_id: str, seconds: float) -> str:
        memory = process.peak_memory_mb()
        report = (
            f"REPORT RequestId: {request_id} Duration: {seconds * 1000:.2f} ms "
            f"Memory Size: {self.function_version.config.memory_size} MB"
        )
        if memory is not None:
            report += f" Max Memory Used: {memory} MB"
        lines = [f"START RequestId: {request_id}", process.take_log()]
        lines += [f"END RequestId: {request_id}", report]
        return "\n".join(line for line in lines if line)


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """What the entry point names."""

    name = "process"

    def load(self, *args, **kwargs) -> type[RuntimeExecutor]:
        """The executor class."""
        return ProcessExecutor
