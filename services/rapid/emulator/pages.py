"""Lists in pages, where a provider answers all at once though its caller named a page's size.

botocore's paginators say of each operation how its pages are asked for. An answer that is longer than asked, and names
no next page, is cut, and its token says where the next one begins. Providers with pages of their own are as they were.
"""

from functools import cache
from typing import Any, NamedTuple

from localstack.runtime import hooks

_TOKEN = "rapid-page-"

_OWN = frozenset({("ssm", "DescribeParameters")})
"""Moto has pages here, of ten, and fails on another's token."""


class Paging(NamedTuple):
    """How an operation's pages are asked for and told: members of its request and of its answer."""

    asked: str
    limit: str
    listed: str
    told: str
    more: str | None


@hooks.on_infra_start()
def cut_pages() -> None:
    """Has every service's answers cut."""
    from localstack.aws.skeleton import Skeleton

    stock = Skeleton.dispatch_request

    def dispatch_request(self: Skeleton, serializer: Any, context: Any, instance: Any) -> Any:
        paging = _paging(context.service.service_name, context.operation.name)
        if paging is None or not instance or not instance.get(paging.limit):
            return stock(self, serializer, context, instance)
        return stock(self, _Cutting(serializer, paging, instance), context, instance)

    Skeleton.dispatch_request = dispatch_request


class _Cutting:
    """A serializer that cuts an answer to the page that was asked for."""

    def __init__(self, serializer: Any, paging: Paging, request: dict[str, Any]) -> None:
        self._serializer, self._paging, self._request = serializer, paging, request
        token = str(request.get(paging.asked) or "")
        self._begin = 0
        if token.startswith(_TOKEN):
            self._begin = int(token.removeprefix(_TOKEN))
            del request[paging.asked]

    def serialize_to_response(self, answer: Any, *rest: Any) -> Any:
        return self._serializer.serialize_to_response(
            page(answer, self._paging, self._begin, int(self._request[self._paging.limit])), *rest
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._serializer, name)


def page(answer: dict[str, Any], paging: Paging, begin: int, limit: int) -> dict[str, Any]:
    """An answer with at most `limit` items, from the one numbered `begin` on."""
    listed = answer.get(paging.listed)
    if answer.get(paging.told) or not isinstance(listed, list) or limit < 1 or (not begin and len(listed) <= limit):
        return answer
    end = begin + limit
    more = end < len(listed)
    told = {paging.told: f"{_TOKEN}{end}"} if more else {}
    return {**answer, paging.listed: listed[begin:end], **told, **({paging.more: more} if paging.more else {})}


@cache
def _paging(service: str, operation: str) -> Paging | None:
    """None for operations without pages, and for those whose pages are told by more than one member."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError

    if (service, operation) in _OWN:
        return None
    try:
        found = _session().get_paginator_model(service).get_paginator(operation)
    except (DataNotFoundError, UnknownServiceError, ValueError):
        return None
    names = [found["input_token"], found.get("limit_key"), found["result_key"], found["output_token"]]
    if not all(isinstance(name, str) and name.isidentifier() for name in names):
        return None
    more = found.get("more_results")
    asked, limit, listed, told = names
    return Paging(asked, limit, listed, told, more if isinstance(more, str) and more.isidentifier() else None)


@cache
def _session() -> Any:
    """One for all, which reads each file once."""
    from botocore.session import get_session

    return get_session()
