"""Falco's reference plugin `dummy`: samples that rise by one plus a random jitter."""

import random
from collections.abc import Iterator
from typing import Any

from engine.errors import SourceError
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources import fieldtable, gojson
from sources.base import Source
from sources.initconfig import Setting, checker, schema
from sources.kit import make_kit
from sources.pull import PullSource
from sources.spec import Capability, PluginSpec, SourceConfig
from sources.view import FieldReader, PluginView, Record

SETTINGS = (Setting("jitter", 10, "Sample jitter", "A random amount up to this is added to the sample of each event"),)
_LIMIT = 1 << 64


class DummySource(PullSource):
    """Ends after `maxEvents` events."""

    def start(self) -> Iterator[Record]:
        """Read the open parameters; the samples follow."""
        sample, count = open_params(self.config.open_params)
        return self._samples(sample, count)

    def _samples(self, sample: int, count: int) -> Iterator[Record]:
        draw = random.Random(self.config.seed)  # noqa: S311 - samples, not secrets
        for _ in range(count):
            sample = (sample + 1 + draw.randint(0, self.config.init["jitter"])) % _LIMIT
            yield Record(self.config.now_ns(), str(sample).encode())


def open_params(text: str) -> tuple[int, int]:
    """Start value and number of events. Raises SourceError in the plugin's words."""
    if not text:
        return 1, 20
    try:
        params = gojson.loads(text)
    except gojson.SyntaxFault as fault:
        raise SourceError(f"wrong open params format: {fault}") from None
    if params is None:
        return 1, 20
    if not isinstance(params, dict):
        raise _mismatch(params, "value of type dummy.PluginOpenParams")
    return _member(params, "start", 1), _member(params, "maxEvents", 20)


def _member(params: dict[str, Any], key: str, default: int) -> int:
    # Go matches members without regard to case; the last one counts.
    found = [value for name, value in params.items() if name.lower() == key.lower() and value is not None]
    if not found:
        return default
    value = found[-1]
    if type(value) is not int or not 0 <= value < _LIMIT:
        raise _mismatch(value, f"struct field PluginOpenParams.{key} of type uint64")
    return value


def _mismatch(value: Any, target: str) -> SourceError:
    words = {str: "string", bool: "bool", list: "array", dict: "object"}
    what = words.get(type(value), f"number {value}")
    return SourceError(f"wrong open params format: json: cannot unmarshal {what} into Go {target}")


def _value(view: PluginView) -> int | None:
    text = view.payload.removeprefix(b"+").removeprefix(b"-")
    if not text.isdigit():
        return None
    number = int(view.payload)
    return number % _LIMIT if -(1 << 63) <= number < 1 << 63 else None


def _read_value(view: PluginView, _ref: FieldRef) -> Value | None:
    return _value(view)


def _read_text(view: PluginView, _ref: FieldRef) -> Value | None:
    return None if _value(view) is None else view.payload.decode("ascii")


def _read_divisible(view: PluginView, ref: FieldRef) -> Value | None:
    value = _value(view)
    # A divisor of zero ends Falco; here it divides nothing.
    return None if value is None or not ref.index else int(value % ref.index == 0)


READERS: dict[str, FieldReader] = {
    "dummy.value": _read_value,
    "dummy.strvalue": _read_text,
    "dummy.divisible": _read_divisible,
}


def describe(view: PluginView) -> str:
    """evt.plugininfo."""
    return '{"sample": "' + view.payload.decode("utf-8", "surrogateescape") + '"}'


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    return DummySource(config, make_kit(config, READERS, describe))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="dummy",
        version="0.11.5",
        description="Reference plugin for educational purposes",
        contact="github.com/falcosecurity/plugins",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=3,
        source="dummy",
        fields=fieldtable.load(__package__, "dummy", ("dummy",)),
        extract_sources=("dummy",),
        init_schema=schema(SETTINGS),
        aliases=("libdummy.so",),
        check_config=checker("dummy", SETTINGS),
        make=make,
    )
