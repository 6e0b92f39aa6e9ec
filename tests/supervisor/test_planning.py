"""Configuration, selection and rules as the plan of a run."""

import msgspec
import pytest

from engine.errors import ConfigError
from engine.options import AppendOutput, RuleSelection
from engine.priority import Priority
from engine.rules.model import RulesFile
from supervisor import planning, plugins
from supervisor.config import Config
from supervisor.plan import PluginChoice, hash_rules
from supervisor.planning import Surroundings

FILES = (RulesFile("r.yaml", "- rule: x"),)


def loaded(*names: str) -> list[plugins.LoadedPlugin]:
    return list(plugins.load([PluginChoice(name, f"lib{name}.so", open_params=f"of {name}") for name in names]))


def test_the_engines_options_are_those_of_the_configuration() -> None:
    config = msgspec.structs.replace(
        Config(),
        priority="Info",
        rule_matching="ALL",
        json_output=True,
        json_include_tags_property=False,
        time_format_iso_8601=True,
        static_fields=(("a", "b"),),
        rules=(RuleSelection(enable=True, rule="*"),),
    )
    options = planning.options(config, "host")
    assert (options.priority, options.match_all, options.json) == (Priority.INFORMATIONAL, True, True)
    assert (options.json_tags_property, options.iso_time, options.hostname) == (False, True, "host")
    assert options.static_fields == (("a", "b"),)
    assert options.selections == config.rules


@pytest.mark.parametrize("printed", ["", "c", "container", "k", "kubernetes"])
def test_old_values_of_print_do_nothing(printed: str) -> None:
    assert planning.options(Config(), "", printed).append_output == ()


def test_any_other_value_of_print_is_appended_to_every_output() -> None:
    assert planning.options(Config(), "", "%evt.num").append_output == (AppendOutput(extra_output="%evt.num"),)


def test_there_is_one_child_for_each_enabled_source_in_that_order() -> None:
    options = planning.options(Config(), "host")
    around = Surroundings(hostname="host", zone="Europe/Berlin", limit_s=3, seed=7, strict=True)
    plan = planning.plan(loaded("dummy", "k8saudit", "json"), ("k8s_audit", "syscall"), FILES, options, around)
    assert plan.loaded_sources == ("syscall", "dummy", "k8s_audit")
    assert plan.enabled_sources == ("k8s_audit", "syscall")
    audit, syscall = plan.children
    assert audit.plugin is not None
    assert (audit.source, audit.plugin.name, audit.plugin.open_params) == ("k8s_audit", "k8saudit", "of k8saudit")
    assert [one.name for one in audit.extractors] == ["json"]
    assert syscall.plugin is None
    assert [one.name for one in syscall.extractors] == ["json"]
    for child in plan.children:
        assert (child.rules, child.rules_hash) == (FILES, hash_rules(FILES))
        assert (child.limit_s, child.zone, child.seed, child.strict) == (3, "Europe/Berlin", 7, True)


def test_a_source_that_nobody_produces_cannot_be_planned() -> None:
    with pytest.raises(ConfigError, match=r"^Can't find plugin for event source: dummy$"):
        planning.plan(loaded("json"), ("dummy",), FILES, planning.options(Config(), ""), Surroundings())


def test_a_plan_is_data_and_the_same_twice() -> None:
    made = [
        planning.plan(loaded("dummy"), ("dummy",), FILES, planning.options(Config(), ""), Surroundings())
        for _ in range(2)
    ]
    assert msgspec.msgpack.encode(made[0]) == msgspec.msgpack.encode(made[1])
