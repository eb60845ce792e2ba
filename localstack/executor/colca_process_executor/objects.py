"""S3 that copies an object on a condition, as AWS does.

LocalStack knows `If-None-Match` and `If-Match` where an object is put and where a multipart upload is completed, and takes no notice of
them where one is copied.
"""

from __future__ import annotations

import functools
import os
import threading
from typing import Any

from localstack.runtime import hooks


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def copy_on_a_condition() -> None:
    """Looks whether there is an object before it is copied over."""
    from localstack.aws.api.s3 import PreconditionFailed
    from localstack.services.s3 import provider

    copy_object = provider.S3Provider.copy_object
    lock = threading.Lock()

    @functools.wraps(copy_object)
    def conditional(self: Any, context: Any, request: Any) -> Any:
        headers = context.request.headers
        is_new, etag = headers.get("If-None-Match") == "*", headers.get("If-Match")
        if not is_new and etag is None:
            return copy_object(self, context, request)
        with lock:
            _, bucket = self._get_cross_account_bucket(context, request["Bucket"])
            if etag is not None:
                provider.verify_object_equality_precondition_write(bucket, request["Key"], etag)
            elif provider.object_exists_for_precondition_write(bucket, request["Key"]):
                raise PreconditionFailed(
                    "At least one of the pre-conditions you specified did not hold", Condition="If-None-Match"
                )
            return copy_object(self, context, request)

    provider.S3Provider.copy_object = conditional
