"""CloudWatch alarms after a restart: LocalStack looks for them in every region there is, by a request each (2 s)."""

from localstack.services.cloudwatch.alarm_scheduler import AlarmScheduler
from localstack.services.cloudwatch.models import cloudwatch_stores


def prepare() -> None:
    def restart_existing_alarms(scheduler: AlarmScheduler) -> None:
        for _, _, store in cloudwatch_stores.iter_stores():
            for arn in list(store.alarms):
                scheduler.schedule_metric_alarm(arn)

    AlarmScheduler.restart_existing_alarms = restart_existing_alarms
