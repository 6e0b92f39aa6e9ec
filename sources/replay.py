"""A whole capture as one source: events of system calls and of every loaded plugin, in the order of the file."""

from collections.abc import Sequence

from engine.errors import SourceError
from engine.event import Stream
from sources.assemble import Loaded, Setting, checked, constants, extractor_fields
from sources.base import Source
from sources.spec import SourceConfig
from sources.syscall import hosts, plugin
from sources.view import Kit

SYSCALL = "syscall"


def build(path: str, loaded: Sequence[Loaded], setting: Setting) -> Source:
    """An unopened source over the capture at `path`.

    Raises ConfigError for a bad init_config, SourceError where the kernel is not built. Every loaded plugin with a
    source reads its own events; all of them extract from the events that they suit.
    """
    try:
        from sources.syscall import capture  # noqa: PLC0415 - compiled, and not always there
    except ImportError as error:
        raise SourceError(plugin.NOT_BUILT) from error
    members = {one.spec.id: _kit(one, loaded, setting) for one in loaded if one.spec.produces}
    return capture.CaptureSource(
        capture.Setting(
            path=path,
            # Falco knows no host name while it reads a capture's first section.
            stream=Stream(SYSCALL, setting.zone, base64_buffers=setting.base64_buffers),
            extractors={**constants(setting), **plugin.others(extractor_fields(SYSCALL, loaded))},
            members=members,
            strict=setting.strict,
            containers=any(one.spec.name == "container" for one in loaded),
            names=hosts.names,
            batch_events=setting.batch_events,
        )
    )


def _kit(one: Loaded, loaded: Sequence[Loaded], setting: Setting) -> Kit:
    """How the events of a plugin are read: as its source reads them, without opening it."""
    source = one.spec.produces or ""
    others = [other for other in loaded if other is not one]
    made = one.spec.make
    assert made is not None, "it has a source"
    config = SourceConfig(
        plugin=one.spec,
        init=checked(one),
        open_params="",
        stream=Stream(source, setting.zone, "", one.spec.name),
        now_ns=setting.now_ns,
        seed=setting.seed,
        extractors=extractor_fields(source, others),
        strict=setting.strict,
        log=setting.log,
        static_fields=setting.static_fields,
    )
    kit = getattr(made(config), "kit", None)
    if not isinstance(kit, Kit):
        raise SourceError(f"events of plugin {one.spec.name} cannot be read from a capture")
    return kit
