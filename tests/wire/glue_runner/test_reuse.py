"""One JVM serves several jobs, and no job sees anything of the one before.

A job run on AWS has a fresh machine: https://docs.aws.amazon.com/glue/latest/dg/author-job-glue.html (read 2026-11).
"""

from typing import Any

import pytest
import requests

from rapid.core.processes import Supervisor
from tests.waiting import runs, until

BUCKET = "glue-runner-wire"
BEGIN = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\nsc = spark.sparkContext\n"
WHO = BEGIN + (
    "import os, random, numpy\n"
    "print(os.environ['TMPDIR'], os.getpid(), random.random(), numpy.random.rand(), spark.range(3).count())\n"
)
"""Says in whose keeper's folder it ran, which is to say on which JVM, in which process, and with what luck."""

LEAVES = (
    BEGIN
    + """
import builtins, json, os, sys, threading, time
import subprocess
builtins.left = json.left = sys.left = "left"
os.environ["LEFT"] = "left"
sys.path.append("/left")
open("left.txt", "w").write("left")
open(os.path.join(os.environ["TMPDIR"], "left.txt"), "w").write("left")
sleep = subprocess.Popen(["sleep", "86398"])
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
sc.setLogLevel("OFF")
sc._jvm.org.apache.log4j.LogManager.getLogger("left.logger").setLevel(sc._jvm.org.apache.log4j.Level.TRACE)
left_files = sc._jvm.org.apache.hadoop.fs.FileSystem.get(sc._jsc.hadoopConfiguration())
sc._jsc.hadoopConfiguration().set("left.hadoop", "left")
sc.setLocalProperty("left.local", "left")
spark.conf.set("spark.sql.shuffle.partitions", "3")
spark.conf.set("spark.sql.ansi.enabled", "true")
spark.range(5).createOrReplaceTempView("left_view")
spark.range(5).createOrReplaceGlobalTempView("left_global")
spark.range(5).write.mode("overwrite").saveAsTable("left_table")
spark.sql("create temporary function left_function as 'org.apache.hadoop.hive.ql.udf.generic.GenericUDFAbs'")
spark.udf.register("left_udf", lambda x: x)
spark.range(5).cache().count()
print(os.environ["TMPDIR"], sleep.pid)
"""
)
LOOKS = (
    BEGIN
    + """
import builtins, glob, json, os, sys, threading
found = [hasattr(thing, "left") for thing in (builtins, json, sys)]
found += ["LEFT" in os.environ, "/left" in sys.path, bool(glob.glob("left*"))]
found += [bool(glob.glob(os.environ["TMPDIR"] + "/left*"))]
found += [sc._jsc.hadoopConfiguration().get("left.hadoop"), sc.getLocalProperty("left.local")]
found += [sc.getConf().get("spark.left", "none"), spark.conf.get("spark.left", "none")]
found += [spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("spark.sql.ansi.enabled")]
found += [t.name for t in spark.catalog.listTables()], [t.name for t in spark.catalog.listTables("global_temp")]
found += [f.name for f in spark.catalog.listFunctions() if "left_" in f.name], spark.catalog.currentDatabase()
found += [sc._jsc.sc().getPersistentRDDs().isEmpty(), sc.appName, sc.applicationId == os.environ.get("APP")]
levels = [sc._jvm.org.apache.log4j.LogManager.getLogger(n).getLevel().toString() for n in ("left.logger", "other")]
found += [levels[0] == levels[1]]
print(os.environ["TMPDIR"], os.getpid())
print(found)
"""
)
FRESH = [
    *[False] * 7,
    *(None, None, "none", "none", "16", "false"),
    *([], [], [], "default"),
    *(True, "glue", False, True),
]


def _follow(jobs: Any, script: str, after: str, arguments: dict[str, str] | None = None) -> list[str]:
    """Runs a script until it gets the JVM of an earlier job, which the other jobs hand around."""
    for _ in range(10):
        outcome = jobs.run(script, arguments)
        assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
        lines: list[str] = jobs.logs(outcome.run_id)
        if lines[0].split()[0] == after:
            return lines
    raise AssertionError(f"no job got the JVM {after}")


