"""The Lambda Runtime API for one function process, on a loopback port of its own.

Rules: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import queue
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PREFIX = "/2018-06-01/runtime/"
# How often a request that waits for work looks whether its process is gone.
_POLL_SECONDS = 0.2


@dataclass
class Work:
    """One invocation, as `GET /runtime/invocation/next` hands it out."""

    request_id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_id: str
    done: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b""
    failed: bool = False

    def finish(self, answer: bytes, failed: bool) -> None:
        """Record the answer; the first one counts."""
        if not self.done.is_set():
            self.answer, self.failed = answer, failed
            self.done.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that is ended while it waits for work breaks its connection: nothing to report."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class RuntimeApi:
    """Serves one process: hands out work and takes answers.

    `started` is set when the process asks for its first work (that is what ends a Lambda's
    initialisation) or reports that it cannot start (`init_error`).
    """

    def __init__(self) -> None:
        self.started = threading.Event()
        self.init_error: bytes | None = None
        self._closed = threading.Event()
        self._waiting: queue.Queue[Work] = queue.Queue()
        self._running: dict[str, Work] = {}
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """The value of `AWS_LAMBDA_RUNTIME_API`: host and port, without scheme."""
        host, port = self._server.server_address[:2]
        return f"{host}:{port}"

    def submit(self, work: Work) -> None:
        """Queue one invocation."""
        self._running[work.request_id] = work
        self._waiting.put(work)

    def forget(self, work: Work) -> None:
        """Drop an invocation that ended, so that a late answer finds nothing to answer."""
        self._running.pop(work.request_id, None)

    def close(self) -> None:
        """Stop serving; requests that wait for work end."""
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def next_work(self) -> Work | None:
        """Block until there is work; None when the server closes."""
        self.started.set()
        while not self._closed.is_set():
            try:
                return self._waiting.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
        return None

    def finish(self, request_id: str, answer: bytes, failed: bool) -> bool:
        """Take the answer to an invocation; False when there is no such invocation."""
        work = self._running.get(request_id)
        if work is None:
            return False
        work.finish(answer, failed)
        return True

    def fail_start(self, error: bytes) -> None:
        """Take the report that the process cannot start."""
        self.init_error = error
        self.started.set()


def _handler_for(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    """Make the request handler class for one API."""

    class Handler(BaseHTTPRequestHandler):
        """One connection of the process; the runtime keeps it open for all its requests."""

        protocol_version = "HTTP/1.1"
        # Without this the head and the body of an answer wait for each other's TCP acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            if self.path != _PREFIX + "invocation/next":
                self._answer(404, b"{}")
                return
            work = api.next_work()
            if work is None:
                self.close_connection = True
                return
            headers = {
                "Lambda-Runtime-Aws-Request-Id": work.request_id,
                "Lambda-Runtime-Deadline-Ms": str(work.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": work.function_arn,
                "Lambda-Runtime-Trace-Id": work.trace_id,
            }
            self._answer(200, work.payload, headers)

        def do_POST(self) -> None:
            body = self._body()
            if self.path == _PREFIX + "init/error":
                api.fail_start(body)
                self._answer(202, b'{"status":"OK"}')
                return
            parts = self.path.removeprefix(_PREFIX + "invocation/").split("/")
            known = len(parts) == 2 and parts[1] in ("response", "error")
            if known and api.finish(parts[0], body, failed=parts[1] == "error"):
                self._answer(202, b'{"status":"OK"}')
            else:
                self._answer(400, b'{"errorType":"InvalidRequestID"}')

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                return self._chunked_body()
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _chunked_body(self) -> bytes:
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline() not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(chunks)

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: these requests are the machinery, not the function's log."""

    return Handler
