"""The steps of Falco's face around the run itself, and what it says while sources run (falco.md 1.7 to 1.13)."""

import os
import signal
from pathlib import Path

import msgspec

from engine.alert import internal_alert
from engine.errors import ConfigError
from engine.priority import Priority
from supervisor import (
    clock,
    equip,
    interrupts,
    listener,
    localzone,
    loop,
    planning,
    plugins,
    policy,
    replaying,
    syscallset,
    unserved,
    wire,
)
from supervisor.attending import attend
from supervisor.cli.falco_state import State, page_size
from supervisor.config import checks
from supervisor.plan import ChildPlan, RunPlan
from supervisor.plugins import SYSCALL
from supervisor.result import SourceResult

_MB = 1 << 20
_LEAST_PRESET, _MOST_PRESET = 1, 10
_KMOD_DEVICE = "/dev/falco0"
_MODPROBES = ("/usr/sbin/modprobe", "/sbin/modprobe")
_PIDFILE_FAILED = 255
_DIES = "scap error: "
"""How the failures begin that end Falco before it prints figures."""
_HOT_RESTART = "Falco internal: hot restart failure"
_LIBS_WORDS = {2: "critical", 3: "error", 4: "warning", 5: "notice", 6: "info", 7: "debug"}


def create_signal_handlers(state: State) -> None:
    """The loop installs the handlers; here is only told what a change of would start Falco again."""
    if state.options.dry_run:
        state.journal.debug("Skipping signal handlers creation in dry-run")
        return
    if not state.config.watch_config_files:
        state.journal.debug("Nothing to watch, restart handler will only serve forced restart requests")


def pidfile(state: State) -> None:
    """`-P`: the process id, without a newline."""
    if state.options.dry_run:
        state.journal.debug("Skipping pidfile creation in dry-run")
        return
    if not state.options.pidfile:
        return
    try:
        Path(state.options.pidfile).write_text(str(os.getpid()), encoding="ascii")
    except OSError:
        state.journal.error(f"Could not write pid to pidfile {state.options.pidfile}. Exiting.")
        raise SystemExit(_PIDFILE_FAILED) from None


def configure_interesting_sets(state: State) -> None:
    """Which system calls would be asked for."""
    ruleset = state.rules.rulesets.get(SYSCALL)
    selection = syscallset.select(ruleset.rules if ruleset else (), state.config)
    for level, text in selection.messages:
        state.journal(level, text)
    state.journal.raw(selection.notice)


def configure_syscall_buffers(state: State) -> None:
    """Sizes and numbers of ring buffers: checked and logged for the engines that have them."""
    engine = state.config.engine
    presets = {"kmod": engine.kmod.buf_size_preset, "modern_ebpf": engine.modern_ebpf.buf_size_preset}
    if (preset := presets.get(engine.kind)) is None:
        return
    if not _LEAST_PRESET <= preset <= _MOST_PRESET:
        raise ConfigError(f"The 'buf_size_preset' value must be between '{_LEAST_PRESET}' and '{_MOST_PRESET}'\n")
    size = _MB << (preset - 1)
    if size % page_size() or size // page_size() <= 2:
        raise ConfigError(
            f"The chosen syscall buffer size '{size}' is not a multiple of your system page size '{page_size()}'. "
            "Please configure a greater 'buf_size_preset' value in the Falco configuration file\n"
        )
    state.journal.info(f"The chosen syscall buffer dimension is: {size} bytes ({size // _MB} MBs)")
    online = os.cpu_count() or 1
    wanted = engine.modern_ebpf.cpus_for_each_buffer
    if engine.kind == "modern_ebpf" and wanted > online:
        state.journal.warning(
            f"you required a buffer every '{wanted}' CPUs but there are only '{online}' online CPUs. Falco changed the "
            f"config to: one buffer every '{online}' CPUs"
        )


def name_what_has_no_effect(state: State) -> None:
    """What the configuration asks for and this version does not do: never silently."""
    for setting in unserved.settings(state.config):
        if not state.options.dry_run:
            state.journal.warning(f"{setting} has no effect in this version of cadge")


# -------------------------------------------------------------------------------------------------------- run


