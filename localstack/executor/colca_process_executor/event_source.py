"""SQS event sources by long polling, as AWS polls.

LocalStack asks an empty queue again only after a pause that grows to ten seconds. Waiting inside the request instead makes
a message seen in milliseconds and leaves an idle stack idle.
"""

from __future__ import annotations

import os

from localstack.runtime import hooks

#: Seconds a poll waits for a first message. A stopping LocalStack waits for its requests, so not SQS' twenty.
_WAIT_S = 5


@hooks.on_infra_start(should_load=lambda: os.environ.get("LAMBDA_RUNTIME_EXECUTOR") == "process")
def long_polling_sqs() -> None:
    """Makes sources without a batching window wait for the first message, then take what is there."""
    from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException
    from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

    original_init = SqsPoller.__init__
    original_poll = SqsPoller.poll_events

    def init(self: SqsPoller, *args: object, **kwargs: object) -> None:
        original_init(self, *args, **kwargs)
        # LocalStack hands the window to SQS as the wait of the request, which ends with the first message.
        self.maximum_batching_window = self.maximum_batching_window or _WAIT_S

    def poll(self: SqsPoller) -> None:
        try:
            original_poll(self)
        except EmptyPollResultsException:
            pass  # it has waited: no pause on top

    SqsPoller.__init__ = init
    SqsPoller.poll_events = poll
