"""falco.yaml from end to end: defaults, leniency, inclusion, errors in Falco's words."""

from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.options import AppendMatch, AppendOutput, ExtraField, RuleSelection
from supervisor.config import Config, Loaded, load_config
from supervisor.plan import PluginChoice


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str = "engine: {kind: nodriver}", *options: str, **environment: str) -> Loaded:
    Path("falco.yaml").write_text(text)
    return load_config("falco.yaml", options, environment=environment)


def trouble(text: str = "engine: {kind: nodriver}", *options: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text, *options)
    return str(caught.value)


def test_an_empty_file_gives_falcos_defaults() -> None:
    config = read("").config
    assert config == Config()
    assert config.engine.kind == "kmod"
    assert config.log_stderr is False
    assert config.log_syslog is True
    assert config.json_include_output_property is True
    assert config.webserver.listen_port == 8765
    assert config.load_plugins is None


def test_every_section_is_read() -> None:
    config = read(
        """
        engine: {kind: modern_ebpf, modern_ebpf: {cpus_for_each_buffer: 3}}
        json_output: true
        file_output: {enabled: yes, filename: out.txt}
        syscall_event_drops: {threshold: .5, actions: [log, alert], max_burst: 2}
        base_syscalls: {custom_set: [open, '!read']}
        metrics: {interval: 1h}
        static_fields: {b: 2, a: x}
        """
    ).config
    assert config.engine.modern_ebpf.cpus_for_each_buffer == 3
    assert config.json_output is True
    assert (config.file_output.enabled, config.file_output.filename) == (True, "out.txt")
    assert config.syscall_event_drops.actions == ("log", "alert")
    assert (config.syscall_event_drops.threshold, config.syscall_event_drops.max_burst) == (0.5, 2)
    assert config.base_syscalls.custom_set == ("open", "!read")
    assert config.static_fields == (("a", "x"), ("b", "2"))


def test_a_scalar_that_cannot_be_converted_takes_its_default() -> None:
    config = read(
        "{json_output: maybe, output_timeout: soon, webserver: {listen_port: -1}, rules_files: one.yaml}"
    ).config
    assert config.json_output is False
    assert config.output_timeout == 2000
    assert config.webserver.listen_port == 8765
    assert config.rules_files == ("one.yaml",)


def test_options_change_what_the_file_says() -> None:
    config = read("json_output: true", "json_output=false", "engine.kind=nodriver", "rules[].disable.tag=x").config
    assert config.json_output is False
    assert config.engine.kind == "nodriver"
    assert config.rules == (RuleSelection(enable=False, tag="x"),)


def test_without_a_file_only_options_count() -> None:
    config = load_config(None, ["priority=error"], environment={}).config
    assert config.priority == "error"


def test_the_environment_is_put_into_values_but_not_into_options() -> None:
    loaded = read("file_output: {filename: '${DIR}/x'}", "metrics.output_file=${DIR}", DIR="here")
    assert loaded.config.file_output.filename == "here/x"
    assert loaded.config.metrics.output_file == "${DIR}"


def test_append_output_and_rule_selections_are_read() -> None:
    config = read(
        """
        rules: [{enable: {rule: 'a*', tag: t}}, {disable: {tag: u}}]
        append_output:
          - {match: {source: syscall, tags: [b, a], rule: R}, extra_output: 'x=%evt.num'}
          - {extra_fields: [evt.type, {k: '%evt.num'}], suggested_output: true}
        """
    ).config
    assert config.rules == (RuleSelection(enable=True, rule="a*", tag="t"), RuleSelection(enable=False, tag="u"))
    assert config.append_output == (
        AppendOutput(AppendMatch("syscall", ("a", "b"), "R"), "x=%evt.num"),
        AppendOutput(
            extra_fields=(ExtraField("evt.type"), ExtraField("k", "%evt.num")),
            suggested_output=True,
        ),
    )


# ------------------------------------------------------------------------------------------------- plugins


PLUGINS = """
plugins:
  - {name: a, library_path: liba.so, init_config: {n: 1, f: 1.5, b: yes, s: text, q: '7', e: {}}, open_params: ' x '}
  - {name: b, library_path: /opt/libb.so, init_config: '{"raw": true}'}
  - {name: c, library_path: sub/../libc.so, init_config: {}}
"""


def test_without_load_plugins_all_are_loaded_in_their_order() -> None:
    assert read(PLUGINS).config.plugins == (
        PluginChoice(
            "a",
            "/usr/share/falco/plugins/liba.so",
            '{"b":true,"e":null,"f":1.5,"n":1,"q":7,"s":"text"}',
            "x",
        ),
        PluginChoice("b", "/opt/libb.so", '{"raw": true}', ""),
        PluginChoice("c", "/usr/share/falco/plugins/libc.so", "null", ""),
    )


def test_load_plugins_chooses_and_orders() -> None:
    assert [one.name for one in read(PLUGINS + "load_plugins: [c, a]").config.plugins] == ["c", "a"]
    assert read(PLUGINS + "load_plugins: []").config.plugins == ()


def test_a_plugin_that_is_not_configured_cannot_be_loaded() -> None:
    assert trouble(PLUGINS + "load_plugins: [a, nope]") == (
        "Cannot load plugin 'nope': plugin config not found for given name"
    )


def test_a_library_outside_the_plugins_directory_is_refused() -> None:
    assert trouble("plugins: [{name: a, library_path: ../liba.so}]") == (
        "Error reading config file(falco.yaml): could not load plugins config: yaml-cpp: error at line 1, column 35: "
        "plugin library_path '../liba.so' resolves outside the plugins directory (/usr/share/falco/plugins)"
    )


