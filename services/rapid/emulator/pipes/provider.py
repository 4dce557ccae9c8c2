"""The operations of Pipes.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/ (read 2026-11). Changes are through when they are
answered: no state but RUNNING and STOPPED is ever seen.
"""

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.services.plugins import ServiceLifecycleHook
from localstack.state import StateVisitor

from rapid.emulator.lambda_.positions import positions
from rapid.emulator.pipes.models import RUNNING, STOPPED, Pipe, pipe_stores
from rapid.emulator.pipes.running import Worker, unsupported

Request = dict[str, Any]
_APART = ("Name", "Tags", "DesiredState")
_FIXED = ("Source",)
_PATIENCE = 10.0
"""Seconds that a change waits for the batch that is under way."""


class PipesProvider(ServiceLifecycleHook):
    """Pipes, and the workers of those that run."""

    service = "pipes"

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(pipe_stores)

    def on_after_state_load(self) -> None:
        """Pipes go on."""
        for _, _, store in list(pipe_stores.iter_stores()):
            for pipe in store.pipes.values():
                self._drive(pipe)

    def on_before_stop(self) -> None:
        for worker in self._workers.values():
            worker.stop(0)

    @handler("CreatePipe", expand=False)
    def create_pipe(self, context: RequestContext, request: Request) -> Request:
        pipes, name = self._pipes(context), request["Name"]
        if name in pipes:
            raise CommonServiceException("ConflictException", f"Pipe {name} already exists.", 409)
        settings = {key: value for key, value in request.items() if key not in _APART}
        _check(settings)
        arn = f"arn:{context.partition}:pipes:{context.region}:{context.account_id}:pipe/{name}"
        pipe = Pipe(name, arn, settings, request.get("DesiredState") or RUNNING, dict(request.get("Tags") or {}))
        pipes[name] = pipe
        self._drive(pipe)
        return pipe.summary()

    @handler("UpdatePipe", expand=False)
    def update_pipe(self, context: RequestContext, request: Request) -> Request:
        """Changes what the request names; a source's parameters are changed one by one."""
        pipe = self._pipe(context, request["Name"])
        changed = {key: value for key, value in request.items() if key not in (*_APART, *_FIXED)}
        settings = pipe.settings | changed
        if "SourceParameters" in changed:
            before = pipe.settings.get("SourceParameters") or {}
            merged = {
                key: {**(before.get(key) or {}), **value} if key != "FilterCriteria" else value
                for key, value in changed["SourceParameters"].items()
            }
            settings["SourceParameters"] = before | merged
        _check(settings)
        pipe.settings, pipe.desired = settings, request.get("DesiredState") or pipe.desired
        return self._changed(pipe)

    @handler("DescribePipe", expand=False)
    def describe_pipe(self, context: RequestContext, request: Request) -> Request:
        pipe = self._pipe(context, request["Name"])
        return {**pipe.settings, **pipe.summary(), "Tags": pipe.tags}

    @handler("StartPipe", expand=False)
    def start_pipe(self, context: RequestContext, request: Request) -> Request:
        pipe = self._pipe(context, request["Name"])
        pipe.desired = RUNNING
        return self._changed(pipe)

    @handler("StopPipe", expand=False)
    def stop_pipe(self, context: RequestContext, request: Request) -> Request:
        pipe = self._pipe(context, request["Name"])
        pipe.desired = STOPPED
        return self._changed(pipe)

    @handler("DeletePipe", expand=False)
    def delete_pipe(self, context: RequestContext, request: Request) -> Request:
        pipe = self._pipe(context, request["Name"])
        self._pipes(context).pop(pipe.name)
        self._halt(pipe)
        positions().forget(pipe.arn)
        return {**pipe.summary(), "DesiredState": "DELETED", "CurrentState": "DELETING"}

    @handler("ListPipes", expand=False)
    def list_pipes(self, context: RequestContext, request: Request) -> Request:
        """By name; the token is the last name of the page before."""
        settings = {"SourcePrefix": "Source", "TargetPrefix": "Target"}
        found = [
            pipe
            for name, pipe in sorted(self._pipes(context).items())
            if name.startswith(request.get("NamePrefix") or "")
            and name > (request.get("NextToken") or "")
            and all(pipe.settings[key].startswith(request.get(prefix) or "") for prefix, key in settings.items())
            and (request.get("DesiredState") or pipe.desired) == pipe.desired
            and (request.get("CurrentState") or pipe.desired) == pipe.desired
        ]
        size = int(request.get("Limit") or 100)
        shown = ("Source", "Target", "Enrichment")
        page = [
            {**pipe.summary(), **{key: pipe.settings[key] for key in shown if key in pipe.settings}}
            for pipe in found[:size]
        ]
        return {"Pipes": page, **({"NextToken": found[size - 1].name} if len(found) > size else {})}

    @handler("TagResource", expand=False)
    def tag_resource(self, context: RequestContext, request: Request) -> Request:
        self._named(context, request["resourceArn"]).tags.update(request["tags"])
        return {}

    @handler("UntagResource", expand=False)
    def untag_resource(self, context: RequestContext, request: Request) -> Request:
        tags = self._named(context, request["resourceArn"]).tags
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    @handler("ListTagsForResource", expand=False)
    def list_tags_for_resource(self, context: RequestContext, request: Request) -> Request:
        return {"tags": self._named(context, request["resourceArn"]).tags}

    def _pipes(self, context: RequestContext) -> dict[str, Pipe]:
        pipes: dict[str, Pipe] = pipe_stores[context.account_id][context.region].pipes
        return pipes

    def _pipe(self, context: RequestContext, name: str) -> Pipe:
        pipe = self._pipes(context).get(name)
        if pipe is None:
            raise CommonServiceException("NotFoundException", f"Pipe {name} does not exist.", 404)
        return pipe

    def _named(self, context: RequestContext, arn: str) -> Pipe:
        return self._pipe(context, arn.rpartition("/")[2])

    def _changed(self, pipe: Pipe) -> Request:
        pipe.changed = datetime.now(UTC)
        self._drive(pipe)
        return pipe.summary()

    def _drive(self, pipe: Pipe) -> None:
        """Has a pipe run as it is now, or not."""
        self._halt(pipe)
        if pipe.desired == RUNNING:
            self._workers[pipe.arn] = Worker(pipe)

    def _halt(self, pipe: Pipe) -> None:
        if worker := self._workers.pop(pipe.arn, None):
            worker.stop(_PATIENCE)


def _check(settings: Request) -> None:
    if told := unsupported(settings):
        raise CommonServiceException("ValidationException", told, 400)
