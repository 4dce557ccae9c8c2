"""Pickles the contents of service stores, fast, and readable after a restart.

The C pickler with a few reducers (LocalStack's own dill pickler is pure Python: 20 times slower here). Locks become new
locks, functions without a name go through dill, and references to whole stores or Moto backends become their address
(module, account, region), so that a saved object never drags another store along and finds the live one when loaded.
"""

import io
import pickle
import queue
import sys
import threading
import types
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient
from localstack.aws.connect import MetadataRequestInjector, connect_to
from localstack.services.stores import AccountRegionBundle, BaseStore
from moto.core.base_backend import BackendDict, BaseBackend

from rapid.emulator.state.errors import PicklingError, StateError

_ATTEMPTS = 50
_Reduced = tuple[Any, ...]
reducers: dict[type, Callable[[Any], _Reduced]] = {}
"""Exact type → function returning what `__reduce__` would. Services add theirs (see `sqs`, `logs`)."""


def _function(value: types.FunctionType) -> _Reduced | Any:
    if "<" not in value.__qualname__:  # neither a lambda nor local: found by its name
        return NotImplemented
    return _by_dill(value)


def _class(value: type) -> _Reduced | Any:
    return _by_dill(value) if "<locals>" in value.__qualname__ else NotImplemented


def _by_dill(value: Any) -> _Reduced:
    import dill  # type: ignore[import-untyped]

    return dill.loads, (dill.dumps(value),)


def _event(value: threading.Event) -> _Reduced:
    return _new_event, (value.is_set(),)


def _new_event(is_set: bool) -> threading.Event:
    event = threading.Event()
    if is_set:
        event.set()
    return event


def _queue(value: queue.Queue[Any]) -> _Reduced:
    return _new_queue, (type(value), value.queue)


def _new_queue(cls: type, content: Any) -> Any:
    restored = cls()
    restored.queue.extend(content)
    return restored


def _new_view(content: dict[Any, Any]) -> types.MappingProxyType[Any, Any]:
    return types.MappingProxyType(content)


def _defaultdict(value: defaultdict[Any, Any]) -> _Reduced:
    """Subclasses whose constructor wants other arguments than a factory (Moto has some)."""
    return _new_defaultdict, (type(value), value.default_factory), vars(value), None, iter(value.items())


def _new_defaultdict(cls: Any, factory: Any) -> Any:
    restored = cls.__new__(cls)
    defaultdict.__init__(restored, factory)
    return restored


def _client(value: BaseClient) -> _Reduced:
    """A client of another service of this process, which a logged state machine's executions keep."""
    credentials = value._request_signer._credentials  # noqa: SLF001 - whose account it speaks for
    return _connect, (value.meta.service_model.service_name, value.meta.region_name, credentials.access_key)


def _connect(service: str, region: str, access_key: str) -> BaseClient:
    wrapped = connect_to(aws_access_key_id=access_key, region_name=region).get_client(service)
    client: BaseClient = wrapped._client  # noqa: SLF001 - what it wraps
    return client


reducers.update(
    {
        type(threading.Lock()): lambda _: (threading.Lock, ()),
        type(threading.RLock()): lambda _: (threading.RLock, ()),
        threading.Condition: lambda _: (threading.Condition, ()),
        threading.Event: _event,
        types.FunctionType: _function,
        type: _class,
        MetadataRequestInjector: lambda value: (MetadataRequestInjector, (value._client, value._params)),  # noqa: SLF001
        types.MappingProxyType: lambda value: (_new_view, (dict(value),)),
    }
)


def _address(value: BaseStore | BaseBackend) -> _Reduced | Any:
    """A store or backend by where it lives: the module-level bundle that holds it, the account and the region."""
    module = sys.modules[type(value).__module__]
    account, region = (
        (value._account_id, value._region_name)  # noqa: SLF001 - LocalStack's only record of it
        if isinstance(value, BaseStore)
        else (value.account_id, value.region_name)
    )
    for name, bundle in vars(module).items():
        if isinstance(bundle, AccountRegionBundle | BackendDict) and account in bundle:
            found = dict.get(bundle[account], region)
            if found is value:
                return _resolve, (module.__name__, name, account, region)
    return NotImplemented  # a copy that belongs to no bundle: pickled whole


def _resolve(module: str, bundle: str, account: str, region: str) -> Any:
    return getattr(sys.modules.get(module) or __import__(module, fromlist=[bundle]), bundle)[account][region]


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        cls = type(obj)
        if reduce := reducers.get(cls):
            return reduce(obj)
        if issubclass(cls, (BaseStore, BaseBackend)):
            return _address(obj)
        if issubclass(cls, queue.Queue):
            return _queue(obj)
        if issubclass(cls, BaseClient):
            return _client(obj)
        if issubclass(cls, defaultdict) and cls is not defaultdict:
            return _defaultdict(obj)
        return NotImplemented


def dumps(value: Any) -> bytes:
    """Pickles a value that other threads may be changing: starts again when a container changes under it.

    Raises:
        PicklingError: it holds something that cannot be pickled.
    """
    for _ in range(_ATTEMPTS):
        buffer = io.BytesIO()
        try:
            _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
        except RuntimeError as error:
            if "changed size" not in str(error) and "mutated" not in str(error):
                raise PicklingError(f"state cannot be pickled: {error}.") from error
        except (TypeError, AttributeError, pickle.PicklingError, RecursionError) as error:
            raise PicklingError(f"state cannot be pickled: {error}.") from error
        else:
            return buffer.getvalue()
    raise PicklingError("state cannot be pickled: it never holds still.")


def loads(data: bytes) -> Any:
    """The value that `dumps` pickled.

    Raises:
        StateError: it refers to code that is gone, or is damaged.
    """
    try:
        return pickle.loads(data)  # noqa: S301 - our own file, under the user's own account
    except Exception as error:  # unpickling runs constructors of LocalStack and Moto, which may raise anything
        raise StateError(f"saved state cannot be unpickled: {type(error).__name__}: {error}.") from error
