"""What the terminal has for other programs: proxies, profiles, a time zone, a Python path."""

import os
from pathlib import Path

import pytest

from rapid import serve
from rapid.core import aws
from rapid.core.config import load
from rapid.core.surroundings import past_proxies


def test_services_keep_the_proxy_and_are_reached_past_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "example.org, 127.0.0.1")
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    monkeypatch.delenv("no_proxy", raising=False)
    config = load({**os.environ, "RAPID_RUNNER_HOST": "glue"})
    for name in serve.SERVICES:
        _, environment = serve.launch(config, name)
        assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
        assert environment["NO_PROXY"] == environment["no_proxy"] == "example.org,127.0.0.1,localhost,glue"
        assert environment["TZ"] == "UTC"
        assert environment["AWS_CONFIG_FILE"] == os.devnull


def test_without_a_proxy_nothing_is_said_of_one() -> None:
    assert past_proxies(load(), {"HTTP_PROXY": "", "PATH": "/bin"}) == {}


def test_clients_of_ours_know_no_profile_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "config"
    settings.write_text("[profile work]\ns3 =\n  addressing_style = virtual\nretry_mode = adaptive\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(settings))
    monkeypatch.setenv("AWS_PROFILE", "work")
    aws.client.cache_clear()
    config = load()
    assert aws.client(config, "s3").meta.config.retries["mode"] != "adaptive"
    monkeypatch.setenv("AWS_PROFILE", "of-nobody")
    aws.client.cache_clear()
    assert aws.client(config, "sqs").meta.endpoint_url == config.emulator_url
    aws.client.cache_clear()
