"""A source that is an iterator of records: batching, faults and counters, written once for all file-like inputs."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from engine.errors import SourceError
from sources.base import End, Fault, Idle, Mark, Needs, Resume
from sources.rows import Row, RowBatch, RowPlan
from sources.spec import SourceConfig
from sources.view import Kit, PluginBatch, Record

Item = Row | Record
Given = Item | list[Item] | Idle | None
_ENDED = End()


class PullSource:
    """Reads records until they end. Subclasses say how they begin."""

    resume = Resume.REWIND
    lossy_batch = 0
    """Falco's batch size where a failing read loses the events of its batch (strict only); 0: it loses none."""

    def __init__(self, config: SourceConfig, kit: Kit) -> None:
        self.config = config
        self.kit = kit
        self.counts: Counter[str] = Counter()
        self.plan: RowPlan | None = None
        """What rows are like, where the rules and the source can do with rows."""
        self._given: Iterator[Given] = iter(())
        self._items: list[Item] = []
        self._at = 0
        """Items before this one have been handed out."""
        self._fault: Fault | None = None

    def start(self) -> Iterator[Given]:
        """Open the input and give its events, one by one or several at once. Raises SourceError, also while iterated.

        None ends a batch early; Idle ends it too, and says that there is nothing just now, after waiting a little.
        """
        raise SourceError(f"source {self.kit.stream.source} cannot be opened")

    def open(self, needs: Needs, mark: Mark) -> None:  # noqa: ARG002 - numbering starts again; drive suppresses
        """Start reading. Raises SourceError with a sentence if that is impossible."""
        self.rebind(needs)
        self._given = self.start()

    def rebind(self, needs: Needs) -> None:
        """The rules changed, and with them what is read of an event."""
        plan = needs.rows if isinstance(needs.rows, RowPlan) and self.split is not None else None
        was, self.plan = self.plan, plan
        self._items = [self.renewed(item, was) for item in self._items[self._at :]]
        self._at = 0

    def renewed(self, item: Item, plan: RowPlan | None) -> Item:
        """An item that was read for a plan, for the plan of now."""
        if isinstance(item, Record) or plan is self.plan or plan is None or self.split is None:
            return item
        line = plan.line(item)
        row = None if self.plan is None else self.plan.projector.row(line)
        if row is not None:
            return row
        (record,) = self.split(line)
        return record

    split: Callable[[bytes], list[Record]] | None = None
    """How a line becomes records, the exact way; None: this source has no rows."""

    def read(self) -> PluginBatch | RowBatch | Idle | End | Fault:
        """The next batch; events read before a fault are handed out first."""
        if self._fault is not None:
            return self._fault
        size = self.lossy_batch if self.lossy_batch and self.config.strict else self.config.batch_events
        try:
            while len(self._items) - self._at < size:
                given = next(self._given, _ENDED)
                if isinstance(given, list):
                    self._items = self._items[self._at :] + given
                    self._at = 0
                elif isinstance(given, tuple | Record):
                    self._items.append(given)
                elif len(self._items) > self._at:
                    break
                elif isinstance(given, Idle | End):
                    return given
        except SourceError as error:
            self._fault = Fault(str(error), error.retry)
            if len(self._items) == self._at or (self.lossy_batch and self.config.strict):
                self._items.clear()
                return self._fault
        return self._batch(size)

    def _batch(self, size: int) -> PluginBatch | RowBatch:
        """The next items."""
        items = self._items[self._at : self._at + size]
        self._at += size
        if self._at >= len(self._items):
            self._items, self._at = [], 0
        if self.plan is not None and self.split is not None:
            return RowBatch(self.kit, self.plan, items, self.split)
        return PluginBatch(self.kit, [item for item in items if isinstance(item, Record)])

    def settled(self, mark: Mark) -> None:
        """Nobody waits for an answer."""

    def counters(self) -> Mapping[str, int]:
        """What was skipped so far, and why."""
        return dict(self.counts)

    def position(self) -> tuple[int, int] | None:
        """Unknown, unless a subclass knows."""
        return None

    def close(self) -> None:
        """Let go of the input."""
        self._given = iter(())

    def skip(self, what: str, text: str) -> None:
        """Count something that is not handed out, and say so in the plugin's log."""
        self.counts[what] += 1
        self.config.log(WARNING, f"[{self.config.plugin.name}] {text}")


FALCO_BATCH = 128
"""Events that Falco takes from a plugin at once."""
FALCO_PAYLOAD = 262_144
"""Bytes of the largest event that Falco's plugins can hand over."""
WARNING = 4
"""Syslog severity of what plugins log."""
