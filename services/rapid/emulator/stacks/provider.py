"""The operations of CloudFormation that LocalStack answers too generously, and how the executor gets in.

Rules as in https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (read 2026-11).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from localstack import config
from localstack.aws.api import RequestContext, handler
from localstack.aws.api.cloudformation import (
    ChangeSetStatus,
    ChangeSetType,
    CreateChangeSetInput,
    CreateChangeSetOutput,
    CreateStackInput,
    CreateStackOutput,
    DescribeStacksOutput,
    ExecuteChangeSetOutput,
    InsufficientCapabilitiesException,
    ListChangeSetsOutput,
    ListImportsOutput,
    StackStatus,
    StackStatusReason,
    UpdateStackInput,
    UpdateStackOutput,
    ValidateTemplateInput,
    ValidateTemplateOutput,
)
from localstack.services.cloudformation import api_utils
from localstack.services.cloudformation.engine import template_preparer, yaml_parser
from localstack.services.cloudformation.engine.v2 import change_set_model_transform as transforms
from localstack.services.cloudformation.engine.v2 import change_set_resource_support_checker as support
from localstack.services.cloudformation.engine.v2.change_set_model import ChangeSetModel, parent_change_type_of
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import ChangeSetModelPreproc
from localstack.services.cloudformation.engine.v2.change_set_model_transform import ChangeSetModelTransform
from localstack.services.cloudformation.engine.v2.change_set_model_validator import ChangeSetModelValidator
from localstack.services.cloudformation.engine.v2.change_set_model_visitor import ChangeSetModelVisitor
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.stores import get_cloudformation_store
from localstack.services.cloudformation.v2 import provider as stock
from localstack.services.cloudformation.v2.entities import ChangeSet, Stack
from samtranslator.model.exceptions import InvalidDocumentException  # type: ignore[import-untyped]

from rapid.emulator.stacks import change_sets, described
from rapid.emulator.stacks.changes import Describer
from rapid.emulator.stacks.checks import check
from rapid.emulator.stacks.executor import Executor
from rapid.emulator.stacks.functions import (
    with_default_values,
    with_extensions,
    with_functions,
    with_nulls,
    with_repeated_outputs,
    with_repeated_resources,
)
from rapid.emulator.stacks.imports import importers, refused_deletion
from rapid.emulator.stacks.mappings import with_computed_keys
from rapid.emulator.stacks.parameters import check_parameters, plain_value, unfetched, with_typed_values
from rapid.emulator.stacks.rules import check_rules
from rapid.emulator.stacks.substitution import with_texts
from rapid.emulator.stacks.templates import parse_yaml, with_refusals

_NEEDS_IAM = {
    f"AWS::IAM::{kind}"
    for kind in (
        "AccessKey",
        "Group",
        "InstanceProfile",
        "ManagedPolicy",
        "Policy",
        "Role",
        "User",
        "UserToGroupAddition",
    )
}
_NAMES = ("RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName")
_NOT_UPDATABLE = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}


def _check_request(request: Any) -> None:
    """Looks at the values of parameters, and whether a template that makes IAM resources is acknowledged.

    What transforms make is not looked at, as on AWS.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities

    Raises:
        ValidationError: a parameter has a value that it may not have.
        InsufficientCapabilitiesException: the IAM resources are not acknowledged.
    """
    template = template_preparer.parse_template(api_utils.extract_template_body(request))
    if not isinstance(template, dict):
        raise ValidationError("Template format error: unsupported structure.")
    check_parameters(template.get("Parameters") or {}, request.get("Parameters") or ())
    given = set(request.get("Capabilities") or ())
    needed, _ = _capability(template)
    if needed and needed not in given and "CAPABILITY_NAMED_IAM" not in given:
        raise InsufficientCapabilitiesException(f"Requires capabilities : [{needed}]")


def _capability(template: dict[str, Any]) -> tuple[str, list[str]]:
    """What has to be acknowledged of a template, if anything, and the types of resources that ask for it."""
    resources = (r for r in template.get("Resources", {}).values() if isinstance(r, dict))  # Fn::ForEach is a list
    made = [r for r in resources if r.get("Type") in _NEEDS_IAM]
    named = any(name in (r.get("Properties") or {}) for r in made for name in _NAMES)
    needed = ("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM") if made else ""
    return needed, sorted({r["Type"] for r in made})


def _require_updatable(stack: Stack | None) -> None:
    if stack is None or stack.status == StackStatus.REVIEW_IN_PROGRESS:
        return
    if stack.status in _NOT_UPDATABLE or stack.status.endswith("_IN_PROGRESS"):
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


_turns: dict[tuple[str, str, str], threading.Lock] = {}


@contextmanager
def _in_turn(context: RequestContext, request: Any) -> Iterator[None]:
    """Requests on one stack follow each other: LocalStack notes a stack long after it looked whether there is one.

    One that is refused leaves no stack behind: LocalStack notes it before it looks at the template.
    """
    store = get_cloudformation_store(context.account_id, context.region)
    given = request["StackName"]
    name = given.split("/")[1] if given.startswith("arn:") else given
    with _turns.setdefault((context.account_id, context.region, name), threading.Lock()):
        before = set(store.stacks_v2)
        try:
            yield
        except Exception:
            for new in store.stacks_v2.keys() - before:
                if store.stacks_v2[new].stack_name == name:
                    del store.stacks_v2[new]
            raise


class StacksProvider(stock.CloudformationProviderV2):
    """LocalStack's provider with AWS's refusals."""

    def on_before_start(self) -> None:
        """How often a slow resource is asked before waits begin. LocalStack also asks for bug reports here."""
        config.CFN_NO_WAIT_ITERATIONS = 5

    @classmethod
    def _setup_change_set_model(cls, change_set: ChangeSet, **given: Any) -> None:
        """Also looks at the template: after its transforms, if it has any. They alone are no change.

        Deploying a SAM template once more has to fail as "didn't contain changes", or "No updates are to be performed",
        which its tools take for success.
        """
        template = given["after_template"] or {}
        updates = bool(given["before_template"])
        transformed = "Transform" in template or "Fn::Transform" in str(template)
        if template and not transformed:
            check(template)
        super()._setup_change_set_model(change_set=change_set, **given)
        if transformed and (made := change_set.processed_template):
            check(made)
        if transformed and updates:
            whole = change_set.update_model.node_template
            whole.change_type = parent_change_type_of(list(whole.get_children()))

    @staticmethod
    def _resolve_parameters(template: dict[str, Any], *given: Any) -> dict[str, Any]:
        """Also looks at the template's `Rules`, of which LocalStack knows nothing."""
        try:
            resolved: dict[str, Any] = _resolve_parameters(template, *given)
        except ValidationError as error:
            if isinstance(error.__context__, ClientError):  # of Systems Manager
                raise ValidationError(unfetched(template["Parameters"], given[0] or {}, str(error))) from error
            raise
        values = {name: plain_value(one) for name, one in resolved.items()}
        check_rules(template.get("Rules") or {}, template.get("Parameters") or {}, values)
        return resolved

    @handler("CreateStack", expand=False)
    def create_stack(self, context: RequestContext, request: CreateStackInput) -> CreateStackOutput:
        _check_request(request)
        store = get_cloudformation_store(context.account_id, context.region)
        with _in_turn(context, request):
            made = super().create_stack(context, request)
        if stack := stock.find_stack_v2(store, request["StackName"]):
            stack.enable_termination_protection = bool(request.get("EnableTerminationProtection"))
        return made

    @handler("CreateChangeSet", expand=False)
    def create_change_set(self, context: RequestContext, request: CreateChangeSetInput) -> CreateChangeSetOutput:
        """Makes a change set. One that fails leaves its stack as it was: a new one in REVIEW_IN_PROGRESS.

        Raises:
            NotImplementedError: it is to import resources.
        """
        if request.get("ChangeSetType") == ChangeSetType.IMPORT:
            raise NotImplementedError("Rapid Analytics does not support the import of resources into stacks yet.")
        if not request.get("UsePreviousTemplate"):
            _check_request(request)
        store = get_cloudformation_store(context.account_id, context.region)
        with _in_turn(context, request):
            known = stock.find_stack_v2(store, request["StackName"])
            _require_updatable(known)
            if known:
                change_sets.claim_name(store, known, request["ChangeSetName"])
            before = known.status if known else StackStatus.REVIEW_IN_PROGRESS
            made = super().create_change_set(context, request)
        change_set = stock.find_change_set_v2(store, made["Id"])
        if change_set.status == ChangeSetStatus.FAILED:
            change_set.stack.status = before
        return made

    @handler("ExecuteChangeSet")
    def execute_change_set(
        self, context: RequestContext, change_set_name: str, stack_name: str | None = None, **rest: Any
    ) -> ExecuteChangeSetOutput:
        """Starts a change set; all others of its stack are gone, as they were made for another template."""
        store = get_cloudformation_store(context.account_id, context.region)
        done: ExecuteChangeSetOutput = super().execute_change_set(context, change_set_name, stack_name, **rest)
        change_sets.forget_waiting(store, stock.find_change_set_v2(store, change_set_name, stack_name).stack)
        return done

    @handler("ListChangeSets")
    def list_change_sets(self, context: RequestContext, stack_name: str, **_: Any) -> ListChangeSetsOutput:
        """Those that can be executed or have failed, in the order of their creation."""
        store = get_cloudformation_store(context.account_id, context.region)
        stack = stock.find_stack_v2(store, stack_name)
        if stack is None:
            raise stock.StackNotFoundError(stack_name)
        return ListChangeSetsOutput(Summaries=change_sets.summaries(store, stack))

    @handler("ValidateTemplate", expand=False)
    def validate_template(self, context: RequestContext, request: ValidateTemplateInput) -> ValidateTemplateOutput:
        """LocalStack's, with the capability that CreateStack will ask for.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ValidateTemplate.html
        """
        told: ValidateTemplateOutput = super().validate_template(context, request)
        needed, kinds = _capability(template_preparer.parse_template(api_utils.extract_template_body(request)))
        if needed:
            told["Capabilities"] = [needed]
            told["CapabilitiesReason"] = f"The following resource(s) require capabilities: [{', '.join(kinds)}]"
        return told

    @handler("UpdateStack", expand=False)
    def update_stack(self, context: RequestContext, request: UpdateStackInput) -> UpdateStackOutput:
        store = get_cloudformation_store(context.account_id, context.region)
        if not request.get("UsePreviousTemplate"):
            _check_request(request)
        with _in_turn(context, request):
            stack = stock.find_stack_v2(store, request["StackName"])
            _require_updatable(stack)
            if request.get("UsePreviousTemplate") and stack:
                request["TemplateBody"] = stack.template_body
            if stack:
                described.keep(stack, dict(request))
            started: UpdateStackOutput = super().update_stack(context, request)
        if stack:
            change_sets.forget_waiting(store, stack)
        return started

    def _describe_stack(self, stack: Stack) -> Any:
        return described.with_facts(stack, super()._describe_stack(stack))

    @handler("DescribeStacks")
    def describe_stacks(
        self, context: RequestContext, stack_name: str | None = None, **rest: Any
    ) -> DescribeStacksOutput:
        """Describes one stack, or all that are not deleted; those are in ListStacks."""
        found: DescribeStacksOutput = super().describe_stacks(context, stack_name, **rest)
        if not stack_name:
            found["Stacks"] = [one for one in found["Stacks"] if one["StackStatus"] != StackStatus.DELETE_COMPLETE]
        return found

    @handler("DeleteStack")
    def delete_stack(self, context: RequestContext, stack_name: str, **rest: Any) -> None:
        """Deletes a stack, unless it is protected, or another imports what it exports: then its status stays.

        One that is being created is deleted once the resource in work is there; a second deletion changes nothing.
        """
        store = get_cloudformation_store(context.account_id, context.region)
        if stack := stock.find_stack_v2(store, stack_name):
            if stack.enable_termination_protection:
                name = stack.stack_name
                raise ValidationError(f"Stack [{name}] cannot be deleted while TerminationProtection is enabled")
            if stack.status == StackStatus.DELETE_IN_PROGRESS:
                return
            if stack.status.startswith("UPDATE_") and stack.status.endswith("_IN_PROGRESS"):
                raise ValidationError(f"Stack [{stack.stack_id}] cannot be deleted while in status {stack.status}")
            if reason := refused_deletion(store, stack.resolved_exports):
                _set_stack_status(stack, stack.status, reason)
                return
        super().delete_stack(context, stack_name, **rest)

    @handler("ListImports")
    def list_imports(self, context: RequestContext, export_name: str, **_: Any) -> ListImportsOutput:
        found = importers(get_cloudformation_store(context.account_id, context.region), export_name)
        if not found:
            raise ValidationError(f"Export '{export_name}' is not imported by any stack.")
        return ListImportsOutput(Imports=found)


