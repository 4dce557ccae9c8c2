"""One emulator holds botocore's data files once, and Moto's EC2 only when it is asked for."""

import subprocess
import sys

from botocore.loaders import JSONFileLoader
from botocore.session import Session

from rapid.emulator.shared_data import share_data_files

WITHOUT_EC2 = """
import sys
from rapid.emulator.shared_data import import_ssm
import_ssm()
assert not [name for name in sys.modules if name.startswith("moto.ec2")]
from moto.ssm.models import ec2_backends
print(len(ec2_backends["000000000000"]["us-east-1"].all_reservations()))
"""


def test_sessions_share_what_they_parse() -> None:
    before = JSONFileLoader.load_file
    expected = Session().get_component("data_loader").load_data("endpoints")
    share_data_files()
    try:
        first, second = (Session().get_component("data_loader").load_data("endpoints") for _ in range(2))
        model = Session().get_service_model("sqs")
    finally:
        JSONFileLoader.load_file = before
    assert first is second
    assert first == expected
    assert "SendMessage" in model.operation_names


def test_ssm_starts_without_ec2_and_finds_it_when_asked() -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT_EC2], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "0\n"), run.stderr
