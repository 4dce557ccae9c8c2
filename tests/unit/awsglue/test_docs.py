"""The example of docs/glue.md runs."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def test_the_example_of_a_test(
    glue_context: Any, spark: Any, glue_script: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "glue.md").read_text(), re.S)
    names: dict[str, Any] = {}
    exec(code, names)
    names["test_a_transform"](glue_context, spark)
    (tmp_path / "my_job.py").write_text(
        "from pyspark.context import SparkContext\nfrom awsglue.context import GlueContext\n"
        "orders = GlueContext(SparkContext()).spark_session.range(3)\n"
    )
    monkeypatch.chdir(tmp_path)
    names["test_the_whole_script"](glue_script)
