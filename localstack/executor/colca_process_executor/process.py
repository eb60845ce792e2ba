"""One child process: started, its output read line by line, its end waited for."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

# PR_SET_PDEATHSIG (prctl(2)) fires when the *thread* that started the child ends, and LocalStack starts environments from
# pool threads that come and go. So all children are started by this one thread, which ends with the interpreter.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="process-executor-spawner")

#: Seconds that a pipe may stay open after its child's end, because a process outside the child's group holds it.
_GRACE_S = 1.0


def dying_with_parent(argv: Sequence[str]) -> list[str]:
    """The same command, killed by the kernel when the parent dies, even of SIGKILL (needs util-linux' setpriv)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", *argv] if setpriv else list(argv)


class ChildProcess:
    """A running program in a process group of its own.

    `on_line` gets every line of stdout and stderr, in the order written, without its newline, from any thread but never
    from two at once. `exit` resolves to the return code (negative: the signal) after the last line.
    """

    def __init__(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        self._on_line = on_line
        self._process = _SPAWNER.submit(
            lambda: subprocess.Popen(
                dying_with_parent(argv),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
            )
        ).result()
        self.pid = self._process.pid
        self.exit: Future[int] = Future()
        self.peak_memory_mb = 0
        """Largest resident size seen when asked, in MiB."""
        assert self._process.stdout  # we asked for a pipe
        self._output = self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._reading = threading.Lock()
        self._unfinished = b""
        self._at_end = False
        self._reader = threading.Thread(target=self._read, name=f"output-{self.pid}", daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, name=f"wait-{self.pid}", daemon=True).start()

    def drain(self) -> None:
        """Hands over every line that the child has written by now.

        What a child writes before it answers is in the pipe when the answer arrives, so draining then puts each line
        with the invocation that wrote it: no waiting, no losing, no line twice.
        """
        with self._reading:
            while not self._at_end:
                try:
                    data = os.read(self._output.fileno(), 65536)
                except BlockingIOError:
                    return
                self._at_end = not data
                *lines, self._unfinished = (self._unfinished + data).split(b"\n")
                if self._at_end and self._unfinished:
                    lines, self._unfinished = [self._unfinished], b""
                for line in lines:
                    self._on_line(line.decode("utf-8", "replace").rstrip("\r"))

    def measure_memory(self) -> int:
        """Peak resident size so far in MiB, rounded up; `VmHWM` of proc(5)."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{self.pid}/status").read_text()
            kib = int(status.partition("VmHWM:")[2].split()[0])
            self.peak_memory_mb = max(self.peak_memory_mb, -(-kib // 1024))
        return self.peak_memory_mb

    def is_running(self) -> bool:
        """Whether the child still lives; asks the kernel, not the threads that wait for it."""
        if self._process.poll() is not None:
            return False
        # While another thread waits for it, `poll` takes a process that has just ended for one that runs.
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def kill(self) -> None:
        """SIGKILL to the child's whole group; returns when it is gone and its output read."""
        if not self.exit.done():
            self._kill_group()
        self.exit.result(_GRACE_S + 5)

    def _kill_group(self) -> None:
        # The group outlives its leader while a grandchild lives; when it is gone the kernel says so.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _read(self) -> None:
        poll = select.poll()
        poll.register(self._output.fileno(), select.POLLIN)
        while not self._at_end:
            poll.poll()
            self.drain()

    def _wait(self) -> None:
        code = self._process.wait()
        self._kill_group()
        self._reader.join(_GRACE_S)
        if self._at_end:
            self._output.close()
        self.exit.set_result(code)
