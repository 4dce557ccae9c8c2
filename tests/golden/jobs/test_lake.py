"""The two jobs on real Spark against the emulator: a run that is killed, the run after it, and the marts.

Every total is compared with the truth that the generator kept; odd files of other people are in the same run.
"""

import contextlib
import gzip
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapid.core.aws import environment
from rapid.core.config import ROOT, Config
from rapid.lake import Reconciliation, reconcile
from seed_data import Truth, generate

pytestmark = pytest.mark.slow
BUCKET, DATABASE = "golden-lake", "golden_lake"
REAL = ROOT.parent / "shared" / "data" / "real"

ODD_FILES: dict[str, bytes] = {
    "raw/odd_names/[1] a+b %20 {x} é:1.csv": "Order ID,order id,$,Preis (€)\n1,a,x,2.5\n2,b,y,3\n".encode(),
    "raw/latin/a.csv": "name,city\nJosé,Köln\n".encode("cp1252"),
    "raw/wide/a.txt": "a;b\n1;2,5\n2;3,5\n".encode("utf-16"),
    "raw/ragged/a.csv": b'id,text\n1,"two\nlines, ""quoted"""\n2\n3,x,y\n4,z\n',
    "raw/ends/a.csv": b'id,text\r\n1,a\n2,"b\r\nc"\n3,d\r4,e\r\n',
    "raw/mixed/a.json": json.dumps(
        [{"Id": 1, "id": "x", "v": 1, "n": {"a b": [1]}}, {"Id": 2, "v": "7", "t": "007"}]
    ).encode(),
    "raw/stream/a": b'{"a":1}{"a":2.5}\n{"a":',
    "raw/packed/no_extension": gzip.compress(b"zip,n\n00501,1\n00502,2\n"),
    "raw/dates/a.csv": b"iso,us,eu,unclear,word,not_all\n"
    b"2026-01-02,1/31/2026,31.1.2026,1/2/2026,Jun 12 1998,2026-01-02\n"
    b"2026-01-03,2/28/2026,28.2.2026,3/4/2026,Jul 1 2001,soon\n",
    "raw/binary/a.xlsx": b"PK\x03\x04" + b"\0" * 40,
    "raw/nothing/a.csv": b"",
    # Its first rows do not tell the types: those of three columns are guessed wrongly.
    "raw/late/a.csv": b"id,whole,word,seldom,day\n"
    + b"".join(b"%d,%d,%d,,2026-01-02\n" % (i, i * 7, i) for i in range(200_000))
    + b"200000,2.5,x,7,2026-01-03\n",
}


@dataclass
class Lake:
    """What the tests look at after the jobs ran."""

    s3: Any
    glue: Any
    truth: Truth
    totals: dict[str, Reconciliation]

    def columns(self, table: str) -> dict[str, str]:
        found = self.glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]
        return {c["Name"]: c["Type"] for c in found["StorageDescriptor"]["Columns"]}

    def rows(self, prefix: str) -> list[dict[str, Any]]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
        bodies = [self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys]
        return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]

    def mart(self, name: str) -> list[dict[str, Any]]:
        table = self.glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]
        return self.rows(table["StorageDescriptor"]["Location"].removeprefix(f"s3://{BUCKET}/"))


