"""LocalStack's EventBridge, with delivery, schedules and restarts of our own."""

import logging
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext, handler
from localstack.aws.api.events import (
    EventBusNameOrArn,
    InvalidEventPatternException,
    PutEventsRequestEntry,
    PutEventsResultEntryList,
    RuleName,
    Target,
)
from localstack.services.events.archive import ArchiveService
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import Rule, ValidationException, events_stores
from localstack.services.events.provider import EventsProvider, validate_event
from localstack.services.events.rule import RuleService
from localstack.services.events.target import TargetSender, TargetSenderFactory
from localstack.services.events.utils import (
    extract_event_bus_name,
    extract_region_and_account_id,
    format_event,
    get_trace_header_encoded_region_account,
    is_archive_arn,
)
from localstack.utils.xray.trace_header import TraceHeader

from rapid.core.config import Config
from rapid.emulator import schedule
from rapid.emulator.events import archives, patterns, s3, transforms
from rapid.emulator.events.deliveries import Deliveries, Delivery
from rapid.emulator.events.schedules import Schedules
from rapid.emulator.events.targets import UNSUPPORTED, GlueWorkflowSender

LOG = logging.getLogger(__name__)

TargetSenderFactory.register_target_sender("glue", GlueWorkflowSender)
transforms.install()
archives.install()
patterns.install()


class _RuleService(RuleService):
    """A rule whose schedule is ours to keep."""

    def create_schedule_job(self, _function: Any) -> None:
        """Nothing: `Schedules` has it."""

    def _get_schedule_cron(self, expression: str) -> str:
        try:
            schedule.parse(expression)
        except schedule.ScheduleError as error:
            raise ValidationException("Parameter ScheduleExpression is not valid.") from error
        return expression


class RapidEventsProvider(EventsProvider):
    """EventBridge."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        path = config.state / "deliveries.db" if config.durable else None
        self.deliveries = Deliveries(path, self._target_sender_store, _send)
        self.schedules = Schedules(self._fire)
        s3.install(self._accept)

    # Life

    def on_before_start(self) -> None:
        """Starts nothing: LocalStack's scheduler is not used."""

    def on_before_stop(self) -> None:
        self.schedules.stop()
        self.deliveries.stop()

    def on_after_state_load(self) -> None:
        """Rebuilds what LocalStack keeps beside its stores, then goes on with schedules and deliveries."""
        for _account, _region, store in list(events_stores.iter_stores()):
            for bus in store.event_buses.values():
                self._event_bus_services_store[bus.arn] = EventBusService(bus)
                for rule in bus.rules.values():
                    self._rule_services_store[rule.arn] = _RuleService(rule)
                    for target in rule.targets.values():
                        if not is_archive_arn(target["Arn"]):
                            self.create_target_sender(target, rule.arn, rule.name, rule.region, rule.account_id)
                    self.schedules.arrange(rule)
            for archive in store.archives.values():
                created, state = archive.creation_time, archive.state
                self._archive_service_store[archive.arn] = ArchiveService(archive)
                archive.creation_time, archive.state = created, state
        self.deliveries.resume()

    # Rules

    def create_rule_service(self, name: str, region: str, account_id: str, *described: Any) -> RuleService:
        """A rule, if its pattern is one: LocalStack finds out at the next event, and refuses that.

        Raises:
            InvalidEventPatternException: it is not.
        """
        _schedule, pattern, *_ = described
        if pattern:
            patterns.compiled(pattern)
        service = _RuleService.create_rule_service(name, region, account_id, *described)
        self._rule_services_store[service.arn] = service
        self.schedules.arrange(service.rule)
        return service

    def create_target_sender(
        self, target: Target, rule_arn: str, rule_name: str, region: str, account_id: str
    ) -> TargetSender:
        service = target["Arn"].split(":")[2]
        if service in UNSUPPORTED:
            raise CommonServiceException(
                "NotImplementedException", f"Rapid Analytics does not support EventBridge targets of {service}.", 501
            )
        return super().create_target_sender(target, rule_arn, rule_name, region, account_id)

    @handler("EnableRule")
    def enable_rule(
        self, context: RequestContext, name: RuleName, event_bus_name: EventBusNameOrArn | None = None, **rest: Any
    ) -> None:
        super().enable_rule(context, name, event_bus_name, **rest)
        self.schedules.arrange(self._rule(context, name, event_bus_name))

    @handler("DisableRule")
    def disable_rule(
        self, context: RequestContext, name: RuleName, event_bus_name: EventBusNameOrArn | None = None, **rest: Any
    ) -> None:
        super().disable_rule(context, name, event_bus_name, **rest)
        self.schedules.arrange(self._rule(context, name, event_bus_name))

    def _rule(self, context: RequestContext, name: str, bus: str | None) -> Rule:
        return self.get_rule_service(context.region, context.account_id, name, bus).rule

    def _delete_rule_services(self, rules: Any) -> None:
        for rule in [rules] if isinstance(rules, Rule) else rules.values():
            self.schedules.forget(rule)
        super()._delete_rule_services(rules)

    # Events

    def _process_entry(
        self,
        entry: PutEventsRequestEntry,
        processed_entries: PutEventsResultEntryList,
        failed_entry_count: dict[str, int],
        context: RequestContext,
    ) -> None:
        """Takes one entry of PutEvents; what its rules want delivered is on disk before PutEvents answers."""
        if refused := validate_event(entry):
            processed_entries.append(refused)
            failed_entry_count["count"] += 1
            return
        region, account = extract_region_and_account_id(entry.get("EventBusName", "default"), context)
        if header := get_trace_header_encoded_region_account(
            entry, context.region, context.account_id, region, account
        ):
            entry["TraceHeader"] = header
        processed_entries.append({"EventId": self._accept(entry, account, region)})

    def _accept(self, entry: PutEventsRequestEntry, account: str, region: str) -> str:
        """Matches an event with the rules of its bus and accepts the deliveries. Returns the event's id."""
        bus_name = extract_event_bus_name(entry.get("EventBusName", "default"))
        event = format_event(entry, region, account, bus_name)
        bus = self.get_store(region, account).event_buses.get(bus_name)
        rules = [] if bus is None else list(bus.rules.values())
        matching = [rule for rule in rules if rule.event_pattern and rule.state != "DISABLED" and _wants(rule, event)]
        wanted: list[Delivery] = []
        for rule in matching:
            for target in list(rule.targets.values()):
                if is_archive_arn(target["Arn"]):
                    self._put_to_archive(region, account, archive_target_id=target["Id"], event=event)
                else:
                    wanted.append(_delivery(rule, target["Id"], dict(event)))
        if wanted:
            self.deliveries.accept(wanted)
        return str(event["id"])

    def _fire(self, rule: Rule, event: dict[str, Any]) -> None:
        self.deliveries.accept([_delivery(rule, target, event) for target in list(rule.targets)])


def _wants(rule: Rule, event: dict[str, Any]) -> bool:
    try:
        return patterns.compiled(rule.event_pattern).matches(event)
    except InvalidEventPatternException as error:  # of a version that took it
        LOG.warning("Rule %s matches nothing: %s", rule.arn, error.message)
        return False


def _delivery(rule: Rule, target_id: str, event: dict[str, Any]) -> Delivery:
    return Delivery(event, rule.arn, target_id, rule.account_id, rule.region, datetime.now(UTC).isoformat())


def _send(sender: TargetSender, delivery: Delivery) -> None:
    sender.process_event(dict(delivery.event), TraceHeader().ensure_root_exists())