def process_events(state: State) -> None:
    """Open the enabled sources one after the other and read them until all have ended. Raises ConfigError."""
    for source in state.sources:
        _log_enabled_rules(state, source)
    checks.metrics(state.config)
    if state.config.metrics.enabled:
        interval = state.config.metrics.interval
        milliseconds = checks.duration_ms(interval)
        state.journal.info(f"Setting metrics interval to {interval}, equivalent to {milliseconds} (ms)")
    if state.options.dry_run:
        state.journal.debug("Skipping event processing in dry-run")
        return
    if state.replays:
        _see_capture(state.config.engine.replay.capture_file)
    else:
        _log_sources(state)
    face = Face(state)
    assert state.outputs is not None
    beside = attend((lambda: _watched(state)) if state.config.watch_config_files else None, None)
    state.result = loop.run(_plan(state), state.outputs, policy.FALCO, face, beside)
    if state.result.signal is not None:
        interrupts.ignore()
    if state.result.failures:
        text = "\n".join(state.result.failures)
        if state.replays and not face.any_opened:
            text = f"Could not open trace filename {state.config.engine.replay.capture_file} for reading: {text}"
        raise ConfigError(text)


def _watched(state: State) -> list[str]:
    """Files whose change starts Falco again: every configuration file and every rules file, and their folders."""
    loaded = state.loaded_config
    return [*loaded.named_files, *loaded.folders, *(state.options.rules_files or state.config.rules_files)]


def _see_capture(path: str) -> None:
    """A capture that is not there is told before any engine is opened. Raises ConfigError."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        raise ConfigError(f"Could not open trace filename {path} for reading: {error.strerror}") from None


def _log_enabled_rules(state: State, source: str) -> None:
    ruleset = state.rules.rulesets.get(source)
    rules = ruleset.rules if ruleset else ()
    state.journal.debug("Enabled rules:")
    for rule in rules:
        state.journal.debug(f"   {rule.name}")
    state.journal.debug(f"({len(rules)}) enabled rules in total")


def _log_sources(state: State) -> None:
    journal, nodriver = state.journal, state.config.engine.kind == "nodriver"
    journal.info("Loaded event sources: " + ", ".join(state.sources))
    journal.info("Enabled event sources: " + ", ".join(state.enabled))
    for source in state.enabled:
        able = plugins.producers(source, state.plugins)
        if source != SYSCALL or nodriver:
            for _ in able[1:]:
                journal.warning(
                    f"Enabled event source '{source}' can be opened with multiple loaded plugins, "
                    f"will use only '{able[0].spec.name}'"
                )
        if not able and nodriver:
            journal.warning(f"Enabled event source '{source}' will be opened with no driver, no event will be produced")


def _plan(state: State) -> RunPlan:
    around = planning.Surroundings(
        hostname=state.settings.hostname,
        zone=localzone.name(state.environment),
        limit_s=state.options.limit_s,
        seed=clock.now_ns() & 0x7FFFFFFF,
        strict=True,
    )
    if state.replays:
        path = state.config.engine.replay.capture_file
        return replaying.plan(path, state.plugins, state.rules_files, state.settings, around)
    plan = planning.plan(state.plugins, state.enabled, state.rules_files, state.settings, around)
    refusal = _refusal(state.config.engine.kind)
    if not refusal:
        return plan
    # With a kernel engine a plugin that produces system events is not used for them either.
    children = tuple(
        msgspec.structs.replace(child, plugin=None, cannot_open=refusal) if child.source == SYSCALL else child
        for child in plan.children
    )
    return msgspec.structs.replace(plan, children=children)


def _refusal(kind: str) -> str:
    """Why the system calls of an engine kind cannot be had, in libs' words; empty if they can."""
    if kind == "modern_ebpf":
        return "MODERN_BPF engine is not supported in this build"
    if kind != "kmod":
        return ""
    if Path(_KMOD_DEVICE).exists():
        return "KMOD engine is not supported in this build"
    return (
        f"error opening device {_KMOD_DEVICE}. Make sure you have root credentials and that the falco module is "
        "loaded: No such file or directory"
    )


