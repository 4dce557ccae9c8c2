"""The emulator process answers, and says so where it does not support an operation."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_unwritten_operation_answers_501_and_names_itself(aws: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match=r"does not support dynamodb\.ListContributorInsights") as caught:
        aws("dynamodb").list_contributor_insights()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_operation_of_tomorrow_is_refused_once(aws: Callable[[str], Any]) -> None:
    """SDKs newer than the emulator know more operations; a 5xx would have them ask again and again."""
    headers = {"X-Amz-Target": "AWSGlue.ListThingsToCome", "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(aws("glue").meta.endpoint_url, b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    answer = json.loads(refused.value.read())
    assert refused.value.code == 400
    assert answer["__type"] == "UnknownOperationException"
    assert answer["message"] == "ListThingsToCome of glue is not supported by Rapid Analytics."


def test_a_body_that_calls_itself_a_form_is_read(aws: Callable[[str], Any]) -> None:
    """`curl -d` names every body a form; S3 reads it all the same."""
    s3 = aws("s3")
    s3.create_bucket(Bucket="called-a-form")
    s3.put_object(Bucket="called-a-form", Key="k", Body=b"x")
    xml = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b=1</Value></Tag></TagSet></Tagging>"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{aws('s3').meta.endpoint_url}/called-a-form/k?tagging"
    with urllib.request.urlopen(urllib.request.Request(url, xml, headers, method="PUT")) as response:
        assert response.status == 200
    assert s3.get_object_tagging(Bucket="called-a-form", Key="k")["TagSet"] == [{"Key": "a", "Value": "b=1"}]
