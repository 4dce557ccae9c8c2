"""Pages as botocore's paginators ask for them."""

from typing import Any

from rapid.emulator.pages import Paging, _paging, page

ROLES = Paging("Marker", "MaxItems", "Roles", "Marker", "IsTruncated")


def test_an_answer_in_pages() -> None:
    answer = {"Roles": list(range(5)), "IsTruncated": False}
    pages: list[Any] = []
    token: str | None = ""
    while token is not None:
        begin = int(token.rpartition("-")[2] or 0)
        found = page(answer, ROLES, begin, 2)
        token = found.get("Marker")
        assert found["IsTruncated"] == (token is not None)
        pages.append(found["Roles"])
    assert pages == [[0, 1], [2, 3], [4]]


def test_a_page_of_the_provider_s_own_stays() -> None:
    for answer in ({"Roles": [1, 2, 3], "Marker": "its"}, {"Roles": [1, 2]}, {"Roles": {"a": 1}}, {}):
        assert page(answer, ROLES, 0, 2) == answer


def test_only_plain_paginators_count() -> None:
    assert _paging("iam", "ListRoles") == ROLES
    assert _paging("logs", "DescribeLogGroups") == Paging("nextToken", "limit", "logGroups", "nextToken", None)
    assert _paging("s3", "ListObjectsV2") is None
    assert _paging("iam", "CreateRole") is None
    assert _paging("nothing", "List") is None
