"""The HTTP side of the Lambda Runtime API, version 2018-06-01.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

One server serves one child process and is closed with it, so a request that a dead child left waiting can never swallow
an invocation meant for its successor.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import BinaryIO, Protocol

PREFIX = "/2018-06-01/runtime/"

#: Bytes that Lambda takes as the answer of one synchronous invocation (6 MB plus what it allows for headers).
MAX_RESPONSE_BYTES = 6_291_556


@dataclasses.dataclass(frozen=True)
class Invocation:
    """What the child gets as answer to `GET invocation/next`."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline_ms: int
    """Milliseconds since the Unix epoch at which the invocation is killed."""
    payload: bytes


class Runtime(Protocol):
    """Who the Runtime API talks to; every method is called from a thread of the server."""

    def next_invocation(self) -> Invocation | None:
        """Blocks until there is an invocation; `None` when there will be no more."""

    def init_error(self, body: bytes) -> None:
        """The child says that it could not start."""

    def finish(self, request_id: str, body: bytes, is_error: bool) -> bool:
        """The child answers an invocation; `False` if that is not the one running."""


class RuntimeApi:
    """A Runtime API server on a free port of 127.0.0.1, running until `close`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        host, port = self._listener.getsockname()[:2]
        self.address = f"{host}:{port}"
        self._connections: list[threading.Thread] = []
        threading.Thread(target=self._accept, name=f"runtime-api-{port}", daemon=True).start()

    def close(self) -> None:
        """Accepts no more connections; those that are open end when the child does."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the accept() that close() alone would leave waiting
        self._listener.close()

    def drain(self, limit_s: float) -> None:
        """Waits until all that a dead child has sent is read: its connections end when that is done."""
        deadline = time.monotonic() + limit_s
        for connection in list(self._connections):
            connection.join(max(0.0, deadline - time.monotonic()))

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection, peer), daemon=True)
            thread.start()
            self._connections = [other for other in self._connections if other.is_alive()] + [thread]

    def _serve(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        # A killed child resets its connection in the middle of anything.
        with connection, contextlib.suppress(OSError):
            _Handler(connection, peer, self._runtime)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive: runtimes hold one connection for their whole life
    disable_nagle_algorithm = True
    wbufsize = -1  # one write per answer

    @property
    def _runtime(self) -> Runtime:
        return self.server  # type: ignore[return-value]  # given as the third argument above

    def log_message(self, format: str, *args: object) -> None:
        """The Runtime API has no access log."""

    def do_GET(self) -> None:
        if self.path != f"{PREFIX}invocation/next":
            return self._answer(404, _error("NotFound", self.path))
        invocation = self._runtime.next_invocation()
        if invocation is None:
            self.close_connection = True
            return None
        return self._answer(
            200,
            invocation.payload,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        body = read_body(self.rfile, self.headers.get("Transfer-Encoding"), self.headers.get("Content-Length"))
        if self.path == f"{PREFIX}init/error":
            self._runtime.init_error(body)
            return self._answer(202, b'{"status":"OK"}')
        request_id, _, kind = self.path.removeprefix(f"{PREFIX}invocation/").partition("/")
        if kind not in ("response", "error"):
            return self._answer(404, _error("NotFound", self.path))
        if len(body) > MAX_RESPONSE_BYTES:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            body = _error("Function.ResponseSizeTooLarge", message)
            self._runtime.finish(request_id, body, True)
            return self._answer(413, body)
        if not self._runtime.finish(request_id, body, kind == "error"):
            return self._answer(400, _error("InvalidRequestID", "Invalid request ID"))
        return self._answer(202, b'{"status":"OK"}')

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def read_body(stream: BinaryIO, transfer_encoding: str | None, content_length: str | None) -> bytes:
    """A request body, plain or chunked (RFC 9112 section 7.1); extensions and trailers are dropped."""
    if "chunked" not in (transfer_encoding or "").lower():
        return stream.read(int(content_length or 0))
    body = bytearray()
    while size := int(stream.readline().partition(b";")[0].strip() or b"0", 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return bytes(body)


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorMessage": message, "errorType": kind}).encode()
