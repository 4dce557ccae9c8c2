"""A lake with one mart of known content, and Superset in front of it."""

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rapid.cli.services import spec
from rapid.core.config import Config
from rapid.core.processes import Supervisor
from rapid.dashboards import start

BUCKET, DATABASE, WORKGROUP = "dashboards-lake", "dashboards_lake", "dashboards"
CAMPAIGNS = {
    ("Facebook Ads", "fb_us_prospecting"): 900,
    ("Facebook Ads", "fb_eu_lookalike"): 650,
    ("googleadwords_int", "ga_search_brand"): 500,
    ("tiktokglobal_int", "tt_creators"): 700,
    ("organic", "organic"): 0,
}
"""Media source and campaign: cost per day, in dollars."""

TYPES = {
    "day": "date",
    "media_source": "string",
    "campaign": "string",
    "impressions": "bigint",
    "clicks": "bigint",
    "installs": "bigint",
    "cost": "double",
    "revenue": "double",
    "purchases": "bigint",
    "ctr": "double",
    "cpc": "double",
    "cpi": "double",
    "roas": "double",
}


@pytest.fixture(scope="session")
def mart_rows() -> list[dict[str, Any]]:
    """Sixty days of every campaign; organic users cost nothing, so that their ratios are NULL."""
    random = Random(7)
    rows = []
    for offset in range(60):
        for (source, campaign), budget in CAMPAIGNS.items():
            cost = round(budget * random.uniform(0.7, 1.3), 2)
            impressions = int(cost * 180)
            clicks = int(impressions * random.uniform(0.01, 0.02))
            installs = int(clicks * random.uniform(0.08, 0.13)) if budget else random.randint(50, 90)
            revenue = round(installs * random.uniform(2, 5), 2)
            rows.append(
                {
                    "day": date(2026, 8, 1) + timedelta(offset),
                    "media_source": source,
                    "campaign": campaign,
                    "impressions": impressions,
                    "clicks": clicks,
                    "installs": installs,
                    "cost": cost,
                    "revenue": revenue,
                    "purchases": installs // 8,
                    "ctr": clicks / impressions if impressions else None,
                    "cpc": cost / clicks if clicks else None,
                    "cpi": cost / installs if installs else None,
                    "roas": revenue / cost if cost else None,
                }
            )
    return rows


@pytest.fixture(scope="session")
def lake(emulator: Config, aws: Callable[[str], Any], mart_rows: list[dict[str, Any]]) -> dict[str, str]:
    """The mart in S3 and the Glue Data Catalog; returns what the stack's outputs would say of it."""
    aws("s3").create_bucket(Bucket=BUCKET)
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(mart_rows), parquet)
    aws("s3").put_object(Bucket=BUCKET, Key="marts/campaign_performance/part-0.parquet", Body=parquet.getvalue())
    aws("glue").create_database(DatabaseInput={"Name": DATABASE})
    aws("glue").create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": "campaign_performance",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in TYPES.items()],
                "Location": f"s3://{BUCKET}/marts/campaign_performance/",
                "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
            },
        },
    )
    aws("athena").create_work_group(
        Name=WORKGROUP,
        Configuration={"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/athena-results/"}},
    )
    return {"GlueDatabase": DATABASE, "AthenaWorkGroup": WORKGROUP, "DataBucket": BUCKET}


@pytest.fixture(scope="session")
def superset(config: Config) -> Iterator[Config]:
    """A running Superset without dashboards."""
    start.prepare(config)
    supervisor, service = Supervisor(config), spec(config, "superset")
    supervisor.start(service)
    try:
        supervisor.wait(service)
        yield config
    finally:
        supervisor.stop([service.name])
