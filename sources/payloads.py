"""Files of JSON payloads, for sources whose own way in is a service on the network.

One payload a line; unless strict, a line may also be an array of payloads. Folders are read in lexical order, gzipped
files are unpacked.
"""

from collections.abc import Iterator
from pathlib import Path

from engine.errors import SourceError
from sources import jsonvalue
from sources.inlets.lines import UNREADABLE, Lines, reason
from sources.inlets.live import LONGEST_LINE, LogSource
from sources.pull import FALCO_BATCH, FALCO_PAYLOAD
from sources.view import Record

MALFORMED = "payloads that are no JSON"


class PayloadSource(LogSource):
    """Reads payloads from files. Subclasses turn a payload into a record."""

    lossy_batch = FALCO_BATCH
    service = ""
    """What Falco's plugin reads from, for the sentence that says that it is not available."""
    _lines: Lines | None = None

    def start(self) -> Iterator[Record | None]:
        """Find the files that the open parameters name."""
        name = self.config.open_params
        path = Path(name)
        if not name or "\0" in name or not path.exists():
            instead = "give the path of an existing file or folder, file:///path, - or http://:port/path"
            raise SourceError(f"{self.service} is not available yet: {instead}")
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        try:
            self._lines = Lines(files, limit=LONGEST_LINE, tell=self.skip)
        except OSError as error:
            raise SourceError(f"open {error.filename}: {reason(error)}") from error
        return self._read(self._lines)

    def record(self, payload: bytes) -> Record | None:
        """The event of a payload; None if it is none, which the subclass has counted."""
        return Record(self.config.now_ns(), payload)

    def position(self) -> tuple[int, int] | None:
        """Bytes read and bytes in all."""
        return self._lines.position() if self._lines is not None else None

    def _read(self, lines: Lines) -> Iterator[Record | None]:
        try:
            for line in lines:
                for record in self._records(line):
                    if record is not None and self.config.strict and len(record.payload) > FALCO_PAYLOAD:
                        raise SourceError("short write")
                    yield record
        except UNREADABLE as error:
            raise SourceError(f"read {self.config.open_params}: {error}") from error

    def events(self, payload: bytes) -> list[Record]:
        """The events of a line or of a request's body."""
        return [record for record in self._records(payload) if record is not None]

    def _records(self, line: bytes) -> Iterator[Record | None]:
        for payload in self._payloads(line):
            yield self.record(payload)

    def _payloads(self, line: bytes) -> list[bytes]:
        start = line.lstrip(b" \t\r")[:1]
        if start != b"[" or self.config.strict:
            return [line] if start else []
        try:
            document = jsonvalue.decode(line)
        except jsonvalue.BrokenError as error:
            self.skip(MALFORMED, str(error))
            return []
        return [jsonvalue.render_bytes(one) for one in document]
