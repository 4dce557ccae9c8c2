"""Makes, changes and removes a stack's resources, and takes back what it did when one fails.

    CREATE  fails → ROLLBACK: what was made is deleted (OnFailure and DisableRollback are honoured)
    UPDATE  fails → UPDATE_ROLLBACK: what was made is deleted, what was changed is changed back
    DELETE  fails → DELETE_FAILED: stops at the resource, and a second delete goes on there

A deletion that comes during the creation ends it after the resource in work, and deletes what is there.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (read 2026-11). Resources are
taken one after the other, those that need the fewest others before them first; AWS works on independent ones side by
side. Templates rely on that: of a deployment that names one of its API's methods, and is to have all of them.
"""

import copy
import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from localstack import config
from localstack.aws.api.cloudformation import ChangeAction, ChangeSetStatus, ResourceStatus, StackStatus
from localstack.services.cloudformation.engine.v2.change_set_model import (
    NodeIntrinsicFunction,
    NodeResources,
    is_nothing,
)
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
    ChangeSetModelExecutorResult,
    TriggerRollback,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    PreprocEntityDelta,
    PreprocProperties,
    PreprocResource,
)
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.cloudformation.stores import exports_map, get_cloudformation_store
from localstack.services.cloudformation.v2.entities import ChangeSet, Stack

from rapid.emulator.stacks.changes import replaced
from rapid.emulator.stacks.imports import refused_change
from rapid.emulator.stacks.references import depths
from rapid.emulator.stacks.resources import Resources

LOG = logging.getLogger(__name__)
_VERBS = {ChangeAction.Add: "CREATE", ChangeAction.Modify: "UPDATE", ChangeAction.Remove: "DELETE"}
_API_URL = re.compile(r"(https|wss)://([a-z0-9]+)\.execute-api\.[^/]+(/.*)?")
Change = Callable[[], bool]
"""Does one thing to one resource; False when it failed."""
_TIMEOUT = "Stack creation time exceeded the specified timeout"
_turns: "WeakKeyDictionary[Stack, threading.Lock]" = WeakKeyDictionary()
_turns_lock = threading.Lock()


def _turn(stack: Stack) -> threading.Lock:
    """The lock that the operations on a stack hold, one after the other."""
    with _turns_lock:
        return _turns.setdefault(stack, threading.Lock())


