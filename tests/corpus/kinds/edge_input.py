"""Odd input: broken files, strange open parameters, answers of a service that are none (`edge-input/expected.json`)."""

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC
from pathlib import Path
from typing import Any

from scoring import Score

from engine.errors import SourceError
from engine.fields import resolve
from engine.options import Options
from engine.rendering import jsoncpp
from sources import assemble, catalogs, registry
from sources.base import End, Fault, Idle, Mark, Needs

SOURCES = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail", "okta": "okta"}
ABRIDGED = 1500
"""A longer text is recorded as its hash."""
UNSIGNED = ("evt.rawtime", "evt.datetime")


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score per source."""
    for source in SOURCES:
        expected = json.loads((corpus / source / "edge-input" / "expected.json").read_bytes())
        result = Score(f"edge_input/{source}")
        with tempfile.TemporaryDirectory() as scratch, chdir(scratch):
            _lay_out(source, corpus / source / "edge-input" / "files", Path(scratch))
            for name, answer in expected.items():
                if name not in ("@setup", "@request"):
                    _one(result, source, name, answer, corpus / source / "edge-input" / "files")
        yield result
    yield _follow(corpus / "k8s_audit" / "follow")


BETTER = ("partial-line", "over-max-line")
"""Falco loses a line that is written in two parts, and whatever comes with or after a long one; we do not."""


def _follow(folder: Path) -> Score:
    """Each step on a followed file, and what had come in the end."""
    result = Score("edge_input/k8s_audit follow")
    for name, answer in json.loads((folder / "expected.json").read_bytes()).items():
        if name in BETTER:
            result.waiting += 1
            continue
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "audit.log"
            if answer["file_before_start"] is not None:
                path.write_text(answer["file_before_start"])
            log: list[str] = []
            setting = assemble.Setting(UTC, iter(range(10**9)).__next__, log=lambda _level, text: log.append(text))  # noqa: B023 - used within this turn
            loaded = assemble.Loaded(registry.load("k8saudit"), json.dumps(answer["init_config"]))
            source = assemble.build("k8s_audit", loaded, f"file://{path}", [], setting)
            source.open(Needs(), Mark())
            found = _come(source)
            for step in answer["steps"]:
                _step(path, *step)
                found += _come(source)
            source.close()
        recorded = [event["evt.plugininfo"] for event in answer["events"]]
        result.count(name, [_abridged(one) for one in found], recorded)
    return result


def _abridged(text: str) -> Any:
    data = text.encode()
    return text if len(text) <= ABRIDGED else {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _written(text: Any) -> str:
    """What a step wrote: of long lines the length and the beginning are recorded, the rest is the letter a in key x."""
    if isinstance(text, str):
        return text
    head = (
        '{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"id-1","stage":"ResponseComplete","verb":"get",'
        '"user":{"username":"u1"},"objectRef":{"resource":"pods","name":"p1"},'
        '"stageTimestamp":"2024-05-01T10:00:01.000001Z","x":"'
    )
    return head + "a" * (int(text["bytes"]) - len(head) - 3) + '"}\n'


def _come(source: Any) -> list[str]:
    found = []
    while not isinstance(batch := source.read(), Idle):
        found += [view.plugin_info for view in batch.views(0)]
    return found


def _step(path: Path, action: str, given: Any) -> None:
    text = _written(given)
    if action in ("append", "create"):
        with path.open("a" if action == "append" else "w") as file:
            file.write(text)
    elif action == "truncate":
        path.write_text("")
    elif action == "delete":
        path.unlink()
    elif action == "rename":
        path.rename(path.with_name(text))
    elif action == "replace":
        fresh = path.with_name("fresh")
        fresh.write_text(text)
        fresh.replace(path)


def _one(result: Score, source: str, name: str, answer: dict[str, Any], files: Path) -> None:
    where = _input(source, name, answer, files)
    if where is None:
        result.waiting += 1
        return
    events, failure, log = _run(source, where, answer["events"])
    recorded = [_without_date(line) for line in answer["log"] if "error occurred" not in line and "SIGINT" not in line]
    sentence = next((line.removeprefix("Error: ") for line in recorded if line.startswith("Error: ")), None)
    result.count(f"{source} {name}: the failure", failure, sentence)
    result.count(f"{source} {name}: the events", events, answer["events"])
    if source == "k8s_audit":
        result.count(f"{source} {name}: the log", log, [line for line in recorded if not line.startswith("Error: ")])


def _without_date(line: str) -> str:
    return line.removeprefix("<date> ")


def _input(source: str, name: str, answer: dict[str, Any], files: Path) -> str | None:
    """The open parameters of a situation; None where it needs a way in that is not built yet."""
    if source == "okta":
        bodies = [one["body"] for one in answer["responses"] if one["status"] == 200]
        if (
            answer["exit_code"]
            or name in ("trailing-garbage", "many-130")
            or not all(isinstance(b, str) for b in bodies)
        ):
            return None
        Path("pages.jsonl").write_text("".join(f"{body}\n" for body in bodies), "utf-8")
        return "pages.jsonl"
    if name.startswith("@open:"):
        params = name.removeprefix("@open:")
        if params.startswith("http"):
            return None
        if params.endswith(" (spaces around)"):
            return f"  {params.removesuffix(' (spaces around)')} "
        return "" if params == "(empty)" else params
    if "stored_as" in answer:
        Path(name).write_bytes(gzip.decompress((files / answer["stored_as"]).read_bytes()))
        return name
    return str(files / name)


def _run(source: str, where: str, answers: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str | None, list[str]]:
    """Our events (the recorded fields of them), the sentence of a failure, and the plugin's log."""
    specs = [registry.load(SOURCES[source]), registry.load("json")]
    catalog = catalogs.catalog(source, specs, Options())
    log: list[str] = []
    setting = assemble.Setting(
        UTC, iter(range(10**9)).__next__, strict=source != "okta", log=lambda _level, text: log.append(text)
    )
    loaded = assemble.Loaded(specs[0])
    ours = assemble.build(source, loaded, where, [assemble.Loaded(specs[1])], setting)
    names = list(answers[0]) if answers else ["evt.num"]
    refs = {name: resolve.resolve(catalog, *_parts(name)) for name in names}
    events: list[dict[str, Any]] = []
    try:
        ours.open(Needs(), Mark())
        num = 0
        while not isinstance(batch := ours.read(), End | Fault | Idle):
            for view in batch.views(num):
                num = view.num
                events.append({name: _value(name, view, ref) for name, ref in refs.items()})
    except SourceError as error:
        return events, str(error), log
    return events, batch.sentence if isinstance(batch, Fault) else None, log