def start(config: Config, script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Starts a job in the Glue environment, in a process group of its own."""
    source = ROOT / "glue_local"
    command = [str(config.python("glue")), "-m", "glue_runner.run", str(source / "jobs" / f"{script}.py")]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RAPID_")},
        **environment(config),
        "PYTHONPATH": f"{source}:{source / 'jobs'}",
        "GLUE_RUNNER_HOME": str(config.home / "golden-runner"),
        "GLUE_RUNNER_JARS": str(config.cache / "jars"),
    }
    everything = [*command, "--data_bucket", BUCKET, "--database", DATABASE, *arguments]
    return subprocess.Popen(
        everything, env=environ, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def finish(process: subprocess.Popen[bytes]) -> str:
    output = process.communicate(timeout=900)[0].decode()
    assert process.returncode == 0, output[-6000:]
    return output


def kill_in_the_middle(s3: Any, process: subprocess.Popen[bytes]) -> None:
    """Kills the job as soon as it has written curated rows that nothing has committed."""
    while process.poll() is None:
        curated = s3.list_objects_v2(Bucket=BUCKET, Prefix="curated/").get("KeyCount", 0)
        opened = s3.list_objects_v2(Bucket=BUCKET, Prefix="manifests/_batches/").get("KeyCount", 0)
        if curated and opened:
            break
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def send(s3: Any, folder: Path, truth: Truth) -> None:
    """Puts the seed data under raw/: files as they are, requests as the ingest function stores them, unchecked."""
    for number, delivery in enumerate(truth.deliveries):
        body = (folder / delivery.path).read_bytes()
        key = f"raw/{delivery.dataset}/{Path(delivery.path).name}"
        if delivery.via == "api":
            records = (
                body.decode().splitlines() if delivery.path.endswith("ndjson") else map(json.dumps, json.loads(body))
            )
            body = "\n".join(stamped(line, number) for line in records).encode()
            key = f"raw/{delivery.dataset}/dt=2026-11-22/10/{number:04d}.jsonl"
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def stamped(line: str, number: int) -> str:
    with contextlib.suppress(ValueError):
        record = json.loads(line)
        if isinstance(record, dict):
            return json.dumps(record | {"_ingest_id": "i", "_received_at": f"2026-11-22T10:00:{number:02d}.000Z"})
    return line


@pytest.fixture(scope="module")
def lake(emulator: Config, aws: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("seed")
    truth = generate(folder)
    s3, glue = aws("s3"), aws("glue")
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    s3.upload_file(str(ROOT / "endpoints.yaml"), BUCKET, "endpoints.yaml")
    config_uri = ("--config_uri", f"s3://{BUCKET}/endpoints.yaml")
    send(s3, folder, truth)
    kill_in_the_middle(s3, start(emulator, "raw_to_curated", *config_uri))
    for key, body in ODD_FILES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    for path in sorted(REAL.glob("*")) if REAL.is_dir() else ():
        s3.upload_file(str(path), BUCKET, f"raw/real_{path.stem.replace('-', '_')}/{path.name}")
    finish(start(emulator, "raw_to_curated", *config_uri))
    finish(start(emulator, "curated_to_marts"))
    return Lake(s3, glue, truth, reconcile(s3, BUCKET))


def test_every_record_is_accounted_for(lake: Lake) -> None:
    for name, counts in lake.truth.datasets.items():
        total = lake.totals[name]
        found = (total.records_in, total.curated, total.duplicates, total.quarantined, total.pending)
        assert found == (counts.sent, counts.valid, counts.duplicates, counts.bad, 0), name
    assert all(total.balanced and not total.pending for total in lake.totals.values())


def test_the_killed_run_left_nothing(lake: Lake) -> None:
    for prefix in ("manifests/_batches/", "manifests/_staging/"):
        assert lake.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"] == 0
    for name, counts in lake.truth.datasets.items():
        assert len(lake.rows(f"curated/{name}/")) == counts.valid


def test_late_records_are_in_the_partition_of_their_day(lake: Lake) -> None:
    late = lake.rows("curated/installs/dt=2026-08-22/") + lake.rows("curated/installs/dt=2026-08-29/")
    assert len(late) == lake.truth.datasets["installs"].late > 0
    pages = lake.glue.get_paginator("get_partitions").paginate(DatabaseName=DATABASE, TableName="installs")
    assert "2026-08-22" in {partition["Values"][0] for page in pages for partition in page["Partitions"]}


def test_new_fields_become_columns(lake: Lake) -> None:
    assert lake.columns("installs")["att_status"] == "string"
    assert lake.columns("costs")["reattributions"] == "bigint"
    assert lake.columns("web_sessions")["page_views"] == "bigint"


def test_quarantine_says_why_and_from_where(lake: Lake) -> None:
    rows = lake.rows("quarantine/costs/etl/")
    assert len(rows) == lake.truth.datasets["costs"].bad
    assert all(row["reason"] and row["raw"] and row["source_object"].startswith("raw/costs/") for row in rows)


def test_campaign_performance(lake: Lake) -> None:
    rows, truth = lake.mart("campaign_performance"), lake.truth.marts["campaign_performance"]
    assert len(rows) == truth["rows"]
    for name in ("impressions", "clicks", "installs", "purchases"):
        assert sum(row[name] for row in rows) == truth[name]
    for name in ("cost", "revenue"):
        assert sum(row[name] for row in rows) == pytest.approx(truth[name], abs=0.01)
    for row in rows:
        assert row["ctr"] == (pytest.approx(row["clicks"] / row["impressions"]) if row["impressions"] else None)
        assert row["roas"] == (pytest.approx(row["revenue"] / row["cost"]) if row["cost"] else None)


def test_the_other_marts(lake: Lake) -> None:
    truth = lake.truth.marts
    revenue, customers = lake.mart("daily_revenue"), lake.mart("customer_value")
    assert sum(row["orders"] for row in revenue) == truth["daily_revenue"]["orders"]
    assert sum(row["revenue"] for row in revenue) == pytest.approx(truth["daily_revenue"]["revenue"], abs=0.01)
    assert len(customers) == truth["customer_value"]["rows"]
    assert sum(row["app_revenue"] for row in customers) == pytest.approx(
        truth["customer_value"]["app_revenue"], abs=0.01
    )
    pipeline, services = lake.mart("sales_pipeline"), lake.mart("service_availability")
    for stage, cell in truth["sales_pipeline"]["by_stage"].items():
        of_stage = [row for row in pipeline if row["stage"] == stage]
        assert sum(row["deals"] for row in of_stage) == cell["deals"]
        assert sum(row["amount"] for row in of_stage) == pytest.approx(cell["amount"], abs=0.01)
    for service, cell in truth["service_availability"]["by_service"].items():
        of_service = [row for row in services if row["service"] == service]
        assert sum(row["checks"] - row["down"] for row in of_service) == cell["up"]


def test_marts_of_unchanged_data_stay(lake: Lake, emulator: Config) -> None:
    def places() -> dict[str, str]:
        pages = lake.glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE)
        return {t["Name"]: t["StorageDescriptor"]["Location"] for page in pages for t in page["TableList"]}

    before = places()
    assert "0 of 5 marts" in finish(start(emulator, "curated_to_marts"))
    assert places() == before


@pytest.mark.parametrize(
    ("table", "columns", "curated", "quarantined"),
    [
        ("odd_names", {"order_id": "bigint", "order_id_2": "string", "column_3": "string", "preis": "double"}, 2, 0),
        ("latin", {"name": "string", "city": "string"}, 1, 0),
        ("wide", {"a": "bigint", "b": "string"}, 2, 0),
        ("ragged", {"id": "bigint", "text": "string"}, 2, 2),
        ("ends", {"id": "bigint", "text": "string"}, 4, 0),
        (
            "mixed",
            {"id": "bigint", "id_2": "string", "v": "string", "n": "struct<a_b:array<bigint>>", "t": "string"},
            2,
            0,
        ),
        ("stream", {"a": "double"}, 2, 1),
        (
            "late",
            {"id": "bigint", "whole": "double", "word": "string", "seldom": "bigint", "day": "date"},
            200_001,
            0,
        ),
        ("packed", {"zip": "string", "n": "bigint"}, 2, 0),
        (
            "dates",
            {"iso": "date", "us": "date", "eu": "date", "unclear": "string", "word": "date", "not_all": "string"},
            2,
            0,
        ),
    ],
)
def test_odd_files(lake: Lake, table: str, columns: dict[str, str], curated: int, quarantined: int) -> None:
    assert lake.columns(table) == columns
    assert (lake.totals[table].curated, lake.totals[table].quarantined) == (curated, quarantined)


def test_values_of_odd_files(lake: Lake) -> None:
    assert lake.rows("curated/latin/") == [{"name": "José", "city": "Köln"}]
    assert [row["text"] for row in lake.rows("curated/ragged/")] == ['two\nlines, "quoted"', "z"]
    assert [row["raw"] for row in lake.rows("quarantine/ragged/")] == ["2", "3,x,y"]
    late = lake.rows("curated/late/")
    assert sum(row["whole"] for row in late) == 7 * sum(range(200_000)) + 2.5
    assert [row["seldom"] for row in late if row["seldom"]] == [7]
    assert [row["text"] for row in lake.rows("curated/ends/")] == ["a", "b\nc", "d", "e"]
    assert [row["zip"] for row in lake.rows("curated/packed/")] == ["00501", "00502"]
    assert [str(row["eu"]) for row in lake.rows("curated/dates/")] == ["2026-01-31", "2026-02-28"]


def test_what_cannot_be_read_is_quarantined_whole(lake: Lake) -> None:
    assert (lake.totals["binary"].records_in, lake.totals["binary"].quarantined) == (1, 1)
    assert lake.rows("quarantine/binary/")[0]["source_object"] == "raw/binary/a.xlsx"
    assert lake.totals["nothing"].records_in == 0


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data sets are not beside this checkout")
def test_real_data(lake: Lake) -> None:
    expected = {"airports": 3376, "birdstrikes": 10000, "budget": 237, "earthquakes": 1707, "flights_200k": 200000}
    expected |= {"flights_20k": 20000, "movies": 3201, "online_retail": 541909, "unemployment": 3218, "zipcodes": 42049}
    for name, rows in expected.items():
        total = lake.totals[f"real_{name}"]
        assert (total.curated, total.quarantined) == (rows, 0), name
    assert lake.columns("real_zipcodes")["zip_code"] == "string"
    assert lake.columns("real_movies")["title"] == "string"
    assert lake.columns("real_movies")["imdb_rating"] == "double"
    assert lake.columns("real_earthquakes")["geometry"] == "struct<coordinates:array<double>,type:string>"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data sets are not beside this checkout")
def test_online_retail(lake: Lake) -> None:
    rows = pa.Table.from_pylist(lake.rows("curated/real_online_retail/")).to_pandas()
    assert (rows.quantity * rows.unitprice).sum() == pytest.approx(9_747_747.934, abs=0.001)
    assert rows.customerid.nunique() == 4372
