"""Several sources in one stream: each batch goes to the rules of its source."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.detector import Progress, Sink
from engine.evaluate.several import SeveralDetectors
from engine.event import Batch, View
from engine.options import Options
from engine.rules.model import Ruleset


@dataclass
class Deaf:
    ruleset: Ruleset
    seen: list[str] = field(default_factory=list)

    def scan(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        self.seen.append(batch.source)


@dataclass
class Empty:
    source: str

    def views(self, num: int) -> Iterator[View]:
        return iter(())


def test_a_batch_goes_to_the_detector_of_its_source() -> None:
    one, two = (Deaf(Ruleset(name, (), Options())) for name in ("one", "two"))
    several = SeveralDetectors({"one": one, "two": two})
    for source in ("two", "one", "two"):
        several.scan(Empty(source), Progress(), lambda _match, _view: None)
    assert (one.seen, two.seen) == (["one"], ["two", "two"])