def test_a_jvm_serves_jobs_each_in_a_process_of_its_own(jobs: Any) -> None:
    first = jobs.logs(jobs.run(WHO).run_id)[0].split()
    second = _follow(jobs, WHO, first[0])[0].split()
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False, False, False, True]


@pytest.mark.parametrize("arguments", [{}, {"--conf": "spark.left=left --conf spark.task.maxFailures=7"}])
def test_a_job_finds_nothing_of_the_one_before(jobs: Any, arguments: dict[str, str]) -> None:
    left = jobs.run(LEAVES, arguments)
    assert (left.states[-1], left.error) == ("SUCCEEDED", None)
    folder, sleep = jobs.logs(left.run_id)[0].split()
    until(lambda: not runs(int(sleep)))  # the kernel ends it a moment after the signal
    found = _follow(jobs, LOOKS, folder)
    assert found[1] == str(FRESH)


def test_output_stays_with_its_job(jobs: Any) -> None:
    noisy = jobs.run(BEGIN + "import os\nprint(os.environ['TMPDIR'])\nprint('no newline', end='')")
    folder = jobs.logs(noisy.run_id)[0]
    assert jobs.logs(noisy.run_id) == [folder, "no newline"]
    assert len(_follow(jobs, WHO, folder)) == 1


def test_a_failed_script_costs_no_jvm(jobs: Any) -> None:
    failed = jobs.run(BEGIN + "import os\nprint(os.environ['TMPDIR'])\nspark.table('nowhere')")
    assert failed.error.startswith("AnalysisException: [TABLE_OR_VIEW_NOT_FOUND]")
    _follow(jobs, WHO, jobs.logs(failed.run_id)[0])


@pytest.mark.parametrize(
    "script",
    [
        "sc._jvm.System.setProperty('left', 'left')",
        "spark.sql(\"select reflect('java.lang.System', 'setProperty', 'left', 'left')\").collect()",
        "import threading\nthreading.Thread(target=sc.range(9).foreach, args=(lambda _: __import__('time').sleep(9),), "
        "daemon=True).start()\nwhile not sc.statusTracker().getActiveJobsIds():\n    pass",
        "import os; os._exit(0)",
    ],
    ids=["java", "reflection", "busy", "exit"],
)
def test_a_jvm_that_may_not_be_clean_serves_no_other(jobs: Any, script: str) -> None:
    pid = "import psutil\njava = [p.pid for p in psutil.Process().parent().children() if 'java' in p.name()]\n"
    jobs.wait_for_warm()
    outcome = jobs.run(BEGIN + pid + "print(*java, flush=True)\n" + script)
    assert (outcome.states[-1], outcome.error) == ("SUCCEEDED", None)
    (number,) = jobs.logs(outcome.run_id)
    until(lambda: not runs(int(number)))  # the kernel ends it a moment after the signal


def test_a_jvm_killed_while_it_waits_costs_no_job(jobs: Any) -> None:
    runner = Supervisor(jobs.config).find("glue")
    assert runner is not None
    jobs.wait_for_warm()
    waiting = [child for child in runner.children(recursive=True) if child.name() == "java"]
    assert waiting
    for child in waiting:
        child.kill()
    outcomes = [jobs.wait(run_id) for run_id in [jobs.put(WHO), jobs.put(WHO)]]
    assert [(outcome.states[-1], outcome.error) for outcome in outcomes] == [("SUCCEEDED", None)] * 2


def test_a_killed_keeper_costs_no_job(jobs: Any) -> None:
    runner = Supervisor(jobs.config).find("glue")
    assert runner is not None
    jobs.wait_for_warm()
    for keeper in runner.children():
        keeper.kill()
    assert jobs.run(WHO).states[-1] == "SUCCEEDED"
    assert requests.get(f"{jobs.config.runner_url}/health", timeout=60).json()["status"] == "ok"