def test_a_plugin_needs_a_name_and_a_library() -> None:
    assert trouble("plugins: [{name: a}]") == (
        "Error reading config file(falco.yaml): could not load plugins config: "
        "yaml-cpp: error at line 1, column 11: bad conversion"
    )


# ---------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("engine.kind=bogus", "Error reading config file (falco.yaml): engine.kind 'bogus' is not a valid kind."),
        (
            "engine.kind=replay",
            (
                "Error reading config file (falco.yaml): engine.kind is 'replay' but no engine.replay.capture_file "
                "specified."
            ),
        ),
        ("capture.mode=some", "Error reading config file (falco.yaml): capture.mode 'some' is not a valid mode."),
        (
            "priority=bad",
            (
                'Unknown priority "bad"--must be one of emergency, alert, critical, error, warning, notice, informational, '
                "debug"
            ),
        ),
        ("rule_matching=some", 'Unknown rule matching strategy "some"--must be one of first, all'),
        ("log_level=loud", "Unknown log level loud"),
        ("libs_logger.severity=loud", "Unknown sinsp log severity loud"),
        (
            "file_output.enabled=true",
            "Error reading config file (falco.yaml): file output enabled but no filename in configuration block",
        ),
        (
            "http_output.enabled=true",
            "Error reading config file (falco.yaml): http output enabled but no url in configuration block",
        ),
        (
            "webserver.listen_address=host",
            'Error reading config file (falco.yaml): webserver listen address "host" is not a valid IP address',
        ),
        (
            "syscall_event_drops.threshold=2",
            "Error reading config file (falco.yaml): syscall event drops threshold must be a double in the range [0, 1]",
        ),
        (
            "syscall_event_drops.actions=stop",
            (
                'Error reading config file (falco.yaml): available actions for syscall event drops are "ignore", "log", '
                '"alert", and "exit"'
            ),
        ),
        (
            "syscall_event_timeouts.max_consecutives=0",
            (
                "Error reading config file(falco.yaml): the maximum consecutive timeouts without an event must be an "
                "unsigned integer > 0"
            ),
        ),
        ("rules[].enable.role=x", "bad conversion"),
        ("nonsense", 'Error parsing config option "nonsense". Must be of the form key=val or key.subkey=val'),
    ],
)
def test_what_is_wrong_is_told_in_falcos_words(option: str, message: str) -> None:
    assert trouble("engine: {kind: nodriver}", option) == message


def test_actions_on_drops_do_not_go_with_ignoring_them() -> None:
    assert trouble("syscall_event_drops: {actions: [ignore, log]}") == (
        'Error reading config file (falco.yaml): syscall event drop action "log" does not make sense with the "ignore" '
        "action"
    )


def test_a_file_that_is_no_yaml_is_told_twice_as_falco_does() -> None:
    with pytest.raises(ConfigError) as caught:
        read("a: [")
    assert str(caught.value) == "std::exception"
    assert caught.value.__notes__[0].startswith("Cannot read config file (falco.yaml): yaml-cpp: error at line ")


def test_a_section_that_is_a_text_is_an_error() -> None:
    assert trouble("stdout_output: true") == (
        'Config error at key "stdout_output.enabled": yaml-cpp: error at line 1, column 16: '
        'operator[] call on a scalar (key: "enabled")'
    )


def test_both_spellings_of_rules_files_are_one_too_many() -> None:
    told: list[str] = []
    Path("falco.yaml").write_text("engine: {kind: nodriver}\nrules_files: [a.yaml]\nrules_file: [b.yaml]")
    with pytest.raises(ConfigError, match="both 'rules_files' and 'rules_file' keys set"):
        load_config("falco.yaml", environment={}, note=lambda _level, text: told.append(text))
    assert told[0].startswith("Using deprecated config key 'rules_file'")


# -------------------------------------------------------------------------------------------------- inclusion


def test_included_files_are_merged_in_order_and_listed_by_path() -> None:
    Path("conf.d").mkdir()
    Path("conf.d/b.yaml").write_text("rules_files: [b.yaml]\npriority: error")
    Path("conf.d/a.yaml").write_text("rules_files: [a.yaml]\npriority: notice")
    Path("add.yaml").write_text("priority: debug\njson_output: true")
    loaded = read(
        "config_files: [conf.d, missing.yaml, {path: add.yaml, strategy: add-only}]\n"
        "engine: {kind: nodriver}\nrules_files: [main.yaml]"
    )
    assert loaded.config.rules_files == ("main.yaml", "a.yaml", "b.yaml")
    assert loaded.config.priority == "error"
    assert loaded.config.json_output is True
    assert [file.path for file in loaded.files] == ["add.yaml", "conf.d/a.yaml", "conf.d/b.yaml", "falco.yaml"]
    assert loaded.named_files == ["falco.yaml", "add.yaml"]
    assert loaded.folders == ["conf.d"]
    assert len(loaded.hashes["falco.yaml"]) == 64


def test_files_can_be_included_from_the_command_line() -> None:
    Path("more.yaml").write_text("priority: error")
    assert read("engine: {kind: nodriver}", "config_files=more.yaml").config.priority == "error"


def test_a_file_includes_neither_itself_nor_others_at_second_hand() -> None:
    assert trouble("config_files: [./falco.yaml]") == (
        "Config error: 'config_files' directive tried to recursively include main config file: falco.yaml."
    )
    Path("more.yaml").write_text("config_files: [x.yaml]")
    assert trouble("config_files: [more.yaml]") == (
        "Config error: 'config_files' directive in included config file more.yaml."
    )


def test_a_file_is_checked_against_the_schema() -> None:
    loaded = read("engine: {kind: nodriver}\nunknown_key: 1")
    assert loaded.files[0].schema_validation == (
        "failed for <root>: Object contains a property that could not be validated using 'properties' or "
        "'additionalProperties' constraints: 'unknown_key'."
    )
