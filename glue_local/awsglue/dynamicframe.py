"""`DynamicFrame` and what goes with it.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
A frame is a Spark DataFrame underneath (see `frame/`), plus the records that could not be processed so far.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from awsglue import gluetypes as glue
from awsglue.errors import ErrorThresholdError, NotSupportedError, OptionError
from awsglue.frame import catalog, choices, mapping, records, relations, sinks, types
from awsglue.frame.casts import cast
from awsglue.frame.formats import Read

DEFAULT_ROWS = 20


class ResolveOption:
    """How `toDF` resolves one choice: `action` is Project (with a `target` type), Cast or KeepAsStruct."""

    def __init__(self, path: str, action: str, target: str | None = None) -> None:
        self.path, self.action, self.target = path, action, target


class DynamicFrame:
    """Records that describe themselves: no schema is needed up front, and a field may hold several types.

    Every transformation takes `transformation_ctx`, `info`, `stageThreshold` and `totalThreshold`. The last two are
    the numbers of error records, in this step and in all so far, beyond which the job fails; 0 is no limit.
    """

    def __init__(self, jdf: Any, glue_ctx: Any, name: str = "") -> None:
        """Scripts use `fromDF` and the readers of `GlueContext`.

        Args:
            jdf: a DataFrame, a `Read`, or a function that returns one of them, called when the records are needed.
            glue_ctx: the `GlueContext`.
            name: names the frame in collections and errors.
        """
        self._given = jdf
        self.glue_ctx = glue_ctx
        self.name = name
        self._before: tuple[DataFrame, ...] = ()
        self._thresholds: tuple[int, int] = (0, 0)

    @cached_property
    def _read(self) -> Read:
        given = self._given() if callable(self._given) else self._given
        return Read(given) if isinstance(given, DataFrame) else given

    @property
    def _df(self) -> DataFrame:
        return self._read.df

    @property
    def _session(self) -> SparkSession:
        return self._df.sparkSession

    @property
    def _rdd(self) -> Any:
        read = records.reader(self._df.schema)
        return self._df.rdd.map(read)

    def _derive(self, given: Any, info: Mapping[str, Any] | None = None, name: str | None = None) -> "DynamicFrame":
        made = DynamicFrame(given, self.glue_ctx, self.name if name is None else name)
        made._before = (*self._before, *self._read.errors)
        options = info or {}
        made._thresholds = (int(options.get("stageThreshold") or 0), int(options.get("totalThreshold") or 0))
        return made

    def _empty(self, name: str) -> "DynamicFrame":
        return DynamicFrame(self._df.limit(0), self.glue_ctx, name)

    # Looking

    def schema(self) -> glue.StructType:
        found = types.to_glue(self._df.schema)
        assert isinstance(found, glue.StructType)  # noqa: S101 - a frame's type is a struct
        return found

    def with_frame_schema(self, schema: glue.StructType) -> "DynamicFrame":
        """The frame with its fields cast to a schema; fields that it lacks are null."""
        wanted = types.to_spark(schema)
        rows = (
            self._df.select(cast(records.whole(self._df), self._df.schema, wanted).alias("r"))
            if self._df.columns
            else self._df
        )
        return self._derive(rows.select("r.*") if self._df.columns else rows)

    def printSchema(self) -> None:
        print(types.describe(self.schema()))  # noqa: T201 - the script's own output

    def show(self, num_rows: int = DEFAULT_ROWS) -> None:
        """Prints records as JSON, one a line."""
        import json

        for line in sinks.storable(self._df, "json").limit(num_rows).toJSON().collect():
            print(json.dumps(json.loads(line), ensure_ascii=False))  # noqa: T201 - the script's own output

    def count(self) -> int:
        self.assertErrorThreshold()
        return int(self._df.count())

    def getNumPartitions(self) -> int:
        return int(self._df.rdd.getNumPartitions())

    # To and from Spark

    def toDF(self, options: Iterable[ResolveOption] | None = None) -> DataFrame:
        """The records as a DataFrame. A choice that no option resolves becomes a struct with one field per type."""
        self.assertErrorThreshold()
        df = self._df
        for option in options or ():
            action = option.action.lower()
            if action in {"project", "cast"}:
                df = choices.resolve_specs(df, [(option.path, f"{action}:{option.target}")])
            elif action != "keepasstruct":
                raise OptionError(
                    f"ResolveOption: {option.action!r} is not an action. Valid: Project, Cast, KeepAsStruct."
                )
        return sinks.to_plain(df)

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: Any, name: str = "") -> "DynamicFrame":
        return DynamicFrame(dataframe, glue_ctx, name)

    # The script's own functions

    def filter(
        self,
        f: Callable[[Any], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Keeps the records for which `f(record)` is true."""
        kept, errors = records.keep(self._df, f)
        return self._derive(Read(kept, (errors,)), _limits(stageThreshold, totalThreshold))

    def map(
        self,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Each record becomes `f(record)`, a dict; its fields may differ from record to record."""
        df = self._df
        return self._derive(lambda: records.change(df, f), _limits(stageThreshold, totalThreshold))

    def mapPartitions(
        self,
        f: Callable[[Any], Any],
        preservesPartitioning: bool = True,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Each partition's records become those of `f(records)`."""
        return self.mapPartitionsWithIndex(
            lambda _, rows: f(rows), preservesPartitioning, transformation_ctx, info, stageThreshold, totalThreshold
        )

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Any], Any],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        df, rows = self._df, self._rdd

        def made() -> DataFrame:
            found = rows.mapPartitionsWithIndex(f).cache()
            return records.frame_of(found, df.sparkSession, hint=df.schema)

        return self._derive(made, _limits(stageThreshold, totalThreshold))

    # Fields

    def apply_mapping(
        self,
        mappings: Iterable[Sequence[str]],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Renames, casts and nests fields by tuples of (source, source type, target, target type)."""
        return self._derive(
            mapping.apply_mapping(self._df, mappings, case_sensitive), _limits(stageThreshold, totalThreshold)
        )

    def applyMapping(self, *args: Any, **kwargs: Any) -> "DynamicFrame":
        return self.apply_mapping(*args, **kwargs)

    def select_fields(
        self, paths: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> "DynamicFrame":
        return self._derive(mapping.select_fields(self._df, _as_list(paths)), _limits(stageThreshold, totalThreshold))

    def drop_fields(
        self, paths: Any, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> "DynamicFrame":
        return self._derive(mapping.drop_fields(self._df, _as_list(paths)), _limits(stageThreshold, totalThreshold))

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        return self._derive(mapping.rename_field(self._df, oldName, newName), _limits(stageThreshold, totalThreshold))

    def unnest(
        self, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> "DynamicFrame":
        """Flattens structs into fields with dotted names."""
        return self._derive(mapping.unnest(self._df), _limits(stageThreshold, totalThreshold))

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str | None,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Flattens nested records into a root frame and one frame per array. See `frame.relations`."""
        if relations.has_choices(self._df.schema):
            raise NotSupportedError("relationalize of a frame with unresolved choices", "Use resolveChoice first.")
        frames = relations.relationalize(self._df, root_table_name)
        limits = _limits(stageThreshold, totalThreshold)
        return DynamicFrameCollection({n: self._derive(df, limits, n) for n, df in frames.items()}, self.glue_ctx)

    def resolveChoice(
        self,
        specs: Any = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> "DynamicFrame":
        """Settles fields of several types, by `specs` for single fields or `choice` for all of them.

        Raises:
            OptionError: both or neither are given, or match_catalog without its table.
        """
        if bool(specs) == bool(choice):
            raise OptionError("resolveChoice needs either specs or choice, not both.")
        limits = _limits(stageThreshold, totalThreshold)
        if specs:
            return self._derive(choices.resolve_specs(self._df, specs), limits)
        if choice != "match_catalog":
            return self._derive(choices.resolve_all(self._df, choice), limits)
        if not database or not table_name:
            raise OptionError("resolveChoice(choice='match_catalog') needs database and table_name.")
        table = catalog.get_table(database, table_name, catalog_id)
        return self._derive(choices.match_catalog(self._df, table.schema()), limits)

    # Rows

    def union(
        self,
        other_frame: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """The records of both. A field that only one has is absent (null) in the other's records."""
        if not self._df.columns or not other_frame._df.columns:
            return (self if self._df.columns else other_frame)._derive((self if self._df.columns else other_frame)._df)
        joined = self._df.unionByName(other_frame._df, allowMissingColumns=True)
        made = self._derive(joined, _limits(stageThreshold, totalThreshold))
        made._before = (*made._before, *other_frame._before, *other_frame._read.errors)
        return made

    def join(
        self,
        paths1: Sequence[str],
        paths2: Sequence[str],
        frame2: "DynamicFrame",
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """An inner join on equal keys; both sides' key fields are kept."""
        joined = mapping.join(self._df, frame2._df, _as_list(paths1), _as_list(paths2))
        made = self._derive(joined, _limits(stageThreshold, totalThreshold))
        made._before = (*made._before, *frame2._before, *frame2._read.errors)
        return made

    def split_fields(
        self,
        paths: Sequence[str],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Two frames: one with these fields, one with the rest."""
        return DynamicFrameCollection(
            {name1: self.select_fields(paths)._named(name1), name2: self.drop_fields(paths)._named(name2)},
            self.glue_ctx,
        )

    def split_rows(
        self,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str | None = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrameCollection":
        """Two frames: one with the records for which every comparison holds, one with the rest."""
        condition = mapping.row_condition(self._df, {k: dict(v) for k, v in comparison_dict.items()})
        rest = condition.isNull() | ~condition
        return DynamicFrameCollection(
            {
                name1: self._derive(self._df.where(condition), name=name1),
                name2: self._derive(self._df.where(rest), name=name2),
            },
            self.glue_ctx,
        )

    def repartition(
        self,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        return self._derive(self._df.repartition(num_partitions), _limits(stageThreshold, totalThreshold))

    def coalesce(
        self,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        changed = self._df.repartition(num_partitions) if shuffle else self._df.coalesce(num_partitions)
        return self._derive(changed, _limits(stageThreshold, totalThreshold))

    def spigot(
        self,
        path: str,
        options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Writes sample records as JSON to a folder and goes on unchanged.

        Args:
            path: the folder.
            options: topk (the first so many records) and prob (the share of records to pick, 0 to 1).
        """
        given = dict(options or {})
        sample = self._df
        if "prob" in given:
            sample = sample.sample(float(given["prob"]))
        if "topk" in given:
            sample = sample.limit(int(given["topk"]))
        sinks.write(sample, "s3", {"path": path}, "json", {})
        return self

    def write(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        accumulator_size: int = 0,
    ) -> "DynamicFrame":
        sink = self.glue_ctx.getSink(connection_type, format=format, **dict(connection_options or {}))
        if format:
            sink.setFormat(format, **dict(format_options or {}))
        return sink.write(self)  # type: ignore[no-any-return]

    # Error records

    def errorsAsDynamicFrame(self) -> "DynamicFrame":
        """The records that could not be processed, in this step and before."""
        found = [*self._before, *self._read.errors]
        if not found:
            return DynamicFrame(self._session.createDataFrame([], records.ERROR_FIELDS), self.glue_ctx, "errors")
        joined = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), found)
        return DynamicFrame(joined, self.glue_ctx, "errors")

    def errorsCount(self) -> int:
        return sum(df.count() for df in (*self._before, *self._read.errors))

    def stageErrorsCount(self) -> int:
        return sum(df.count() for df in self._read.errors)

    def assertErrorThreshold(self) -> None:
        """Counts error records if a threshold was set.

        Raises:
            ErrorThresholdError: there are more than allowed.
        """
        stage, total = self._thresholds
        if stage and (count := self.stageErrorsCount()) > stage:
            raise ErrorThresholdError(f"{count} error records in this step; stageThreshold is {stage}.")
        if total and (count := self.errorsCount()) > total:
            raise ErrorThresholdError(f"{count} error records; totalThreshold is {total}.")

    def _named(self, name: str) -> "DynamicFrame":
        return self._derive(self._df, name=name)

    # Not written yet

    def unbox(self, path: str, format: str, *args: Any, **options: Any) -> "DynamicFrame":
        raise NotSupportedError("DynamicFrame.unbox")

    def unnest_ddb_json(self, *args: Any, **kwargs: Any) -> "DynamicFrame":
        raise NotSupportedError("DynamicFrame.unnest_ddb_json")

    def simplify_ddb_json(self) -> "DynamicFrame":
        raise NotSupportedError("DynamicFrame.simplify_ddb_json")

    def mergeDynamicFrame(
        self, stage_dynamic_frame: "DynamicFrame", primary_keys: Sequence[str], *args: Any, **kwargs: Any
    ) -> "DynamicFrame":
        raise NotSupportedError("DynamicFrame.mergeDynamicFrame")


def _limits(stage: int, total: int) -> dict[str, int]:
    return {"stageThreshold": stage, "totalThreshold": total}


def _as_list(paths: Any) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


class DynamicFrameCollection:
    """Frames by name."""

    def __init__(self, dynamic_frames: Any, glue_ctx: Any) -> None:
        frames = dynamic_frames if isinstance(dynamic_frames, Mapping) else {f.name: f for f in dynamic_frames}
        self._frames: dict[str, Any] = dict(frames)
        self.glue_ctx = glue_ctx

    def __getitem__(self, key: str) -> Any:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)

    def keys(self) -> Any:
        return self._frames.keys()

    def values(self) -> Any:
        return self._frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> DynamicFrame:
        """The frame of a name; an empty one if there is none."""
        if key in self._frames:
            return self._frames[key]  # type: ignore[no-any-return]
        from awsglue.frame import sources

        return DynamicFrame(sources.empty(self.glue_ctx.spark_session), self.glue_ctx, key)

    def map(self, callable: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """Each frame through `callable(frame, transformation_ctx)`."""
        return DynamicFrameCollection(
            {
                name: callable(frame, f"{transformation_ctx}_{name}" if transformation_ctx else "")
                for name, frame in self._frames.items()
            },
            self.glue_ctx,
        )

    def flatmap(self, f: Callable[..., Any], transformation_ctx: str = "") -> "DynamicFrameCollection":
        """Each frame through a function that returns a frame or a collection."""
        found: dict[str, Any] = {}
        for name, frame in self._frames.items():
            result = f(frame, f"{transformation_ctx}_{name}" if transformation_ctx else "")
            if isinstance(result, DynamicFrameCollection):
                found.update({f"{name}_{key}" if key in found else key: result[key] for key in result.keys()})  # noqa: SIM118
            else:
                found[name] = result
        return DynamicFrameCollection(found, self.glue_ctx)


class DynamicFrameReader:
    """`glueContext.create_dynamic_frame`."""

    def __init__(self, glue_context: Any) -> None:
        self._glue_context = glue_context

    def from_rdd(self, data: Any, name: str, schema: Any = None, sampleRatio: float | None = None) -> DynamicFrame:
        frame: DynamicFrame = self._glue_context.create_dynamic_frame_from_rdd(data, name, schema, sampleRatio)
        return frame

    def from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        frame: DynamicFrame = self._glue_context.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )
        return frame

    def from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        database = _database(database, kwargs)
        if table_name is None:
            raise OptionError("Parameter table_name is missing.")
        frame: DynamicFrame = self._glue_context.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )
        return frame


class DynamicFrameWriter:
    """`glueContext.write_dynamic_frame`."""

    def __init__(self, glue_context: Any) -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        frame: Any,
        connection_type: str,
        connection_options: Mapping[str, Any] | None = None,
        format: str | None = None,
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",
    ) -> Any:
        return self._glue_context.write_dynamic_frame_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def from_catalog(
        self,
        frame: Any,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] | None = None,
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> Any:
        database = _database(database, kwargs)
        if table_name is None:
            raise OptionError("Parameter table_name is missing.")
        return self._glue_context.write_dynamic_frame_from_catalog(
            frame, database, table_name, redshift_tmp_dir, transformation_ctx, additional_options, catalog_id, **kwargs
        )

    def from_jdbc_conf(
        self,
        frame: Any,
        catalog_connection: str,
        connection_options: Mapping[str, Any] | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
    ) -> Any:
        return self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame, catalog_connection, connection_options, redshift_tmp_dir, transformation_ctx
        )


def _database(database: str | None, kwargs: dict[str, Any]) -> str:
    """The database, which scripts of old call name_space.

    Raises:
        OptionError: both or neither are given.
    """
    legacy = kwargs.pop("name_space", None)
    if (database is None) == (legacy is None):
        raise OptionError("Give either database or its old name, name_space.")
    return str(database if legacy is None else legacy)
