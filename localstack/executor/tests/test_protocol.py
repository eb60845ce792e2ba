"""Corners of the Runtime API."""

import io
import json
import unittest

from colca_process_executor.child_env import child_env
from colca_process_executor.runtime_api import MAX_RESPONSE_BYTES, read_body

from .support import FunctionTest


class ProtocolTest(FunctionTest):
    def test_the_invocation_says_who_and_until_when(self) -> None:
        environment = self.environment(
            """
            api.request("GET", "/2018-06-01/runtime/invocation/next")
            answer = api.getresponse()
            answer.read()
            left = int(answer.headers["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000
            told = {"left": left, "arn": answer.headers["Lambda-Runtime-Invoked-Function-Arn"]}
            post("invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/response", json.dumps(told))
            time.sleep(60)
            """,
            timeout_s=5,
        )
        told = json.loads(self.invoke(environment).body)
        self.assertEqual("arn:test", told["arn"])
        self.assertTrue(4000 < told["left"] <= 5000, told)

    def test_an_error_of_the_handler_keeps_the_process(self) -> None:
        environment = self.environment(
            """
            while True:
                api.request("GET", "/2018-06-01/runtime/invocation/next")
                answer = api.getresponse()
                answer.read()
                post("invocation/" + answer.headers["Lambda-Runtime-Aws-Request-Id"] + "/error", '{"errorType": "Mine"}')
            """
        )
        pid = environment.pid
        for _ in range(2):
            result = self.invoke(environment)
            self.assertEqual((True, b'{"errorType": "Mine"}'), (result.is_error, result.body))
        self.assertEqual(pid, environment.pid)

    def test_an_answer_to_another_invocation_is_refused(self) -> None:
        environment = self.environment("serve(lambda event: post('invocation/id-0/response', b'1').decode())")
        self.assertIn("InvalidRequestID", json.loads(self.invoke(environment).body))

    def test_an_answer_larger_than_lambda_takes(self) -> None:
        environment = self.environment("serve(lambda event: 'x' * event)")
        self.assertFalse(self.invoke(environment, str(MAX_RESPONSE_BYTES - 2)).is_error)
        result = self.invoke(environment, str(MAX_RESPONSE_BYTES - 1))
        self.assertEqual((True, "Function.ResponseSizeTooLarge"), (result.is_error, json.loads(result.body)["errorType"]))
        self.assertFalse(self.invoke(environment, "1").is_error)


class BodyTest(unittest.TestCase):
    def test_plain(self) -> None:
        self.assertEqual(b"abc", read_body(io.BytesIO(b"abcdef"), None, "3"))
        self.assertEqual(b"", read_body(io.BytesIO(b"abc"), None, None))

    def test_chunked_with_extension_and_trailer(self) -> None:
        stream = io.BytesIO(b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nnext request")
        self.assertEqual(b"abc0123456789", read_body(stream, "chunked", None))
        self.assertEqual(b"next request", stream.read())


class ChildEnvTest(unittest.TestCase):
    def test_nothing_of_the_host_passes(self) -> None:
        env = child_env({"TABLE": "t", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": 128, "LOCALSTACK_RUNTIME_ID": "x"}, "/code")
        self.assertEqual(
            {"PATH", "LANG", "TABLE", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"}, set(env)
        )
        self.assertEqual("128", env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
