"""CloudTrail files: where records are in them, and which of them are events.

Falco does not parse a file, it counts braces: every object one level down is a record, whatever stands around it.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from sources import gotime, jsonvalue
from sources.inlets.lines import BLOCK
from sources.rows import native
from sources.view import Record

_TOKEN = re.compile(rb'"(?:[^"\\]*(?:\\.[^"\\]*)*")?|[{}]', re.DOTALL)


class Counter(Protocol):
    """Counts braces."""

    @property
    def depth(self) -> int:
        """How many are open."""

    def feed(self, data: bytes, pos: int, start: int, out: list[tuple[int, int]]) -> tuple[int, int]:
        """As `Braces.feed`."""


class Cutter:
    """Cuts records out of a file that is read in blocks. A record longer than `limit` ends the file: `too_long`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.too_long = 0
        self._braces: Counter = Braces() if native is None else native.Braces()
        self._data = b""
        self._pos = 0
        self._start = 0

    def cut(self, file: BinaryIO) -> Iterator[bytes]:
        """The records of a file, in order."""
        for data, places in self.places(file):
            for start, end in places:
                yield data[start:end]

    def places(self, file: BinaryIO) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
        """Blocks of a file, and the (start, end) of each record that ends in them."""
        while block := file.read(max(BLOCK, len(self._data))):
            yield self._completed(block)
            if self.too_long:
                return

    def feed(self, block: bytes) -> Iterator[bytes]:
        """The records that `block` completes."""
        data, places = self._completed(block)
        for start, end in places:
            yield data[start:end]

    def _completed(self, block: bytes) -> tuple[bytes, list[tuple[int, int]]]:
        """What was left and `block`, and the (start, end) of each record that it completes."""
        pos, start = self._pos, self._start
        # What lies before the current record, or before the token that is not whole yet, is done with.
        keep = min(start, pos) if self._braces.depth > 1 else pos
        data, pos, start = self._data[keep:] + block, pos - keep, start - keep
        found: list[tuple[int, int]] = []
        pos, start = self._braces.feed(data, pos, start, found)
        self.too_long += len(data) - min(start, pos) > self.limit
        self._data, self._pos, self._start = data, pos, start
        return data, found


class Braces:
    """Counts braces: what `_rows.Braces` does, for where there is no compiled module."""

    def __init__(self) -> None:
        self.depth = 0

    def feed(self, data: bytes, pos: int, start: int, out: list[tuple[int, int]]) -> tuple[int, int]:
        """Go on at `pos`; append (start, end) of each object that ends; where to go on, and where one has begun."""
        for token in _TOKEN.finditer(data, pos):
            mark = token[0]
            if mark == b"{":
                if self.depth == 1:
                    start = token.start()
                self.depth += 1
            elif mark == b"}":
                self.depth -= 1
                if self.depth == 1:
                    out.append((start, token.end()))
            elif mark == b'"':
                return token.start(), start
        return len(data), start


def read(payload: bytes) -> Record | str:
    """One record as an event; the reason, where it is none."""
    try:
        document = jsonvalue.decode(payload)
    except jsonvalue.BrokenError as error:
        return str(error)
    when = jsonvalue.string(document, "eventTime")
    if when is None:
        return "record without eventTime"
    try:
        ts_ns = gotime.parse(when, gotime.RFC3339)
    except gotime.TimeError as error:
        return str(error)
    kind = jsonvalue.string(document, "eventType")
    if kind is None:
        return "record without eventType"
    if kind == "AwsCloudTrailInsight":
        return "record of CloudTrail Insights"
    return Record(ts_ns, payload, document)


def payloads(body: bytes) -> list[bytes]:
    """The records in a request or a line of a followed file: those of a document with `Records`, or itself."""
    try:
        document = jsonvalue.decode(body)
    except jsonvalue.BrokenError:
        return [body]
    if isinstance(jsonvalue.get(document, "Records"), list):
        return list(Cutter(len(body)).feed(body))
    return [jsonvalue.render_bytes(one) for one in document] if isinstance(document, list) else [body]


def split(payload: bytes) -> list[Record]:
    """The event of a record that is one."""
    record = read(payload)
    return [record] if isinstance(record, Record) else []
