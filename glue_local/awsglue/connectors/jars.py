"""Java classes that a connector needs: looked up, and brought into a running session from jars."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from awsglue.errors import AwsGlueError, NotSupportedError


class JarMissingError(AwsGlueError):
    """A jar that a connection names cannot be fetched."""


def has(session: SparkSession, name: str) -> bool:
    """Whether the JVM can load a class."""
    jvm: Any = session.sparkContext._jvm
    found = name.replace(".", "/") + ".class"
    return jvm.java.lang.Thread.currentThread().getContextClassLoader().getResource(found) is not None


def add(session: SparkSession, paths: Iterable[str]) -> None:
    """Puts jars on the class path of driver and executors."""
    for path in paths:
        session.sql(f"ADD JAR '{path}'")


def add_from_s3(session: SparkSession, location: str) -> None:
    """The same for a jar in S3; several may be separated by commas.

    Raises:
        JarMissingError: it is not there.
    """
    import boto3
    from botocore.exceptions import ClientError

    for part in filter(None, (part.strip() for part in location.split(","))):
        scheme, _, rest = part.partition("://")
        if scheme not in {"s3", "s3a", "s3n"}:
            add(session, [part])
            continue
        bucket, _, key = rest.partition("/")
        target = Path(tempfile.mkdtemp(prefix="glue-jar-")) / Path(key).name
        try:
            boto3.client("s3").download_file(bucket, key, str(target))
        except ClientError as error:
            raise JarMissingError(f"{part} cannot be fetched: {error}") from error
        add(session, [str(target)])


def need(session: SparkSession, name: str, what: str) -> None:
    """Makes sure that a class is there.

    Args:
        session: the session.
        name: the class.
        what: what needs it, for the message.

    Raises:
        NotSupportedError: it is not.
    """
    if not has(session, name):
        raise _missing(name, what)


def need_source(session: SparkSession, name: str, what: str) -> None:
    """The same for a data source, by any name that Spark knows it by: its class, its package or a short one."""
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

    jvm: Any = session.sparkContext._jvm
    lookup = jvm.org.apache.spark.sql.execution.datasources.DataSource.lookupDataSource
    try:
        lookup(name, session._jsparkSession.sessionState().conf())
    except (Py4JJavaError, AnalysisException) as error:
        raise _missing(name, what) from error


def _missing(name: str, what: str) -> NotSupportedError:
    lake = any(part in name for part in ("hudi", "iceberg", "delta"))
    way = "--extra-jars or --datalake-formats" if lake else "--extra-jars"
    return NotSupportedError(what, f"It needs the Java class {name}; bring its jar with {way}.")


def merged(options: Mapping[str, Any], without: Iterable[str]) -> dict[str, str]:
    """Options as Spark takes them, as text, without some (in any case)."""
    left = {name.lower() for name in without}
    return {k: _text(v) for k, v in options.items() if k.lower() not in left and v is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
