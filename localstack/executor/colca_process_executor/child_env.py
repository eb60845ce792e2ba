"""The environment variables of a function's process."""

from __future__ import annotations

from collections.abc import Mapping

# Nothing of the host passes: neither a developer's AWS profile and HOME, nor LocalStack's own settings, may change what
# a function does. These two are as on Lambda, save that there is no /opt.
_FIXED = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

# What LocalStack sets for its own init program, which does not run here. LOCALSTACK_HOSTNAME is for user code.
_PRIVATE = frozenset({
    "LOCALSTACK_RUNTIME_ID",
    "LOCALSTACK_RUNTIME_ENDPOINT",
    "LOCALSTACK_FUNCTION_ACCOUNT_ID",
    "LOCALSTACK_USER",
    "LOCALSTACK_INIT_LOG_LEVEL",
    "LOCALSTACK_POST_INVOKE_WAIT_MS",
    "LOCALSTACK_MAX_PAYLOAD_SIZE",
    "_AWS_XRAY_DAEMON_PORT",
    "_AWS_XRAY_DAEMON_ADDRESS",
})


def child_env(from_localstack: Mapping[str, object], task_root: str) -> dict[str, str]:
    """What the child sees: the function's variables as Lambda would set them, the code folder where it really is."""
    env = dict(_FIXED)
    env.update({name: str(value) for name, value in from_localstack.items() if name not in _PRIVATE})
    env.update({"LAMBDA_TASK_ROOT": task_root, "LAMBDA_RUNTIME_DIR": task_root})
    return env
