"""AWS CloudTrail: what Falco's plugin `cloudtrail` reads from files and folders of records."""

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import SourceError
from sources import fieldtable
from sources.aws_cloudtrail import records
from sources.aws_cloudtrail.fields import READERS, info, short_source, user
from sources.aws_cloudtrail.layout import layout
from sources.base import Idle, Needs, Source
from sources.initconfig import Setting, checker, schema
from sources.inlets.lines import reason
from sources.inlets.live import LogSource, choose
from sources.jsonvalue import MISSING, string
from sources.kit import make_kit
from sources.pull import FALCO_BATCH, FALCO_PAYLOAD, Given, Item
from sources.spec import Capability, PluginSpec, SourceConfig
from sources.view import PluginView, Record

SETTINGS = (
    Setting("s3DownloadConcurrency", 32, "S3 download concurrency", "How many files are fetched at the same time"),
    Setting("s3Interval", "", "S3 log interval", "Only files of this interval are read"),
    Setting("sqsDelete", True, "Delete SQS messages", "Messages are deleted as soon as they are received"),
    Setting("useAsync", True, "Use async extraction", "Has no meaning here; accepted for compatibility"),
    Setting("useS3SNS", False, "Use S3 SNS", "SNS messages come from S3, not from CloudTrail"),
    Setting("s3AccountList", "", "S3 account list", "Account ids of an organization's trail, separated by commas"),
    Setting("sqsOwnerAccount", "", "SQS owner account", "The account that owns the queue"),
    Setting("aws", {}, "AWS", "Profile, region, configuration and credential files"),
)
LONGEST_RECORD = 64 << 20
"""Bytes of the longest record read here."""


class CloudtrailSource(LogSource):
    """Reads the records of a file, or of all `.json` and `.json.gz` files below a folder, once."""

    lossy_batch = FALCO_BATCH
    split = staticmethod(records.split)

    def rebind(self, needs: Needs) -> None:
        """The rules changed."""
        super().rebind(needs)
        if self.plan is not None and self.config.strict:
            self.plan.projector.longest = FALCO_PAYLOAD

    def start(self) -> Iterator[Given]:
        """Find the files that the open parameters name."""
        return self._events(inputs(self.config.open_params))

    def _events(self, files: list[Path]) -> Iterator[Given]:
        for path in files:
            cutter = records.Cutter(LONGEST_RECORD)
            try:
                with path.open("rb") as file:
                    yield from self._file(cutter, file, packed=path.name.endswith(".json.gz"))
            except OSError as error:
                raise SourceError(f"open {path}: {reason(error)}") from error
            if cutter.too_long:
                self.skip("records too long", f"{path}: a record of more than {LONGEST_RECORD} bytes")

    def _file(self, cutter: records.Cutter, file: BinaryIO, *, packed: bool) -> Iterator[Given]:
        try:
            # Nothing of a damaged archive is read, as in Falco, so it is checked to its end first.
            if packed and not _intact(file):
                self.skip("files that cannot be unpacked", f"{file.name} cannot be unpacked")
                yield None
                return
            for data, places in cutter.places(_unpacked(file) if packed else file):
                items: list[Item | bytes] = []
                plan = self.plan
                if plan is None:
                    items += (data[start:end] for start, end in places)
                elif not plan.projector.parts(data, places, items):
                    yield items  # type: ignore[misc] # all of them are rows
                    continue
                for item in items:
                    # The rules may have changed since the row was made.
                    yield self._exact(item) if isinstance(item, bytes) else self.renewed(item, plan)
        except (EOFError, zlib.error) as error:
            self.skip("files that cannot be unpacked", f"{file.name}: {error}")

    def events(self, payload: bytes) -> list[Record]:
        """The events of a request or of a line of a followed file."""
        return [record for one in records.payloads(payload) if (record := self._exact(one)) is not None]

    def cut(self, blocks: Iterator[bytes | Idle | None]) -> Iterator[Given]:
        """The events of a stream of bytes."""
        cutter = records.Cutter(LONGEST_RECORD)
        for block in blocks:
            if not isinstance(block, bytes):
                yield block
                continue
            for payload in cutter.feed(block):
                row = None if self.plan is None else self.plan.projector.row(payload)
                yield self._exact(payload) if row is None else row
            if cutter.too_long:
                self.skip("records too long", f"a record of more than {LONGEST_RECORD} bytes")
                return

    def _exact(self, payload: bytes) -> Record | None:
        """The event of a record, the exact way; None if it is none."""
        record = records.read(payload)
        if isinstance(record, str):
            self.skip("records that are no events", record)
            return None
        if self.config.strict and len(payload) > FALCO_PAYLOAD:
            raise SourceError("short write")
        return record


