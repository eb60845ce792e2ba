"""The lines of an environment, collected from several threads and taken out by invocation."""

from __future__ import annotations

import collections
import threading


class Log:
    """Every line put in comes out of `take` once; the last thousand also stay for `recent`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._recent: collections.deque[str] = collections.deque(maxlen=1000)

    def add(self, line: str) -> None:
        """Appends one line, given without its newline."""
        with self._lock:
            self._lines.append(line)
            self._recent.append(line)

    def take(self) -> list[str]:
        """All lines since the last `take`."""
        with self._lock:
            lines, self._lines = self._lines, []
            return lines

    def recent(self) -> str:
        """The last lines, taken or not."""
        with self._lock:
            return "\n".join(self._recent)
