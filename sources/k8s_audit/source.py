"""Kubernetes audit logs: what Falco's plugin `k8saudit` reads from files, followed files and folders."""

from collections.abc import Callable, Iterator
from pathlib import Path

from engine.errors import SourceError
from sources import fieldtable, gourl
from sources.base import Needs, Source
from sources.initconfig import Setting, checker, schema
from sources.inlets.lines import UNREADABLE, Lines, LongLineError, reason, stat
from sources.inlets.live import LONGEST_LINE, LogSource, choose
from sources.k8s_audit.fields import READERS
from sources.k8s_audit.layout import layout
from sources.k8s_audit.records import Skip, Splitter
from sources.kit import make_kit
from sources.pull import FALCO_BATCH, Given, Item
from sources.spec import Capability, PluginSpec, SourceConfig
from sources.view import PluginView, Record

SETTINGS = (
    Setting("sslCertificate", "/etc/falco/falco.pem", "SSL certificate", "Certificate and key of the HTTPS webhook"),
    Setting("useAsync", True, "Use async extraction", "Has no meaning here; accepted for compatibility"),
    Setting("maxEventSize", 262144, "Maximum event size", "Larger audit events are skipped"),
    Setting("webhookMaxBatchSize", 12582912, "Maximum webhook request size", "Larger requests are refused"),
)
FALCO_LINE = 65535
"""Bytes of the longest line that Falco reads: a longer one ends its source."""

Split = Callable[[bytes], list[Record]]


class K8sAuditSource(LogSource):
    """Reads a file, or the files of a folder in order of modification, once."""

    lossy_batch = FALCO_BATCH
    _lines: Lines | None = None
    _split: Split | None = None

    def start(self) -> Iterator[Given]:
        """Open the input that the open parameters name."""
        limit = FALCO_LINE if self.config.strict else LONGEST_LINE
        try:
            self._lines = Lines(inputs(self.config.open_params), limit=limit, strict=self.config.strict, tell=self.skip)
        except OSError as error:
            raise SourceError(f"open {error.filename}: {reason(error)}") from error
        return self._events(self._lines, splitter(self.config, self.skip))

    def rebind(self, needs: Needs) -> None:
        """The rules changed."""
        self.split = splitter(self.config, self.skip)
        super().rebind(needs)
        if self.plan is not None:
            limit = FALCO_LINE if self.config.strict else LONGEST_LINE
            # One less: a line counts with a carriage return at its end, a row has none.
            self.plan.projector.longest = min(self.config.init["maxEventSize"], limit - 1)

    def _events(self, lines: Lines, split: Split) -> Iterator[Given]:
        try:
            if self.plan is not None:
                for block in lines.blocks():
                    yield from self._items_of(block, lines, split)
                return
            for line in lines:
                if line:
                    yield from split(line)
        except LongLineError:
            raise SourceError("bufio.Scanner: token too long") from None
        except UNREADABLE as error:
            raise SourceError(f"read {self.config.open_params}: {error}") from error

    def _items_of(self, block: bytes, lines: Lines, split: Split) -> Iterator[Given]:
        """The events of a block: rows, and records of the lines that do not fit."""
        items: list[Item | bytes] = []
        assert self.plan is not None, "asked only where there are rows"
        if not self.plan.projector.rows(block, items):
            yield items  # type: ignore[misc] # there are no lines among them
            return
        found: list[Item] = []
        for item in items:
            if not isinstance(item, bytes):
                found.append(item)
            elif len(item) > lines.limit:
                yield found
                found = []
                lines.overlong()
            else:
                found += split(item.removesuffix(b"\r"))
        yield found

    def events(self, payload: bytes) -> list[Record]:
        """The events of a line or of a request's body."""
        if self._split is None:
            self._split = splitter(self.config, self.skip)
        return self._split(payload)

    def position(self) -> tuple[int, int] | None:
        """Bytes read and bytes in all."""
        return self._lines.position() if self._lines is not None else None


def splitter(config: SourceConfig, skip: Skip) -> Split:
    """How a line becomes events, the exact way."""
    return Splitter(config.init["maxEventSize"], skip, strict=config.strict).split


def inputs(params: str) -> list[Path]:
    """The files that open parameters name. Raises SourceError in the plugin's words."""
    try:
        scheme = gourl.parse(params).scheme
    except gourl.UrlError as error:
        raise SourceError(str(error)) from None
    if scheme:
        raise SourceError(f'scheme "{scheme}" is not supported')
    name = params.strip()
    stat(name)
    path = Path(name)
    if not path.is_dir():
        return [path]
    files = sorted((one for one in path.iterdir() if not one.is_dir()), key=lambda one: one.name)
    return sorted(files, key=lambda one: one.lstat().st_mtime_ns)


def describe(view: PluginView) -> str:
    """evt.plugininfo: the event itself."""
    return view.payload.decode("utf-8", "surrogateescape")


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    return choose(K8sAuditSource(config, make_kit(config, READERS, describe)))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="k8saudit",
        version="0.18.0",
        description="Read Kubernetes Audit Events and monitor Kubernetes Clusters",
        contact="github.com/falcosecurity/plugins",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=1,
        source="k8s_audit",
        fields=fieldtable.load(__package__, "k8saudit", ("k8s_audit",)),
        extract_sources=("k8s_audit",),
        init_schema=schema(SETTINGS),
        aliases=("libk8saudit.so",),
        check_config=checker("k8saudit", SETTINGS),
        make=make,
        inlets=True,
        layout=layout,
    )
