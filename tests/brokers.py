"""A Kafka broker for tests: one node that is its own controller, started here and thrown away.

Its jars are the group "kafka-broker" of jars.json. https://kafka.apache.org/34/documentation.html#kraft
"""

import base64
import contextlib
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from glue_runner import jvm
from rapid.core.config import Config
from tests.conftest import free_port
from tests.waiting import listens, until
from tests.wire.glue_runner.conftest import bring_jars

SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}/data
num.partitions=2
offsets.topic.replication.factor=1
"""


class Kafka:
    """A running broker, and Kafka's own console tools on it."""

    def __init__(self, java: list[str], port: int) -> None:
        self._java = java
        self.servers = f"127.0.0.1:{port}"

    def send(self, topic: str, *values: str, headers: Mapping[str, str]) -> None:
        """Puts values, each with these headers, until the broker has them.

        Without `--sync` the tool loses what the broker refuses and exits with 0; by default it gives up after three
        tries, 0.1 s apart, and a topic that is made by the first record has no leader yet by then on a busy machine.
        """
        named = ",".join(f"{key}:{value}" for key, value in headers.items())
        lines = [f"{named}\t{value}" for value in values]
        patient = ["--sync", "--message-send-max-retries", "1000000", "--request-timeout-ms", "30000"]
        self._tool("ConsoleProducer", topic, "--property", "parse.headers=true", *patient, text="\n".join(lines))

    def values(self, topic: str, count: int) -> list[str]:
        """The first values of a topic, sorted: partitions have no order among them."""
        asked = ["--from-beginning", "--max-messages", str(count)]
        return sorted(self._tool("ConsoleConsumer", topic, *asked).splitlines())

    def _tool(self, name: str, topic: str, *given: str, text: str = "") -> str:
        command = [*self._java, f"kafka.tools.{name}", "--bootstrap-server", self.servers, "--topic", topic, *given]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return done.stdout


@contextlib.contextmanager
def kafka(config: Config, folder: Path) -> Iterator[Kafka]:
    """A broker that keeps its data in this folder. Skips the test on a machine that cannot have one."""
    groups = ("kafka", "kafka-broker")
    for group in groups:
        bring_jars(config, group)
    classes = jvm.class_path(config.cache / "jars", *groups)
    java = [str(jvm.java_home() / "bin" / "java"), "-Xmx256m"]
    port, settings = free_port(), folder / "server.properties"
    settings.write_text(SETTINGS.format(port=port, controller=free_port(), folder=folder))
    name = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    made = [*java, "-cp", classes, "kafka.tools.StorageTool", "format", "-t", name, "-c", str(settings)]
    subprocess.run(made, check=True, capture_output=True)
    with (folder / "broker.log").open("w") as log:
        process = subprocess.Popen([*java, "-cp", classes, "kafka.Kafka", str(settings)], stdout=log, stderr=log)
    try:
        until(lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "broker.log").read_text()
        yield Kafka([*java, "-cp", classes], port)
    finally:
        process.terminate()
        process.wait(60)
