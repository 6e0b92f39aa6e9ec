"""A source that is an iterator of records: batching, faults and counters, written once for all file-like inputs."""

from collections import Counter
from collections.abc import Iterator, Mapping

from engine.errors import SourceError
from sources.base import End, Fault, Idle, Mark, Needs, Resume
from sources.spec import SourceConfig
from sources.view import Kit, PluginBatch, Record


class PullSource:
    """Reads records until they end. Subclasses say how they begin."""

    resume = Resume.REWIND
    lossy_batch = 0
    """Falco's batch size where a failing read loses the events of its batch (strict only); 0: it loses none."""

    def __init__(self, config: SourceConfig, kit: Kit) -> None:
        self.config = config
        self.kit = kit
        self.counts: Counter[str] = Counter()
        self._records: Iterator[Record | Idle | None] = iter(())
        self._fault: Fault | None = None

    def start(self) -> Iterator[Record | Idle | None]:
        """Open the input and give its records. Raises SourceError, also while iterated.

        None ends a batch early; Idle ends it too, and says that there is nothing just now, after waiting a little.
        """
        raise SourceError(f"source {self.kit.stream.source} cannot be opened")

    def open(self, needs: Needs, mark: Mark) -> None:  # noqa: ARG002 - numbering starts again; drive suppresses
        """Start reading. Raises SourceError with a sentence if that is impossible."""
        self._records = self.start()

    def rebind(self, needs: Needs) -> None:
        """The rules changed: nothing to do, fields are read from whole payloads."""

    def read(self) -> PluginBatch | Idle | End | Fault:
        """The next batch; events read before a fault are handed out first."""
        if self._fault is not None:
            return self._fault
        size = self.lossy_batch if self.lossy_batch and self.config.strict else self.config.batch_events
        records: list[Record] = []
        ended = True
        try:
            for record in self._records:
                if isinstance(record, Record):
                    records.append(record)
                elif isinstance(record, Idle) and not records:
                    return record
                if len(records) >= size or (not isinstance(record, Record) and records):
                    ended = False
                    break
        except SourceError as error:
            self._fault = Fault(str(error), error.retry)
            if self.lossy_batch and self.config.strict:
                records.clear()
            return PluginBatch(self.kit, records) if records else self._fault
        return End() if ended and not records else PluginBatch(self.kit, records)

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
        self._records = iter(())

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
