"""What LocalStack calls: its `RuntimeExecutor`, in terms of our `Environment`."""

from __future__ import annotations

from collections.abc import Mapping

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from . import calls
from .child_env import child_env
from .environment import Environment, Function

_HOST = "127.0.0.1"


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment of a function version. LocalStack sends it one invocation at a time."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self._environment: Environment | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        settings = self.function_version.config
        calls.introduce(env_vars["AWS_ACCESS_KEY_ID"], self.function_version.id.function_name)
        code = settings.code.get_unzipped_code_location()
        function = Function(self.function_version.id.qualifier, code, settings.timeout, settings.memory_size)
        # LocalStack gives a start this long before it calls stop(); we answer before that.
        init_limit_s = max(1.0, config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT - 1.0)
        self._environment = Environment(function, child_env(env_vars, str(code)), init_limit_s)
        self._environment.start()

    def stop(self) -> None:
        if self._environment:
            self._environment.stop()

    def invoke(self, payload: Mapping[str, str]) -> InvocationResult:
        assert self._environment  # LocalStack starts an executor before it invokes it
        request_id = payload["invoke-id"]
        result = self._environment.invoke(
            request_id, payload["invoked-function-arn"], payload["trace-id"], payload["payload"].encode()
        )
        log = "".join(f"{line}\n" for line in result.log)
        return InvocationResult(request_id, result.body, is_error=result.is_error, logs=log)

    def get_logs(self) -> str:
        return self._environment.logs() if self._environment else ""

    def get_address(self) -> str:
        return _HOST

    def get_endpoint_from_executor(self) -> str:
        return _HOST  # becomes AWS_ENDPOINT_URL=http://127.0.0.1:4566 in the function

    def get_runtime_endpoint(self) -> str:
        # Where LocalStack's own init program would call back; we have none, but the interface wants an address.
        return f"http://{_HOST}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """LocalStack removes the unzipped code itself."""


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Makes `LAMBDA_RUNTIME_EXECUTOR=process` known."""

    name = "process"

    def load(self, *args: object, **kwargs: object) -> type[RuntimeExecutor]:
        return ProcessRuntimeExecutor
