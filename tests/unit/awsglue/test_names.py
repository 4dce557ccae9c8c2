"""Fields whose names differ in case alone, as in logs of CloudTrail: frames keep them apart."""

import json
from pathlib import Path
from typing import Any

from pyarrow.dataset import dataset


def read(glue: Any, path: Path) -> Any:
    return glue.create_dynamic_frame.from_options("s3", {"paths": [str(path)]}, "json")


def written(path: Path) -> list[dict[str, Any]]:
    return sorted((json.loads(line) for file in path.glob("run-*") for line in file.open()), key=str)


def test_columns(glue: Any, spark: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"Id": 1, "id": "x", "v": 1}\n{"id": "y", "v": 2}\n')
    frame = read(glue, tmp_path)
    assert frame.toDF().columns == ["Id", "id", "v"]
    assert frame.drop_fields(["Id"]).toDF().columns == ["id", "v"]
    assert frame.rename_field("Id", "number").toDF().columns == ["number", "id", "v"]
    mapped = frame.apply_mapping([("id", "string", "id", "string"), ("Id", "int", "n", "string")])
    assert sorted(map(tuple, mapped.toDF().collect())) == [("x", "1"), ("y", None)]
    frame.write("s3", {"path": str(tmp_path / "out")}, "json")
    assert written(tmp_path / "out") == [{"Id": 1, "id": "x", "v": 1}, {"id": "y", "v": 2}]
    assert spark.conf.get("spark.sql.caseSensitive") == "false"


def test_members(glue: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"r": {"Host": "a", "host": "b"}, "c": 1}\n{"r": {"host": "z"}, "c": "q"}\n')
    frame = read(glue, tmp_path)
    assert sorted(row.h for row in frame.apply_mapping([("r.host", "string", "h", "string")]).toDF().collect()) == [
        *("b", "z")
    ]
    root = frame.relationalize("root", str(tmp_path / "staging")).select("root")
    assert root.toDF().columns == ["r.Host", "r.host", "c.int", "c.string"]
    root.select_fields(["`r.Host`", "`r.host`"]).write("s3", {"path": str(tmp_path / "flat")}, "json")
    assert written(tmp_path / "flat") == [{"r.Host": "a", "r.host": "b"}, {"r.host": "z"}]
    resolved = frame.resolveChoice(specs=[("c", "cast:string")])
    resolved.write("s3", {"path": str(tmp_path / "parquet")}, "glueparquet")
    [members] = [field.type for field in dataset(tmp_path / "parquet").schema if field.name == "r"]
    assert [member.name for member in members] == ["Host", "host"]
