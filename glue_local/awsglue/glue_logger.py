"""The logger of `GlueContext.get_logger`: its lines go to the job's error log, as on AWS.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html#monitor-logging-script
"""

import sys
from datetime import datetime


class GlueLogger:
    """One line per message: time, level, the word GlueLogger, message."""

    def _write(self, level: str, message: object) -> None:
        now = datetime.now().astimezone().strftime("%y/%m/%d %H:%M:%S")
        print(f"{now} {level} GlueLogger: {message}", file=sys.stderr, flush=True)  # noqa: T201 - the script's own log

    def trace(self, message: object) -> None:
        """Below the level that AWS writes."""

    def debug(self, message: object) -> None:
        """Below the level that AWS writes."""

    def info(self, message: object) -> None:
        self._write("INFO", message)

    def warn(self, message: object) -> None:
        self._write("WARN", message)

    warning = warn

    def error(self, message: object) -> None:
        self._write("ERROR", message)

    def fatal(self, message: object) -> None:
        self._write("FATAL", message)
