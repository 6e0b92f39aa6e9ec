"""Several sources in one stream, as a capture holds them: each event meets the rules of its own source, in order."""

from collections.abc import Mapping
from itertools import chain

from engine.detector import Detector, Progress, Sink
from engine.event import Batch
from engine.rules.model import Ruleset


class SeveralDetectors:
    """One detector for each source; a batch belongs to one source and goes to its detector."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        """`detectors` by source; there is at least one, and all have the same options."""
        self._detectors = dict(detectors)
        rulesets = [one.ruleset for one in self._detectors.values()]
        needs = dict.fromkeys(chain.from_iterable(one.needs for one in rulesets))
        self._ruleset = Ruleset(
            next(iter(self._detectors)),
            tuple(sorted(chain.from_iterable(one.rules for one in rulesets), key=lambda rule: rule.index)),
            rulesets[0].options,
            tuple(needs),
        )

    @property
    def ruleset(self) -> Ruleset:
        """The rules of all sources together, for whoever counts them or asks what they need."""
        return self._ruleset

    def scan(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        """Give the batch to the detector of its source."""
        self._detectors[batch.source].scan(batch, progress, sink)
