"""What every resource of Glue needs: its store, pages, names, tags."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from localstack.aws.api import RequestContext

from rapid.emulator.glue.errors import EntityNotFoundException, InvalidInputException
from rapid.emulator.glue.models import GlueStore, Structure, glue_stores

T = TypeVar("T")


def store_of(context: RequestContext) -> GlueStore:
    store: GlueStore = glue_stores[context.account_id][context.region]
    return store


def catalog_of(context: RequestContext, request: Structure) -> GlueStore:
    """The store of the Data Catalog that a request names.

    Raises:
        EntityNotFoundException: a catalog of another account; only one's own is emulated.
    """
    catalog = request.get("CatalogId")
    if catalog and catalog != context.account_id:
        raise EntityNotFoundException(f"Catalog {catalog} not found.")
    return store_of(context)


def arn(context: RequestContext, resource: str) -> str:
    return f"arn:aws:glue:{context.region}:{context.account_id}:{resource}"


def page(
    items: Mapping[Any, T], request: Structure, maximum: int, chosen: Callable[[Any, T], bool] | None = None
) -> tuple[list[T], Structure]:
    """One page of `items` in the order of their keys, and `{"NextToken": ...}` if more follow.

    A token names the last key given, so that what is created or deleted between two pages neither repeats nor skips.

    Raises:
        InvalidInputException: MaxResults above the operation's maximum, or a token of another operation.
    """
    size = request.get("MaxResults") or maximum
    if size > maximum:
        raise InvalidInputException(
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: "
            f"Member must have value less than or equal to {maximum}"
        )
    after = _decode(request["NextToken"]) if request.get("NextToken") else None
    found: list[T] = []
    last: Any = None
    present = dict(items)  # other requests go on changing it
    for key in sorted(present):
        if (after is not None and key <= after) or (chosen and not chosen(key, present[key])):
            continue
        if len(found) == size:
            return found, {"NextToken": _encode(last)}
        found.append(present[key])
        last = key
    return found, {}


def _encode(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decode(token: str) -> Any:
    try:
        key = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise InvalidInputException("Invalid NextToken.") from error
    return tuple(key) if isinstance(key, list) else key


def check_name(name: str, what: str = "Name", maximum: int = 255) -> str:
    """`name`, if Glue would take it.

    Raises:
        InvalidInputException: empty, too long, or with control characters.
    """
    if not name or len(name) > maximum or any(ord(c) < 32 for c in name):
        raise InvalidInputException(
            f"{what} should be a single line of 1 to {maximum} characters. Value {name[:maximum]!r} is not."
        )
    return name


def check_count(entries: Iterable[Any], maximum: int, member: str) -> None:
    """Refuses a batch longer than Glue takes.

    Raises:
        InvalidInputException: more than `maximum` entries.
    """
    if sum(1 for _ in entries) > maximum:
        raise InvalidInputException(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {maximum}"
        )


def defined(structure: Structure) -> Structure:
    """`structure` without members that are None."""
    return {key: value for key, value in structure.items() if value is not None}


def failure(error: Exception) -> Structure:
    """An ErrorDetail structure."""
    return {"ErrorCode": getattr(error, "code", "InternalServiceException"), "ErrorMessage": str(error)}
