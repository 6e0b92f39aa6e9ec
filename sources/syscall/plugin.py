"""The built-in plugin `capture`: a .scap file as the source `syscall`, beside live ones (`engine.kind: nodriver`).

A plugin without an id that produces system events, as libs calls it. `open_params` names the file.
"""

from collections.abc import Mapping

from engine.errors import SourceError
from sources.base import Source
from sources.initconfig import Setting as InitSetting
from sources.initconfig import checker, schema
from sources.spec import Capability, Extractor, PluginSpec, SourceConfig
from sources.syscall import hosts

NOT_BUILT = "captures cannot be read: the kernel of this installation was not built (install again with a C compiler)"
SETTINGS = (
    InitSetting(
        "lists", True, "Lists of the capture",
        "Begin with the processes, users and interfaces that the capture lists; false: with nothing, as other plugins",
    ),
)  # fmt: skip


def make(config: SourceConfig) -> Source:
    """Build the unopened source. Raises SourceError where the kernel is missing."""
    try:
        from sources.syscall.capture import CaptureSource, Setting  # noqa: PLC0415 - compiled, and not always there
    except ImportError as error:
        raise SourceError(NOT_BUILT) from error
    if not config.open_params:
        raise SourceError("the plugin capture needs a capture file: open_params")
    # Its events are system calls, which no plugin is said to have made.
    config.stream.plugin = None
    config.stream.hostname = config.stream.hostname or ""
    static = {f"static.{key}": _constant(text) for key, text in config.static_fields.items()}
    return CaptureSource(
        Setting(
            path=config.open_params,
            stream=config.stream,
            extractors={**static, **others(config.extractors)},
            strict=config.strict,
            lists=config.init["lists"],
            containers="container.id" in config.extractors,
            names=hosts.names,
            batch_events=config.batch_events,
        )
    )


def others(extractors: Mapping[str, Extractor]) -> dict[str, Extractor]:
    """Fields of other plugins; those of the container plugin are read from the state."""
    return {
        name: extractor
        for name, extractor in extractors.items()
        if not name.startswith(("container.", "k8s.", "proc.is_container_"))
    }


def _constant(text: str) -> Extractor:
    return lambda _view, _ref: text


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="capture",
        version="0.1.0",
        description="System calls from a capture file (.scap)",
        contact="github.com/cadge",
        capabilities=(Capability.SOURCING,),
        init_schema=schema(SETTINGS),
        open_params=(("/path/to/capture.scap", "A capture of system calls, plain or gzip"),),
        check_config=checker("capture", SETTINGS),
        make=make,
    )
