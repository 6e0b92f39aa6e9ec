"""Runs one source over an input, and asks the events for fields as a rule would."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest

from engine.fields import resolve
from engine.options import Options
from sources import assemble, catalogs, registry
from sources.base import End, Fault, Idle, Mark, Needs, Source

ARRIVAL_NS = 1_700_000_000 * 10**9


@dataclass
class Ran:
    """What a source gave."""

    source: Source
    events: list[Any] = field(default_factory=list)
    end: Any = None
    log: list[str] = field(default_factory=list)
    seen: list[list[Any]] = field(default_factory=list)
    """The fields asked for with `live`, while the cursor stood on each event."""

    def __post_init__(self):
        self.catalog = None

    def values(self, name: str) -> list[Any]:
        """A field of every event."""
        return [view.extract(self.reference(name)) for view in self.events]

    def reference(self, name: str) -> Any:
        """What a name means in rules of the source."""
        stem, bracket, rest = name.partition("[")
        return resolve.resolve(self.catalog, stem, rest[:-1] if bracket else None)


@pytest.fixture
def run() -> Callable[..., Ran]:
    """A function that reads a plugin's source to its end."""

    def go(
        name: str, params: str, *, init: str = "", batch_events: int = 512, strict: bool = False, seed: int = 0, live=()
    ):
        plugin, json = registry.load(name), registry.load("json")
        log: list[str] = []
        clock = itertools.count(ARRIVAL_NS, 1000)
        setting = assemble.Setting(
            UTC,
            clock.__next__,
            stepped=True,
            hostname="here",
            seed=seed,
            batch_events=batch_events,
            strict=strict,
            static_fields={"team": "red"},
            log=lambda _level, text: log.append(text),
        )
        source = assemble.build(plugin.source, assemble.Loaded(plugin, init), params, [assemble.Loaded(json)], setting)
        ran = Ran(source, log=log)
        ran.catalog = catalogs.catalog(plugin.source, [plugin, json], Options(static_fields=(("team", "red"),)))
        source.open(Needs(), Mark())
        num = 0
        while not isinstance(batch := source.read(), End | Fault | Idle):
            for view in batch.views(num):
                num = view.num
                ran.events.append(view)
                ran.seen.append([view.extract(ran.reference(one)) for one in live])
        ran.end = batch
        source.close()
        return ran

    return go
