"""Operations called without a wire behave as boto3's do."""

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from localstack.aws.api import CommonServiceException, RequestContext

from rapid.emulator import direct
from rapid.emulator.state import recording

TABLE = {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]}}


class Service:
    """As much of a running service as is asked of it here."""

    def __init__(self, **operations: Any) -> None:
        self.skeleton = SimpleNamespace(dispatch_table=operations)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that were recorded, in order."""
    names: list[str] = []

    def take(context: RequestContext) -> None:
        assert context.operation is not None
        names.append(context.operation.name)

    monkeypatch.setitem(recording.recorders, "glue", take)
    monkeypatch.setitem(recording.recorders, "s3", take)
    return names


def client(monkeypatch: pytest.MonkeyPatch, service: str, **operations: Any) -> direct.Direct:
    running = {service: Service(**operations)}
    monkeypatch.setattr(direct, "SERVICE_PLUGINS", SimpleNamespace(require=running.__getitem__))
    made = boto3.Session("000000000000", "x", region_name="eu-west-1").client(
        service, endpoint_url="http://127.0.0.1:9"
    )
    return direct.Direct(made, "000000000000", "eu-west-1")


def test_an_answer_belongs_to_the_caller(monkeypatch: pytest.MonkeyPatch, recorded: list[str]) -> None:
    glue = client(monkeypatch, "glue", GetTable=lambda _context, _request: {"Table": TABLE})
    glue.get_table(DatabaseName="d", Name="t")["Table"]["StorageDescriptor"]["Columns"].clear()
    assert glue.get_table(DatabaseName="d", Name="t") == {"Table": TABLE}


def test_a_request_belongs_to_the_service(monkeypatch: pytest.MonkeyPatch, recorded: list[str]) -> None:
    kept: list[Any] = []
    s3 = client(monkeypatch, "s3", PutObject=lambda _context, request: kept.append(request))
    labels = {"a": "b"}
    s3.put_object(Bucket="b", Key="k", Body=b"text", Metadata=labels)
    labels.clear()
    assert kept[0]["Metadata"] == {"a": "b"}
    assert kept[0]["Body"].read() == b"text"
    assert recorded == ["PutObject"]


def test_a_refusal_is_the_clients_own_exception(monkeypatch: pytest.MonkeyPatch, recorded: list[str]) -> None:
    def refuse(_context: Any, _request: Any) -> None:
        raise CommonServiceException("EntityNotFoundException", "Table t not found.")

    glue = client(monkeypatch, "glue", GetTable=refuse)
    with pytest.raises(glue.exceptions.EntityNotFoundException, match="Table t not found") as refused:
        glue.get_table(DatabaseName="d", Name="t")
    assert refused.value.response["Error"]["Code"] == "EntityNotFoundException"
    assert recorded == []


def test_it_acts_as_the_clients_account_and_region(monkeypatch: pytest.MonkeyPatch, recorded: list[str]) -> None:
    def told(context: RequestContext, _request: Any) -> dict[str, Any]:
        return {"Database": {"Name": f"{context.account_id} {context.region}"}}

    glue = client(monkeypatch, "glue", GetDatabase=told)
    assert glue.get_database(Name="d")["Database"]["Name"] == "000000000000 eu-west-1"


def test_other_methods_are_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    glue = client(monkeypatch, "glue")
    assert glue.can_paginate("get_tables")
