"""Job arguments: `getResolvedOptions`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from awsglue.errors import unsupported_getattr
from awsglue.job import Job

_global_args: dict[str, Any] = {}
"""The result of the last `getResolvedOptions`; `Relationalize` takes its staging path from it."""

__getattr__ = unsupported_getattr(
    __name__,
    frozenset({"makeOptions", "_as_java_list", "_as_scala_option", "_as_resolve_choiceOption"}),
)

_RESERVED = (
    Job.job_bookmark_options()
    + Job.continuation_options()
    + Job.job_bookmark_range_options()
    + Job.id_params()
    + Job.encryption_type_options()
    + Job.data_lineage_options()
)


def callsite() -> str:
    """How the script came to the caller of the function that asks: its stack, as a traceback writes it.

    It begins with the script's own first line; in a thread of the script's, with the thread's.
    """
    frames = list(traceback.walk_stack(sys._getframe(2)))
    script = vars(sys.modules["__main__"])
    own = [i for i, (frame, _) in enumerate(frames) if frame.f_globals is script and frame.f_code.co_name == "<module>"]
    kept = frames[: own[0] + 1] if own else frames
    return "".join(traceback.StackSummary.extract(reversed(kept)).format())


def iteritems(d: Mapping[Any, Any], **kwargs: Any) -> Iterator[Any]:
    return iter(d.items(**kwargs))


def iterkeys(d: Mapping[Any, Any], **kwargs: Any) -> Iterator[Any]:
    return iter(d.keys(**kwargs))


def itervalues(d: Mapping[Any, Any], **kwargs: Any) -> Iterator[Any]:
    return iter(d.values(**kwargs))


class GlueArgumentError(Exception):
    """A job argument is missing or has an unusable value."""


class GlueArgumentParser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving the process."""

    def error(self, msg: str) -> NoReturn:
        raise GlueArgumentError(msg)


def _parser(options: Sequence[str]) -> GlueArgumentParser:
    parser = GlueArgumentParser(add_help=False)
    bookmark = parser.add_mutually_exclusive_group()
    bookmark.add_argument("--job-bookmark-option", choices=Job.job_bookmark_options(), required=False)
    bookmark.add_argument("--continuation-option", choices=Job.continuation_options(), required=False)
    for name in Job.job_bookmark_range_options() + Job.id_params():
        parser.add_argument(name, required=False)
    parser.add_argument("--encryption-type", choices=Job.encryption_type_options(), required=False)
    parser.add_argument("--enable-data-lineage", choices=Job.data_lineage_options(), required=False)
    parser.add_argument("--RedshiftTempDir", required=False)
    parser.add_argument("--TempDir", required=False)
    for option in options:
        if option not in {"TempDir", "RedshiftTempDir"}:
            parser.add_argument("--" + option, required=True)
    return parser


def _bookmark(values: dict[str, Any]) -> None:
    """Settles the bookmark option; `continuation-option` is its old name."""
    continuation = values.pop("continuation_option", None)
    if continuation is not None:
        values["job_bookmark_option"] = continuation.replace("continuation", "job-bookmark").replace(
            "ignore", "disable"
        )
    elif values.get("job_bookmark_option") is None:
        values["job_bookmark_option"] = "job-bookmark-disable"
    begin, end = values.get("job_bookmark_from"), values.get("job_bookmark_to")
    if values["job_bookmark_option"] == "job-bookmark-pause":
        if (begin is None) != (end is None):
            raise GlueArgumentError("--job-bookmark-from and --job-bookmark-to must be given together.")
    elif begin is not None or end is not None:
        raise GlueArgumentError(
            "--job-bookmark-from and --job-bookmark-to need --job-bookmark-option job-bookmark-pause."
        )


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """The values of named job arguments.

    Args:
        args: `sys.argv`; the first element is skipped.
        options: names that must be there, without their dashes. A dash in a name is an underscore in the result.

    Returns:
        The values as text, plus the keys that Glue always adds (`job_bookmark_option`, `TempDir`, ...), None if absent.

    Raises:
        GlueArgumentError: an argument is missing, or has a value outside of its choices.
        RuntimeError: a name that Glue keeps for itself was asked for.
    """
    reserved = {name.lstrip("-") for name in _RESERVED} | {"job-bookmark-option", "continuation-option"}
    taken = [option for option in options if option in reserved]
    if taken:
        raise RuntimeError(f"Using reserved arguments {taken}")
    parsed, _ = _parser(options).parse_known_args(list(args[1:]))
    values: dict[str, Any] = vars(parsed)
    _bookmark(values)
    if values["TempDir"] is None:
        values["TempDir"] = values["RedshiftTempDir"]
    elif values["RedshiftTempDir"] is None:
        values["RedshiftTempDir"] = values["TempDir"]
    wanted_temp = [name for name in ("TempDir", "RedshiftTempDir") if name in options]
    if wanted_temp and values["TempDir"] is None:
        raise GlueArgumentError(f"the following arguments are required: --{wanted_temp[0]}")
    _global_args.clear()
    _global_args.update(values)
    return values
