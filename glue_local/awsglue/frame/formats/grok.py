"""Logs by a Grok pattern, `%{NAME:field}`: one record a line.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-grokLog-home.html
Built-in patterns: https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#classifier-builtin-patterns
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as spark

from awsglue.errors import OptionError
from awsglue.frame import types
from awsglue.frame.casts import cast
from awsglue.frame.error_records import error
from awsglue.frame.formats.base import Options, Read, flag

_USE = re.compile(r"%\{(\w+)(?::([\w.\[\]-]+))?(?::(\w+))?\}")
_SEPARATOR = "\u0001"
_DEEPEST = 30


def read(session: SparkSession, paths: list[str], options: Options, spark_options: Mapping[str, str]) -> Read:
    """Reads log files.

    Args:
        session: the Spark session.
        paths: files or folders.
        options: `logFormat` (required), `customPatterns` (lines of NAME regex), `MISSING` (the text that stands for
            what is missing, `-` unless said), `LineCount` (lines in a record), `StrictMode` (a value that is not of
            its type makes an error record, instead of null).
        spark_options: for Spark's reader.

    Raises:
        OptionError: no logFormat, an unknown pattern, or a regular expression that is none.
    """
    pattern, fields = compile_pattern(str(options.get("logFormat") or ""), str(options.get("customPatterns") or ""))
    lines = session.read.options(**spark_options).text(paths)
    others = [F.col(f"`{name}`") for name in lines.columns if name != "value"]
    matched = F.col("value").rlike(f"^(?:{pattern})$")
    groups = _SEPARATOR.join(f"${i + 1}" for i in range(len(fields)))
    values = F.split(F.regexp_replace("value", f"^(?:{pattern})$", groups), _SEPARATOR)
    missing = str(options.get("MISSING", "-"))
    texts = {name: _text(values.getItem(i), missing) for i, (name, _) in enumerate(fields)}
    typed = [
        cast(texts[name], spark.StringType(), types.parse(kind)).alias(name) if kind else texts[name].alias(name)
        for name, kind in fields
    ]
    good, bad = matched, ~matched
    if flag(options, "StrictMode"):
        for name, kind in fields:
            if kind:
                value = cast(texts[name], spark.StringType(), types.parse(kind))
                good = good & (value.isNotNull() | texts[name].isNull())
        bad = ~good
    errors = lines.where(bad & (F.trim("value") != "")).select(
        error(F.lit("error in grok reader"), F.lit(pattern), F.col("value"))
    )
    return Read(lines.where(good).select(*typed, *others), (errors,))


def _text(value: Column, missing: str) -> Column:
    return F.when((value != "") & (value != missing), value)


def compile_pattern(log_format: str, custom: str) -> tuple[str, list[tuple[str, str | None]]]:
    """A Grok pattern as a Java regular expression whose groups are its fields.

    Returns:
        The expression, and each field's name and type, if it has one.

    Raises:
        OptionError: it is empty or names a pattern that there is not.
    """
    if not log_format:
        raise OptionError("format_options for grokLog needs 'logFormat', such as '%{COMMONAPACHELOG}'.")
    known = {**_built_in(), **dict(_definitions(custom))}
    fields: list[tuple[str, str | None]] = []

    def expand(text: str, depth: int) -> str:
        if depth > _DEEPEST:
            raise OptionError(f"logFormat {log_format!r} uses a pattern that uses itself.")

        def one(use: re.Match[str]) -> str:
            name, field, kind = use.groups()
            if name not in known:
                raise OptionError(f"logFormat: there is no pattern {name!r}. customPatterns can define it.")
            if field:
                fields.append((field, kind))
                return f"({expand(known[name], depth + 1)})"
            return f"(?:{expand(known[name], depth + 1)})"

        return _USE.sub(one, _without_groups(text))

    return expand(log_format, 0), fields


@cache
def _built_in() -> dict[str, str]:
    return dict(_definitions(Path(__file__).with_suffix(".patterns").read_text(encoding="utf-8")))


def _definitions(custom: str) -> list[tuple[str, str]]:
    lines = [line.strip().partition(" ") for line in custom.splitlines() if line.strip()]
    return [(name, pattern.strip()) for name, _, pattern in lines]


def _without_groups(text: str) -> str:
    """The same expression without groups that capture: only fields do."""
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", text)
