"""A pytest plugin for tests of Glue scripts: `pytest -p glue_runner.testing`, or `./rapid glue test`.

    spark          a Spark session as a Glue job has it, with all jars: S3, Avro, Deequ; one for the whole test session
    glue_context   a GlueContext over it
    glue_script    runs a script as a job does: glue_script("job.py", day="2026-01-01") returns its global names

AWS is reached as by any AWS client: AWS_ENDPOINT_URL names the running emulator. Without it, tests stay local.
"""

import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from glue_runner import folders, jars, parting, prepare, settings
from glue_runner.warm_context import WarmContext

HEAP_MB = 768


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The session. It ends, with its JVM and its files, when the tests do."""
    folder, found = folders.make(tmp_path_factory.mktemp("glue")), settings.load()
    before = dict(os.environ)
    os.environ |= folders.environment(folder, "local[2]")
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    jars.fetch(found.jars, jars.missing(found.jars, jars.CORE))
    own = {"spark.sql.shuffle.partitions": "2", "spark.default.parallelism": "2"}
    java = prepare.start_spark(folder, found.jars, HEAP_MB, "local[2]", own, None).wait()
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("glue-tests").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
    parting.from_java()
    assert java.stdin  # noqa: S101 - it is a pipe; its end is the JVM's
    java.stdin.close()
    java.wait(30)
    os.environ.clear()
    os.environ |= before


@pytest.fixture(scope="session")
def glue_context(spark: Any) -> Any:
    """`GlueContext(sc)` of the session."""
    from awsglue.context import GlueContext

    return GlueContext(spark.sparkContext)


class ScriptRunner:
    """Runs scripts in this process, so that a debugger, mocks and coverage see them."""

    def __init__(self, session: Any, patch: pytest.MonkeyPatch) -> None:
        self._session, self._patch = session, patch

    def __call__(self, script: str | Path, **arguments: object) -> dict[str, Any]:
        """Runs one script.

        Args:
            script: its path.
            arguments: job arguments, without their dashes; `JOB_NAME` is the script's name unless given.

        Returns:
            The script's global names. `sys.exit(0)` ends it as its last line would.

        Raises:
            Exception: whatever the script raises.
        """
        from pyspark import SparkContext

        given = {"JOB_NAME": Path(script).stem, **arguments}
        words = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        self._patch.setattr(sys, "argv", [str(script), *words])
        self._patch.syspath_prepend(str(Path(script).resolve().parent))
        with self._patch.context() as patch:
            patch.setattr(SparkContext, "stop", lambda _context: None)  # the next test needs it
            warm = WarmContext(self._session)
            warm.install()
            try:
                return runpy.run_path(str(script), run_name="__main__")
            except SystemExit as ended:
                if ended.code not in (None, 0):
                    raise
                return {}
            finally:
                warm.release()


@pytest.fixture
def glue_script(spark: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptRunner]:
    """Runs scripts; what they left in Spark's catalog and cache is removed after the test."""
    yield ScriptRunner(spark, monkeypatch)
    for table in spark.catalog.listTables():
        if table.isTemporary:
            spark.catalog.dropTempView(table.name)
    spark.catalog.clearCache()
