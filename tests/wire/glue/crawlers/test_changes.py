"""What a second crawl does: https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html."""

import json
from typing import Any

import pytest

from tests.waiting import until

OLD, NEW = '{"a": 1, "b": 2}\n', '{"a": 1, "b": "text", "c": 3}\n'


def _setting(**output: Any) -> str:
    return json.dumps({"Version": 1.0, "CrawlerOutput": output})


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, {"a": "int", "b": "string", "c": "int"}),
        ({"SchemaChangePolicy": {"UpdateBehavior": "LOG"}}, {"a": "int", "b": "int"}),
        (
            {"Configuration": _setting(Tables={"AddOrUpdateBehavior": "MergeNewColumns"})},
            {"a": "int", "b": "int", "c": "int"},
        ),
    ],
)
def test_update_behaviour(lake: Any, columns_of: Any, settings: Any, wanted: dict[str, str]) -> None:
    lake.put("t/a.json", OLD)
    name = lake.create("t/", **settings)
    lake.run(name)
    lake.put("t/a.json", NEW)
    lake.run(name)
    table = lake.tables()["t"]
    assert columns_of(table) == wanted
    assert table["VersionId"] == ("0" if "SchemaChangePolicy" in settings else "1")


@pytest.mark.parametrize("behaviour", ["DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE", "LOG"])
def test_delete_behaviour(lake: Any, behaviour: str) -> None:
    for key in ("keep/p=1/a.json", "keep/p=2/a.json"):
        lake.put(key, OLD)
    lake.put("gone/a.json", '{"x": 1}\n')
    name = lake.create(SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behaviour})
    lake.run(name)
    assert set(lake.tables()) == {"keep", "gone"}
    for key in ("keep/p=2/a.json", "gone/a.json"):
        lake.aws("s3").delete_object(Bucket=lake.bucket, Key=key)
    lake.put("other/a.json", '{"y": 1}\n')
    lake.run(name)
    tables, partitions = lake.tables(), lake.partitions("keep")
    if behaviour == "DELETE_FROM_DATABASE":
        assert (set(tables), set(partitions)) == ({"keep", "other"}, {("1",)})
    else:
        assert (set(tables), len(partitions)) == ({"keep", "gone", "other"}, 2)
        assert ("DEPRECATED_BY_CRAWLER" in tables["gone"]["Parameters"]) == (behaviour == "DEPRECATE_IN_DATABASE")
    crawls = lake.glue.list_crawls(CrawlerName=name)["Crawls"]
    assert [crawl["State"] for crawl in crawls] == ["COMPLETED", "COMPLETED"]
    metrics = lake.glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert metrics["TablesCreated"] == 3
    assert metrics["TablesDeleted"] == (1 if behaviour == "DELETE_FROM_DATABASE" else 0)


def test_partitions_that_inherit(lake: Any, columns_of: Any) -> None:
    lake.put("t/p=1/a.json", OLD)
    lake.put("t/p=2/a.json", '{"a": 1, "b": 2, "c": 3}\n')
    lake.crawl("t/", Configuration=_setting(Partitions={"AddOrUpdateBehavior": "InheritFromTable"}))
    assert all(columns_of(p) == {"a": "int", "b": "int", "c": "int"} for p in lake.partitions("t").values())


def test_new_folders_only(lake: Any, columns_of: Any) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html."""
    policy = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    recrawl = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="Crawl new folders only"):
        lake.create("t/", RecrawlPolicy=recrawl)
    lake.put("t/one/p=1/a.json", OLD)
    lake.put("t/two/p=1/a.json", '{"x": 1}\n')
    name = lake.create("t/", RecrawlPolicy=recrawl, SchemaChangePolicy=policy)
    lake.run(name)
    lake.put("t/one/p=1/b.json", NEW)  # a known folder: not looked into
    lake.put("t/one/p=2/a.json", OLD)
    lake.put("t/three/p=1/a.json", '{"y": 1}\n')
    lake.run(name)
    tables = lake.tables()
    assert {"one", "two"} < set(tables)
    assert len(tables) == 3
    assert columns_of(tables["one"]) == {"a": "int", "b": "int"}
    assert set(lake.partitions("one")) == {("1",), ("2",)}
    assert lake.partitions("one")["1",]["Parameters"]["objectCount"] == "1"


def test_event_mode(lake: Any) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html."""
    sqs = lake.aws("sqs")
    url = sqs.create_queue(QueueName=lake.bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    lake.put("t/p=1/a.json", OLD)
    recrawl = {"RecrawlBehavior": "CRAWL_EVENT_MODE"}
    second = f"{lake.bucket}-second"
    lake.aws("s3").create_bucket(Bucket=second)
    targets = [{"Path": f"s3://{bucket}/t/", "EventQueueArn": arn} for bucket in (lake.bucket, second)]
    name = lake.create(RecrawlPolicy=recrawl, Targets={"S3Targets": targets})
    lake.run(name)
    lake.put("t/p=untold/a.json", OLD)
    where = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    lake.aws("s3").put_bucket_notification_configuration(Bucket=lake.bucket, NotificationConfiguration=where)
    lake.put("t/p=a b/a.json", OLD)
    asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
    until(
        lambda: int(sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]),
        lambda waiting: waiting == 2,  # S3's test event, too
    )
    lake.aws("s3").delete_bucket(Bucket=second)
    lake.run(name, "FAILED")  # the next crawl finds the events again
    assert int(sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]) == 2
    lake.aws("s3").create_bucket(Bucket=second)
    lake.put("t/p=c+d/a.json", OLD)
    detail = {"bucket": {"name": lake.bucket}, "object": {"key": "t/p=c+d/a.json"}}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"detail-type": "Object Created", "detail": detail}))
    lake.run(name)
    assert set(lake.partitions("t")) == {("1",), ("a b",), ("c+d",)}
    assert sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_catalog_targets(lake: Any, columns_of: Any) -> None:
    glue = lake.glue
    glue.create_database(DatabaseInput={"Name": lake.database})
    storage = {"Columns": [{"Name": "a", "Type": "int"}], "Location": f"s3://{lake.bucket}/mine/"}
    keys = [{"Name": "dt", "Type": "date"}]
    glue.create_table(
        DatabaseName=lake.database,
        TableInput={"Name": "mine", "StorageDescriptor": storage, "PartitionKeys": keys, "Description": "by hand"},
    )
    lake.put("mine/dt=2026-01-01/a.json", OLD)
    targets = {"CatalogTargets": [{"DatabaseName": lake.database, "Tables": ["mine"]}]}
    with pytest.raises(glue.exceptions.InvalidInputException, match="LOG DeleteBehavior"):
        lake.create(Targets=targets)
    lake.crawl(Targets=targets, SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"})
    table = lake.tables()["mine"]
    assert columns_of(table) == {"a": "int", "b": "int"}
    assert table["PartitionKeys"] == keys
    assert set(lake.partitions("mine")) == {("2026-01-01",)}