_transform = transforms.transform_sam
_resolve_parameters = stock.CloudformationProviderV2._resolve_parameters  # noqa: SLF001 - made for its heirs
_set_stack_status = Stack.set_stack_status


def _set_status(self: Stack, status: StackStatus, reason: StackStatusReason | None = None) -> None:
    """Sets a status that may follow the present one.

    LocalStack sets a final status after the executor ended, whatever the executor did: a stack that rests stays as it
    is until an operation (`*_IN_PROGRESS`) starts. A template that is refused before anything was made is rolled back.
    """
    rests, ends = (not s.endswith("_IN_PROGRESS") for s in (self.status, status))
    if rests and ends and self.events:
        return
    if self.status == StackStatus.DELETE_IN_PROGRESS and not status.startswith("DELETE_"):
        return  # of the creation that the deletion cut short
    if self.status == StackStatus.ROLLBACK_IN_PROGRESS and status == StackStatus.CREATE_FAILED:
        status = StackStatus.ROLLBACK_COMPLETE
    if not ends:
        self.status_reason = None  # of the operation before
    _set_stack_status(self, status, reason)


def _transformed(template: dict[str, Any], *arguments: Any) -> Any:
    """SAM's transform, with its causes in the words that CloudFormation reports."""
    try:
        return _transform(template, *arguments)
    except InvalidDocumentException as error:
        causes = " ".join(cause.message for cause in error.causes)
        raise ValueError(
            f"Transform {transforms.SERVERLESS_TRANSFORM} failed with: {error.message} {causes}"
        ) from error