def _parts(name: str) -> tuple[str, str | None]:
    stem, bracket, rest = name.partition("[")
    return stem, rest[:-1] if bracket else None


def _value(name: str, view: Any, ref: Any) -> Any:
    if name in UNSIGNED:
        return view.ts_ns
    value = view.extract(ref)
    if not isinstance(value, str):
        return value
    clean = jsoncpp(value)
    if len(clean) <= ABRIDGED:
        return clean
    data = clean.encode()
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


# ------------------------------------------------------------------------------------------ the folders of @setup


def _lay_out(source: str, files: Path, scratch: Path) -> None:
    if source == "k8s_audit":
        _audit_folders(files, scratch)
    elif source == "aws_cloudtrail":
        _cloudtrail_folders(scratch)


def _audit_folders(files: Path, scratch: Path) -> None:
    first = (files / "blank-lines-between.jsonl").read_text().splitlines()[0]

    def event(n: int) -> str:
        return (
            first.replace("-1", f"-{n}")
            .replace('"u1"', f'"u{n}"')
            .replace('"p1"', f'"p{n}"')
            .replace("2024-05-01T10:00:01.000001", f"2024-05-01T10:00:{n:02d}.{n:06d}")
            .replace(f"05-{n}T", "05-01T")
            .replace(f"2024-05-0{n}", "2024-05-01")
        )

    many = scratch / "kd" / "many"
    (many / "sub").mkdir(parents=True)
    (scratch / "kd" / "none").mkdir()
    contents = {
        "b.log": (3000, f"{event(1)}\n{event(2)}\n".encode()),
        "a.json": (1000, f"{event(3)}\n".encode()),
        "c.txt": (2000, f"{event(4)}\n{event(5)[:30]}".encode()),
        "d.gz": (4000, "\x1f\x8b junk".encode()),
        ".hidden": (5000, f"{event(6)}\n".encode()),
        "sub/x.json": (6000, f"{event(9)}\n".encode()),
    }
    for name, (when, data) in contents.items():
        (many / name).write_bytes(data)
        os.utime(many / name, (when, when))


def _cloudtrail_folders(scratch: Path) -> None:
    def event(n: int) -> bytes:
        record = {
            "userIdentity": {"type": "Root", "userName": "r"},
            "eventTime": f"2024-05-01T10:00:0{n}Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": f"E{n}",
            "awsRegion": "r",
            "sourceIPAddress": "i",
            "eventID": f"id-{n}",
            "eventType": "AwsApiCall",
        }
        return json.dumps({"Records": [record]}).encode()

    tree = scratch / "cd" / "tree"
    (tree / "a").mkdir(parents=True)
    for name in ("none", "bare", "one"):
        (scratch / "cd" / name).mkdir()
    (scratch / "cd" / "none" / "x.txt").write_bytes(b"x")
    (scratch / "cd" / "one" / "only.json.gz").write_bytes(gzip.compress(event(8)))
    for name, data in {
        "b.json": event(1),
        "a/z.json": event(2),
        "a/y.json.gz": gzip.compress(event(3)),
        "a/skip.log": event(4),
        "a/skip.gz": event(4),
        "c.JSON": event(4),
        ".hidden.json": event(5),
        "d.json.gz": b"not gzip",
        "e.json": gzip.compress(event(5)),
        "f.json.gz": gzip.compress(event(6))[:-12],
        "g.json.gz": event(4),
        "h.json": event(7),
    }.items():
        (tree / name).write_bytes(data)
