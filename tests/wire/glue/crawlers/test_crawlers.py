"""Crawlers as resources: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html."""

import json
from typing import Any

import pytest

from tests.waiting import until


def test_states_errors_and_history(lake: Any) -> None:
    glue = lake.glue
    lake.put("t/a.json", '{"a": 1}\n')
    name = lake.create("t/", Tags={"team": "data"}, Classifiers=[])
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_crawler(Name=name, Role="r", DatabaseName="d", Targets={"S3Targets": [{"Path": "s3://b"}]})
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.start_crawler(Name="nothing")
    with pytest.raises(glue.exceptions.CrawlerNotRunningException):
        glue.stop_crawler(Name=name)
    with pytest.raises(glue.exceptions.InvalidInputException, match="targets"):
        lake.create(Targets={"S3Targets": []})
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="Classifier"):
        lake.create(Classifiers=["nothing"])
    crawler = glue.get_crawler(Name=name)["Crawler"]
    assert (crawler["State"], crawler["Version"], "LastCrawl" in crawler) == ("READY", 1, False)
    crawler = lake.run(name)
    last = crawler["LastCrawl"]
    assert (last["LogGroup"], last["LogStream"]) == ("/aws-glue/crawlers", name)
    lines = lake.aws("logs").get_log_events(logGroupName=last["LogGroup"], logStreamName=name)["events"]
    assert f"Created table t in database {lake.database}" in "\n".join(line["message"] for line in lines)
    history = glue.list_crawls(CrawlerName=name, Filters=[{"FieldName": "STATE", "FieldValue": "COMPLETED"}])["Crawls"]
    assert history[0]["CrawlId"] == last["MessagePrefix"]
    assert json.loads(json.loads(json.loads(history[0]["Summary"])["TABLE"])["ADD"])["Count"] == 1
    assert glue.list_crawls(CrawlerName=name, Filters=[{"FieldName": "STATE", "FieldValue": "FAILED"}])["Crawls"] == []
    assert name in glue.list_crawlers(Tags={"team": "data"})["CrawlerNames"]
    assert glue.batch_get_crawlers(CrawlerNames=[name, "x"])["CrawlersNotFound"] == ["x"]
    glue.update_crawler(Name=name, Description="new")
    assert glue.get_crawler(Name=name)["Crawler"]["Version"] == 2
    glue.delete_crawler(Name=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_crawler(Name=name)


def test_a_crawl_that_cannot_work_has_failed(lake: Any) -> None:
    crawler = lake.run(lake.create(Targets={"S3Targets": [{"Path": "s3://no-such-bucket-anywhere/x"}]}), "FAILED")
    assert "NoSuchBucket" in crawler["LastCrawl"]["ErrorMessage"]
    assert lake.glue.list_crawls(CrawlerName=crawler["Name"])["Crawls"][0]["State"] == "FAILED"


def test_a_crawl_that_is_stopped(lake: Any) -> None:
    document = json.dumps([{"number": number, "text": "x" * 50} for number in range(100_000)])
    for number in range(4):  # large documents, which take their time
        lake.put(f"t/{number}.json", document)
    name = lake.create("t/")
    lake.glue.start_crawler(Name=name)
    with pytest.raises(lake.glue.exceptions.CrawlerRunningException):
        lake.glue.start_crawler(Name=name)
    lake.glue.stop_crawler(Name=name)
    assert lake.glue.get_crawler(Name=name)["Crawler"]["State"] in ("STOPPING", "READY")
    assert lake.rested(name)["LastCrawl"]["Status"] == "CANCELLED"
    assert lake.glue.list_crawls(CrawlerName=name)["Crawls"][0]["State"] == "STOPPED"
    assert lake.tables() == {}


def test_a_crawl_whose_stop_was_accepted_has_not_succeeded(lake: Any) -> None:
    """Crawls of nothing are over before they look whether they are to stop."""
    name, accepted = lake.create("nothing/"), 0
    for _ in range(20):
        lake.glue.start_crawler(Name=name)
        try:
            lake.glue.stop_crawler(Name=name)
            accepted += 1
        except lake.glue.exceptions.CrawlerNotRunningException:
            pass  # it had ended
        lake.rested(name)
    states = [crawl["State"] for crawl in lake.glue.list_crawls(CrawlerName=name)["Crawls"]]
    assert (len(states), states.count("STOPPED")) == (20, accepted)


def test_schedules(lake: Any) -> None:
    glue = lake.glue
    name = lake.create("t/", Schedule="cron(15 12 * * ? *)")
    schedule = glue.get_crawler(Name=name)["Crawler"]["Schedule"]
    assert schedule == {"ScheduleExpression": "cron(15 12 * * ? *)", "State": "SCHEDULED"}
    with pytest.raises(glue.exceptions.SchedulerRunningException):
        glue.start_crawler_schedule(CrawlerName=name)
    glue.stop_crawler_schedule(CrawlerName=name)
    with pytest.raises(glue.exceptions.SchedulerNotRunningException):
        glue.stop_crawler_schedule(CrawlerName=name)
    glue.update_crawler_schedule(CrawlerName=name, Schedule="cron(0 1 * * ? *)")
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "SCHEDULED"
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.update_crawler_schedule(CrawlerName=name, Schedule="rate(1 hour)")
    other = lake.create("t/")
    with pytest.raises(glue.exceptions.NoScheduleException):
        glue.start_crawler_schedule(CrawlerName=other)


def test_dynamodb_targets(lake: Any, columns_of: Any) -> None:
    table = f"Orders-{lake.database}"
    lake.aws("dynamodb").create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    item = {"id": {"S": "1"}, "n": {"N": "5"}, "x": {"N": "1.5"}, "m": {"M": {"a": {"BOOL": True}}}, "l": {"L": []}}
    lake.aws("dynamodb").put_item(TableName=table, Item=item)
    found = lake.crawl(Targets={"DynamoDBTargets": [{"Path": table}]})[table.lower().replace("-", "_")]
    assert columns_of(found) == {
        "id": "string", "n": "bigint", "x": "double", "m": "struct<a:boolean>", "l": "array<string>",
    }  # fmt: skip
    assert found["Parameters"]["classification"] == "dynamodb"
    assert found["StorageDescriptor"]["Location"].endswith(f":table/{table}")


def test_lake_formats(lake: Any, columns_of: Any) -> None:
    fields = [{"name": "Id", "type": "long"}, {"name": "tags", "type": {"type": "array", "elementType": "string"}}]
    metadata = {"metaData": {"schemaString": json.dumps({"type": "struct", "fields": fields}), "partitionColumns": []}}
    lake.put("d/events/_delta_log/00000000000000000000.json", json.dumps(metadata))
    iceberg = [{"id": 1, "name": "n", "type": "long"}, {"id": 2, "name": "at", "type": "timestamptz"}]
    for version in (1, 2):
        schemas = [{"schema-id": 0, "fields": iceberg[:version]}]
        body = json.dumps({"schemas": schemas, "current-schema-id": 0})
        lake.put(f"i/db/orders/metadata/0000{version}-x.metadata.json", body)
    targets = {
        "DeltaTargets": [{"DeltaTables": [f"s3://{lake.bucket}/d/events"], "CreateNativeDeltaTable": True}],
        "IcebergTargets": [{"Paths": [f"s3://{lake.bucket}/i"], "MaximumTraversalDepth": 4}],
    }
    tables = lake.crawl(Targets=targets)
    assert columns_of(tables["events"]) == {"id": "bigint", "tags": "array<string>"}
    assert columns_of(tables["orders"]) == {"n": "bigint", "at": "timestamp"}
    parameters = tables["orders"]["Parameters"]
    assert parameters["metadata_location"] == f"s3://{lake.bucket}/i/db/orders/metadata/00002-x.metadata.json"
    assert parameters["table_type"] == "ICEBERG"


def test_events_tell_of_crawls_and_tables(lake: Any) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
    events, sqs = lake.aws("events"), lake.aws("sqs")
    url = sqs.create_queue(QueueName=f"events-{lake.bucket}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=lake.bucket, EventPattern=json.dumps({"source": ["aws.glue"]}))
    events.put_targets(Rule=lake.bucket, Targets=[{"Id": "q", "Arn": arn}])
    lake.put("t/p=1/a.json", '{"a": 1}\n')
    name = lake.create("t/")
    lake.run(name)
    found: list[dict[str, Any]] = []

    def told() -> list[tuple[str, str]]:
        """Kinds and states of what has come about this crawler and its database: the bus keeps no order."""
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        found.extend(b for b in bodies if name in b["detail"].values() or lake.database in b["detail"].values())
        return [(b["detail-type"], b["detail"].get("state") or b["detail"]["typeOfChange"]) for b in found]

    wanted = {
        ("Glue Crawler State Change", "Started"),
        ("Glue Crawler State Change", "Succeeded"),
        ("Glue Data Catalog Database State Change", "CreateTable"),
        ("Glue Data Catalog Table State Change", "BatchCreatePartition"),
    }
    until(told, lambda so_far: wanted <= set(so_far))
    events.remove_targets(Rule=lake.bucket, Ids=["q"])
    events.delete_rule(Name=lake.bucket)
    done = next(one["detail"] for one in found if one["detail"].get("state") == "Succeeded")
    assert (done["tablesCreated"], done["partitionsCreated"]) == ("1", "1")