class Face(listener.Deaf):
    """Says what Falco says while sources run."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._journal = state.journal
        self._open: set[str] = set()
        self._told: set[int] = set()

    def opening(self, child: ChildPlan) -> None:
        """Which plugin or driver is about to be opened."""
        if child.capture:
            self._engine()
            return
        self._journal.debug(f"Opening event source '{child.source}'")
        if child.plugin is not None:
            self._journal.info(f"Opening '{child.source}' source with plugin '{child.plugin.name}'")
            self._engine()
        elif child.cannot_open:
            self._opening_kernel(child.source)
        else:
            self._journal.info(f"Opening '{child.source}' source with no driver")
            self._engine()

    def _engine(self) -> None:
        self._journal.libs("info", "Trying to open the right engine!")

    def _opening_kernel(self, source: str) -> None:
        engine = self._state.config.engine
        if engine.kind == "modern_ebpf":
            buffers = min(engine.modern_ebpf.cpus_for_each_buffer, os.cpu_count() or 1)
            self._journal.info(f"Opening '{source}' source with modern BPF probe.")
            self._journal.info(f"One ring buffer every '{buffers}' CPUs.")
        else:
            self._journal.info(f"Opening '{source}' source with Kernel module")
            self._engine()
            self._journal.info("Trying to inject the Kernel module and opening the capture again...")
            if not any(os.access(path, os.X_OK) for path in _MODPROBES):
                self._journal.error("Could not find modprobe binary in /usr/sbin or /sbin")
            self._journal.error("Unable to load the driver")
            self._engine()
        self._journal.warning(unserved.NO_KERNEL)

    def opened(self, child: ChildPlan, pid: int) -> None:
        """It will have statistics."""
        del pid
        self._open.add(child.source)
        if child.capture:
            self._journal.info(f"Replaying events from the capture file: {child.capture}")

    @property
    def any_opened(self) -> bool:
        """Whether anything could be opened at all."""
        return bool(self._open)

    def journal(self, source: str, level: int, text: str) -> None:
        """A plugin's own log goes through libs."""
        del source
        self._journal.libs(_LIBS_WORDS.get(level, "critical"), text)

    def note(self, source: str, level: int, text: str) -> None:
        """What the supervisor has to say: not Falco's, but then Falco has no children that can die."""
        self._journal(level, f"{source}: {text}" if source else text)

    def ended(self, result: SourceResult) -> None:
        """Closing figures of a source that had been open."""
        if result.source in self._open and not (result.failure or "").startswith(_DIES):
            if self._state.options.verbose:
                self._journal.raw(_figures(result, replayed=self._state.replays))
            if result.source == SYSCALL:
                self._journal.raw(
                    "Syscall event drop monitoring:\n   - event drop detected: 0 occurrences\n"
                    "   - num times actions taken: 0\n"
                )
        self._journal.debug(f"Stopping capture for event source '{result.source}'")

    def forcing(self) -> None:
        """One failed, so the others go."""
        self._journal.info("An error occurred in an event source, forcing termination...")

    def signalled(self, number: int) -> None:
        """Told once, whatever the signal that ends the run."""
        if number == signal.SIGUSR1:
            self._journal.info("SIGUSR1 received, reopening outputs...")
        elif not self._told:
            self._told.add(number)
            self._journal.info("SIGINT received, exiting...")

    def hangup(self) -> listener.Restart | listener.Tell:
        """Try a whole new start without events first; only if that goes well, start again."""
        from supervisor.cli.falco import dry_run  # noqa: PLC0415 - the face that holds this one

        failure = dry_run(self._state)
        if failure is None:
            self._journal.info("SIGHUP received, restarting...")
            return listener.Restart()
        zone = equip.zone(localzone.name(self._state.environment))
        line = internal_alert(
            _HOT_RESTART,
            Priority.CRITICAL,
            f"{_HOT_RESTART}: {failure}",
            {},
            clock.now_ns(),
            self._state.settings,
            zone,
        )
        return listener.Tell(wire.Internal(_HOT_RESTART, Priority.CRITICAL, line))


def _figures(result: SourceResult, *, replayed: bool) -> str:
    """`-v`: events and time of one source, or of a whole capture."""
    drops = "Driver Events:0\nDriver Drops:0\n" if result.source == SYSCALL else ""
    rate = result.events / result.elapsed_s if result.elapsed_s > 0 else 0.0
    source = "" if replayed else f"({result.source}) "
    return f"{drops}{source}Elapsed time: {result.elapsed_s:.3f}, Captured Events: {result.events}, {rate:.2f} eps\n"
