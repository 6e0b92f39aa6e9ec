"""Pack what was written for the corpus into one archive for each area, beside this script, laid out as the corpus is.

Run where the recordings are: `python tests/conformance/pack.py ../shared/corpus`. Data of other people and whatever
repeats Falco's own rules stay behind: everybody's clone may hold the rest, and asks it as `make corpus` asks the whole.
"""

import gzip
import io
import json
import lzma
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
OWN = ("generated", "edge-values", "edge-input", "webhook", "follow")
"""Sets of the JSON sources that were made up."""
ASKED = 40
"""Events of each capture whose fields are packed."""
SOURCES = ("k8s_audit", "aws_cloudtrail", "okta", "github", "gcp_auditlog")
Members = Iterator[tuple[str, bytes]]


def loading(corpus: Path) -> Members:
    """Rules files and the answers to them."""
    for path in sorted((corpus / "loading").rglob("*")):
        if path.is_file():
            yield str(path.relative_to(corpus)), path.read_bytes()


def json_sources(corpus: Path) -> Members:
    """Events and every field of them; not the alerts, which come from Falco's rules."""
    for source in SOURCES:
        for name in OWN:
            for path in sorted((corpus / source / name).rglob("*")):
                if path.is_file() and not path.name.startswith("alerts."):
                    yield str(path.relative_to(corpus)), path.read_bytes()


def conditions(corpus: Path) -> Members:
    """Conditions and outputs, with the captures that are our own."""
    folder = corpus / "conditions"
    captures = [one for one in _yaml(folder / "captures.yaml") if "origin" not in one and ".." not in one["file"]]
    names = {one["name"] for one in captures}
    cases = [one for one in _yaml(folder / "outputs/cases.yaml") if one["capture"] in names]
    results = json.loads(gzip.decompress((folder / "outputs/results.json.gz").read_bytes()))
    kept = {one["id"]: results[one["id"]] for one in cases if one["id"] in results}
    yield "conditions/captures.yaml", _lines(captures)
    yield "conditions/outputs/cases.yaml", _lines(cases)
    yield "conditions/outputs/results.json.gz", gzip.compress(json.dumps(kept, sort_keys=True).encode(), mtime=0)
    yield "conditions/outputs/invalid.yaml", (folder / "outputs/invalid.yaml").read_bytes()
    for name in ("conditions.yaml", "fatal.yaml", "invalid.yaml", "warnings.yaml"):
        yield f"conditions/{name}", (folder / name).read_bytes()
    for one in captures:
        yield f"conditions/{one['file']}", (folder / one["file"]).read_bytes()
        yield f"conditions/matches/{one['name']}.json.gz", (folder / "matches" / f"{one['name']}.json.gz").read_bytes()


def captures(corpus: Path) -> Members:
    """Our own captures of system calls, with every field of the first events of each."""
    for capture in sorted((corpus / "syscall").glob("[rsxlb]*/capture.scap")):
        yield str(capture.relative_to(corpus)), capture.read_bytes()
        for name in ("fields.jsonl.gz", "args.jsonl.gz"):
            lines = gzip.decompress((capture.parent / name).read_bytes()).splitlines(keepends=True)
            kept = gzip.compress(b"".join(lines[:ASKED]), mtime=0)
            yield str((capture.parent / name).relative_to(corpus)), kept


def mixed(corpus: Path) -> Members:
    """Captures that hold several sources, and what Falco made of them."""
    for path in sorted((corpus / "mixed").rglob("*")):
        if path.is_file() and path.parent.name.startswith("m") and path.suffix != ".py":
            yield str(path.relative_to(corpus)), path.read_bytes()


AREAS = {
    "loading": loading,
    "json_sources": json_sources,
    "conditions": conditions,
    "captures": captures,
    "mixed": mixed,
}


def archive(members: Members) -> bytes:
    """The same members give the same bytes. What was packed is stored plain, to be packed with the rest: `unpack`."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members:
            packed_capture = name.endswith(".scap") and data.startswith(b"\x1f\x8b")
            plain = gzip.decompress(data) if repacked(name) or packed_capture else data
            header = tarfile.TarInfo(name)
            header.size = len(plain)
            tar.addfile(header, io.BytesIO(plain))
    return lzma.compress(made.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def repacked(name: str) -> bool:
    """Whether only what is in it counts, not how it was packed (the inputs of `edge-input` are taken as they are)."""
    return name.endswith(".gz") and "edge-input" not in name


def unpack(folder: Path) -> None:
    """Lay all archives out in `folder` as the corpus is."""
    for path in sorted(HERE.glob("*.tar.xz")):
        with tarfile.open(path) as tar:
            for member in tar:
                reader = tar.extractfile(member)
                data = reader.read() if reader else b""
                where = folder / member.name
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_bytes(gzip.compress(data, 1) if repacked(member.name) else data)


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _lines(items: list[dict[str, Any]]) -> bytes:
    """A list as YAML that is one JSON object a line."""
    return "".join(f"- {json.dumps(one)}\n" for one in items).encode()


def main() -> None:
    """Write the archives named on the command line, or all."""
    corpus = Path(sys.argv[1])
    for name in sys.argv[2:] or AREAS:
        packed = archive(AREAS[name](corpus))
        (HERE / f"{name}.tar.xz").write_bytes(packed)
        print(f"{name}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
