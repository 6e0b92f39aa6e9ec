"""Falco's face as a whole, run as a person would: what it answers and how it ends; selection has tests of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from supervisor.cli import falco

COMMAND = Path(sys.executable).with_name("cadge")
CONFIG = """
engine: {kind: nodriver}
stdout_output: {enabled: true}
log_stderr: true
log_syslog: false
watch_config_files: false
time_format_iso_8601: true
rules_files: [rules.yaml]
plugins:
  - {name: dummy, library_path: libdummy.so, init_config: '{"jitter": 0}', open_params: '{"start": 0, "maxEvents": 2}'}
"""
RULES = """
- rule: D any
  desc: an event of dummy
  condition: dummy.value > 0
  output: dummy (value=%dummy.value)
  priority: WARNING
  source: dummy
  tags: [counting]
- rule: S every
  desc: an event of the syscall source
  condition: evt.type in (open, scapevent)
  output: every
  priority: INFO
"""
Cadge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _inputs(tmp_path: Path) -> None:
    (tmp_path / "falco.yaml").write_text(CONFIG)
    (tmp_path / "rules.yaml").write_text(RULES)


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (["-c", "falco.yaml"], True),
        (["--enable-source", "x"], True),
        (["--version"], True),
        (["-h"], True),
        (["--help"], False),
        (["--install-completion"], False),
        (["run"], False),
        ([], False),
    ],
)
def test_falcos_options_in_the_first_place_choose_its_face(words: list[str], ours: bool) -> None:
    assert falco.is_falco_face(words) is ours


def test_a_run_prints_alerts_then_statistics(cadge: Cadge) -> None:
    ran = cadge("-c", "falco.yaml", "--disable-source=syscall", "-U")
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert [line.split(": ", 1)[1] for line in lines[:2]] == ["Warning dummy (value=1)", "Warning dummy (value=2)"]
    assert lines[2:] == [
        "Events detected: 2",
        "Rule counts by severity:",
        "   WARNING: 2",
        "Triggered rules by rule name:",
        "   D any: 2",
    ]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["-c", "none.yaml"], "Could not find configuration file at none.yaml"),
        (
            ["-o", "json_output=true", "--dry-run"],
            "You must create a config file at /etc/falco/falco.yaml or by passing -c",
        ),
        (["-c", "falco.yaml", "--format", "xml"], "Invalid format 'xml'. Valid values are: text, markdown, json"),
        (["-c", "falco.yaml", "--list=nope"], "Value for --list must be a valid source type"),
        (["-c", "falco.yaml", "--plugin-info", "nope"], "can't find plugin and print its info: nope"),
        (["-c", "falco.yaml", "-r", "none.yaml"], "Could not open file none.yaml for reading"),
        (["-c", "falco.yaml", "-V", "none.yaml"], "Could not open file none.yaml for reading"),
        (
            ["-c", "falco.yaml", "-o", "stdout_output.enabled=false"],
            "No output configured, please make sure at least one output is configured and enabled.",
        ),
        (
            ["-c", "falco.yaml", "-o", "engine.kind=kmod", "-o", "engine.kmod.buf_size_preset=11"],
            "The 'buf_size_preset' value must be between '1' and '10'\n",
        ),
    ],
)
def test_what_is_wrong_ends_the_run_with_one(cadge: Cadge, words: list[str], error: str) -> None:
    if Path(falco.INSTALLED).exists() and "-c" not in words:
        pytest.skip("there is a configuration file on this machine")
    ran = cadge(*words)
    assert ran.stderr.endswith(f"Error: {error}\n")
    assert ran.returncode == 1


def test_an_unknown_plugin_is_a_runtime_error(cadge: Cadge) -> None:
    ran = cadge("-c", "falco.yaml", "-o", "plugins[0].library_path=libnope.so")
    assert ran.returncode == 1
    assert ": Runtime error: cannot load plugin /usr/share/falco/plugins/libnope.so: " in ran.stderr
    assert ran.stderr.endswith(". Exiting.\n")
    assert ran.stdout == ""


def test_a_file_that_is_no_yaml_is_named(cadge: Cadge, tmp_path: Path) -> None:
    (tmp_path / "falco.yaml").write_text("a: [")
    ran = cadge("-c", "falco.yaml")
    assert ran.stderr.startswith("Cannot read config file (falco.yaml): yaml-cpp: error at line ")
    assert ran.stderr.endswith("Error: std::exception\n")


def test_unknown_keys_are_warned_about(cadge: Cadge, tmp_path: Path) -> None:
    (tmp_path / "falco.yaml").write_text(CONFIG + "grpc: {enabled: true}\n")
    ran = cadge("-c", "falco.yaml", "--dry-run")
    assert ran.returncode == 0
    assert "falco.yaml | schema validation: failed for <root>: Object contains a property" in ran.stderr
    assert ": 'grpc'." in ran.stderr


def test_a_wrong_ending_means_no_rules_at_all(cadge: Cadge, tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text(RULES)
    ran = cadge("-c", "falco.yaml", "-r", "rules.txt", "--enable-source", "dummy")
    assert ran.returncode == 0
    assert ran.stdout.startswith("Events detected: 0\n")


def test_questions_about_the_command_need_no_configuration(cadge: Cadge) -> None:
    assert "--enable-source" in cadge("-h").stdout
    assert json.loads(cadge("--config-schema").stdout)["$ref"] == "#/definitions/FalcoConfig"
    assert json.loads(cadge("--rule-schema").stdout)["definitions"]
    assert cadge("-i").stdout.startswith("Ignored syscall(s):\n- pread\n")
    assert "openat(" in cadge("--list-events").stdout
    assert cadge("--version").stdout.startswith("Falco version: ")
    assert json.loads(cadge("--version", "-o", "json_output=true").stdout)["engine_version_semver"] == "0.63.0"


def test_support_is_one_line_of_json(cadge: Cadge) -> None:
    answer = json.loads(cadge("-c", "falco.yaml", "--support").stdout)
    assert json.loads(answer["config"])["engine"] == {"kind": "nodriver"}
    assert answer["rules_files"] == [{"name": "rules.yaml", "variants": [{"content": RULES}]}]
    assert answer["engine_info"]["plugin_versions"] == {"dummy": "0.11.5"}
    assert answer["cmdline"].endswith("-c falco.yaml --support")


def test_rules_are_chosen_and_it_is_logged(cadge: Cadge) -> None:
    words = ("-o", "rules[].disable.rule=*", "-o", "rules[].enable.tag=counting")
    ran = cadge("-c", "falco.yaml", "--enable-source", "dummy", *words)
    assert ": Disabling rules with name: *\n" in ran.stderr
    assert ": Enabling rules with tag: counting\n" in ran.stderr
    assert "   D any: 2\n" in ran.stdout


def test_what_is_not_built_yet_is_said_and_not_ignored(cadge: Cadge) -> None:
    ran = cadge("-c", "falco.yaml", "--enable-source", "dummy", "-o", "webserver.enabled=true")
    assert "webserver.enabled has no effect" in ran.stderr
    ran = cadge("-c", "falco.yaml", "-o", "engine.kind=modern_ebpf", "--enable-source=syscall")
    assert "--disable-source=syscall, or with -o engine.kind=nodriver" in ran.stderr
    assert ran.stderr.endswith("Error: MODERN_BPF engine is not supported in this build\n")


def test_the_process_id_is_written_where_asked(cadge: Cadge, tmp_path: Path) -> None:
    ran = cadge("-c", "falco.yaml", "--enable-source", "dummy", "-P", "pid")
    assert ran.returncode == 0
    assert (tmp_path / "pid").read_text().isdigit()
    assert cadge("-c", "falco.yaml", "-P", "no/such/folder").returncode == 255


def test_an_alert_can_go_to_a_file(cadge: Cadge, tmp_path: Path) -> None:
    words = ("-o", "file_output.enabled=true", "-o", "file_output.filename=alerts", "-o", "stdout_output.enabled=false")
    ran = cadge("-c", "falco.yaml", "--enable-source", "dummy", "-o", "json_output=true", *words)
    assert ran.stdout.startswith("Events detected: 2\n")
    alerts = [json.loads(line) for line in (tmp_path / "alerts").read_text().splitlines()]
    assert [alert["output_fields"]["dummy.value"] for alert in alerts] == [1, 2]


# ------------------------------------------------------------------------------------------------------ signals


def running(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A run that goes on until it is told to stop, and has printed its first alert."""
    process = subprocess.Popen(
        [COMMAND, "-c", "falco.yaml", "--enable-source", "syscall", *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    assert process.stdout is not None
    assert "Informational every" in process.stdout.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_well(tmp_path: Path, number: int) -> None:
    process = running(tmp_path)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 0
    assert stderr.count(": SIGINT received, exiting...\n") == 1
    assert "Syscall event drop monitoring:\n" in stderr
    assert "Events detected: " in stdout


def test_usr1_reopens_the_outputs(tmp_path: Path) -> None:
    process = running(tmp_path, "-o", "file_output.enabled=true", "-o", "file_output.filename=alerts")
    (tmp_path / "alerts").rename(tmp_path / "old")
    process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while not (tmp_path / "alerts").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert (tmp_path / "alerts").exists()
    assert ": SIGUSR1 received, reopening outputs...\n" in stderr


def test_hup_tries_a_new_start_and_then_starts_again(tmp_path: Path) -> None:
    process = running(tmp_path)
    process.send_signal(signal.SIGHUP)
    assert process.stdout is not None
    said = []
    while "Triggered rules" not in (line := process.stdout.readline()):
        said.append(line)
        assert line, "it ended"
    while "Informational every" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 0
    assert stderr.count("Falco initialized with configuration files:") == 3
    assert stderr.index("SIGHUP received, restarting...") > stderr.index("Loading rules from:")


def test_hup_with_broken_rules_goes_on_and_alerts(tmp_path: Path) -> None:
    process = running(tmp_path)
    (tmp_path / "rules.yaml").write_text("- rule: [")
    process.send_signal(signal.SIGHUP)
    assert process.stdout is not None
    while "hot restart failure" not in (line := process.stdout.readline()):
        assert line, "it ended"
    assert "Critical Falco internal: hot restart failure: rules.yaml: Invalid" in line
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
