"""Processes that do not come as far as asking for work."""

import json

from .support import FunctionTest


class InitTest(FunctionTest):
    def test_an_init_error_is_the_result_of_the_first_invocation_with_its_log(self) -> None:
        environment = self.environment(
            """
            say("no such bucket")
            post("init/error", json.dumps({"errorType": "Config", "errorMessage": "no such bucket"}))
            sys.exit(1)
            """
        )
        for n in (1, 2):  # the second finds no process and tries again
            result = self.invoke(environment)
            self.assertTrue(result.is_error)
            self.assertEqual("Config", json.loads(result.body)["errorType"])
            self.assertEqual(["no such bucket", f"START RequestId: id-{n} Version: $LATEST"], result.log[:2])

    def test_an_end_during_init(self) -> None:
        result = self.invoke(self.environment("sys.exit(3)"))
        self.assertEqual(
            {"errorType": "Runtime.ExitError", "errorMessage": "Runtime exited with error: exit status 3"},
            json.loads(result.body),
        )

    def test_an_init_without_end(self) -> None:
        result = self.invoke(self.environment("time.sleep(60)", init_limit_s=0.5))
        self.assertEqual("Sandbox.Timedout", json.loads(result.body)["errorType"])

    def test_a_package_without_a_program(self) -> None:
        environment = self.environment("")
        self.invoke(environment)
        (self.code / "bootstrap").unlink()
        self.assertEqual("Runtime.InvalidEntrypoint", json.loads(self.invoke(environment).body)["errorType"])

    def test_a_program_for_another_machine(self) -> None:
        result = self.invoke(self.environment("\x7fELF of another kind", raw=True))
        self.assertEqual("Runtime.ExitError", json.loads(result.body)["errorType"])
        self.assertIn("bootstrap", result.log[0], "the system's complaint is in the log")

    def test_a_lost_mode_bit_is_put_back(self) -> None:
        environment = self.environment("serve(lambda event: sys.exit(1) if event else 'up')")
        (self.code / "bootstrap").chmod(0o644)
        self.invoke(environment, "1")
        self.assertEqual(b'"up"', self.invoke(environment).body)
