"""A child process behind a Runtime API of its own, from its start to its end."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path

from . import report
from .process import ChildProcess
from .runtime_api import Invocation, RuntimeApi

#: Seconds that an answer may still be on its way through the socket when its sender is found dead. Mostly it is read at
#: once; a connection stays open for longer only where a child of the dead one holds it too.
_LAST_WORDS_S = 2.0


class InitFailed(Exception):
    """The process did not come as far as asking for work; `payload` says why, in Lambda's form."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload.decode("utf-8", "replace"))
        self.payload = payload


class ProcessEnded(Exception):
    """The process ended instead of answering."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


class TimedOut(Exception):
    """No answer within the function's time; the process is dead."""


class Sandbox:
    """Runs invocations one after the other in one process. When that ends, so does the sandbox: take a new one."""

    def __init__(
        self, code: Path, env: Mapping[str, str], on_line: Callable[[str], None], init_limit_s: float
    ) -> None:
        """Starts `code/bootstrap` and waits until it asks for work; raises `InitFailed`."""
        self._ready: Future[None] = Future()
        self._invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: tuple[str, Future[tuple[bytes, bool]]] | None = None
        self._ended: int | None = None
        begin = time.perf_counter()
        self._api = RuntimeApi(self)
        try:
            self._process = self._spawn(code, env, on_line)
            self._process.exit.add_done_callback(self._on_exit)
        except InitFailed:
            self._api.close()
            raise
        try:
            self._ready.result(init_limit_s)
        except FutureTimeout:
            self.close()
            raise InitFailed(report.init_timed_out(init_limit_s)) from None
        except InitFailed:
            self.close()
            raise
        self.init_ms = (time.perf_counter() - begin) * 1000

    def _spawn(self, code: Path, env: Mapping[str, str], on_line: Callable[[str], None]) -> ChildProcess:
        bootstrap = code / "bootstrap"
        if not bootstrap.is_file():
            raise InitFailed(report.no_bootstrap(str(bootstrap)))
        if not os.access(bootstrap, os.X_OK):
            bootstrap.chmod(0o755)  # archives lose mode bits easily
        try:
            return ChildProcess(
                [str(bootstrap)], code, {**env, "AWS_LAMBDA_RUNTIME_API": self._api.address}, on_line
            )
        except OSError as error:
            raise InitFailed(report.cannot_start(str(bootstrap), error)) from error

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether another invocation can be run here."""
        return self._ended is None and self._process.is_running()

    def run(self, invocation: Invocation, limit_s: float) -> tuple[bytes, bool]:
        """The answer and whether it is an error; raises `TimedOut` or `ProcessEnded`, after either of which it is over.

        All lines that the child wrote before it answered have been handed over on return.
        """
        answer: Future[tuple[bytes, bool]] = Future()
        with self._lock:
            if self._ended is not None:
                raise ProcessEnded(self._ended)
            self._current = (invocation.request_id, answer)
        self._invocations.put(invocation)
        try:
            return answer.result(limit_s)
        except FutureTimeout:
            self.close()
            raise TimedOut from None
        finally:
            with self._lock:
                self._current = None
            self._process.drain()

    def measure_memory(self) -> int:
        """Peak resident size so far in MiB."""
        return self._process.measure_memory()

    def close(self) -> None:
        """Kills the process, if it still runs."""
        self._process.kill()

    # What the Runtime API calls.

    def next_invocation(self) -> Invocation | None:
        if not self._ready.done():
            self._ready.set_result(None)
        return self._invocations.get()

    def init_error(self, body: bytes) -> None:
        self._fail_init(body)

    def finish(self, request_id: str, body: bytes, is_error: bool) -> bool:
        with self._lock:
            if self._current is None or self._current[0] != request_id or self._current[1].done():
                return False
            self._current[1].set_result((body, is_error))
            return True

    def _fail_init(self, payload: bytes) -> None:
        with self._lock:
            if not self._ready.done():
                self._ready.set_exception(InitFailed(payload))

    def _on_exit(self, exit: Future[int]) -> None:
        code = exit.result()
        with self._lock:
            self._ended = code
            current = self._current
        self._api.close()
        self._fail_init(report.exited(None, code))
        if current and not current[1].done():
            self._api.drain(_LAST_WORDS_S)
            with self._lock:
                if not current[1].done():
                    current[1].set_exception(ProcessEnded(code))
        self._invocations.put(None)
