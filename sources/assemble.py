"""From what is configured to a source that can be opened: the one way in for whoever runs sources."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from engine.errors import ConfigError
from engine.event import Stream
from sources.base import Source
from sources.inlets.way import NOTHING, Inlet
from sources.spec import Extractor, PluginSpec, SourceConfig
from sources.syscall.nodriver import Clock, NodriverSource


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin and the init_config it was given."""

    spec: PluginSpec
    init_config: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything around a source that is not a plugin's business."""

    zone: tzinfo
    now_ns: Callable[[], int]
    stepped: bool = False
    """`now_ns` advances by being asked."""
    hostname: str = ""
    seed: int = 0
    batch_events: int = 512
    strict: bool = False
    """Falco's limits as Falco applies them."""
    base64_buffers: bool = False
    """`buffer_format_base64`."""
    static_fields: Mapping[str, str] = field(default_factory=dict)
    log: Callable[[int, str], None] = lambda _level, _text: None
    """Is told (syslog severity, text) what Falco's plugin prints to its own log."""
    inlet: Inlet = NOTHING
    """What was opened beforehand for a source whose plugin has `inlets`."""
    place: tuple[int, bytes] = (0, b"")
    """Where an earlier life stood, as the source told it: the number of the last event before, and the place."""


def build(
    source: str, plugin: Loaded | None, open_params: str, extractors: Sequence[Loaded], setting: Setting
) -> Source:
    """An unopened source. `plugin` None: `syscall` without a driver. Raises ConfigError for a bad init_config."""
    name = plugin.spec.name if plugin is not None else None
    # libs asks the machine for its name; a plugin's events have none until one is set.
    hostname = setting.hostname if setting.hostname or plugin is None else None
    stream = Stream(source, setting.zone, hostname, name, setting.base64_buffers)
    fields = extractor_fields(source, extractors)
    if plugin is None:
        static = constants(setting)
        clock = Clock(setting.now_ns, stepped=setting.stepped)
        return NodriverSource(stream, clock, {**static, **fields})
    if plugin.spec.make is None:
        raise ConfigError(f"plugin {plugin.spec.name} produces no events")
    return plugin.spec.make(
        SourceConfig(
            plugin=plugin.spec,
            init=checked(plugin),
            open_params=open_params,
            stream=stream,
            now_ns=setting.now_ns,
            seed=setting.seed,
            extractors=fields,
            batch_events=setting.batch_events,
            strict=setting.strict,
            stepped=setting.stepped,
            log=setting.log,
            static_fields=setting.static_fields,
            inlet=setting.inlet,
            place=setting.place,
        )
    )


def checked(plugin: Loaded) -> object:
    """The parsed init_config. Raises ConfigError in the plugin's words."""
    check = plugin.spec.check_config
    return check(plugin.init_config) if check is not None else plugin.init_config


def extractor_fields(source: str, extractors: Sequence[Loaded]) -> dict[str, Extractor]:
    """Field name -> extractor of the first compatible plugin that offers it."""
    fields: dict[str, Extractor] = {}
    for plugin in extractors:
        if plugin.spec.extractor is None or not plugin.spec.compatible(source):
            continue
        extractor = plugin.spec.extractor(checked(plugin))
        for group in plugin.spec.fields:
            for one in group.fields:
                fields.setdefault(one.name, extractor)
    return fields


def constants(setting: Setting) -> dict[str, Extractor]:
    """The fields `static.<key>`."""
    return {f"static.{key}": _constant(text) for key, text in setting.static_fields.items()}


def _constant(text: str) -> Extractor:
    return lambda _view, _ref: text
