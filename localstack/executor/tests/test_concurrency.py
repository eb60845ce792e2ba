"""Many environments side by side; in one, never two invocations."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from colca_process_executor.environment import Busy

from .support import FunctionTest


class ConcurrencyTest(FunctionTest):
    def test_environments_run_side_by_side(self) -> None:
        program = "def nap(event):\n    time.sleep(0.5)\n    return os.getpid()\nserve(nap)"
        environments = [self.environment(program) for _ in range(6)]
        begin = time.monotonic()
        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(self.invoke, environments))
        self.assertLess(time.monotonic() - begin, 1.5)
        self.assertEqual(6, len({json.loads(result.body) for result in results}))

    def test_one_environment_runs_one_invocation_at_a_time(self) -> None:
        environment = self.environment("serve(lambda event: time.sleep(0.5))")
        first = threading.Thread(target=self.invoke, args=(environment,))
        first.start()
        time.sleep(0.1)
        with self.assertRaises(Busy):
            self.invoke(environment)
        first.join()
        self.assertFalse(self.invoke(environment).is_error)
