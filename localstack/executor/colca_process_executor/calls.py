"""What each function asks of AWS, in the words of its policy: LocalStack asks no policy, so a test does so afterwards.

`COLCA_CALLS` names the file: one line for each function, action and resource, however often they come together. Resources have the
names they have in LocalStack; of an object's key only as much stays as a policy of ours tells apart. In which words a policy speaks
of an operation: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from localstack.runtime import hooks

_FILE = "COLCA_CALLS"

# Operations for which a policy has another word. All others go by their own name.
_ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
_IN_TRANSACTIONS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}

_functions: dict[str, str] = {}  # by the access key that LocalStack gave an environment
_seen: set[str] = set()
_lock = threading.Lock()


def introduce(access_key: str, function: str) -> None:
    """Says whose access key it is."""
    _functions[access_key] = function


def wishes(service: str, operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Action and resource of all that a policy has to allow for this request."""
    name = f"{service}:{operation}"
    action = _ACTIONS.get(name, name)
    if service == "s3":
        yield from _of_s3(action, request)
    elif service == "dynamodb":
        yield from _of_dynamodb(action, request)
    elif service == "sqs":
        yield action, str(request.get("QueueUrl", "")).rsplit("/", 1)[-1]
    else:
        yield action, str(request.get("SecretId") or request.get("KeyId") or request.get("Name") or "")


def _of_s3(action: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if request.get("VersionId"):
        action += "Version"
    target = str(request.get("Bucket", ""))
    if key := request.get("Key"):
        target += "/" + _kind(str(key))
    yield action, target
    if source := request.get("CopySource"):
        path, _, version = unquote(str(source)).lstrip("/").partition("?versionId=")
        bucket, _, key = path.partition("/")
        yield "s3:GetObjectVersion" if version else "s3:GetObject", f"{bucket}/{_kind(key)}"
    if request.get("Tagging") or request.get("TaggingDirective") == "REPLACE":
        yield "s3:PutObjectTagging", target


def _kind(key: str) -> str:
    """`repos/x` of all keys below `repos/`, `state/lists/x` of those below that."""
    names = key.split("/")
    kept = 2 if names[0] == "state" else 1
    return key if len(names) <= kept else "/".join([*names[:kept], "x"])


def _of_dynamodb(action: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in request.get("TransactItems") or ():
        for kind, of in item.items():
            yield _IN_TRANSACTIONS[kind], str(of["TableName"])
    for table in request.get("RequestItems") or ():
        yield action, str(table)
    if table := request.get("TableName"):
        index = request.get("IndexName")
        yield action, f"{table}/index/{index}" if index else str(table)


def caller(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The function that has signed a request; `None` if none has. A URL that it signed for others counts as its own."""
    signed = headers.get("Authorization", "").partition("Credential=")[2] or query.get("X-Amz-Credential", "")
    return _functions.get(signed.partition("/")[0])


@hooks.on_infra_start(should_load=lambda: bool(os.environ.get(_FILE)))
def note_calls() -> None:
    """Has every request to a service looked at before that gets it."""
    from localstack.aws import handlers

    path = os.environ[_FILE]
    open(path, "w").close()

    def note(_chain: object, context: Any, _response: object) -> None:
        function = caller(context.request.headers, context.request.args)
        if function is None or context.operation is None:
            return
        request = context.service_request or {}
        for action, resource in wishes(context.service.service_name, context.operation.name, request):
            line = json.dumps({"function": function, "action": action, "resource": resource})
            with _lock:
                if line not in _seen:
                    _seen.add(line)
                    with open(path, "a") as file:
                        file.write(line + "\n")

    handlers.serve_custom_service_request_handlers.append(note)
