"""Bookmarks, by https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awsglue.bookmarks import job as bookmarks
from awsglue.bookmarks import service
from awsglue.bookmarks.files import BAND_MS, File, Limits, Read, choose
from awsglue.errors import OptionError
from awsglue.job import Job

ROOT = Path(__file__).resolve().parents[3]
MINUTE = 60_000
NOW = 1_000_000 * MINUTE


def at(minutes: float, name: str = "", size: int = 10) -> File:
    """A file modified `minutes` from now."""
    return File(name or f"s3://b/{minutes}", round(NOW + minutes * MINUTE), size)


def names(files: list[File]) -> list[str]:
    return [file.path.removeprefix("s3://b/") for file in files]


def test_each_file_once() -> None:
    first, state = choose([at(-60), at(-1)], Read(), None, NOW, Limits())
    assert names(first) == ["-60", "-1"]
    later = NOW + 5 * MINUTE
    second, state = choose([at(-60), at(-1), at(-2), at(3)], state, None, later, Limits())
    assert names(second) == ["-2", "3"]  # -2 was listed late
    again, _ = choose([at(-60), at(-1), at(-2), at(3)], Read.parse(state.dump()), None, later + MINUTE, Limits())
    assert again == []


def test_a_changed_file_is_read_again() -> None:
    _, state = choose([at(-60, "s3://b/x"), at(-1, "s3://b/y")], Read(), None, NOW, Limits())
    changed = [at(1, "s3://b/x"), at(-1, "s3://b/y", size=11)]
    again, _ = choose(changed, state, None, NOW + 2 * MINUTE, Limits())
    assert names(again) == ["y", "x"]


def test_what_comes_after_the_start_is_for_the_next_run() -> None:
    first, state = choose([at(-1), at(0.1)], Read(), None, NOW, Limits())
    assert names(first) == ["-1"]
    assert names(choose([at(-1), at(0.1)], state, None, NOW + MINUTE, Limits())[0]) == ["0.1"]


def test_outside_the_band_time_alone_decides() -> None:
    _, state = choose([at(-1)], Read(), None, NOW, Limits())
    assert (
        names(choose([at(-16)], state, None, NOW + MINUTE, Limits())[0]) == []
    )  # listed 16 minutes late: lost, as on AWS
    assert len(state.marks) == 1
    _, state = choose([], state, None, NOW + 2 * BAND_MS, Limits())
    assert not state.marks


def test_bounds_leave_the_rest_to_the_next_runs() -> None:
    files = [at(-50 + i) for i in range(5)]
    seen, state = [], Read()
    for run in range(4):
        some, state = choose(files, state, None, NOW + run, Limits(files=2))
        seen.append(names(some))
    assert seen == [["-50", "-49"], ["-48", "-47"], ["-46"], []]
    assert names(choose(files, Read(), None, NOW, Limits(size=25))[0]) == ["-50", "-49"]
    assert names(choose(files, Read(), None, NOW, Limits(size=1))[0]) == ["-50"]
    assert len(choose([at(-3), at(-2), at(-1)], Read(), None, NOW, Limits(in_band=2))[0]) == 2
    with pytest.raises(OptionError, match="boundedFiles"):
        Limits.of({"boundedFiles": "many"})


def test_a_range_ends_where_its_last_run_ended() -> None:
    _, one = choose([at(-3)], Read(), None, NOW, Limits())
    _, two = choose([at(-3), at(1)], one, None, NOW + 2 * MINUTE, Limits())
    files = [at(-3), at(1), at(3)]
    assert names(choose(files, one, two, NOW + 9 * MINUTE, Limits())[0]) == ["1"]


def test_both_sides_know_the_same_private_operations() -> None:
    part = "private/glue/2017-03-31/service-2.sdk-extras.json"
    ours = (ROOT / "glue_local/awsglue/bookmarks" / part).read_text()
    assert ours == (ROOT / "services/rapid/emulator/glue" / part).read_text()


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    """Stands in for the Glue API: (version, bookmark) per commit."""
    history: list[tuple[int, str]] = [(0, "{}")]

    def save(job: str, run_id: str, version: int, text: str) -> int:
        assert version == history[-1][0]
        history.append((version + 1, text))
        return version + 1

    monkeypatch.setattr(service, "load", lambda job, run_id=None: history[-1])
    monkeypatch.setattr(service, "save", save)
    yield history
    bookmarks._active = None


def test_frames_of_one_run_after_another(glue: Any, tmp_path: Path, saved: list[Any]) -> None:
    def write(value: int, modified: float | None = None) -> None:
        path = tmp_path / f"{value}.json"
        path.write_text(json.dumps({"a": value}) + "\n")
        if modified:
            os.utime(path, (modified, modified))

    def read(ctx: str = "source") -> list[int]:
        frame = glue.create_dynamic_frame.from_options("s3", {"paths": [str(tmp_path)]}, "json", transformation_ctx=ctx)
        return sorted(row["a"] for row in frame.toDF().collect())

    def run(commit: bool = True, option: str = "enable", ctx: str = "source") -> list[int]:
        job = Job(glue)
        job.init("j", {"job_bookmark_option": f"job-bookmark-{option}", "JOB_RUN_ID": "jr"})
        found = read(ctx)
        if commit:
            job.commit()
        return found

    write(1, modified=1_700_000_000)
    assert run(commit=False) == [1]
    assert run() == [1]
    write(2)
    assert run(option="pause") == [2]
    assert run(commit=False) == [2]
    assert run(option="disable") == [1, 2]
    assert run(ctx="") == [1, 2]
    assert run() == [2]
    assert run() == []
    saved.append((saved[-1][0] + 1, "{}"))  # a reset
    assert run() == [1, 2]
    write(3)
    assert run(option="pause") == run(option="pause") == [3]


def test_parquet_keeps_its_partition_columns(glue: Any, tmp_path: Path, saved: list[Any]) -> None:
    glue.spark_session.range(3).selectExpr("id", "id % 2 as d").write.partitionBy("d").parquet(str(tmp_path / "p"))
    Job(glue).init("j", {"job_bookmark_option": "job-bookmark-enable", "JOB_RUN_ID": "jr"})
    frame = glue.create_dynamic_frame.from_options(
        "s3", {"paths": [str(tmp_path / "p")]}, "parquet", transformation_ctx="p"
    )
    assert sorted(map(tuple, frame.toDF().collect())) == [(0, 0), (1, 1), (2, 0)]
