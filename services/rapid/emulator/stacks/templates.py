"""Reads templates as CloudFormation does.

CloudFormation's parser takes tabs after a value, as AWS's own samples have them, and says where a text is broken:
"Template format error: YAML not well-formed. (line 4, column 9)". Only libyaml takes such tabs.
"""

from collections.abc import Callable
from typing import Any

import yaml
from botocore.exceptions import ClientError
from localstack.services.cloudformation.engine import yaml_parser
from localstack.services.cloudformation.engine.validations import ValidationError


class Loader(yaml.CSafeLoader):
    """YAML with `!Ref` and its like; dates stay texts."""


def _text(_loader: Loader, node: yaml.Node) -> str:
    return str(node.value)


yaml.add_constructor("tag:yaml.org,2002:timestamp", _text, Loader)
yaml.add_multi_constructor("!", yaml_parser.shorthand_constructor, Loader)


def parse_yaml(text: str) -> dict[str, Any]:
    """The template in a YAML text.

    Raises:
        ValidationError: it is broken, or no mapping.
    """
    try:
        parsed = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValidationError(f"Template format error: YAML not well-formed.{where}") from error
    if not isinstance(parsed, dict):
        raise ValidationError("Template format error: unsupported structure.")
    return parsed


def with_refusals(fetch: Callable[[str], str]) -> Callable[[str], str]:
    """What gets a template from its address, with CloudFormation's words where it is not there."""

    def fetched(url: str) -> str:
        try:
            return fetch(url)
        except ClientError as error:
            told = error.response["Error"].get("Message", "")
            more = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
            raise ValidationError(f"S3 error: {told}\n{more}") from error
        except RuntimeError as error:
            raise ValidationError("TemplateURL must be a supported URL.") from error

    return fetched