def _unpacked(file: BinaryIO) -> BinaryIO:
    return gzip.GzipFile(fileobj=file)  # type: ignore[return-value] # it has the read() used here


def _intact(file: BinaryIO) -> bool:
    try:
        unpacked = _unpacked(file)
        while unpacked.read(1 << 20):
            pass
    except (OSError, EOFError, zlib.error):
        return False
    file.seek(0)
    return True


def inputs(params: str) -> list[Path]:
    """The files that open parameters name, in the order in which Falco reads them. Raises SourceError in its words."""
    for scheme in ("s3://", "sqs://"):
        if params.startswith(scheme):
            raise SourceError(f"{scheme} is not available yet: give the path of a file or folder instead")
    if not params:
        raise SourceError("cloudtrail plugin error: missing input directory argument")
    if not os.path.exists(params):  # noqa: PTH110 - Path refuses texts that Falco only does not find
        raise SourceError(f"cloudtrail plugin error: cannot open {params}")
    found = [path for path in _walk(Path(params)) if path.name.endswith((".json", ".json.gz"))]
    if not found:
        raise SourceError(f"cloudtrail plugin error: no json files found in {params}")
    return found


def _walk(path: Path) -> Iterator[Path]:
    """All files below, folders and files in one lexical order; links to folders are not followed."""
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    try:
        names = sorted(os.listdir(path), key=os.fsencode)  # noqa: PTH208 - names, sorted as bytes
    except OSError:
        return
    for name in names:
        yield from _walk(path / name)


def describe(view: PluginView) -> str:
    """evt.plugininfo: region, user, service, name and ct.info."""
    document = view.document
    if document is MISSING:
        return "<invalid JSON>"
    for key, name in (("eventSource", "a source"), ("awsRegion", "an awsRegion"), ("eventName", "an eventName")):
        if string(document, key) is None:
            return f"<invalid JSON: event did not contain {name}>"
    who = user(document)
    # Falco prints what it says of unknown users, without the blank.
    shown = _unknown(string(document, "userIdentity", "type")) if who is None else who and f" {who}"
    region, event = string(document, "awsRegion"), string(document, "eventName")
    return f"{region}{shown} {short_source(document)} {event} {info(document)}"


def _unknown(kind: str | None) -> str:
    if kind is None:
        return ""
    return "<NA>" if kind in ("Root", "IAMUser", "AWSService") else "<unknown user type>"


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    return choose(CloudtrailSource(config, make_kit(config, READERS, describe)))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="cloudtrail",
        version="0.17.1",
        description="reads cloudtrail JSON data saved to file in the directory specified in the settings",
        contact="github.com/falcosecurity/plugins/",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=2,
        source="aws_cloudtrail",
        fields=fieldtable.load(__package__, "cloudtrail", ("aws_cloudtrail",)),
        extract_sources=("aws_cloudtrail",),
        init_schema=schema(SETTINGS),
        aliases=("libcloudtrail.so",),
        check_config=checker("cloudtrail", SETTINGS),
        make=make,
        inlets=True,
        layout=layout,
    )
