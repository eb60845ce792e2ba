"""The log of an invocation: complete, in order, each line once."""

from .support import FunctionTest


class LogTest(FunctionTest):
    def test_the_lines_stand_between_start_and_report(self) -> None:
        result = self.invoke(self.environment("say('while starting')\nserve(lambda event: say('ünïcode'))"))
        self.assertEqual(
            ["while starting", "START RequestId: id-1 Version: $LATEST", "ünïcode", "END RequestId: id-1"], result.log[:4]
        )
        self.assertRegex(
            result.log[4],
            r"^REPORT RequestId: id-1\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms"
            r"\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms$",
        )

    def test_only_the_first_invocation_of_a_process_reports_its_start(self) -> None:
        environment = self.environment("serve(lambda event: sys.exit(1) if event else None)")
        reports = [self.invoke(environment, event).log[-1] for event in ("null", "null", "1", "null")]
        self.assertEqual([True, False, False, True], ["Init Duration" in report for report in reports])

    def test_nothing_is_lost_or_doubled(self) -> None:
        environment = self.environment(
            """
            def talk(event):
                for n in range(500):
                    say(f"{event}/{n} " + "x" * 200)
            serve(talk)
            """
        )
        for event in range(1, 11):
            lines = [line.split()[0] for line in self.invoke(environment, str(event)).log]
            self.assertEqual(["START", *(f"{event}/{n}" for n in range(500)), "END", "REPORT"], lines)

    def test_last_words_of_a_crash_without_newline(self) -> None:
        environment = self.environment("def die(event):\n    os.write(2, b'panicked')\n    os.abort()\nserve(die)")
        result = self.invoke(environment)
        self.assertEqual("panicked", result.log[1])
        self.assertIn(b"signal: aborted", result.body)

    def test_a_line_written_after_the_answer_comes_with_the_next_invocation(self) -> None:
        environment = self.environment(
            """
            while True:
                api.request("GET", "/2018-06-01/runtime/invocation/next")
                answer = api.getresponse()
                event = answer.read()
                post("invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", event)
                time.sleep(0.1)
                say("after " + event.decode())
            """
        )
        lines = [line for n in (1, 2, 3) for line in self.invoke(environment, str(n)).log]
        self.assertEqual(["after 1", "after 2"], [line for line in lines if line.startswith("after")])
