"""Parquet, ORC and Arrow files: their schemas, and copies as Parquet of which Spark reads every type."""

import io
from collections.abc import Iterator
from typing import IO, Any

from lake.storage import Bucket, RangedFile, S3Object


def schema_of(bucket: Bucket, item: S3Object, kind: str) -> tuple[str, bool]:
    """A typed file's schema as text, and whether Spark reads all of its types from Parquet as they are."""
    schema, _ = _typed(io.BufferedReader(RangedFile(bucket, item), 1 << 16), kind)
    return schema.to_string(show_schema_metadata=False), all(_simpler(each.type) == each.type for each in schema)


def _typed(file: Any, kind: str) -> tuple[Any, Iterator[Any]]:
    """A Parquet, ORC or Arrow file's schema, and its batches as they are read."""
    import pyarrow as pa
    from pyarrow import orc
    from pyarrow import parquet as pq

    if kind == "parquet":
        source = pq.ParquetFile(file, pre_buffer=True)
        return source.schema_arrow, source.iter_batches(batch_size=65536)
    if kind == "orc":
        stripes = orc.ORCFile(file)
        return stripes.schema, (stripes.read_stripe(i) for i in range(stripes.nstripes))
    if file.peek(6)[:6] == b"ARROW1":
        reader = pa.ipc.open_file(file)
        return reader.schema, (reader.get_batch(i) for i in range(reader.num_record_batches))
    stream = pa.ipc.open_stream(file)
    return stream.schema, iter(stream)


def _simpler(kind: Any) -> Any:  # noqa: PLR0911 - one line per type
    """The nearest Arrow type that Spark 3.5 reads from Parquet; the same type where it already does."""
    import pyarrow as pa

    types = pa.types
    if types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if types.is_time(kind) or types.is_null(kind) or types.is_decimal256(kind):
        return pa.string()
    if types.is_duration(kind):
        return pa.int64()
    if types.is_float16(kind):
        return pa.float32()
    if types.is_uint64(kind):
        return pa.decimal128(20, 0)
    if types.is_dictionary(kind):
        return _simpler(kind.value_type)
    if types.is_struct(kind):
        fields = [pa.field(each.name, _simpler(each.type), each.nullable) for each in kind]
        return kind if all(new.type == old.type for new, old in zip(fields, kind, strict=True)) else pa.struct(fields)
    if types.is_map(kind):
        return kind
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = _simpler(kind.value_type)
        return kind if inner == kind.value_type and types.is_list(kind) else pa.list_(inner)
    return kind


def write_parquet(bucket: Bucket, item: S3Object, kind: str, out: IO[bytes]) -> None:
    """Rewrites a typed file as Parquet with types that Spark reads, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, batches = _typed(io.BufferedReader(RangedFile(bucket, item), 1 << 20), kind)
    target = pa.schema([pa.field(each.name, _simpler(each.type)) for each in schema])
    with pq.ParquetWriter(out, target, compression="zstd") as writer:
        for batch in batches:
            columns = [column.cast(to.type, safe=False) for column, to in zip(batch.columns, target, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=target))
