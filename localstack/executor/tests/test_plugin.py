"""What LocalStack finds of us, and that what we change in it is still what it was written for."""

import importlib.metadata
import inspect
import os
import unittest
from unittest import mock


class PluginTest(unittest.TestCase):
    def test_every_entry_point_loads(self) -> None:
        points = importlib.metadata.distribution("colca-process-executor").entry_points
        self.assertEqual(
            {
                ("localstack.lambda.runtime_executor", "process"),
                ("localstack.hooks.on_infra_start", "host_dynamodb_local"),
                ("localstack.hooks.on_infra_start", "long_polling_sqs"),
                ("localstack.hooks.on_infra_start", "note_calls"),
                ("localstack.hooks.on_infra_start", "listen_where_told"),
                ("localstack.hooks.on_infra_start", "hand_on_bodies"),
                ("localstack.hooks.on_infra_start", "look_again_soon"),
                ("localstack.hooks.on_infra_start", "steady_assignment"),
                ("localstack.hooks.on_infra_start", "copy_on_a_condition"),
            },
            {(point.group, point.name) for point in points},
        )
        for point in points:
            self.assertIsNotNone(point.load())

    def test_the_executor_has_all_that_localstack_calls(self) -> None:
        from colca_process_executor.executor import ProcessRuntimeExecutor

        self.assertEqual(frozenset(), ProcessRuntimeExecutor.__abstractmethods__)

    def test_cloudformation_pauses_by_an_argument(self) -> None:
        from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

        self.assertIn("sleep_time", inspect.signature(ResourceProviderExecutor.deploy_loop).parameters)

    def test_the_sqs_poller_waits_for_its_batching_window(self) -> None:
        from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

        self.assertIn("WaitTimeSeconds=min(self.maximum_batching_window", inspect.getsource(SqsPoller.poll_events))

    def test_the_server_makes_its_endpoints_from_the_module_we_replace(self) -> None:
        from localstack.runtime.server.twisted import TwistedRuntimeServer

        self.assertIn(
            "endpoints.TCP4ServerEndpoint(reactor, host_and_port.port)", inspect.getsource(TwistedRuntimeServer.register)
        )

    def test_a_copy_is_one_method_that_knows_no_condition(self) -> None:
        from localstack.services.s3 import provider

        method = inspect.unwrap(provider.S3Provider.copy_object)
        self.assertEqual(["self", "context", "request"], list(inspect.signature(method).parameters))
        self.assertNotIn("IfNoneMatch", inspect.getsource(method).replace("CopySourceIfNoneMatch", ""))
        self.assertTrue(callable(provider.object_exists_for_precondition_write))
        arguments = inspect.signature(provider.verify_object_equality_precondition_write).parameters
        self.assertEqual(["s3_bucket", "key", "etag"], list(arguments)[:3])

    def test_environments_are_kept_in_a_dict_of_dicts(self) -> None:
        from colca_process_executor.assignment import SteadyDict
        from localstack.services.lambda_.invocation.assignment import AssignmentService

        service = AssignmentService()
        self.addCleanup(service.stop)
        self.assertEqual({}, service.environments["any version"])
        steady = SteadyDict(a=1, b=2)
        for value in steady.values():
            steady[f"new {value}"] = value
        self.assertEqual(4, len(steady))

    def test_dynamodb_starts_from_the_directory_given(self) -> None:
        from colca_process_executor.dynamodb import host_dynamodb_local
        from localstack.services.dynamodb.server import DynamodbServer

        self.addCleanup(setattr, DynamodbServer, "_create_shell_command", DynamodbServer._create_shell_command)
        with mock.patch.dict(os.environ, {"DYNAMODB_LOCAL_DIR": "/jars", "DYNAMODB_IN_MEMORY": "1"}):
            host_dynamodb_local()
            argv = DynamodbServer(port=1)._create_shell_command()
        self.assertIn("/jars/DynamoDBLocal.jar", argv)
        self.assertIn("-inMemory", argv)
        self.assertEqual([], [word for word in argv if word.startswith("-javaagent")])
