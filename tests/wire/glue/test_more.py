"""Column statistics, security, optimizers, connections: kept or computed, never invented.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api.html
"""

import datetime
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until


@pytest.fixture
def glue(aws: Callable[[str], Any]) -> Any:
    return aws("glue")


@pytest.fixture
def table(aws: Callable[[str], Any], glue: Any) -> dict[str, str]:
    name = f"more-{secrets.token_hex(4)}"
    aws("s3").create_bucket(Bucket=name)
    body = "k,n,x,ok,day,m\na,1,1.5,true,2026-01-01,1.25\nbbb,,2.5,false,2026-01-03,-2.50\na,3,,true,2026-01-02,\n"
    aws("s3").put_object(Bucket=name, Key="t/a.csv", Body=body.split("\n", 1)[1])
    database = name.replace("-", "_")
    glue.create_database(DatabaseInput={"Name": database})
    types = {"k": "string", "n": "bigint", "x": "double", "ok": "boolean", "day": "date", "m": "decimal(10,2)"}
    storage = {
        "Columns": [{"Name": key, "Type": kind} for key, kind in types.items()],
        "Location": f"s3://{name}/t/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            "Parameters": {"field.delim": ","},
        },
    }
    given = {"Name": "t", "StorageDescriptor": storage, "TableType": "EXTERNAL_TABLE"}
    glue.create_table(DatabaseName=database, TableInput=given)
    return {"DatabaseName": database, "TableName": "t"}


def test_column_statistics_are_computed(glue: Any, table: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/column-statistics.html."""
    with pytest.raises(glue.exceptions.InvalidInputException, match="not a column"):
        glue.start_column_statistics_task_run(**table, Role="r", ColumnNameList=["zz"])
    run = glue.start_column_statistics_task_run(**table, Role="r")["ColumnStatisticsTaskRunId"]
    found = until(
        lambda: glue.get_column_statistics_task_run(ColumnStatisticsTaskRunId=run)["ColumnStatisticsTaskRun"],
        lambda each: each["Status"] not in {"STARTING", "RUNNING"},
    )
    assert found["Status"] == "SUCCEEDED", found
    listed = glue.get_column_statistics_for_table(**table, ColumnNames=["k", "n", "x", "ok", "day", "m"])
    data = {entry["ColumnName"]: entry["StatisticsData"] for entry in listed["ColumnStatisticsList"]}
    assert data["k"]["StringColumnStatisticsData"] == {
        "MaximumLength": 3, "AverageLength": pytest.approx(5 / 3), "NumberOfNulls": 0, "NumberOfDistinctValues": 2,
    }  # fmt: skip
    assert data["n"]["LongColumnStatisticsData"] == {
        "MinimumValue": 1, "MaximumValue": 3, "NumberOfNulls": 1, "NumberOfDistinctValues": 2,
    }  # fmt: skip
    assert data["x"]["DoubleColumnStatisticsData"]["MaximumValue"] == 2.5
    assert data["ok"]["BooleanColumnStatisticsData"] == {"NumberOfTrues": 2, "NumberOfFalses": 1, "NumberOfNulls": 0}
    latest = data["day"]["DateColumnStatisticsData"]["MaximumValue"]
    assert latest.date() == datetime.date(2026, 1, 3)
    lowest = data["m"]["DecimalColumnStatisticsData"]["MinimumValue"]
    assert int.from_bytes(lowest["UnscaledValue"], "big", signed=True) / 10 ** lowest["Scale"] == -2.5
    assert glue.get_column_statistics_task_runs(**table)["ColumnStatisticsTaskRuns"][0]["Status"] == "SUCCEEDED"
    glue.create_column_statistics_task_settings(**table, Role="r", Schedule="cron(0 1 * * ? *)")
    settings = glue.get_column_statistics_task_settings(**table)["ColumnStatisticsTaskSettings"]
    assert settings["Schedule"]["State"] == "SCHEDULED"
    glue.delete_column_statistics_task_settings(**table)


def test_what_is_kept_comes_back(glue: Any, table: dict[str, str]) -> None:
    name = table["DatabaseName"]
    encryption = {"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}]}
    glue.create_security_configuration(Name=name, EncryptionConfiguration=encryption)
    found = glue.get_security_configuration(Name=name)["SecurityConfiguration"]["EncryptionConfiguration"]
    assert found["CloudWatchEncryption"] == {"CloudWatchEncryptionMode": "DISABLED"}
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_security_configuration(Name=name, EncryptionConfiguration=encryption)
    glue.delete_security_configuration(Name=name)
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'
    digest = glue.put_resource_policy(PolicyInJson=policy)["PolicyHash"]
    assert glue.get_resource_policy()["PolicyHash"] == digest
    with pytest.raises(glue.exceptions.ConditionCheckFailureException):
        glue.put_resource_policy(PolicyInJson=policy, PolicyHashCondition="other")
    glue.delete_resource_policy(PolicyHashCondition=digest)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_resource_policy()
    where = {"CatalogId": "000000000000", **table, "Type": "compaction"}
    settings = {"roleArn": "arn:aws:iam::000000000000:role/r", "enabled": True}
    glue.create_table_optimizer(**where, TableOptimizerConfiguration=settings)
    assert glue.get_table_optimizer(**where)["TableOptimizer"]["configuration"] == settings
    assert glue.list_table_optimizer_runs(**where)["TableOptimizerRuns"] == []
    glue.delete_table_optimizer(**where)
    table_now = glue.get_unfiltered_table_metadata(
        CatalogId="000000000000", DatabaseName=name, Name="t", SupportedPermissionTypes=["COLUMN_PERMISSION"]
    )
    assert "day" in table_now["AuthorizedColumns"]
    transform = glue.create_ml_transform(
        Name=name, Role="r", InputRecordTables=[table], Parameters={"TransformType": "FIND_MATCHES"}
    )["TransformId"]
    assert glue.get_ml_transform(TransformId=transform)["Status"] == "NOT_READY"
    with pytest.raises(glue.exceptions.ClientError, match="StartMLEvaluationTaskRun is not supported"):
        glue.start_ml_evaluation_task_run(TransformId=transform)
    glue.delete_ml_transform(TransformId=transform)
