"""The reference detector: takes events one by one and asks each rule's condition of the tree walker.

Slow and obvious: it is the oracle of every faster one.
"""

from engine.alert import Formatter
from engine.detector import Match, Progress, Sink
from engine.evaluate import reference
from engine.event import ASYNC_EVENT, Batch, View
from engine.rules.model import Rule, Ruleset

_SIGN = 1 << 63


class ReferenceDetector:
    """One source's rules, applied to that source's events."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._formatter = Formatter(ruleset.options)
        self._by_code: dict[int, tuple[Rule, ...]] = {}

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        return self._ruleset

    def scan(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        """Walk a batch to its end, or to the limit; see `engine.detector.Detector`.

        The cursor is closed on every way out, so that what happens after the rules saw an event happens.
        """
        walk = batch.views(progress.num)
        try:
            for view in walk:
                if past_limit(view.ts_ns, progress):
                    progress.over = True
                    return
                progress.num = view.num
                progress.events += 1
                progress.last_ts_ns = view.ts_ns
                self._ask(view, sink)
        finally:
            if hasattr(walk, "close"):
                walk.close()

    def _ask(self, view: View, sink: Sink) -> None:
        """Give the matches of one event to `sink`, in order of definition."""
        k = 0
        for rule in self._candidates(view.code):
            if reference.holds(rule.condition, view):
                k += 1
                sink(Match(view.num, k, view.ts_ns, rule, self._formatter.format(rule, view)), view)
                if not self._ruleset.options.match_all:
                    return

    def _candidates(self, code: int) -> tuple[Rule, ...]:
        """The rules that an event of this code can match. Async events are tried on every rule, as in Falco."""
        found = self._by_code.get(code)
        if found is None:
            found = self._by_code[code] = tuple(
                rule for rule in self._ruleset.rules if rule.codes is None or code in rule.codes or code == ASYNC_EVENT
            )
        return found


def past_limit(ts_ns: int, progress: Progress) -> bool:
    """Whether `-M` ends the source at this event; the first event that has a time starts the clock.

    The difference is signed, in 64 bits: an event that is older than the first one never ends it.
    """
    if not progress.first_ts_ns:
        progress.first_ts_ns = ts_ns
        return False
    if not progress.limit_ns:
        return False
    return (ts_ns - progress.first_ts_ns + _SIGN) % (2 * _SIGN) - _SIGN >= progress.limit_ns
