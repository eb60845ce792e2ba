"""DynamoDB Local from a directory of the host, with the host's Java.

LocalStack's own installer would download the jar, a Java and an agent; it has no setting for either.
"""

from __future__ import annotations

import os

from localstack.runtime import hooks

from .process import dying_with_parent

_DIRECTORY = "DYNAMODB_LOCAL_DIR"


@hooks.on_infra_start(should_load=lambda: bool(os.environ.get(_DIRECTORY)))
def host_dynamodb_local() -> None:
    """Replaces the installer by the directory in `DYNAMODB_LOCAL_DIR` (it holds DynamoDBLocal.jar)."""
    from localstack.services.dynamodb.packages import DynamoDBLocalPackageInstaller as Installer
    from localstack.services.dynamodb.server import DynamodbServer

    directory = os.path.abspath(os.environ[_DIRECTORY])
    Installer.install = lambda self, target=None: None
    Installer.get_installed_dir = lambda self: directory
    Installer.get_java_env_vars = lambda self: {"PATH": os.environ["PATH"]}

    original = DynamodbServer._create_shell_command

    def command(self: DynamodbServer) -> list[str]:
        # The agent only lifts the limit of 20 indexes, and is one of the downloads.
        argv = [word for word in original(self) if not word.startswith("-javaagent")]
        # LocalStack's thread that starts Java also waits for it, so it lives as long as LocalStack does.
        return dying_with_parent(argv)

    DynamodbServer._create_shell_command = command
