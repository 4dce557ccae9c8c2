"""Firehose's operations where LocalStack's leave out or would pretend."""

import base64
import functools
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.firehose import (
    ConcurrentModificationException,
    CreateDeliveryStreamOutput,
    DeliveryStreamType,
    InvalidArgumentException,
    PutRecordBatchResponseEntry,
    ResourceNotFoundException,
    UpdateDestinationOutput,
)
from localstack.aws.connect import connect_to
from localstack.services.firehose import provider as stock
from localstack.services.firehose.models import firehose_stores

from rapid.emulator.firehose import keys
from rapid.emulator.firehose.delivery import COMPRESSIONS, Delivery, Failure
from rapid.emulator.firehose.sources import KinesisSource
from rapid.emulator.state import mark_dirty

Structure = dict[str, Any]
POSITIONS = "positions"
"""Where a delivery stream's description keeps how far its Kinesis stream was read; no answer has this member."""
PROCESSORS = ("Lambda", "AppendDelimiterToRecord")


class RapidFirehoseProvider(stock.FirehoseProvider):
    """LocalStack's provider, with our delivery to S3 and our reading of Kinesis."""

    def create_delivery_stream(
        self,
        context: RequestContext,
        delivery_stream_name: str,
        delivery_stream_type: str | None = None,
        kinesis_stream_source_configuration: Structure | None = None,
        **rest: Any,
    ) -> CreateDeliveryStreamOutput:
        """Creates a delivery stream, of which LocalStack does not know the source: it would start Amazon's library."""
        for member in ("extended_s3_destination_configuration", "s3_destination_configuration"):
            _check(rest.get(member) or {})
        reads = delivery_stream_type == "KinesisStreamAsSource"
        if reads and not kinesis_stream_source_configuration:
            raise InvalidArgumentException("A KinesisStreamAsSource needs a KinesisStreamSourceConfiguration.")
        kind = DeliveryStreamType.DirectPut if reads else delivery_stream_type
        made = super().create_delivery_stream(
            context, delivery_stream_name=delivery_stream_name, delivery_stream_type=kind, **rest
        )
        if reads:
            stream: Structure = self.get_store(context.account_id, context.region).delivery_streams[
                delivery_stream_name
            ]
            stream["DeliveryStreamType"] = delivery_stream_type
            stream["Source"] = {"KinesisStreamSourceDescription": kinesis_stream_source_configuration}
            stream[POSITIONS] = {}
            self._listen(context.account_id, context.region, stream)
        return made

    def update_destination(
        self,
        context: RequestContext,
        delivery_stream_name: str,
        current_delivery_stream_version_id: str,
        destination_id: str,
        **rest: Any,
    ) -> UpdateDestinationOutput:
        """Changes what is given of a destination; LocalStack forgets the rest, and the version.

        https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html (read 2026-11)
        """
        for member in ("extended_s3_destination_update", "s3_destination_update"):
            _check(rest.get(member) or {})
        stream: Structure = self.get_store(context.account_id, context.region).delivery_streams.get(
            delivery_stream_name, {}
        )
        present = stream.get("VersionId") or "1"
        if stream and present != current_delivery_stream_version_id:
            raise ConcurrentModificationException(
                f"Cannot update firehose: {delivery_stream_name} since the current version id: {present} and specified "
                f"version id: {current_delivery_stream_version_id} do not match"
            )
        before = {one["DestinationId"]: dict(one) for one in stream.get("Destinations") or ()}
        done: UpdateDestinationOutput = super().update_destination(
            context, delivery_stream_name, current_delivery_stream_version_id, destination_id, **rest
        )
        stream["VersionId"] = str(int(present) + 1)
        for one in stream["Destinations"]:
            for kind, told in before.get(one["DestinationId"], {}).items():
                if isinstance(told, dict):
                    one[kind] = told | one[kind]
        return done

    def on_after_state_load(self) -> None:
        """Goes on reading Kinesis."""
        for account, region, store in list(firehose_stores.iter_stores()):
            for stream in store.delivery_streams.values():
                if stream["DeliveryStreamType"] == "KinesisStreamAsSource" and POSITIONS in stream:
                    self._listen(account, region, stream)

    def _listen(self, account: str, region: str, stream: Structure) -> None:
        source = stream["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"].rpartition("/")[2]
        deliver = functools.partial(self._put_and_remember, account, region, stream["DeliveryStreamName"])
        listener = KinesisSource(source, account, region, deliver, stream[POSITIONS])
        self.kinesis_listeners[stream["DeliveryStreamARN"]] = listener

    def _put_and_remember(self, account: str, region: str, name: str, records: list[Structure]) -> None:
        self._put_records(account, region, name, records)
        mark_dirty("firehose")

    def _put_records(
        self, account_id: str, region_name: str, delivery_stream_name: str, unprocessed_records: list[Any]
    ) -> list[PutRecordBatchResponseEntry]:
        stream = self.get_store(account_id, region_name).delivery_streams.get(delivery_stream_name)
        if not stream:
            raise ResourceNotFoundException(f"Firehose {delivery_stream_name} under account {account_id} not found.")
        found = [d.get("ExtendedS3DestinationDescription") for d in stream["Destinations"]]
        found = [e or d.get("S3DestinationDescription") for e, d in zip(found, stream["Destinations"], strict=True)]
        if len(found) != 1 or found[0] is None:
            answers: list[PutRecordBatchResponseEntry] = super()._put_records(
                account_id, region_name, delivery_stream_name, unprocessed_records
            )
            return answers
        clients = connect_to(aws_access_key_id=account_id, region_name=region_name)
        delivery = Delivery(
            clients.s3, clients.glue, delivery_stream_name, stream.get("VersionId") or "1", dict(found[0])
        )
        delivery.deliver(*self._processed(dict(found[0]), unprocessed_records))
        return [PutRecordBatchResponseEntry(RecordId=str(uuid.uuid4())) for _ in unprocessed_records]

    def _processed(self, destination: Structure, records: list[Any]) -> tuple[list[bytes], list[Failure]]:
        """The records after the destination's processors, and what Lambda could not process."""
        data, failed = [base64.b64decode(r.get("Data") or r["data"]) for r in records], list[Failure]()
        processing = destination.get("ProcessingConfiguration") or {}
        for processor in processing.get("Processors") or () if processing.get("Enabled") is not False else ():
            given = {p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters") or ()}
            if processor["Type"] == "AppendDelimiterToRecord":
                delimiter = given.get("Delimiter", "\\n").encode().decode("unicode_escape").encode()
                data = [record + delimiter for record in data]
            else:
                data, more = self._transformed(processor, data)
                failed += more
        return data, failed

    def _transformed(self, processor: Structure, data: list[bytes]) -> tuple[list[bytes], list[Failure]]:
        """What a function makes of records: `Ok` ones go on, `Dropped` ones end, all others have failed."""
        sent: list[Any] = [{"Data": base64.b64encode(record), "recordId": f"{i:056}"} for i, record in enumerate(data)]
        self._add_missing_record_attributes(sent)
        answers = self._preprocess_records(processor, sent)
        by_id = {answer.get("recordId"): answer for answer in answers if isinstance(answer, dict)}
        passed, failed = [], []
        for record, original in zip(sent, data, strict=True):
            answer = by_id.get(record["recordId"])
            if answer and answer.get("result") == "Ok":
                passed.append(base64.b64decode(answer["data"]))
            elif not answer or answer.get("result") != "Dropped":
                message = "The Lambda function was successfully invoked but it returned an error result."
                told = f"{message} Its answer for this record: {json.dumps(answer)}"
                failed.append(Failure(original, "processing-failed", "Lambda.ProcessingFailedStatus", told))
        return passed, failed


def _check(destination: Structure) -> None:
    """Refuses what delivery would not do.

    Raises:
        InvalidArgumentException: Snappy, dynamic partitioning, an unknown processor or expression.
    """
    if destination.get("CompressionFormat") not in COMPRESSIONS:
        raise InvalidArgumentException(
            f"CompressionFormat {destination['CompressionFormat']} is not supported by Rapid Analytics."
        )
    if (destination.get("DynamicPartitioningConfiguration") or {}).get("Enabled"):
        raise InvalidArgumentException("Dynamic partitioning is not supported by Rapid Analytics.")
    for processor in (destination.get("ProcessingConfiguration") or {}).get("Processors") or ():
        if processor["Type"] not in PROCESSORS:
            raise InvalidArgumentException(f"Processor {processor['Type']} is not supported by Rapid Analytics.")
    try:
        moment = datetime.now(UTC)
        keys.prefix(destination.get("Prefix") or "", moment)
        keys.prefix(destination.get("ErrorOutputPrefix") or "", moment, "error")
    except keys.UnknownExpressionError as error:
        raise InvalidArgumentException(str(error)) from error
