"""An execution environment: one sandbox after the other, one invocation at a time, and the log of each."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from . import report
from .log import Log
from .runtime_api import Invocation
from .sandbox import InitFailed, ProcessEnded, Sandbox, TimedOut


class Busy(Exception):
    """A second invocation was sent while one runs. The caller has to take another environment."""


@dataclasses.dataclass(frozen=True)
class Function:
    """What an environment runs."""

    version: str
    code: Path
    """Folder that holds `bootstrap`."""
    timeout_s: float
    memory_mb: int
    """Only reported; nothing is limited."""


@dataclasses.dataclass(frozen=True)
class Result:
    """How an invocation ended, with the log lines from the end of the one before to its REPORT."""

    body: bytes
    is_error: bool
    log: list[str]


class Environment:
    """Runs a function; replaces its process when that has crashed or was killed for its time."""

    def __init__(self, function: Function, env: Mapping[str, str], init_limit_s: float = 10.0) -> None:
        self._function = function
        self._env = env
        self._init_limit_s = init_limit_s
        self._log = Log()
        self._busy = threading.Lock()
        self._sandbox: Sandbox | None = None
        self._failed_start: InitFailed | None = None
        self._init_ms: float | None = None
        self._stopped = False

    def start(self) -> None:
        """Starts the first process. If that fails, the first invocation says so: only invocations have a log."""
        try:
            self._sandbox = self._open()
        except InitFailed as failure:
            self._failed_start = failure

    def invoke(self, request_id: str, function_arn: str, trace_id: str, payload: bytes) -> Result:
        """Runs one invocation; raises `Busy` if one runs already."""
        if not self._busy.acquire(blocking=False):
            raise Busy(request_id)
        try:
            return self._invoke(request_id, function_arn, trace_id, payload)
        finally:
            self._busy.release()

    def stop(self) -> None:
        """Kills the process. An invocation that runs ends at once, as one whose process has died."""
        self._stopped = True
        if self._sandbox:
            self._sandbox.close()

    def logs(self) -> str:
        """The last thousand lines, of whatever invocation or none."""
        return self._log.recent()

    @property
    def pid(self) -> int | None:
        """The process id of the present child."""
        return self._sandbox.pid if self._sandbox else None

    def _invoke(self, request_id: str, function_arn: str, trace_id: str, payload: bytes) -> Result:
        limit_s = self._function.timeout_s
        failure: InitFailed | None = None
        try:
            sandbox = self._living_sandbox()  # before START: what a process writes while it starts stands above
        except InitFailed as init_failed:
            failure = init_failed
        self._log.add(report.start_line(request_id, self._function.version))
        if failure:
            return Result(failure.payload, True, self._end(request_id, 0.0, 0))

        begin = time.perf_counter()
        deadline_ms = int((time.time() + limit_s) * 1000)
        invocation = Invocation(request_id, function_arn, trace_id, deadline_ms, payload)
        peak_mb = 0
        try:
            body, is_error = sandbox.run(invocation, limit_s)
            peak_mb = sandbox.measure_memory()
        except TimedOut:
            self._log.add(report.timed_out_line(request_id, limit_s))
            body, is_error = report.timed_out(request_id, limit_s), True
        except ProcessEnded as end:
            body, is_error = report.exited(request_id, end.code), True
        duration_ms = (time.perf_counter() - begin) * 1000
        return Result(body, is_error, self._end(request_id, duration_ms, peak_mb))

    def _end(self, request_id: str, duration_ms: float, peak_mb: int) -> list[str]:
        init_ms, self._init_ms = self._init_ms, None
        for line in report.end_lines(request_id, duration_ms, init_ms, self._function.memory_mb, peak_mb):
            self._log.add(line)
        return self._log.take()

    def _living_sandbox(self) -> Sandbox:
        if self._failed_start:
            failure, self._failed_start = self._failed_start, None
            raise failure
        if self._sandbox is None or not self._sandbox.is_alive():
            self._sandbox = None
            self._sandbox = self._open()
        return self._sandbox

    def _open(self) -> Sandbox:
        sandbox = Sandbox(self._function.code, self._env, self._log.add, self._init_limit_s)
        if self._stopped:  # meanwhile
            sandbox.close()
        self._init_ms = sandbox.init_ms
        return sandbox
