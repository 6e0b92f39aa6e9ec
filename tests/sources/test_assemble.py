from datetime import UTC

import pytest

from engine.errors import ConfigError
from sources import assemble, registry
from sources.base import Resume


def build(name, init="", extractors=()):
    plugin = assemble.Loaded(registry.load(name), init) if name else None
    source = plugin.spec.source if plugin else "syscall"
    loaded = [assemble.Loaded(registry.load(one), text) for one, text in extractors]
    return assemble.build(source, plugin, "", loaded, assemble.Setting(UTC, lambda: 1))


def test_building_opens_nothing():
    assert build("k8saudit").resume is Resume.REWIND


def test_no_plugin_means_system_calls_without_a_driver():
    assert build(None).resume is Resume.PRESENT


def test_a_bad_configuration_is_refused_when_building():
    with pytest.raises(ConfigError, match="error in plugin k8saudit init config: In <root>, Value type"):
        build("k8saudit", "null")
    with pytest.raises(ConfigError, match="error in plugin json: init config is not a valid json"):
        build("k8saudit", extractors=[("json", "{")])


def test_a_plugin_without_events_cannot_be_a_source():
    with pytest.raises(ConfigError, match="plugin json produces no events"):
        assemble.build("x", assemble.Loaded(registry.load("json")), "", [], assemble.Setting(UTC, lambda: 1))


def test_extractors_of_other_sources_are_left_out():
    fields = assemble.extractor_fields(
        "k8s_audit", [assemble.Loaded(registry.load(name)) for name in ("container", "json")]
    )
    assert set(fields) == {f"{stem}.{leaf}" for stem in ("json", "jevt") for leaf in ("value", "obj", "rawtime")}


def test_static_fields_and_extractors_reach_every_event(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"action":"created"}\n')
    ran = run("github", str(path))
    assert ran.values("static.team") == ["red"]
    assert ran.values("json.value[/action]") == ["created"]
    assert ran.values("evt.pluginname") == ["github"]
