"""Invocations that start at the same moment.

To find a free environment LocalStack walks a dict of all of them, while another request adds one: now and then Python
notices ("dictionary changed size during iteration") and a client gets an error that AWS would not have made.
"""

from __future__ import annotations

import collections
import os
from typing import Any

from localstack.runtime import hooks


class SteadyDict(dict[str, Any]):
    """A dict whose `values` are those of one moment."""

    def values(self) -> list[Any]:  # type: ignore[override]
        return list(super().values())


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def steady_assignment() -> None:
    """Gives the assignment service such dicts to keep its environments in."""
    from localstack.services.lambda_.invocation.assignment import AssignmentService

    original = AssignmentService.__init__

    def init(self: AssignmentService) -> None:
        original(self)
        self.environments = collections.defaultdict(SteadyDict)

    AssignmentService.__init__ = init
