"""Live ways in, shared by all log sources: what a source makes of a payload in a file, it makes of one that arrives.

A source class reads files, and says with `events` what a payload holds; `choose` gives the one that the open
parameters ask for.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from engine.errors import SourceError
from sources import gourl
from sources.base import Idle, Resume, Source
from sources.inlets import stdin
from sources.inlets.checks import Checks
from sources.inlets.follow import Follow, Place
from sources.inlets.lines import Cutter, reason
from sources.inlets.way import NOTHING, Way, prepare, way
from sources.inlets.webhook import WebhookSource
from sources.pull import Given, PullSource
from sources.view import Record

POLL_S = 0.05
"""Time between two looks at a followed file."""
LARGEST_BODY = 12_582_912
"""Bytes of the largest request, where no setting says otherwise."""
CERTIFICATE = "/etc/falco/falco.pem"
"""Certificate and key of the HTTPS webhook, where no setting says otherwise."""
LONGEST_LINE = 64 << 20
"""Bytes of the longest line that is read."""


class LogSource(PullSource):
    """A log source; made for reading files, and asked by the live ways in what payloads are."""

    def events(self, payload: bytes) -> Iterable[Record]:
        """The events of one payload: a line of a file, the body of a request."""
        raise SourceError(f"source {self.kit.stream.source} has no payloads of {len(payload)} bytes")

    def cut(self, blocks: Iterator[bytes | Idle | None]) -> Iterator[Given]:
        """The events of a stream of bytes: one payload a line, unless the source's files are otherwise."""
        cutter = Cutter(LONGEST_LINE, self.overlong)
        for block in blocks:
            if not isinstance(block, bytes):
                yield block
                continue
            for line in cutter.feed(block):
                if line:
                    yield from self.events(line)
        if rest := cutter.rest():
            yield from self.events(rest.removesuffix(b"\r"))

    def checks(self, path: str) -> Checks:
        """What is asked of requests to the webhook."""
        return Checks(path, self.config.init.get("webhookMaxBatchSize", LARGEST_BODY))

    def certificate(self) -> tuple[str, str]:
        """Files with the certificate and the key of the webhook."""
        path = self.config.init.get("sslCertificate", CERTIFICATE)
        return path, path

    def overlong(self) -> None:
        """A line is too long."""
        self.skip("lines too long", f"a line of more than {LONGEST_LINE} bytes is skipped")


def choose(files: LogSource) -> Source:
    """The source that reads what its open parameters name: `files` itself, or a live one."""
    config = files.config
    match way(config.open_params, strict=config.strict):
        case Way.STDIN:
            return StdinSource(files)
        case Way.FOLLOW:
            return FollowSource(files)
        case Way.WEBHOOK:
            return WebhookSource(files)
        case Way.FILES:
            return files


class Live(PullSource):
    """A source whose payloads arrive; what they are is asked of the source that reads files."""

    resume = Resume.PRESENT

    def __init__(self, files: LogSource) -> None:
        super().__init__(files.config, files.kit)
        self.files = files
        self.counts = files.counts


class StdinSource(Live):
    """Reads standard input to its end. A plain file is read again from where it began after a crash."""

    def __init__(self, files: LogSource) -> None:
        super().__init__(files)
        self._inlet = files.config.inlet
        if self._inlet.start >= 0:
            self.resume = Resume.REWIND

    def start(self) -> Iterator[Given]:
        """Whoever runs this has opened it."""
        if self._inlet == NOTHING:
            self._inlet = prepare(self.config.open_params)
        return self.files.cut(stdin.blocks(self._inlet))


class FollowSource(Live):
    """Follows one file (`file:///path`) from its end on; after a crash, from the last place that it told."""

    resume = Resume.POSITION

    def __init__(self, files: LogSource) -> None:
        super().__init__(files)
        self._follow: Follow | None = None
        self._num = files.config.place[0]
        """Number of the last event read."""
        self._places: deque[tuple[int, Place]] = deque()
        """Places, and the number of the last event before each."""
        self._reached = (self._num, Place())

    def start(self) -> Iterator[Given]:
        """Find the end of the file, or the place."""
        path = Path(gourl.parse(self.config.open_params).path).absolute()
        follow = self._follow = Follow(path, limit=LONGEST_LINE, tell=self.skip)
        follow.open(self.config.place[1])
        self._reached = (self._num, follow.place)
        return self._events(follow)

    def _events(self, follow: Follow) -> Iterator[Given]:
        while True:
            try:
                for line in follow.lines():
                    self._note(follow.place)
                    for record in self.files.events(line) if line else ():
                        self._num += 1
                        yield record
                self._note(follow.place)
            except OSError as error:
                raise SourceError(f"read {follow.path}: {reason(error)}", retry=True) from error
            yield Idle()
            time.sleep(POLL_S)

    def _note(self, place: Place) -> None:
        """All events before a place have been read; whether they have been handed out is seen in `place`."""
        if not self._places or self._places[-1][1] is not place:
            self._places.append((self._num, place))

    def place(self) -> tuple[int, bytes]:
        """The last place before which every event has been handed out, and the number of the last one of these."""
        handed = self._num - (len(self._items) - self._at)
        while self._places and self._places[0][0] <= handed:
            self._reached = self._places.popleft()
        return self._reached[0], msgspec.json.encode(self._reached[1])

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        if self._follow is not None:
            self._follow.close()
