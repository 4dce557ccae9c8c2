"""Triggers and workflows.

Expectations: https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html,
https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html and
https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.waiting import until

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://scripts/job.py"}


@pytest.fixture
def names(glue: Any) -> dict[str, str]:
    """Two jobs and an unused name, new for each test."""
    suffix = secrets.token_hex(4)
    found = {"first": f"first-{suffix}", "second": f"second-{suffix}", "flow": f"flow-{suffix}", "suffix": suffix}
    for name in (found["first"], found["second"]):
        glue.create_job(Name=name, Role="role", Command=COMMAND, GlueVersion="5.1")
    return found


@pytest.fixture
def flow(glue: Any, names: dict[str, str]) -> dict[str, str]:
    """A workflow: on demand, first, and if that succeeds, second."""
    flow = names["flow"]
    glue.create_workflow(Name=flow, DefaultRunProperties={"env": "test"}, MaxConcurrentRuns=1)
    glue.create_trigger(
        Name=f"{flow}-start", WorkflowName=flow, Type="ON_DEMAND", Actions=[{"JobName": names["first"]}]
    )
    chain(glue, names, flow)
    return names


def chain(glue: Any, names: dict[str, str], flow: str | None) -> str:
    name = f"{names['flow']}-then"
    glue.create_trigger(
        Name=name,
        **({"WorkflowName": flow} if flow else {}),
        Type="CONDITIONAL",
        StartOnCreation=True,
        Predicate={
            "Conditions": [{"LogicalOperator": "EQUALS", "JobName": names["first"], "State": "SUCCEEDED"}],
        },
        Actions=[{"JobName": names["second"], "Arguments": {"--from": "trigger"}, "Timeout": 9}],
    )
    return name


def ended(glue: Any, flow: str, run: str) -> dict[str, Any]:
    ask = lambda: glue.get_workflow_run(Name=flow, RunId=run, IncludeGraph=True)["Run"]  # noqa: E731
    return until(ask, lambda r: r["Status"] not in ("RUNNING", "STOPPING"))


def test_a_run_goes_through_the_graph(glue: Any, fake: Any, flow: dict[str, str]) -> None:
    name = flow["flow"]
    run_id = glue.start_workflow_run(Name=name, RunProperties={"a": "1"})["RunId"]
    first = fake.next_run(flow["suffix"])
    assert first.request["arguments"] == {"--WORKFLOW_NAME": name, "--WORKFLOW_RUN_ID": run_id}
    statistics = glue.get_workflow_run(Name=name, RunId=run_id)["Run"]["Statistics"]
    assert (statistics["TotalActions"], statistics["RunningActions"]) == (1, 1)
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException, match=f"for workflow: {name}."):
        glue.start_workflow_run(Name=name)
    glue.put_workflow_run_properties(Name=name, RunId=run_id, RunProperties={"b": "2"})
    first.say("SUCCEEDED", None, 1)
    second = fake.next_run(flow["suffix"])
    assert second.request["arguments"]["--from"] == "trigger"
    assert second.request["arguments"]["--WORKFLOW_RUN_ID"] == run_id
    assert second.request["timeout_seconds"] == 540
    second.say("FAILED", "no", 1)
    run = ended(glue, name, run_id)
    assert run["Status"] == "COMPLETED"
    statistics = run["Statistics"]
    assert (statistics["TotalActions"], statistics["SucceededActions"], statistics["FailedActions"]) == (2, 1, 1)
    properties = glue.get_workflow_run_properties(Name=name, RunId=run_id)["RunProperties"]
    assert properties == {"env": "test", "a": "1", "b": "2"}
    nodes = {node["Name"]: node for node in run["Graph"]["Nodes"]}
    assert set(nodes) == {flow["first"], flow["second"], f"{name}-start", f"{name}-then"}
    job_run = nodes[flow["second"]]["JobDetails"]["JobRuns"][0]
    assert job_run["TriggerName"] == f"{name}-then"
    edges = {(e["SourceId"], e["DestinationId"]) for e in run["Graph"]["Edges"]}
    ids = {key: node["UniqueId"] for key, node in nodes.items()}
    assert edges == {
        (ids[f"{name}-start"], ids[flow["first"]]),
        (ids[flow["first"]], ids[f"{name}-then"]),
        (ids[f"{name}-then"], ids[flow["second"]]),
    }
    found = glue.get_job_run(JobName=flow["second"], RunId=job_run["Id"], PredecessorsIncluded=True)["JobRun"]
    assert found["PredecessorRuns"] == [{"JobName": flow["first"], "RunId": first.request["run_id"]}]
    assert glue.get_workflow(Name=name)["Workflow"]["LastRun"]["WorkflowRunId"] == run_id


def test_a_failed_condition_ends_the_run(glue: Any, fake: Any, flow: dict[str, str]) -> None:
    run_id = glue.start_workflow_run(Name=flow["flow"])["RunId"]
    fake.next_run(flow["suffix"]).say("FAILED", "no", 1)
    run = ended(glue, flow["flow"], run_id)
    assert (run["Status"], run["Statistics"]["TotalActions"]) == ("COMPLETED", 1)


def test_stop_workflow_run(glue: Any, fake: Any, flow: dict[str, str]) -> None:
    run_id = glue.start_workflow_run(Name=flow["flow"])["RunId"]
    fake.next_run(flow["suffix"])
    glue.stop_workflow_run(Name=flow["flow"], RunId=run_id)
    run = ended(glue, flow["flow"], run_id)
    assert (run["Status"], run["Statistics"]["StoppedActions"]) == ("STOPPED", 1)
    with pytest.raises(glue.exceptions.IllegalWorkflowStateException):
        glue.stop_workflow_run(Name=flow["flow"], RunId=run_id)


def test_kill_in_the_middle_of_a_workflow(glue: Any, fake: Any, machine: Any, flow: dict[str, str]) -> None:
    run_id = glue.start_workflow_run(Name=flow["flow"])["RunId"]
    first = fake.next_run(flow["suffix"])
    machine.kill()
    first.say("SUCCEEDED", None, 1)
    machine.start()
    fake.next_run(flow["suffix"]).say("SUCCEEDED", None, 1)
    run = ended(glue, flow["flow"], run_id)
    assert (run["Status"], run["Statistics"]["SucceededActions"]) == ("COMPLETED", 2)


def test_chain_outside_a_workflow(glue: Any, fake: Any, names: dict[str, str]) -> None:
    """Conditional triggers follow runs that a trigger started, and not those started by hand."""
    chain(glue, names, None)
    start = f"{names['flow']}-start"
    glue.create_trigger(Name=start, Type="ON_DEMAND", Actions=[{"JobName": names["first"]}])
    by_hand = glue.start_job_run(JobName=names["first"], Arguments={"--then": "SUCCEEDED"})["JobRunId"]
    assert fake.next_run(names["suffix"]).request["job_name"] == names["first"]
    ask = lambda: glue.get_job_run(JobName=names["first"], RunId=by_hand)["JobRun"]["JobRunState"]  # noqa: E731
    until(ask, lambda state: state == "SUCCEEDED")
    glue.start_trigger(Name=start)
    by_trigger = fake.next_run(names["suffix"])
    assert by_trigger.request["job_name"] == names["first"]
    assert by_trigger.request["arguments"] == {}
    by_trigger.say("SUCCEEDED", None, 1)
    second = fake.next_run(names["suffix"])
    assert second.request["job_name"] == names["second"]
    second.say("SUCCEEDED", None, 1)
    assert len(glue.get_job_runs(JobName=names["second"])["JobRuns"]) == 1


@pytest.mark.parametrize(("logical", "starts"), [("AND", False), ("ANY", True)])
def test_logical(glue: Any, fake: Any, names: dict[str, str], logical: str, starts: bool) -> None:
    flow, third = names["flow"], names["flow"] + "-third"
    glue.create_job(Name=third, Role="role", Command=COMMAND)
    glue.create_workflow(Name=flow)
    both = [{"JobName": names["first"]}, {"JobName": names["second"]}]
    glue.create_trigger(Name=f"{flow}-s", WorkflowName=flow, Type="ON_DEMAND", Actions=both)
    conditions = [
        {"LogicalOperator": "EQUALS", "JobName": names["first"], "State": "SUCCEEDED"},
        {"LogicalOperator": "EQUALS", "JobName": names["second"], "State": "SUCCEEDED"},
    ]
    glue.create_trigger(
        Name=f"{flow}-c",
        WorkflowName=flow,
        Type="CONDITIONAL",
        StartOnCreation=True,
        Predicate={"Logical": logical, "Conditions": conditions},
        Actions=[{"JobName": third, "Arguments": {"--then": "SUCCEEDED"}}],
    )
    run_id = glue.start_workflow_run(Name=flow)["RunId"]
    runs = {r.request["job_name"]: r for r in (fake.next_run(names["suffix"]), fake.next_run(names["suffix"]))}
    runs[names["first"]].say("SUCCEEDED", None, 1)
    if starts:
        assert fake.next_run(names["suffix"]).request["job_name"] == third
    runs[names["second"]].say("FAILED", None, 1)
    run = ended(glue, flow, run_id)
    assert run["Statistics"]["TotalActions"] == (3 if starts else 2)


def event_flow(glue: Any, machine: Any, names: dict[str, str], size: int, window: int, **limits: int) -> Any:
    """A workflow with an EVENT trigger behind a rule. Returns a function that puts one event."""
    flow, events = names["flow"], machine.client("events")
    glue.create_workflow(Name=flow, **limits)
    glue.create_trigger(
        Name=f"{flow}-start",
        WorkflowName=flow,
        Type="EVENT",
        EventBatchingCondition={"BatchSize": size, "BatchWindow": window},
        Actions=[{"JobName": names["first"]}],
    )
    events.put_rule(Name=flow, EventPattern=json.dumps({"source": [flow]}))
    arn = f"arn:aws:glue:us-east-1:000000000000:workflow/{flow}"
    answer = events.put_targets(
        Rule=flow, Targets=[{"Id": "flow", "Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/events"}]
    )
    assert answer["FailedEntryCount"] == 0
    entry = {"Source": flow, "DetailType": "x", "Detail": "{}"}
    return lambda: events.put_events(Entries=[entry])["Entries"][0]["EventId"]


def event_ids(glue: Any, flow: str, run_id: str) -> list[str]:
    properties = glue.get_workflow_run_properties(Name=flow, RunId=run_id)["RunProperties"]
    return sorted(properties["aws:eventIds"].strip("[]").split(", "))


def test_batch_size(glue: Any, fake: Any, machine: Any, names: dict[str, str]) -> None:
    put = event_flow(glue, machine, names, size=2, window=900)
    ids = [put()]
    assert glue.get_workflow_runs(Name=names["flow"])["Runs"] == []
    ids.append(put())
    run_id = fake.next_run(names["suffix"]).request["arguments"]["--WORKFLOW_RUN_ID"]
    assert event_ids(glue, names["flow"], run_id) == sorted(ids)
    condition = glue.get_workflow_run(Name=names["flow"], RunId=run_id)["Run"]["StartingEventBatchCondition"]
    assert condition["BatchSize"] == 2


def test_batch_window(glue: Any, fake: Any, machine: Any, names: dict[str, str]) -> None:
    put = event_flow(glue, machine, names, size=100, window=1)
    wanted = put()
    run_id = fake.next_run(names["suffix"]).request["arguments"]["--WORKFLOW_RUN_ID"]
    assert event_ids(glue, names["flow"], run_id) == [wanted]


def test_events_wait_for_a_busy_workflow_and_a_kill(glue: Any, fake: Any, machine: Any, names: dict[str, str]) -> None:
    put = event_flow(glue, machine, names, size=1, window=900, MaxConcurrentRuns=1)
    put()
    busy = fake.next_run(names["suffix"])
    ids = [put() for _ in range(5)]
    machine.kill()
    machine.start()
    busy.say("SUCCEEDED", None, 1)
    seen: list[str] = []
    while len(seen) < 5:
        run = fake.next_run(names["suffix"])
        seen += event_ids(glue, names["flow"], run.request["arguments"]["--WORKFLOW_RUN_ID"])
        run.say("SUCCEEDED", None, 1)
    assert sorted(seen) == sorted(ids)


def test_a_job_killed_at_each_attempt_holds_up_no_event_and_its_batch_can_be_resumed(
    glue: Any, fake: Any, machine: Any, names: dict[str, str]
) -> None:
    """After MaxRetries the run has failed, as on AWS: nothing starts it again by itself, `ResumeWorkflowRun` does.

    https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html (read 2026-11).
    """
    put = event_flow(glue, machine, names, size=1, window=900, MaxConcurrentRuns=1)
    retried = {"Role": "role", "Command": COMMAND, "GlueVersion": "5.1", "MaxRetries": 1}
    glue.update_job(JobName=names["first"], JobUpdate=retried)
    lost = put()
    first = fake.next_run(names["suffix"])
    waiting = put()
    run_id = first.request["arguments"]["--WORKFLOW_RUN_ID"]
    first.say("FAILED", "killed", 1)
    again = fake.next_run(names["suffix"])
    assert again.request["arguments"]["--WORKFLOW_RUN_ID"] == run_id
    again.say("FAILED", "killed again", 1)
    following = fake.next_run(names["suffix"])
    following_id = following.request["arguments"]["--WORKFLOW_RUN_ID"]
    assert event_ids(glue, names["flow"], following_id) == [waiting]
    following.say("SUCCEEDED", None, 1)
    ended(glue, names["flow"], following_id)  # one run at a time: until then none is resumed
    failed = ended(glue, names["flow"], run_id)
    assert (failed["Status"], failed["Statistics"]["FailedActions"]) == ("COMPLETED", 1)
    (node,) = [node for node in failed["Graph"]["Nodes"] if node["Name"] == names["first"]]
    assert [run["JobRunState"] for run in node["JobDetails"]["JobRuns"]] == ["FAILED", "FAILED"]
    resumed = glue.resume_workflow_run(Name=names["flow"], RunId=run_id, NodeIds=[node["UniqueId"]])["RunId"]
    fake.next_run(names["suffix"]).say("SUCCEEDED", None, 1)
    assert ended(glue, names["flow"], resumed)["Statistics"]["SucceededActions"] == 1
    assert event_ids(glue, names["flow"], resumed) == [lost]


def test_scheduled_trigger_fires_once_a_minute(glue: Any, fake: Any, names: dict[str, str]) -> None:
    """The next full minute may be the one in which the trigger is made, so it is made for the minute after."""
    soon = datetime.now(UTC) + timedelta(seconds=5)
    if soon.second > 50:
        soon += timedelta(seconds=20)
    wanted = soon + timedelta(minutes=1) if soon.second > 30 else soon
    cron = f"cron({(wanted + timedelta(minutes=1)).minute} * * * ? *)"
    trigger = f"{names['flow']}-cron"
    actions = [{"JobName": names["first"], "Arguments": {"--then": "SUCCEEDED"}}]
    glue.create_trigger(Name=trigger, Type="SCHEDULED", Schedule=cron, Actions=actions)
    assert glue.get_trigger(Name=trigger)["Trigger"]["State"] == "CREATED"
    glue.start_trigger(Name=trigger)
    assert glue.get_trigger(Name=trigger)["Trigger"]["State"] == "ACTIVATED"
    run = fake.next_run(names["suffix"])
    assert run.request["job_name"] == names["first"]
    glue.stop_trigger(Name=trigger)
    assert glue.get_trigger(Name=trigger)["Trigger"]["State"] == "DEACTIVATED"
    (job_run,) = glue.get_job_runs(JobName=names["first"])["JobRuns"]
    assert job_run["TriggerName"] == trigger


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"Type": "SCHEDULED"}, "InvalidInputException", "Schedule"),
        ({"Type": "SCHEDULED", "Schedule": "cron(0 0 1 1 1 *)"}, "InvalidInputException", "exactly one"),
        ({"Type": "CONDITIONAL"}, "InvalidInputException", "Predicate"),
        ({"Type": "EVENT"}, "InvalidInputException", "WorkflowName"),
        ({"Type": "ON_DEMAND", "StartOnCreation": True}, "InvalidInputException", "StartOnCreation"),
        ({"Type": "ON_DEMAND", "Actions": [{"CrawlerName": "c"}]}, "EntityNotFoundException", "Crawler c"),
        ({"Type": "ON_DEMAND", "Actions": [{"JobName": "none"}]}, "EntityNotFoundException", "none"),
        ({"Type": "ON_DEMAND", "WorkflowName": "none"}, "EntityNotFoundException", "none"),
    ],
)
def test_refused_triggers(glue: Any, names: dict[str, str], changes: Any, code: str, words: str) -> None:
    request = {"Name": names["flow"], "Actions": [{"JobName": names["first"]}], **changes}
    with pytest.raises(getattr(glue.exceptions, code), match=words):
        glue.create_trigger(**request)


def test_a_second_start_trigger_is_refused(glue: Any, flow: dict[str, str]) -> None:
    with pytest.raises(glue.exceptions.InvalidInputException, match="already has a start trigger"):
        glue.create_trigger(
            Name="another", WorkflowName=flow["flow"], Type="ON_DEMAND", Actions=[{"JobName": flow["first"]}]
        )


def test_triggers_are_listed_updated_and_deleted(glue: Any, flow: dict[str, str]) -> None:
    name = f"{flow['flow']}-start"
    assert glue.list_triggers(DependentJobName=flow["first"])["TriggerNames"] == [name]
    update = {"Description": "d", "Actions": [{"JobName": flow["second"]}]}
    assert glue.update_trigger(Name=name, TriggerUpdate=update)["Trigger"]["Description"] == "d"
    assert glue.batch_get_triggers(TriggerNames=[name, "none"])["TriggersNotFound"] == ["none"]
    glue.delete_trigger(Name=name)
    glue.delete_trigger(Name=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_trigger(Name=name)


def crawler(glue: Any, machine: Any, name: str) -> str:
    """A crawler over one object."""
    s3 = machine.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="t/a.json", Body='{"a": 1}\n')
    targets = {"S3Targets": [{"Path": f"s3://{name}/t"}]}
    glue.create_crawler(Name=name, Role="r", DatabaseName=name.replace("-", "_"), Targets=targets)
    return name


def test_crawlers_are_nodes_and_a_run_is_resumed(glue: Any, fake: Any, machine: Any, names: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html."""
    name = names["flow"]
    crawls = crawler(glue, machine, f"c-{name}")
    glue.create_workflow(Name=name)
    glue.create_trigger(Name=f"{name}-a", WorkflowName=name, Type="ON_DEMAND", Actions=[{"CrawlerName": crawls}])
    for trigger, condition, job in (
        ("b", {"CrawlerName": crawls, "CrawlState": "SUCCEEDED"}, names["first"]),
        ("c", {"JobName": names["first"], "State": "SUCCEEDED"}, names["second"]),
    ):
        glue.create_trigger(
            Name=f"{name}-{trigger}", WorkflowName=name, Type="CONDITIONAL", StartOnCreation=True,
            Predicate={"Conditions": [{"LogicalOperator": "EQUALS", **condition}]}, Actions=[{"JobName": job}],
        )  # fmt: skip
    run_id = glue.start_workflow_run(Name=name)["RunId"]
    fake.next_run(names["suffix"]).say("FAILED", "no", 1)
    run = ended(glue, name, run_id)
    nodes = {node["Name"]: node for node in run["Graph"]["Nodes"]}
    assert nodes[crawls]["CrawlerDetails"]["Crawls"][0]["State"] == "SUCCEEDED"
    assert (run["Statistics"]["SucceededActions"], run["Statistics"]["FailedActions"]) == (1, 1)
    with pytest.raises(glue.exceptions.InvalidInputException, match="nodes that ran"):
        glue.resume_workflow_run(Name=name, RunId=run_id, NodeIds=[nodes[names["second"]]["UniqueId"]])
    node = nodes[names["first"]]["UniqueId"]
    resumed = glue.resume_workflow_run(Name=name, RunId=run_id, NodeIds=[node])
    assert resumed["NodeIds"] == [node]
    again = fake.next_run(names["suffix"])
    assert again.request["arguments"]["--WORKFLOW_RUN_ID"] == resumed["RunId"]
    again.say("SUCCEEDED", None, 1)
    fake.next_run(names["suffix"]).say("SUCCEEDED", None, 1)
    run = ended(glue, name, resumed["RunId"])
    assert (run["Statistics"]["TotalActions"], run["Statistics"]["SucceededActions"]) == (3, 3)
    assert run["PreviousRunId"] == run_id
    assert len(glue.list_crawls(CrawlerName=crawls)["Crawls"]) == 1


def test_crawlers_and_schemas_survive_a_kill(glue: Any, machine: Any, names: dict[str, str]) -> None:
    name = crawler(glue, machine, f"k-{names['flow']}")
    glue.create_schema(SchemaName=name, DataFormat="JSON", SchemaDefinition='{"type": "object"}')
    glue.create_security_configuration(Name=name, EncryptionConfiguration={})
    glue.start_crawler(Name=name)  # cut off, or just done: it ends either way
    machine.kill()
    machine.start()
    until(lambda: glue.get_crawler(Name=name)["Crawler"], lambda c: c["State"] == "READY" and "LastCrawl" in c)
    assert [crawl["State"] for crawl in glue.list_crawls(CrawlerName=name)["Crawls"]] == ["COMPLETED"]
    assert glue.get_table(DatabaseName=name.replace("-", "_"), Name="t")
    assert (
        glue.get_schema_by_definition(
            SchemaId={"RegistryName": "default-registry", "SchemaName": name}, SchemaDefinition='{"type":"object"}'
        )["Status"]
        == "AVAILABLE"
    )
    assert glue.get_security_configuration(Name=name)
