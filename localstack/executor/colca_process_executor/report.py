"""The words of Lambda: log lines around an invocation, and the payloads of invocations that failed outside the handler.

Spelled as real Lambda spells them, because people grep for them.
"""

from __future__ import annotations

import json
import signal
import time


def start_line(request_id: str, version: str) -> str:
    """The line before the function's own."""
    return f"START RequestId: {request_id} Version: {version}"


def end_lines(
    request_id: str, duration_ms: float, init_ms: float | None, memory_mb: int, peak_memory_mb: int
) -> list[str]:
    """The lines after the function's own; `init_ms` only when this invocation was the first of its process."""
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration_ms:.2f} ms",
        f"Billed Duration: {int(duration_ms) + 1} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {peak_memory_mb} MB",
    ]
    if init_ms is not None:
        fields.append(f"Init Duration: {init_ms:.2f} ms")
    return [f"END RequestId: {request_id}", "\t".join(fields)]


def timed_out_line(request_id: str, limit_s: float) -> str:
    """The line of an invocation that was killed for its time."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return f"{now} {request_id} Task timed out after {limit_s:.2f} seconds"


def timed_out(request_id: str, limit_s: float) -> bytes:
    """The payload of an invocation that was killed for its time."""
    return _payload("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {limit_s:.2f} seconds")


def exited(request_id: str | None, code: int) -> bytes:
    """The payload when the process ended instead of answering; `code` as in `subprocess`: negative is a signal."""
    if code < 0:
        reason = f"Runtime exited with error: signal: {(signal.strsignal(-code) or str(-code)).lower()}"
    elif code > 0:
        reason = f"Runtime exited with error: exit status {code}"
    else:
        reason = "Runtime exited without providing a reason"
    return _payload("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}" if request_id else reason)


def init_timed_out(limit_s: float) -> bytes:
    """The payload when a process never asked for its first invocation."""
    return _payload("Sandbox.Timedout", f"Error: the init phase took longer than {limit_s:.2f} seconds")


def no_bootstrap(path: str) -> bytes:
    """The payload for a package without a program."""
    return _payload("Runtime.InvalidEntrypoint", f"Couldn't find valid bootstrap(s): [{path}]")


def cannot_start(path: str, error: OSError) -> bytes:
    """The payload for a program the system refuses to start."""
    return _payload("Runtime.InvalidEntrypoint", f"{path}: {error.strerror}")


def _payload(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