class Executor(ChangeSetModelExecutor):
    """One operation on one stack."""

    def __init__(self, change_set: ChangeSet) -> None:
        super().__init__(change_set)
        self.stack = change_set.stack
        self.operation = self.stack.status
        self.resource_provider_executor = Resources(stack_name=self.stack.stack_name, stack_id=self.stack.stack_id)
        self.before = dict(self.stack.resolved_resources)
        self.deadline = self._deadline()
        self.failed: list[str] = []
        self.imported: set[str] = set()
        self.undo: list[Change] = []
        self.later: list[Change] = []

    def execute(self) -> ChangeSetModelExecutorResult:
        """Does what the change set says. LocalStack's provider sets the final status only if this left none."""
        with _turn(self.stack):
            if self.operation == StackStatus.DELETE_IN_PROGRESS:
                return self._delete()
            reason = self._process()
            if self._is_deleted:
                return ChangeSetModelExecutorResult(self.stack.resolved_resources, [], reason)
            if reason is None:
                return self._end_well(self.operation)
            return self._roll_back(self.operation, reason)

    def _deadline(self) -> float | None:
        """When a creation has to be over by its TimeoutInMinutes, on the monotonic clock."""
        minutes = self.stack.request_payload.get("TimeoutInMinutes")
        creating = self.operation == StackStatus.CREATE_IN_PROGRESS
        return time.monotonic() + 60 * int(minutes) if minutes and creating else None

    @property
    def _is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def _is_deleted(self) -> bool:
        """Whether the stack's deletion has been asked for meanwhile."""
        return str(self.stack.status).startswith("DELETE_")

    def _process(self) -> str | None:
        """Makes and changes resources in order; why it stopped, or None."""
        if self._change_set.status == ChangeSetStatus.FAILED:
            return str(self._change_set.status_reason)
        try:
            self.process()
        except TriggerRollback as failure:
            return failure.reason or "Unknown"
        except Exception as error:
            # The engine raises many kinds for templates that cannot be resolved; the stack fails with the reason.
            LOG.warning("Stack %s failed: %s", self.stack.stack_name, error, exc_info=LOG.isEnabledFor(logging.DEBUG))
            return str(error)
        if self._is_late:
            return _TIMEOUT
        exports = {o["ExportName"]: o["OutputValue"] for o in self.outputs if o.get("ExportName")}
        store = get_cloudformation_store(self.stack.account_id, self.stack.region_name)
        return refused_change(store, self.stack.resolved_exports, exports)

    def _end_well(self, status: StackStatus) -> ChangeSetModelExecutorResult:
        # Before the status says so: whoever waits for it reads the outputs next.
        self.stack.resolved_resources, self.stack.resolved_outputs = self.resources, self.outputs
        self.stack.imported = frozenset(self.imported)
        if self.later:
            if status == StackStatus.UPDATE_IN_PROGRESS:
                self.stack.set_stack_status(StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
            for change in reversed(self.later):
                change()
        return ChangeSetModelExecutorResult(resources=self.resources, outputs=self.outputs)

    def _delete(self) -> ChangeSetModelExecutorResult:
        """Deletes what the stack has, in the reverse of the order in which it was made."""
        self.before = self._before_resolved_resources = dict(self.stack.resolved_resources)
        for name, resource in reversed(list(self.stack.resolved_resources.items())):
            if not self._remove(name, resource["Type"]):
                reason = f"The following resource(s) failed to delete: [{', '.join(self.failed)}]. "
                self.stack.set_stack_status(StackStatus.DELETE_FAILED, reason)
                return ChangeSetModelExecutorResult(self.stack.resolved_resources, self.stack.resolved_outputs, reason)
        return ChangeSetModelExecutorResult(resources={}, outputs=[])

    def _roll_back(self, status: StackStatus, reason: str) -> ChangeSetModelExecutorResult:
        creating = status == StackStatus.CREATE_IN_PROGRESS
        verb, prefix = ("create", "") if creating else ("update", "UPDATE_")
        told = f"The following resource(s) failed to {verb}: [{', '.join(self.failed)}]. " if self.failed else reason
        wish = self._on_failure()
        made = {name: one for name, one in self.resources.items() if "PhysicalResourceId" in one}
        if wish == "DO_NOTHING":
            self.stack.resolved_resources = {**self.before, **made}
            self.stack.set_stack_status(StackStatus.CREATE_FAILED if creating else StackStatus.UPDATE_FAILED, told)
            return ChangeSetModelExecutorResult(self.stack.resolved_resources, [], reason)
        if not creating:
            self._keep_the_old_template()
        begin, end = (
            ("DELETE_IN_PROGRESS", "DELETE")
            if creating and wish == "DELETE"
            else (f"{prefix}ROLLBACK_IN_PROGRESS", f"{prefix}ROLLBACK")
        )
        self.stack.set_stack_status(StackStatus(begin), f"{told}Rollback requested by user.")
        undone = True
        for change in reversed(self.undo):
            undone = change() and undone  # every step is tried
        before = {} if creating else self.before
        self.stack.resolved_resources = before if undone else {**before, **made}
        self.stack.set_stack_status(StackStatus(f"{end}_{'COMPLETE' if undone else 'FAILED'}"))
        return ChangeSetModelExecutorResult(self.stack.resolved_resources, self.stack.resolved_outputs, reason)

    def _on_failure(self) -> str:
        request = self.stack.request_payload
        if request.get("DisableRollback"):
            return "DO_NOTHING"
        return str(request.get("OnFailure") or request.get("OnStackFailure") or "ROLLBACK")

    def _keep_the_old_template(self) -> None:
        """LocalStack's provider copies these from the change set to the stack, also after a failure."""
        for name in ("template", "template_body", "processed_template", "resolved_parameters"):
            setattr(self._change_set, name, getattr(self.stack, name))

    def visit_node_intrinsic_function_fn_import_value(
        self, node: NodeIntrinsicFunction
    ) -> PreprocEntityDelta[Any, Any]:
        """Notes what is imported; LocalStack leaves an import of nothing empty."""
        name = self.visit(node.arguments).after
        if isinstance(name, str):
            if name not in exports_map(self.stack.account_id, self.stack.region_name):
                raise RuntimeError(f"No export named {name} found.")
            self.imported.add(name)
        return super().visit_node_intrinsic_function_fn_import_value(node)

    def visit_node_resources(self, node_resources: NodeResources) -> None:
        """Takes resources in the order in which AWS would begin with them; LocalStack goes by their names."""
        template = self._change_set.processed_template or self._change_set.template or {}
        resources = template.get("Resources") or {}
        depth, place = depths(resources), {name: number for number, name in enumerate(resources)}
        node_resources.resources.sort(key=lambda one: (depth.get(one.name, 0), place.get(one.name, 0)))
        super().visit_node_resources(node_resources)

    # ------------------------------------------------------------------ one resource

    def _execute_resource_change(self, name: str, before: Any, after: Any) -> None:
        if self._is_deleted:
            raise TriggerRollback(name, "Resource creation cancelled")
        if self._is_late:  # a resource in work is waited for
            raise TriggerRollback(name, _TIMEOUT)
        if is_nothing(after):
            self.later.append(lambda: self._remove(name, before.resource_type))
        elif is_nothing(before):
            if self._act(ChangeAction.Add, name, after.resource_type, None, after.properties) or self._half_made(name):
                self.undo.append(lambda: self._take_back(name, after.resource_type))
                # A deletion, also one after a kill, goes by what the stack has.
                self.stack.resolved_resources = {**self.stack.resolved_resources, name: self.resources[name]}
        elif before.resource_type != after.resource_type or replaced(before, after):
            self._replace(name, before, after)
        else:
            present = self._merge_before_properties(name, before)
            wanted = copy.deepcopy(before.properties)
            self.undo.append(lambda: self._change_back(name, after, wanted))
            self._act(ChangeAction.Modify, name, after.resource_type, present, after.properties)

    def _half_made(self, name: str) -> bool:
        """Whether a resource that failed exists all the same: then the stack has it, and deletes it, as on AWS."""
        if found := self.resource_provider_executor.half_made.get(name):
            self.resources[name]["Properties"], self.resources[name]["PhysicalResourceId"] = found
        return found is not None

    def _now(self, name: str, after: PreprocResource) -> PreprocProperties:
        """The properties of a resource after its update, with what the provider added (generated names)."""
        added = self.resources.get(name, {}).get("Properties") or {}
        return PreprocProperties(properties={**after.properties.properties, **added})

    def _change_back(self, name: str, after: PreprocResource, wanted: PreprocProperties) -> bool:
        """Gives a resource the properties that it had."""
        if name in self.resource_provider_executor.untouched:
            return True
        return self._act(ChangeAction.Modify, name, after.resource_type, self._now(name, after), wanted)

    def _replace(self, name: str, before: PreprocResource, after: PreprocResource) -> None:
        """Makes the new one now; the old one goes when everything else went well."""
        old = self._merge_before_properties(name, before)
        reason = "Requested update requires the creation of a new physical resource; hence creating one."
        self._note(ChangeAction.Modify, name, after.resource_type, "IN_PROGRESS", reason)
        event = self._execute_resource_action(ChangeAction.Add, name, after.resource_type, None, after.properties)
        if not self._told(ChangeAction.Modify, name, after.resource_type, event):
            return
        new = PreprocProperties(properties=self.resources[name]["Properties"])
        self.undo.append(lambda: self._put_back(name, after.resource_type, new))
        self.later.append(lambda: self._let_go(name, before.resource_type, old))

    def _act(
        self,
        action: ChangeAction,
        name: str,
        resource_type: str,
        before: PreprocProperties | None,
        after: PreprocProperties | None,
    ) -> bool:
        self._note(action, name, resource_type, "IN_PROGRESS")
        event = self._execute_resource_action(action, name, resource_type, before, after)
        return self._told(action, name, resource_type, event)

    def _told(self, action: ChangeAction, name: str, resource_type: str, event: ProgressEvent[Any]) -> bool:
        good: bool = event.status == OperationStatus.SUCCESS
        if not good:
            self.failed.append(name)
        self._note(action, name, resource_type, "COMPLETE" if good else "FAILED", event.message)
        return good

    def _note(self, action: ChangeAction, name: str, resource_type: str, status: str, reason: str = "") -> None:
        self.stack.set_resource_status(
            logical_resource_id=name,
            physical_resource_id=self._get_physical_id(name, False),
            resource_type=resource_type,
            status=ResourceStatus(f"{_VERBS[action]}_{status}"),
            resource_status_reason=reason or None,
        )

    def _process_event(
        self, *, action: ChangeAction, logical_resource_id: str, resource_type: str, reason: str = "", **_: Any
    ) -> None:
        """The engine calls this where properties cannot be resolved: a fault of the resource, or of one it needs."""
        if self.failed:
            return
        self.failed.append(logical_resource_id)
        self._note(action, logical_resource_id, resource_type, "FAILED", reason)

    def _remove(self, name: str, resource_type: str) -> bool:
        """Deletes a resource, unless its DeletionPolicy says otherwise."""
        if self._policy(self.stack, name, "DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
            self._store("DELETE_SKIPPED", name, resource_type, self._get_physical_id(name, False))
            self.stack.resource_states.pop(name, None)
            self.stack.resolved_resources.pop(name, None)
            return True
        made = PreprocProperties(properties=self.before[name]["Properties"])
        gone = self._act(ChangeAction.Remove, name, resource_type, made, None)
        if gone:
            self.stack.resolved_resources.pop(name, None)
            self.resources.pop(name, None)
        return gone

    def _take_back(self, name: str, resource_type: str) -> bool:
        """Deletes what this operation made."""
        made = PreprocProperties(properties=self.resources[name]["Properties"])
        gone = self._act(ChangeAction.Remove, name, resource_type, made, None)
        if gone:
            self.resources.pop(name, None)
        return gone

    def _discard(self, name: str, resource_type: str, properties: PreprocProperties) -> bool:
        """Deletes one of the two physical resources of a replacement; the logical one stays."""
        self._store("DELETE_IN_PROGRESS", name, resource_type, None)
        event = self._execute_resource_action(
            ChangeAction.Remove, name, resource_type, properties, None, part_of_replacement=True
        )
        good: bool = event.status == OperationStatus.SUCCESS
        self._store("DELETE_COMPLETE" if good else "DELETE_FAILED", name, resource_type, None, event.message)
        return good

    def _put_back(self, name: str, resource_type: str, new: PreprocProperties) -> bool:
        """Deletes the new one of a replacement: the logical resource is the old one again."""
        self.resources[name] = self.before[name]
        return self._discard(name, resource_type, new)

    def _let_go(self, name: str, resource_type: str, old: PreprocProperties) -> bool:
        """Deletes the old one of a replacement, unless the UpdateReplacePolicy says otherwise.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
        """
        if self._policy(self._change_set, name, "UpdateReplacePolicy") == "Retain":
            self._store("DELETE_SKIPPED", name, resource_type, None)
            return True
        return self._discard(name, resource_type, old)

    @staticmethod
    def _policy(where: ChangeSet | Stack, name: str, attribute: str) -> str:
        """What a template says of the end of a resource."""
        template = where.processed_template or where.template or {}
        return str(template.get("Resources", {}).get(name, {}).get(attribute, "Delete"))

    def _store(self, status: str, name: str, resource_type: str, physical: str | None, reason: str = "") -> None:
        """An event that does not change what DescribeStackResources says."""
        self.stack._store_event(name, resource_type, physical, ResourceStatus(status), reason)  # noqa: SLF001

    @staticmethod
    def _perform_static_replacements(value: str) -> str:
        """API Gateway's address as it can be reached here: its host name needs a name server that knows it."""
        found = _API_URL.fullmatch(value)
        if not found:
            return value
        here = config.external_service_url().replace("http", "ws" if found[1] == "wss" else "http", 1)
        return f"{here}/_aws/execute-api/{found[2]}{found[3] or ''}"
