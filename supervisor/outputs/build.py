"""From the configuration to the channels, in Falco's order; one that cannot begin is logged and left out."""

from collections.abc import Callable

from supervisor.config import Config
from supervisor.outputs.base import ERROR, Log, Output
from supervisor.outputs.fanout import Fanout
from supervisor.outputs.file import FileOutput
from supervisor.outputs.program import ProgramOutput
from supervisor.outputs.stdout import StdoutOutput
from supervisor.outputs.syslog import SyslogOutput


def open_outputs(config: Config, log: Log) -> Fanout:
    """Start the fan-out over every enabled channel."""
    outputs: list[Output] = []
    for make in _makers(config):
        try:
            outputs.append(make())
        except (OSError, ValueError) as error:
            log(ERROR, f"Failed to init output: {error}")
    return Fanout(outputs, log=log, capacity=config.outputs_queue.capacity, timeout_s=config.output_timeout / 1000)


def _makers(config: Config) -> list[Callable[[], Output]]:
    """One maker for each enabled channel."""
    buffered = config.buffered_outputs
    file, program, http = config.file_output, config.program_output, config.http_output
    makers: list[tuple[bool, Callable[[], Output]]] = [
        (file.enabled, lambda: FileOutput(file.filename, keep_alive=file.keep_alive, buffered=buffered)),
        (config.stdout_output.enabled, lambda: StdoutOutput(buffered=buffered)),
        (config.syslog_output.enabled, SyslogOutput),
        (program.enabled, lambda: ProgramOutput(program.program, keep_alive=program.keep_alive)),
        (http.enabled, lambda: _http(config)),
    ]
    return [make for enabled, make in makers if enabled]


def _http(config: Config) -> Output:
    # http.client takes 20 ms and 11 MB to import: only where it is wanted.
    from supervisor.outputs.http import HttpOutput  # noqa: PLC0415 - see above

    return HttpOutput(config.http_output, json=config.json_output)
