"""What is written to S3 for the records of one call: https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html.

Records are put after each other as they are, or converted; what could not be processed goes below the error prefix
with AWS's description of the failure (https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html).
"""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rapid.emulator.firehose import keys

Structure = dict[str, Any]
COMPRESSIONS = {None: "", "UNCOMPRESSED": "", "GZIP": ".gz", "ZIP": ".zip"}
"""CompressionFormat to the extension that it gives; Snappy is not here."""


@dataclass(frozen=True)
class Failure:
    """A record that was not delivered. `kind` is the error-output-type."""

    data: bytes
    kind: str
    code: str
    message: str


class Delivery:
    """Writes for one delivery stream with one S3 client."""

    def __init__(self, s3: Any, glue: Any, stream: str, version: str, destination: Structure) -> None:
        self.s3, self.glue, self.stream, self.version = s3, glue, stream, version
        self.destination = destination
        self.bucket = destination["BucketARN"].rpartition(":::")[2]

    def deliver(self, records: Sequence[bytes], failures: Sequence[Failure] = ()) -> None:
        """Writes one object of what can be delivered, and one for each kind of failure."""
        moment, failed = datetime.now(UTC), list(failures)
        conversion = self.destination.get("DataFormatConversionConfiguration") or {}
        if conversion and conversion.get("Enabled") is not False:
            body, extension, malformed = self._converted(records, conversion)
            failed += malformed
        else:
            body, extension = self._plain(records)
        if body:
            prefix = keys.prefix(self.destination.get("Prefix") or "", moment)
            extension = self.destination.get("FileExtension") or extension
            self._put(prefix + keys.name(self.stream, self.version, moment, extension), body)
        for kind in dict.fromkeys(failure.kind for failure in failed):
            lines = [_told(failure, moment) for failure in failed if failure.kind == kind]
            prefix = self.destination.get("ErrorOutputPrefix") or f"{self.destination.get('Prefix') or ''}{kind}/"
            if "!{timestamp" not in prefix:
                prefix += "!{timestamp:" + keys.DEFAULT + "}"
            name = keys.name(self.stream, self.version, moment, "")
            self._put(keys.prefix(prefix, moment, kind) + name, "\n".join(lines).encode() + b"\n")

    def _put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def _plain(self, records: Sequence[bytes]) -> tuple[bytes, str]:
        body, form = b"".join(records), self.destination.get("CompressionFormat")
        if form == "GZIP":
            body = gzip.compress(body) if records else b""
        elif form == "ZIP" and records:
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(self.stream, body)
            body = target.getvalue()
        return body, COMPRESSIONS[form]

    def _converted(self, records: Sequence[bytes], conversion: Structure) -> tuple[bytes, str, list[Failure]]:
        # Arrow takes a moment to load, and few delivery streams convert.
        from rapid.emulator.firehose import conversion as formats

        where = conversion["SchemaConfiguration"]
        table = self.glue.get_table(DatabaseName=where["DatabaseName"], Name=where["TableName"])["Table"]
        schema, rows, failed = formats.columns(table), [], []
        for record in records:
            try:
                rows += formats.rows(record, schema)
            except formats.MalformedRecordError as error:
                failed.append(
                    Failure(record, "format-conversion-failed", "DataFormatConversion.MalformedData", str(error))
                )
        if not rows:
            return b"", "", failed
        serializer = conversion["OutputFormatConfiguration"]["Serializer"]
        return *formats.file_of(rows, schema, serializer), failed


def _told(failure: Failure, moment: datetime) -> str:
    milliseconds = round(moment.timestamp() * 1000)
    return json.dumps(
        {
            "attemptsMade": 1,
            "arrivalTimestamp": milliseconds,
            "attemptEndingTimestamp": milliseconds,
            "lastErrorCode" if failure.kind == "format-conversion-failed" else "errorCode": failure.code,
            "lastErrorMessage" if failure.kind == "format-conversion-failed" else "errorMessage": failure.message,
            "rawData": base64.b64encode(failure.data).decode(),
        }
    )
