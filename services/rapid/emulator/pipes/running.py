"""A pipe at work: one thread that polls its source, and what it does with a batch."""

import json
import logging
import threading
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    EventProcessor,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pipe_utils import get_internal_client
from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException, Poller

from rapid.emulator.lambda_.queues import Queue
from rapid.emulator.lambda_.shards import KinesisShards, Shards, TableShards
from rapid.emulator.pipes.models import Pipe
from rapid.emulator.pipes.targets import ENRICHMENTS, TARGETS, TargetError, enrich, send
from rapid.emulator.pipes.templates import rendered

LOG = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at a source that had nothing."""
RETRY = 2.0
SOURCES = {"sqs": "SqsQueueParameters", "kinesis": "KinesisStreamParameters", "dynamodb": "DynamoDBStreamParameters"}
"""Per service of a source's ARN, the member of SourceParameters that says more."""

_QUEUE = {"BatchSize": 10}
_STREAM = {"BatchSize": 100, "MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}


class Worker:
    """Runs from its constructor until `stop`."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pipe-{pipe.name}", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Begins nothing new, and waits at most so long for what has begun."""
        self._ends.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        poller: Poller | None = None
        while not self._ends.is_set():
            pause = 0.0
            try:
                poller = poller or _poller(self._pipe)
                poller.poll_events()
                pause = PAUSE if isinstance(poller, Shards) else 0.0  # shards are read on by themselves
            except EmptyPollResultsException:
                pause = PAUSE
            except Exception as error:  # the thread's edge: the source may come back
                LOG.warning("Pipe %s reads its source again later: %s", self._pipe.name, error)
                pause = RETRY
            self._ends.wait(pause)
        if poller:
            poller.close()


def _poller(pipe: Pipe) -> Poller:
    arn, given = pipe.settings["Source"], pipe.settings.get("SourceParameters") or {}
    service = arn.split(":")[2]
    own = (_QUEUE if service == "sqs" else _STREAM) | (given.get(SOURCES[service]) or {})
    parameters = {**given, SOURCES[service]: own}
    parameters["FilterCriteria"] = given.get("FilterCriteria") or {}
    client = get_internal_client(arn, client_config=Config(retries={"total_max_attempts": 1}))
    common = {"source_arn": arn, "source_parameters": parameters, "source_client": client, "processor": Batch(pipe)}
    if service == "sqs":
        return Queue(**common)
    if service == "kinesis":
        role = pipe.settings["RoleArn"]
        return KinesisShards(**common, partner_resource_arn=pipe.arn, invoke_identity_arn=role)
    return TableShards(**common, partner_resource_arn=pipe.arn)


class Batch(EventProcessor):
    """What is done with the events of one poll: transformed, enriched, transformed, sent."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def process_events_batch(self, input_events: list[Any]) -> None:
        """Takes a batch through the pipe.

        Raises:
            BatchFailureError: it did not get through.
            PartialBatchFailureError: a part of it did not, says its target.
        """
        settings = self._pipe.settings
        try:
            events = list(input_events)
            if enrichment := settings.get("Enrichment"):
                template = (settings.get("EnrichmentParameters") or {}).get("InputTemplate")
                events = enrich(enrichment, self._transformed(template, events))
            if not events:
                return
            target, parameters = settings["Target"], settings.get("TargetParameters") or {}
            events = self._transformed(parameters.get("InputTemplate"), events)
            answer = send(target, events, parameters, self._pipe.name)
        except (TargetError, ClientError, BotoCoreError, ValueError) as error:
            LOG.warning("A batch did not get through pipe %s: %s", self._pipe.name, error)
            raise BatchFailureError(error=str(error)) from error
        if isinstance(answer, dict) and answer.get("batchItemFailures"):
            raise PartialBatchFailureError(partial_failure_payload=answer)

    def _transformed(self, template: str | None, events: list[Any]) -> list[Any]:
        if not template:
            return events
        return [rendered(template, event, self._known(event)) for event in events]

    def _known(self, event: Any) -> dict[str, Any]:
        pipe = self._pipe
        return {
            "aws.pipes.pipe-arn": pipe.arn,
            "aws.pipes.pipe-name": pipe.name,
            "aws.pipes.source-arn": pipe.settings["Source"],
            "aws.pipes.enrichment-arn": pipe.settings.get("Enrichment", ""),
            "aws.pipes.target-arn": pipe.settings["Target"],
            "aws.pipes.event.ingestion-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws.pipes.event": event,
            "aws.pipes.event.json": json.dumps(event),
        }

    def generate_event_failure_context(self, abort_condition: str, **_kwargs: Any) -> dict[str, Any]:
        """What a dead-letter queue of a stream is told."""
        return {"context": {"partnerResourceArn": self._pipe.arn, "condition": abort_condition}}


def unsupported(settings: dict[str, Any]) -> str | None:
    """What of a pipe is not here, in a sentence."""
    for name, known in (("Source", SOURCES), ("Enrichment", ENRICHMENTS), ("Target", TARGETS)):
        arn = settings.get(name)
        if arn and (arn.split(":")[2:3] not in [[kind] for kind in known] or ":api-destination/" in arn):
            return f"Rapid Analytics does not support the {name.lower()} {settings[name]} of pipes."
    return None