def _unsupported(resource_type: str, _status: object) -> str:
    return f"Rapid Analytics does not support the resource type {resource_type}."


def install() -> None:
    """Puts our executor in the place of LocalStack's, which ends a failed update as UPDATE_COMPLETE."""
    stock.ChangeSetModelExecutor = Executor
    stock.ChangeSetModelDescriber = Describer
    Stack.set_stack_status = _set_status
    Stack._store_event = described.store_event  # noqa: SLF001
    yaml_parser.parse_yaml = parse_yaml
    api_utils.get_remote_template_body = with_refusals(api_utils.get_remote_template_body)
    with_typed_values(ChangeSetModelPreproc)
    with_computed_keys(ChangeSetModel)
    with_nulls(ChangeSetModel)
    with_functions(ChangeSetModelVisitor, ChangeSetModelPreproc)
    with_repeated_outputs(ChangeSetModel)
    with_repeated_resources(ChangeSetModelTransform)
    with_default_values(ChangeSetModelPreproc)
    with_texts(ChangeSetModelPreproc, strict=True)
    with_texts(ChangeSetModelValidator, strict=False)
    transforms.transform_sam = _transformed
    transforms.apply_language_extensions_transform = with_extensions(transforms.apply_language_extensions_transform)
    support._build_resource_failure_message = _unsupported  # noqa: SLF001 - a function of its module
