"""Falco's face: its command line, and the steps of a run in its order (userspace/falco/app/app.cpp).

Everything a machine could read is Falco's: standard output, log lines on standard error, exit statuses.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.errors import ConfigError
from supervisor import clock, tally
from supervisor.cli import falco_answers as answers
from supervisor.cli import falco_options
from supervisor.cli import falco_run as running
from supervisor.cli import falco_setup as setup
from supervisor.cli.falco_state import DeathError, State, say
from supervisor.config.read import INSTALLED
from supervisor.falcolog import Log

OURS = frozenset({"--help", "--install-completion", "--show-completion"})
"""Words that begin like one of Falco's options but belong to the verbs."""

STEPS: tuple[Callable[[State], bool | None], ...] = (
    answers.print_help,
    answers.print_config_schema,
    answers.print_rule_schema,
    answers.print_ignored_events,
    answers.print_syscall_events,
    setup.load_configuration,
    setup.print_kernel_version,
    answers.print_version,
    answers.print_page_size,
    setup.require_config_file,
    answers.print_plugin_info,
    answers.list_plugins,
    setup.load_plugins,
    setup.init_inspectors,
    setup.init_falco_engine,
    answers.list_fields,
    setup.select_event_sources,
    setup.validate_rules_files,
    setup.load_rules_files,
    answers.print_support,
    setup.init_outputs,
    running.create_signal_handlers,
    running.pidfile,
    running.configure_interesting_sets,
    running.configure_syscall_buffers,
    running.name_what_has_no_effect,
    running.process_events,
)
"""Each may print and log; True ends the run well, `ConfigError` with `Error: …`, `DeathError` without a farewell."""


def is_falco_face(argv: Sequence[str]) -> bool:
    """Whether the words behind the command's name are Falco's options: the first one begins with `-`."""
    return bool(argv) and argv[0].startswith("-") and argv[0] not in OURS


def main(argv: Sequence[str]) -> int:
    """Run with these words behind the command's name; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    while True:
        status, restart = _start(argv)
        if status or not restart:
            return status


def _start(argv: Sequence[str]) -> tuple[int, bool]:
    """One life between two restarts: (exit status, whether to start again)."""
    journal = Log(sys.stderr, clock.now_ns)
    state = State([sys.argv[0], *argv], falco_options.Options(), journal, os.environ)
    try:
        state.options = falco_options.parse(argv)
        _find_configuration(state)
        answers.check_format(state)
    except ConfigError as error:
        journal.raw(f"Error: {error}\n")
        return 1, False
    try:
        failure = run(state)
    except DeathError as error:
        text = f"Runtime error: {error}. Exiting."
        if not journal.to_stderr:
            journal.raw(f"{text}\n")
        journal.error(text)
        return 1, False
    except KeyboardInterrupt:
        return 0, False
    if failure is not None:
        journal.raw(f"Error: {failure}\n")
        return 1, False
    return 0, state.result.restart


def _find_configuration(state: State) -> None:
    """The file of `-c` must be readable; without one, the installed one is taken if it is."""
    asked = state.options.config
    if asked and not os.access(asked, os.R_OK):
        raise ConfigError(f"Could not find configuration file at {asked}")
    if not asked and os.access(INSTALLED, os.R_OK) and Path(INSTALLED).is_file():
        state.options.config = INSTALLED


def run(state: State) -> str | None:
    """Go through the steps, then tidy up. None, or what went wrong."""
    failure: str | None = None
    try:
        for step in STEPS:
            if step(state):
                break
    except ConfigError as error:
        failure = str(error)
    _tear_down(state)
    return failure


def _tear_down(state: State) -> None:
    if state.options.dry_run:
        state.journal.debug("Skipping unregistering signal handlers in dry-run")
    if state.outputs is not None:
        state.outputs.close()
        say(tally.closing(state.result, [rule.name for rule in state.rules.rules]))
    state.journal.debug("closing inspectors")


def dry_run(state: State) -> str | None:
    """A whole new start with the same command line, up to the events. None if all is well, or what is wrong."""
    options = replace(state.options, dry_run=True)
    trial = State(state.argv, options, state.journal, state.environment)
    try:
        return run(trial)
    except DeathError as error:
        return str(error)
