"""LocalStack on the address it was told to listen on.

Its server drops the host of `GATEWAY_LISTEN` and listens on every interface. It runs whatever code it is given, without
asking who gives it: on a host, and not in a container, that must be reachable from this machine alone.
"""

from __future__ import annotations

import os
import types
from typing import Any

from localstack.runtime import hooks


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def listen_where_told() -> None:
    """Puts the host back into the endpoints that the server makes."""
    from localstack import config
    from localstack.runtime.server import twisted

    made_by_twisted = twisted.endpoints
    hosts = {listen.port: listen.host for listen in config.GATEWAY_LISTEN}

    def tcp4(reactor: Any, port: int) -> Any:
        return made_by_twisted.TCP4ServerEndpoint(reactor, port, interface=hosts[port])

    twisted.endpoints = types.SimpleNamespace(
        TCP4ServerEndpoint=tcp4, TCP6ServerEndpoint=made_by_twisted.TCP6ServerEndpoint
    )
