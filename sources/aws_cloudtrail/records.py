"""CloudTrail files: where records are in them, and which of them are events.

Falco does not parse a file, it counts braces: every object one level down is a record, whatever stands around it.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from sources import gotime, jsonvalue
from sources.inlets.lines import BLOCK
from sources.view import Record

_TOKEN = re.compile(rb'"(?:[^"\\]*(?:\\.[^"\\]*)*")?|[{}]', re.DOTALL)


class Cutter:
    """Cuts records out of a file that is read in blocks. A record longer than `limit` ends the file: `too_long`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.too_long = 0

    def cut(self, file: BinaryIO) -> Iterator[bytes]:
        """The records of a file, in order."""
        depth = 0
        data = b""
        pos = 0
        start = 0
        while block := file.read(max(BLOCK, len(data))):
            # What lies before the current record, or before the token that is not whole yet, is done with.
            keep = min(start, pos) if depth > 1 else pos
            data, pos, start = data[keep:] + block, pos - keep, start - keep
            for token in _TOKEN.finditer(data, pos):
                mark = token[0]
                if mark == b"{":
                    if depth == 1:
                        start = token.start()
                    depth += 1
                elif mark == b"}":
                    depth -= 1
                    if depth == 1:
                        yield data[start : token.end()]
                elif mark == b'"':
                    pos = token.start()
                    break
            else:
                pos = len(data)
            if len(data) - min(start, pos) > self.limit:
                self.too_long += 1
                return


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


def split(payload: bytes) -> list[Record]:
    """The event of a record that is one."""
    record = read(payload)
    return [record] if isinstance(record, Record) else []
