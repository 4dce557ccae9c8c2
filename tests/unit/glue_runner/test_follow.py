"""Which jobs may have another after them on the same JVM."""

from pathlib import Path

import pytest

from glue_runner import folders, reuse
from glue_runner.request import RunRequest


def _may(folder: Path, text: str, name: str = "script/job.py", **request: object) -> bool:
    folders.make(folder)
    (folder / name).write_text(text)
    return reuse.may_follow(RunRequest("jr_1", "job", "s3://b/job.py", **request), folder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("spark.read.jdbc(url, table, properties={'driver': 'com.mysql.cj.jdbc.Driver'})  # Java's driver", True),
        ("sc._jsc.hadoopConfiguration().set('a', 'b')", True),
        ("from io import BytesIO  # a stream", True),
        ("log4j = spark._jvm.org.apache.log4j\nlog = log4j.LogManager.getLogger(__name__)", True),
        ("fs = sc._jvm.org.apache.hadoop.fs.FileSystem.get(sc._jsc.hadoopConfiguration())", True),
        ("spark.read.table('payment_gateway')  # by a JVM", True),
        ("sc._jvm.org.apache.log4j.PropertyConfigurator.configure('a')", False),
        ("sc._jvm.org.apache.hadoop.security.UserGroupInformation.reset()", False),
        ("jvm = sc._jvm", False),
        ("gateway = sc._gateway", False),
        ("sc._jvm.java.lang.System.setProperty('a', 'b')", False),
        ("from py4j.java_gateway import java_import", False),
        ("spark.sql(\"SELECT Reflect ('java.lang.System', 'gc')\")", False),
        ("spark.readStream.format('rate')", False),
        ("glueContext.forEachBatch(frame=f, batch_function=g)", False),
    ],
)
def test_what_a_script_names(tmp_path: Path, text: str, may: bool) -> None:
    assert _may(tmp_path, text) is may


def test_modules_count_too(tmp_path: Path) -> None:
    assert _may(tmp_path, "import helper")
    assert not _may(tmp_path, "def f(sc): return sc._jvm", name="python/helper.py")


def test_only_plain_jobs(tmp_path: Path) -> None:
    assert not _may(tmp_path, "", command="gluestreaming")
    assert not _may(tmp_path, "", command="session")
    assert not _may(tmp_path, "", arguments={"--additional-python-modules": "x"})
