"""Workgroups, saved queries, catalogs, tags: https://docs.aws.amazon.com/athena/latest/ug/workgroups.html."""

import io
import uuid
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from pyarrow import parquet

from tests.listing import listed


def test_an_enforced_workgroup_decides_where_results_go(lab: Any) -> None:
    name = f"wg{uuid.uuid4().hex[:6]}"
    configuration = {"ResultConfiguration": {"OutputLocation": f"s3://{lab.bucket}/enforced"}}
    lab.athena.create_work_group(Name=name, Configuration=configuration, Tags=[{"Key": "team", "Value": "x"}])
    found = lab.athena.get_work_group(WorkGroup=name)["WorkGroup"]
    assert found["Configuration"]["EnforceWorkGroupConfiguration"] is True
    done = lab.run("SELECT 1", WorkGroup=name)
    assert done.execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{lab.bucket}/enforced/")
    lab.athena.update_work_group(
        WorkGroup=name,
        ConfigurationUpdates={"EnforceWorkGroupConfiguration": False, "BytesScannedCutoffPerQuery": 10_000_000},
    )
    done = lab.run("SELECT 1", WorkGroup=name)
    assert done.execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{lab.bucket}/results/")
    with pytest.raises(ClientError, match="is not empty"):
        lab.athena.delete_work_group(WorkGroup=name)
    lab.athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    with pytest.raises(ClientError, match="is not found"):
        lab.athena.get_work_group(WorkGroup=name)


def test_the_cutoff_cancels_a_query_that_reads_too_much(lab: Any) -> None:
    sink = io.BytesIO()
    values = [uuid.uuid4().hex * 8 for _ in range(60_000)]
    parquet.write_table(pa.table({"x": values}), sink, compression="NONE", use_dictionary=False)
    lab.put("big/a.parquet", sink.getvalue())
    lab.run("CREATE EXTERNAL TABLE big (x string) STORED AS PARQUET LOCATION 's3://{bucket}/big/'")
    name = f"wg{uuid.uuid4().hex[:6]}"
    lab.athena.create_work_group(
        Name=name, Configuration={"EnforceWorkGroupConfiguration": False, "BytesScannedCutoffPerQuery": 10_000_000}
    )
    done = lab.run("SELECT count(DISTINCT x) FROM big", WorkGroup=name)
    assert done.state == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in done.reason


def test_primary_exists_and_stays(lab: Any) -> None:
    assert lab.athena.get_work_group(WorkGroup="primary")["WorkGroup"]["State"] == "ENABLED"
    with pytest.raises(ClientError, match="cannot be deleted"):
        lab.athena.delete_work_group(WorkGroup="primary")


def test_named_queries(lab: Any) -> None:
    query_id = lab.athena.create_named_query(Name="n", Database=lab.database, QueryString="SELECT 1")["NamedQueryId"]
    assert query_id in listed(lab.athena, "list_named_queries", "NamedQueryIds[]")
    assert lab.athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]["WorkGroup"] == "primary"
    both = lab.athena.batch_get_named_query(NamedQueryIds=[query_id, "nope"])
    assert (len(both["NamedQueries"]), len(both["UnprocessedNamedQueryIds"])) == (1, 1)
    lab.athena.delete_named_query(NamedQueryId=query_id)
    with pytest.raises(ClientError):
        lab.athena.get_named_query(NamedQueryId=query_id)


def test_catalogs_and_databases(lab: Any) -> None:
    catalogs = listed(lab.athena, "list_data_catalogs", "DataCatalogsSummary[].[CatalogName, Type]")
    assert ["AwsDataCatalog", "GLUE"] in catalogs
    databases = listed(lab.athena, "list_databases", "DatabaseList[].Name", CatalogName="AwsDataCatalog")
    assert lab.database in databases
    with pytest.raises(lab.athena.exceptions.MetadataException):
        lab.athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="nope")
