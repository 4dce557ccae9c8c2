"""All calls together, and what becomes of an error: an exception that Hive's client knows, never a lost connection."""

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from glue_runner.metastore.databases import Databases, Functions
from glue_runner.metastore.folders import FolderError
from glue_runner.metastore.partitions import Partitions
from glue_runner.metastore.tables import Tables
from glue_runner.metastore.wire import hive

LOG = logging.getLogger(__name__)

_HIVE_SAYS = {
    "AlreadyExistsException": hive.AlreadyExistsException,
    "InvalidInputException": hive.InvalidObjectException,
    "EntityNotFoundException": hive.NoSuchObjectException,
}


class Handler(Databases, Tables, Partitions, Functions):
    """The calls of `hive.thrift`."""

    def set_ugi(self, user_name: str, group_names: list[str]) -> list[str]:
        return [user_name]


class Answering:
    """What the Thrift processor calls: each method of a `Handler`, with its errors in Hive's words."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def __getattr__(self, name: str) -> Any:
        method, declared = getattr(self._handler, name), _declared(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            LOG.debug("%s%s", name, args)
            try:
                return method(*args, **kwargs)
            except ClientError as error:
                raise _hive_error(error, declared) from error
            except (BotoCoreError, FolderError) as error:
                raise hive.MetaException(f"{name}: {error}") from error
            except tuple(declared):
                raise
            except Exception as error:  # the process edge: Hive's client waits for an answer
                LOG.exception("metastore call %s", name)
                raise hive.MetaException(f"{name}: {type(error).__name__}: {error}") from error

        return call


def _declared(name: str) -> list[type[Exception]]:
    """The exceptions that a call may answer with."""
    spec = getattr(hive.ThriftHiveMetastore, f"{name}_result").thrift_spec
    return [entry[2] for number, entry in spec.items() if number > 0]


def _hive_error(error: ClientError, declared: list[type[Exception]]) -> Exception:
    detail, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code = detail.get("Code", "Unknown")
    text = (
        f"{detail.get('Message', '')} (Service: AWSGlue; Status Code: {meta.get('HTTPStatusCode')}; "
        f"Error Code: {code}; Request ID: {meta.get('RequestId')}; Proxy: null)"
    )
    kind = _HIVE_SAYS.get(code)
    return (kind if kind in declared else hive.MetaException)(text)  # type: ignore[no-any-return]
