"""LocalStack's gateway, where it does what AWS does not.

It is to listen on the address it was told to. Its server drops the host of `GATEWAY_LISTEN` and listens on every interface. It runs whatever code it is given, without
asking who gives it: on a host, and not in a container, that must be reachable from this machine alone.

Its API Gateway is to hand on the bodies of requests as they came. It takes forms apart and puts them together again: that of a
POST not quite as it was, and that of a PUT not at all.
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


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def hand_on_bodies() -> None:
    """Reads a body before anything takes it apart."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse

    def raw_body(request: Any) -> bytes:
        body: bytes = request.get_data(parse_form_data=False)
        return body

    parse.restore_payload = raw_body
