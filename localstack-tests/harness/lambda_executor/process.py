"""One process of a function: starts `bootstrap`, gives it work, collects its log, ends it."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .runtime_api import RuntimeApi, Work

# The runtime may still be writing its last log lines when its answer arrives.
_LOG_GRACE_SECONDS = 0.02
# Lambda refuses a larger answer of a synchronous invocation.
MAX_ANSWER_BYTES = 6 * 1024 * 1024


def error_answer(error_type: str, message: str) -> bytes:
    """The JSON that Lambda answers when the function could not."""
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


class StartFailed(Exception):
    """The process ended, or said that it cannot start, before it asked for work."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer.decode(errors="replace"))
        self.answer = answer


class FunctionProcess:
    """A running `bootstrap` with its Runtime API."""

    def __init__(
        self, code: Path, environment: dict[str, str], on_log: Callable[[str], None]
    ) -> None:
        self._log: list[str] = []
        self._log_lock = threading.Lock()
        self._on_log = on_log
        self._api = RuntimeApi()
        bootstrap = code / "bootstrap"
        try:
            # Unzipping does not always keep the file mode.
            bootstrap.chmod(0o755)
            self._process = subprocess.Popen(
                [str(bootstrap)],
                cwd=code,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            self._api.close()
            answer = error_answer("Runtime.InvalidEntrypoint", f"cannot run {bootstrap}: {error}")
            raise StartFailed(answer) from error
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def wait_until_started(self) -> None:
        """Block until the process asks for work.

        There is no time limit here: LocalStack has its own for the start of an environment and
        calls `stop` when it has passed.
        """
        while not self._api.started.wait(timeout=0.02):
            if self._process.poll() is not None:
                self._fail_start(error_answer("Runtime.ExitError", self._exit_text()))
        if self._api.init_error is not None:
            self._fail_start(self._api.init_error)

    def _fail_start(self, answer: bytes) -> None:
        self.stop()
        raise StartFailed(answer)

    def invoke(self, work: Work, timeout_seconds: float) -> tuple[bytes, bool]:
        """Run one invocation; the answer, and whether it is an error."""
        self._api.submit(work)
        end = time.monotonic() + timeout_seconds
        try:
            while not work.done.wait(timeout=0.02):
                if self._process.poll() is not None:
                    text = f"RequestId: {work.request_id} Error: {self._exit_text()}"
                    return error_answer("Runtime.ExitError", text), True
                if time.monotonic() > end:
                    # Lambda ends the sandbox of an invocation that took too long.
                    self.stop()
                    text = (
                        f"RequestId: {work.request_id} Error: "
                        f"Task timed out after {timeout_seconds:.2f} seconds"
                    )
                    return error_answer("Sandbox.Timedout", text), True
        finally:
            self._api.forget(work)
        if len(work.answer) > MAX_ANSWER_BYTES:
            text = f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
            return error_answer("Function.ResponseSizeTooLarge", text), True
        return work.answer, work.failed

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def take_log(self) -> str:
        """The log lines since the last call."""
        time.sleep(_LOG_GRACE_SECONDS)
        with self._log_lock:
            lines, self._log = self._log, []
        return "\n".join(lines)

    def peak_memory_mb(self) -> int | None:
        """The largest resident size so far; only Linux shows it for another process."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return None
        sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        return round(int(sizes[0]) / 1024) if sizes else None

    def stop(self) -> None:
        """End the process and its Runtime API. Calling it again does nothing."""
        if self._process.poll() is None:
            # Without extensions Lambda sends no SIGTERM first.
            self._process.kill()
        self._process.wait()
        self._reader.join(timeout=1)
        self._api.close()

    def _read_log(self) -> None:
        assert self._process.stdout is not None
        for raw in self._process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self._on_log(line)
            with self._log_lock:
                self._log.append(line)

    def _exit_text(self) -> str:
        code = self._process.poll()
        if code is not None and code < 0:
            return f"Runtime exited with error: signal: {-code}"
        return f"Runtime exited with error: exit status {code}"


def base_environment() -> dict[str, str]:
    """What Lambda's operating-system-only runtime gives every function besides its own variables.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    Nothing is inherited from LocalStack, so that a function cannot work by accident.
    """
    environment = {
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "TZ": ":UTC",
    }
    # Sanitizers and coverage tools need theirs.
    for name in ("LLVM_PROFILE_FILE",):
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment
