"""Functions for the tests: a `bootstrap` in Python that speaks the Runtime API, around a handler given as text."""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from colca_process_executor.environment import Environment, Function, Result

_RUNTIME = '''\
import http.client, json, os, signal, subprocess, sys, time

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

def post(path, body):
    api.request("POST", "/2018-06-01/runtime/" + path, body)
    return api.getresponse().read()

def say(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()

def serve(handler):
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        event = json.loads(answer.read())
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        post(f"invocation/{request_id}/response", json.dumps(handler(event)))
'''


class FunctionTest(unittest.TestCase):
    """Makes functions in a folder of their own and stops all of their environments afterwards."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.code = Path(folder.name)
        self._count = 0

    def environment(
        self, program: str, *, timeout_s: float = 10.0, init_limit_s: float = 10.0, raw: bool = False
    ) -> Environment:
        """A started environment of a function whose program (after the runtime above) is this text."""
        bootstrap = self.code / "bootstrap"
        text = textwrap.dedent(program)
        bootstrap.write_text(text if raw else f"#!{sys.executable} -IS\n{_RUNTIME}\n{text}")
        bootstrap.chmod(0o755)
        function = Function("$LATEST", self.code, timeout_s, 128)
        environment = Environment(function, {"PATH": os.defpath}, init_limit_s)
        self.addCleanup(environment.stop)
        environment.start()
        return environment

    def invoke(self, environment: Environment, payload: str = "null") -> Result:
        """One invocation with a request id that tells its number."""
        self._count += 1
        return environment.invoke(f"id-{self._count}", "arn:test", "Root=1-0-0", payload.encode())


def eventually(condition: Callable[[], bool], limit_s: float = 5.0) -> bool:
    """Whether the condition becomes true in time."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def is_running(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
