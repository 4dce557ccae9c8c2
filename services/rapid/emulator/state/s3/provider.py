"""LocalStack's S3 provider on `FileStore`, with its metadata recorded after each request."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from localstack.aws.api import RequestContext
from localstack.services.s3 import notifications
from localstack.services.s3.provider import S3Provider

from rapid.emulator.state.errors import StateError
from rapid.emulator.state.journal import Journal, quarantine
from rapid.emulator.state.recording import recorders
from rapid.emulator.state.s3 import keys, local
from rapid.emulator.state.s3.listing import ListingProvider
from rapid.emulator.state.s3.metadata import Metadata
from rapid.emulator.state.s3.storage import FileStore

_JOURNAL = "metadata.db"


def create_provider(folder: Path, durable: bool) -> S3Provider:
    """An S3 provider whose objects lie below `folder`, loaded with what is there.

    Args:
        durable: False keeps bytes as files, but forgets them at start.
    """
    if durable:
        files, metadata = _open(folder)
        recorders["s3"] = lambda context: _record(metadata, context)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        files = FileStore(folder / "objects")
    local.use(files)
    keys.install()
    # As on AWS, a space in a key is a plus sign in notifications; LocalStack makes it %20.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    notifications.quote = partial(quote_plus, safe="/")
    # Before S3 answers, so that a kill loses none: queues and Lambda have what they accepted on disk.
    notifications.NotificationDispatcher._submit_notification = _notify_now  # noqa: SLF001 - the one place that sends
    return ListingProvider(storage_backend=files)


def _notify_now(_dispatcher: notifications.NotificationDispatcher, notifier: Any, context: Any, config: Any) -> None:
    notifier.notify(context, config)


def _open(folder: Path) -> tuple[FileStore, Metadata]:
    files = FileStore(folder / "objects")
    try:
        metadata = Metadata(Journal(folder / _JOURNAL), files)
        metadata.load()
    except StateError as error:
        quarantine(folder, error)
        return _open(folder)
    return files, metadata


def _record(metadata: Metadata, context: RequestContext) -> None:
    assert context.operation  # noqa: S101 - the caller checked it
    request = dict(context.service_request or {})
    if context.operation.name == "PostObject":  # its key is in the form, and may name the file sent
        file = context.request.files.get("file")
        request["Key"] = context.request.form["key"].replace("${filename}", file.filename or "" if file else "")
    metadata.record(context.operation.name, request, context.service_response or {})
