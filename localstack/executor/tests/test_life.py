"""Start, crash, respawn, time-out, stop."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from .support import FunctionTest, eventually, is_running


class LifeTest(FunctionTest):
    def test_one_process_answers_one_invocation_after_the_other(self) -> None:
        environment = self.environment("serve(lambda event: {'pid': os.getpid(), 'event': event})")
        answers = [json.loads(self.invoke(environment, f"[{n}]").body) for n in range(20)]
        self.assertEqual([[n] for n in range(20)], [answer["event"] for answer in answers])
        self.assertEqual({environment.pid}, {answer["pid"] for answer in answers})

    def test_a_crash_is_reported_at_once_and_the_next_invocation_gets_a_new_process(self) -> None:
        environment = self.environment("serve(lambda event: sys.exit(7) if event == 'crash' else os.getpid())")
        first = environment.pid
        begin = time.monotonic()
        result = self.invoke(environment, '"crash"')
        self.assertLess(time.monotonic() - begin, 2)
        self.assertTrue(result.is_error)
        self.assertEqual(
            {"errorType": "Runtime.ExitError", "errorMessage": "RequestId: id-1 Error: Runtime exited with error: exit status 7"},
            json.loads(result.body),
        )
        again = self.invoke(environment)
        self.assertFalse(again.is_error)
        self.assertNotEqual(first, json.loads(again.body))

    def test_kill_9_in_the_middle_of_an_invocation(self) -> None:
        environment = self.environment("def slow(event):\n    say('working')\n    time.sleep(60)\nserve(slow)")
        killer = threading.Thread(
            target=lambda: eventually(lambda: "working" in environment.logs()) and os.kill(environment.pid, signal.SIGKILL)
        )
        killer.start()
        begin = time.monotonic()
        result = self.invoke(environment)
        killer.join()
        self.assertLess(time.monotonic() - begin, 5)
        self.assertIn("signal: killed", json.loads(result.body)["errorMessage"])

    def test_kill_9_between_two_invocations_costs_none(self) -> None:
        environment = self.environment("serve(lambda event: os.getpid())")
        for _ in range(5):
            before = json.loads(self.invoke(environment).body)
            os.kill(before, signal.SIGKILL)
            self.assertTrue(eventually(lambda: not is_running(before)))
            result = self.invoke(environment)
            self.assertFalse(result.is_error)
            self.assertNotEqual(before, json.loads(result.body))

    def test_a_time_out_kills_the_process_and_what_it_started(self) -> None:
        environment = self.environment(
            """
            def slow(event):
                if event is None:
                    return "quick"
                child = subprocess.Popen(["sleep", "60"])
                say(f"child {child.pid}")
                time.sleep(60)
            serve(slow)
            """,
            timeout_s=0.5,
        )
        first = environment.pid
        begin = time.monotonic()
        result = self.invoke(environment, '"slowly"')
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(
            {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: id-1 Error: Task timed out after 0.50 seconds"},
            json.loads(result.body),
        )
        self.assertRegex("\n".join(result.log), r"id-1 Task timed out after 0\.50 seconds\nEND RequestId: id-1")
        grandchild = int(next(line for line in result.log if line.startswith("child ")).split()[1])
        self.assertTrue(eventually(lambda: not is_running(first) and not is_running(grandchild)))
        self.assertEqual(b'"quick"', self.invoke(environment).body)

    def test_an_answer_that_was_taken_counts_whatever_comes_after(self) -> None:
        environment = self.environment(
            """
            api.request("GET", "/2018-06-01/runtime/invocation/next")
            answer = api.getresponse()
            answer.read()
            api.request("POST", f"/2018-06-01/runtime/invocation/{answer.headers['Lambda-Runtime-Aws-Request-Id']}/response", b"1")
            api.getresponse().read()
            os._exit(1)
            """
        )
        for _ in range(10):
            result = self.invoke(environment)
            self.assertEqual((b"1", False), (result.body, result.is_error))
            self.assertTrue(eventually(lambda: not is_running(environment.pid)))

    def test_stop_ends_a_running_invocation_and_the_process(self) -> None:
        environment = self.environment("serve(lambda event: time.sleep(60))")
        pid = environment.pid
        threading.Timer(0.3, environment.stop).start()
        begin = time.monotonic()
        self.assertTrue(self.invoke(environment).is_error)
        self.assertLess(time.monotonic() - begin, 3)
        self.assertFalse(is_running(pid))
        self.assertTrue(self.invoke(environment).is_error, "a stopped environment starts nothing any more")

    def test_a_killed_parent_takes_its_children_along(self) -> None:
        self.environment("serve(lambda event: None)").stop()  # writes the bootstrap
        program = (
            "import sys, pathlib, time; from colca_process_executor.environment import *;"
            f"e = Environment(Function('1', pathlib.Path({str(self.code)!r}), 3, 128), {{}}); e.start(); print(e.pid, flush=True); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ) as parent:
            pid = int(parent.stdout.readline())
            self.assertTrue(is_running(pid))
            parent.kill()
        self.assertTrue(eventually(lambda: not is_running(pid)))
