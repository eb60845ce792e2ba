"""CloudFormation that looks again soon whether a resource is ready.

LocalStack looks every five seconds, one resource after the other: half a minute for a stack of five functions, each of
which is ready in half a second.
"""

from __future__ import annotations

import functools
import os

from localstack.runtime import hooks

#: Seconds between two looks at a resource that is being made.
_PAUSE_S = 0.2


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def look_again_soon() -> None:
    """Shortens the pause, which is an argument that nobody gives."""
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    ResourceProviderExecutor.deploy_loop = functools.partialmethod(
        ResourceProviderExecutor.deploy_loop, sleep_time=_PAUSE_S
    )
