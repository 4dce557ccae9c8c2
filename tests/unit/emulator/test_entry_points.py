"""LocalStack passes over a plugin that cannot be loaded: each of ours can."""

import tomllib

import pytest
from plux.core.plugin import PluginSpecResolver

from rapid.core.config import ROOT

_DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
PLUGINS = [(group, name, target) for group, plugins in _DECLARED.items() for name, target in plugins.items()]


@pytest.mark.parametrize(("group", "name", "target"), PLUGINS, ids=[f"{g}-{n}" for g, n, _ in PLUGINS])
def test_each_is_a_plugin_of_its_group(group: str, name: str, target: str) -> None:
    module, _, attribute = target.partition(":")
    plugin = getattr(__import__(module, fromlist=[attribute]), attribute)
    spec = PluginSpecResolver().resolve(plugin)
    assert (spec.namespace, spec.name) == (group, name)
