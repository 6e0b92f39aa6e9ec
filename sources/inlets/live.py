"""Live ways in, shared by all log sources: what a source makes of a payload in a file, it makes of one that arrives.

A source class reads files, and says with `events` what a payload holds; `choose` gives the one that the open
parameters ask for.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import SourceError
from sources import gourl
from sources.base import Idle, Resume, Source
from sources.inlets import stdin
from sources.inlets.checks import Checks
from sources.inlets.follow import Follow
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
    """Follows one file (`file:///path`) from its end on."""

    _follow: Follow | None = None

    def start(self) -> Iterator[Given]:
        """Find the end of the file."""
        path = Path(gourl.parse(self.config.open_params).path).absolute()
        self._follow = Follow(path, limit=LONGEST_LINE, tell=self.skip)
        self._follow.open()
        return self._events(self._follow)

    def _events(self, follow: Follow) -> Iterator[Given]:
        while True:
            try:
                for line in follow.lines():
                    if line:
                        yield from self.files.events(line)
            except OSError as error:
                raise SourceError(f"read {follow.path}: {reason(error)}", retry=True) from error
            yield Idle()
            time.sleep(POLL_S)

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        if self._follow is not None:
            self._follow.close()
