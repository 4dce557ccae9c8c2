"""`DynamicFrame` and what goes with it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
A frame is a Spark DataFrame underneath, plus the records that could not be processed so far (`frame.stage.Stage`).
Methods marked `@step` take `transformation_ctx`, `info`, `stageThreshold` and `totalThreshold` after their own
parameters; the work of each is in a module of `frame/`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame

from awsglue import gluetypes as glue
from awsglue.collection import DynamicFrameCollection
from awsglue.errors import OptionError
from awsglue.frame import (
    catalog,
    choices,
    dynamodb_json,
    exact,
    mapping,
    records,
    relations,
    settle,
    sinks,
    types,
    unbox,
    union,
)
from awsglue.frame.casts import cast
from awsglue.frame.formats import Read
from awsglue.frame.stage import Stage, step
from awsglue.readwrite import DynamicFrameReader, DynamicFrameWriter
from awsglue.streaming import batches, payload

DEFAULT_ROWS = 20


class ResolveOption:
    """How `toDF` resolves one choice: `action` is Project or Cast, to the type `target`, or KeepAsStruct."""

    def __init__(self, path: str, action: str, target: Any = None) -> None:
        self.path, self.action, self.target = path, action, target


class DynamicFrame(Stage):
    """Records that describe themselves: no schema is needed up front, and a field may hold several types."""

    named_by_script = False
    """Whether only the script calls the frame so, as `fromDF` does: such a name makes no folder (`DataSink.write`)."""

    # Looking

    @property
    def _rdd(self) -> Any:
        return self._df.rdd.map(records.reader(self._df.schema))

    def schema(self) -> glue.StructType:
        found = types.to_glue(self._df.schema)
        assert isinstance(found, glue.StructType)  # noqa: S101 - a frame's type is a struct
        return found

    def with_frame_schema(self, schema: glue.StructType) -> "DynamicFrame":
        """The frame with its fields cast to a schema; fields that it lacks are null."""
        wanted, df = types.to_spark(schema), self._df
        made = df.select(cast(records.whole(df), df.schema, wanted).alias("r")).select("r.*") if df.columns else df
        frame: DynamicFrame = self._derive(made)
        return frame

    def printSchema(self) -> None:
        print(types.describe(self.schema()))  # noqa: T201 - the script's own output

    def show(self, num_rows: int = DEFAULT_ROWS) -> None:
        """Prints records as JSON, one a line; a field that is null is left out."""
        read = records.reader(self._df.schema)
        for row in self._df.limit(num_rows).collect():
            print(json.dumps(records.present(read(row)), ensure_ascii=False, default=str))  # noqa: T201

    def count(self) -> int:
        self.assertErrorThreshold()
        return int(self._read.df.count())

    def getNumPartitions(self) -> int:
        return int(self._read.df.rdd.getNumPartitions())

    # To and from Spark

    def toDF(self, options: Iterable[ResolveOption] | None = None) -> DataFrame:
        """The records as a DataFrame. A choice that no option resolves becomes a struct with one field per type."""
        self.assertErrorThreshold()
        df = self._df
        with exact.names(df):
            for option in options or ():
                df = self._resolved(df, option)
            return sinks.to_plain(df)

    @staticmethod
    def _resolved(df: DataFrame, option: ResolveOption) -> DataFrame:
        action = option.action.lower()
        if action in {"project", "cast"}:
            target = types.name_of(option.target) if isinstance(option.target, glue.DataType) else option.target
            return choices.resolve_specs(df, [(option.path, f"{action}:{target}")])
        if action != "keepasstruct":
            valid = "Project, Cast, KeepAsStruct"
            raise OptionError(f"ResolveOption: {option.action!r} is not an action. Valid: {valid}.")
        return df

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        """A frame of a DataFrame. Records of a stream with `inferSchema` get the columns that they have."""
        own = batches.in_session(dataframe, glue_ctx.spark_session)
        frame = DynamicFrame(payload.settle(own), glue_ctx, name)
        frame.named_by_script = True
        return frame

    def write(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        accumulator_size: int = 0,
    ) -> Any:
        sink = self.glue_ctx.getSink(connection_type, format=format, **dict(connection_options or {}))
        if format:
            sink.setFormat(format, **dict(format_options or {}))
        return sink.write(self)

    # The script's own functions

    @step
    def filter(self, f: Callable[[Any], Any], *, info: str = "") -> Read:
        """Keeps the records for which `f(record)` is true."""
        return records.keep(self._df, f, info)

    @step
    def map(self, f: Callable[[Any], Any], preservesPartitioning: bool = False, *, info: str = "") -> Any:
        """Each record becomes `f(record)`, a dict; its fields may differ from record to record."""
        df = self._df
        return lambda: records.change(df, f, info)

    @step
    def mapPartitions(self, f: Callable[[Any], Any], preservesPartitioning: bool = True) -> Any:
        """Each partition's records become those of `f(records)`."""
        return lambda: records.change_partitions(self._df, lambda _, rows: f(rows))

    @step
    def mapPartitionsWithIndex(self, f: Callable[[int, Any], Any], preservesPartitioning: bool = False) -> Any:
        """Each partition's records become those of `f(index, records)`."""
        return lambda: records.change_partitions(self._df, f)

    # Fields

    @step
    def apply_mapping(self, mappings: Iterable[Sequence[str]], case_sensitive: bool = False) -> DataFrame:
        """Renames, casts and nests fields by tuples of (source, source type, target, target type)."""
        rules = list(mappings)
        df = self._read.df if settle.mapping_decides(self._read, rules) else self._df
        return mapping.apply_mapping(df, rules, case_sensitive)

    def applyMapping(self, *args: Any, **kwargs: Any) -> Any:
        return self.apply_mapping(*args, **kwargs)

    @step
    def select_fields(self, paths: Any) -> DataFrame:
        return mapping.select_fields(self._df, _as_list(paths))

    @step
    def drop_fields(self, paths: Any) -> DataFrame:
        return mapping.drop_fields(self._df, _as_list(paths))

    @step
    def rename_field(self, oldName: str, newName: str) -> DataFrame:
        return mapping.rename_field(self._df, oldName, newName)

    @step
    def split_fields(self, paths: Any, name1: str, name2: str) -> dict[str, DataFrame]:
        """Two frames: one with these fields, one with the rest."""
        wanted = _as_list(paths)
        return {name1: mapping.select_fields(self._df, wanted), name2: mapping.drop_fields(self._df, wanted)}

    @step
    def unbox(self, path: str, format: str, **options: Any) -> Read:
        """Parses a field of text; see `frame.unbox`."""
        return unbox.unbox(self._df, path, format, options)

    @step
    def unnest(self) -> DataFrame:
        """Flattens structs into fields with dotted names."""
        return mapping.unnest(self._df)

    @step
    def unnest_ddb_json(self) -> DataFrame:
        """Flattens records in DynamoDB's JSON; see `frame.dynamodb_json`."""
        return dynamodb_json.unnest(self._df)

    def simplify_ddb_json(self) -> "DynamicFrame":
        """Unwraps records in DynamoDB's JSON; maps become structs."""
        frame: DynamicFrame = self._derive(dynamodb_json.simplify(self._df))
        return frame

    @step
    def relationalize(
        self, root_table_name: str, staging_path: str | None = None, options: Mapping[str, Any] | None = None
    ) -> dict[str, DataFrame]:
        """Flattens nested records into a root frame and one frame per array; see `frame.relations`."""
        return relations.relationalize(choices.resolve_all(self._df, "make_struct"), root_table_name)

    @step
    def resolveChoice(
        self,
        specs: Any = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        *,
        catalog_id: str | None = None,
    ) -> DataFrame:
        """Settles fields of several types, by `specs` for single fields or `choice` for all of them.

        Raises:
            OptionError: both or neither are given, or match_catalog without its table.
        """
        if bool(specs) == bool(choice):
            raise OptionError("resolveChoice needs either specs or choice, not both.")
        if specs:
            rules = list(specs)
            df = self._read.df if settle.specs_decide(self._read, rules) else self._df
            return choices.resolve_specs(df, rules)
        if choice.lower() != "match_catalog":
            return choices.resolve_all(self._df, choice)
        if not database or not table_name:
            raise OptionError("resolveChoice(choice='match_catalog') needs database and table_name.")
        return choices.match_catalog(self._df, catalog.get_table(database, table_name, catalog_id).schema())

    # Rows

    @step
    def union(self, other_frame: "DynamicFrame") -> Read:
        """The records of both. A field of different types in them becomes a choice."""
        return Read(union.union(self._df, other_frame._df), other_frame._errors)

    @step
    def join(self, paths1: Any, paths2: Any, frame2: "DynamicFrame") -> Read:
        """An inner join on equal keys; both sides' key fields are kept."""
        joined = mapping.join(self._df, frame2._df, _as_list(paths1), _as_list(paths2), sparse=self.sparse)
        return Read(joined, frame2._errors)

    @step
    def mergeDynamicFrame(
        self,
        stage_dynamic_frame: "DynamicFrame",
        primary_keys: Any,
        transformation_ctx: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> Read:
        """The stage's records, and those of this frame whose primary keys the stage does not have."""
        merged = union.merge(self._df, stage_dynamic_frame._df, _as_list(primary_keys))
        return Read(merged, stage_dynamic_frame._errors)

    @step
    def split_rows(
        self, comparison_dict: Mapping[str, Mapping[str, Any]], name1: str, name2: str
    ) -> dict[str, DataFrame]:
        """Two frames: one with the records for which every comparison holds, one with the rest."""
        condition = mapping.row_condition(self._df, {k: dict(v) for k, v in comparison_dict.items()})
        return {name1: self._df.where(condition), name2: self._df.where(condition.isNull() | ~condition)}

    @step
    def repartition(self, num_partitions: int) -> Read:
        return self._same(self._read.df.repartition(num_partitions))

    @step
    def coalesce(self, num_partitions: int, shuffle: bool = False) -> Read:
        df = self._read.df
        return self._same(df.repartition(num_partitions) if shuffle else df.coalesce(num_partitions))

    @step
    def spigot(self, path: str, options: Mapping[str, Any] | None = None) -> "DynamicFrame":
        """Writes sample records as JSON to a folder and goes on unchanged.

        Args:
            path: the folder.
            options: topk (the first so many records) and prob (the share of records to pick, 0 to 1).
        """
        given, sample = dict(options or {}), self._df
        if "prob" in given:
            sample = sample.sample(float(given["prob"]))
        if "topk" in given:
            sample = sample.limit(int(given["topk"]))
        sinks.write(sample, "s3", {"path": path}, "json", {})
        return self

    def _same(self, df: DataFrame) -> Read:
        """The same records elsewhere: what was in doubt still is."""
        return Read(df, doubtful=self._read.doubtful)


def _as_list(paths: Any) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


__all__ = ["DynamicFrame", "DynamicFrameCollection", "DynamicFrameReader", "DynamicFrameWriter", "ResolveOption"]
