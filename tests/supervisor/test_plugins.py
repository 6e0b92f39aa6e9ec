"""Which plugins are loaded, what they give, and how they can be wrong."""

from dataclasses import replace

import pytest

from engine.errors import ConfigError
from sources import registry
from supervisor import plugins
from supervisor.plan import PluginChoice
from supervisor.plugins import LoadedPlugin

FOLDER = "/usr/share/falco/plugins/"


def choice(name: str, init_config: str = "", library: str | None = None) -> PluginChoice:
    return PluginChoice(name, FOLDER + (library or f"lib{name}.so"), init_config)


def loaded(*names: str) -> list[LoadedPlugin]:
    return list(plugins.load([choice(name) for name in names]))


def test_falcos_library_files_select_the_built_in_plugins() -> None:
    found = list(plugins.load([choice("audit of mine", library="libk8saudit.so"), choice("json")]))
    assert [one.spec.name for one in found] == ["k8saudit", "json"]
    assert found[0].choice.name == "audit of mine"


def test_the_sources_are_syscall_and_those_of_plugins_in_order_of_loading() -> None:
    assert plugins.sources(loaded("k8saudit", "json", "dummy")) == ("syscall", "k8s_audit", "dummy")
    assert plugins.sources(loaded("json")) == ("syscall",)
    assert plugins.sources([]) == ("syscall",)


def test_a_library_that_is_no_plugin_is_named_with_what_there_is() -> None:
    with pytest.raises(ConfigError) as caught:
        loaded("nope")
    assert str(caught.value).startswith(f"cannot load plugin {FOLDER}libnope.so: ")
    assert "k8saudit" in str(caught.value)
    assert plugins.is_runtime_error(caught.value)


def test_plugins_before_a_wrong_one_are_loaded_first() -> None:
    found = plugins.load([choice("dummy"), choice("nope")])
    assert next(found).spec.name == "dummy"
    with pytest.raises(ConfigError, match="libnope"):
        next(found)


def test_a_plugin_is_loaded_once_only() -> None:
    with pytest.raises(ConfigError) as caught:
        loaded("dummy", "dummy")
    assert str(caught.value) == (
        f"cannot register plugin {FOLDER}libdummy.so in inspector: found another plugin with name dummy. Aborting."
    )


def test_an_id_is_taken_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(registry.load("dummy"), name="taken", source="other")
    specs = {"dummy": registry.load("dummy"), "taken": other}
    monkeypatch.setattr(plugins.registry, "find", lambda name, _path: specs[name])
    with pytest.raises(ConfigError, match=r"found another plugin with ID 3\. Aborting\."):
        loaded("dummy", "taken")


def test_the_first_plugin_of_a_source_produces_its_events() -> None:
    found = loaded("dummy", "k8saudit", "json")
    assert [one.spec.name for one in plugins.producers("k8s_audit", found)] == ["k8saudit"]
    assert plugins.producers("syscall", found) == []
    assert found[2].input_of is None
    assert found[2].serves("dummy")
    assert not found[0].serves("k8s_audit")


def test_an_init_config_that_is_no_json_kills_falco() -> None:
    wrong = list(plugins.load([choice("dummy", "no JSON")]))
    with pytest.raises(ConfigError) as caught:
        plugins.check(wrong, plugins.sources(wrong))
    assert str(caught.value) == "error in plugin dummy: init config is not a valid json"
    assert plugins.is_runtime_error(caught.value)


def test_what_a_plugin_itself_refuses_is_an_ordinary_error() -> None:
    def refuse(_text: str) -> None:
        raise ConfigError("no token")

    one = LoadedPlugin(choice("dummy"), replace(registry.load("dummy"), check_config=refuse))
    with pytest.raises(ConfigError, match=r"^could not initialize plugin: no token$") as caught:
        plugins.check([one], ("syscall", "dummy"))
    assert not plugins.is_runtime_error(caught.value)


def test_a_field_is_offered_once_for_a_source() -> None:
    json = registry.load("json")
    twice = [LoadedPlugin(choice("json"), json), LoadedPlugin(choice("json2"), replace(json, name="json2"))]
    with pytest.raises(ConfigError) as caught:
        plugins.check(twice, ("syscall",))
    assert str(caught.value) == (
        "Plugin 'json2' supports extraction of field 'json.value' that is overlapping for source 'syscall'"
    )


def test_a_plugin_that_no_source_can_use_is_an_error() -> None:
    lost = LoadedPlugin(choice("json"), replace(registry.load("json"), extract_sources=("elsewhere",)))
    with pytest.raises(ConfigError) as caught:
        plugins.check([lost], ("syscall",))
    assert str(caught.value) == "Plugin 'json' is loaded but unused as not compatible with any known event source"


def test_a_built_in_plugin_can_be_had_by_name() -> None:
    found = plugins.of_name("dummy")
    assert found is not None
    assert found.spec.name == "dummy"
    assert plugins.of_name("nope") is None
