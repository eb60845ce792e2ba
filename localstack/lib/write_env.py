"""Writes what a shell needs to use the local stack: write_env.py STACK CDN_URL FILE (to be `source`d).

The endpoint and the credentials for AWS come from the environment, the rest from the stack's outputs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path

import boto3

_AWS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")


def upper_snake(name: str) -> str:
    """`RestApiId` -> `REST_API_ID`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def variables(stack: str, cdn_url: str) -> dict[str, str]:
    """All variables, ours named COLCA_…, in the order they are written."""
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for output in boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    }
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=outputs["CredentialsSecret"])
    credentials = json.loads(secret["SecretString"])
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    env = {
        "COLCA_API": f"{endpoint}/_aws/execute-api/{outputs['RestApiId']}/{outputs['StageName']}",
        "COLCA_CDN": cdn_url,
        "COLCA_USER": credentials["user"],
        "COLCA_KEY": credentials["key"],
    }
    env.update({name: os.environ[name] for name in _AWS})
    # What a function is told, `colca-serve` is told here.
    function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["CatalogFunction"])
    told = function["Environment"]["Variables"]
    env.update({name: value for name, value in sorted(told.items()) if name.startswith("COLCA_")})
    env.update({f"COLCA_{upper_snake(name)}": value for name, value in sorted(outputs.items())})
    return env


def main() -> None:
    """Replaces the file at once: a reader sees the old one or the new one."""
    stack, cdn_url, target = sys.argv[1:]
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables(stack, cdn_url).items()]
    part = Path(f"{target}.part")
    part.touch(mode=0o600)  # it holds a key
    part.write_text("# Written by localstack/up, for `source .localstack/env`.\n" + "".join(lines))
    part.replace(target)


if __name__ == "__main__":
    main()
