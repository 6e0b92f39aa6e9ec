"""Rows are the exact way: whatever the lines look like, the same alerts, the same counts, the same fields."""

import json
import os
import random
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.detector import Match, Progress
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.generated import GeneratedDetector
from engine.options import Options
from engine.rules import load
from engine.rules.model import Ruleset, RulesFile
from sources import assemble, catalogs, registry, rows
from sources.base import End, Fault, Mark
from sources.drive import needs_of
from sources.view import PluginView

pytestmark = pytest.mark.skipif(rows.native is None, reason="sources/_rows was not compiled here")

ROUNDS = int(os.environ.get("ROUNDS", "40"))
PLUGINS = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail"}
STAMP = "2026-03-02T10:00:00.123456Z"
CONTAINER = {"name": "c", "image": "registry/x:1", "securityContext": {"privileged": True}, "args": ["a", "b"]}
AUDIT: dict[str, Any] = {
    "kind": "Event",
    "auditID": "one",
    "stage": "ResponseComplete",
    "verb": "create",
    "requestURI": "/api/v1/pods?command=sh&x=%41",
    "user": {"username": 'al"ice\né', "groups": ["g", "h"]},
    "objectRef": {"resource": "pods", "name": "p", "namespace": "n"},
    "responseStatus": {"code": 201},
    "stageTimestamp": STAMP,
    "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": 'RBAC "x"'},
    "requestObject": {
        "data": {"key": "password"},
        "spec": {"containers": [CONTAINER, CONTAINER], "volumes": [{"name": "v", "hostPath": {"path": "/etc"}}], "hostNetwork": True},
        "subjects": [{"kind": "User", "name": "bob"}],
        "roleRef": {"name": "cluster-admin"},
        "rules": [{"verbs": ["get"], "resources": ["*"]}],
    },
    "responseObject": {"metadata": {"name": "p-1"}},
}  # fmt: skip
RECORD: dict[str, Any] = {
    "eventTime": "2026-03-02T10:00:00Z",
    "eventType": "AwsApiCall",
    "eventName": "CreateUser",
    "eventSource": "iam.amazonaws.com",
    "awsRegion": "eu-west-1",
    "readOnly": False,
    "userIdentity": {"type": "AssumedRole", "arn": "a/b/c", "sessionContext": {"sessionIssuer": {"userName": "op"}}},
    "requestParameters": {"userName": "mallory", "bucketName": "b", "key": 7},
    "responseElements": {"ConsoleLogin": "Success"},
    "resources": [{"ARN": "x"}],
}
EVENTS = {"k8s_audit": AUDIT, "aws_cloudtrail": RECORD}
RAW = (
    b"null", b"true", b"0", b"-1.50e3", b"01", b'""', b'"x"', b'"\\u0041\\n"', b'"a\\u0000b"', b'"\xe9"', b'"\xc3\xa9"', b"{}", b"[]",
    b'{"username":"in","username":"out"}', b'[{"name":"p"}]', b'{"a":{"b":[1,2]}}', b"NaN", b"tru", b'"\\x"', b'"', b"[1,]", b'"pods"',
)  # fmt: skip


def mutated(line: bytes, random_: random.Random) -> bytes:
    """A line with something changed in it, at the level of bytes."""
    for _ in range(random_.choice((0, 1, 1, 2, 3))):
        at = random_.randrange(len(line)) if line else 0
        colons = [place for place in range(len(line)) if line[place : place + 1] == b":"]
        match random_.randrange(8):
            case 0:
                line = line[:at] + bytes([random_.choice(b'"\\{}[]:, \x00\xe9ax0')]) + line[at + 1 :]
            case 1:
                line = line[:at] + line[at + random_.randrange(1, 4) :]
            case 2 | 3 if colons:
                place = random_.choice(colons) + 1
                line = line[:place] + random_.choice(RAW) + b',"filler":' + line[place:]
            case 4:
                key = random_.choice(
                    (b"verb", b"user", b"kind", b"stage", b"objectRef", b"eventName", b"userIdentity", b"ver\\u0062")
                )
                line = line.replace(b"{", b'{"' + key + b'":' + random_.choice(RAW) + b",", 1)
            case 5:
                line = line[:-1] + b',"verb":' + random_.choice(RAW) + b',"eventName":' + random_.choice(RAW) + b"}"
            case 6:
                line = (
                    random_.choice((b" ", b"\t", b""))
                    + line.replace(b":", b" : ")
                    + random_.choice((b"\r", b" ", b"x", b""))
                )
            case _:
                line = b"[" * random_.choice((1, 3, 320)) + line + b"]" * random_.choice((1, 3, 320))
    return line.replace(b"\n", b" ")


NUMBERS = {"evt.num", "s3.bytes", "s3.bytes.in", "s3.bytes.out", "s3.cnt.get", "s3.cnt.put", "s3.cnt.other"}
"""Fields that are no texts."""


def rules_of(source: str, names: list[str], random_: random.Random) -> str:
    """Some rules over fields of a source; every field is shown by one of them."""
    made = []
    for at in range(8):
        left = random_.choice(names)
        texts = ("{} in (create, pods, CreateUser, true)", "{} intersects (a, /etc, g, x)", "not {} in (create)")
        test = random_.choice(("{} exists", "not {} exists", "evt.num >= 0", *(() if left in NUMBERS else texts)))
        test = test.format(left)
        shown = " ".join(f"%{name}" for name in random_.sample(names, 6))
        made.append(
            {
                "rule": f"r{at}",
                "desc": "d",
                "source": source,
                "priority": "WARNING",
                "condition": test,
                "output": f"o {shown}",
            }
        )
    return json.dumps(made)


def fields(source: str) -> list[str]:
    """Every field of a source, as it may be written."""
    spec = registry.load(PLUGINS[source])
    names = []
    for one in (one for group in spec.fields for one in group.fields):
        names.append(f"{one.name}[command]" if one.argument.required else one.name)
        if one.argument.index and not one.argument.required:
            names.append(f"{one.name}[1]")
    pointers = ("/verb", "/user/username", "/requestObject/spec/containers/0/name", "/eventName", "/userIdentity")
    return [*names, *(f"json.value[{pointer}]" for pointer in pointers), "jevt.rawtime", "evt.num", "evt.time"]


def ruleset(source: str, text: str, options: Options) -> Ruleset:
    specs = [registry.load(PLUGINS[source]), registry.load("json")]
    loaded = load.load([RulesFile("r.yaml", text)], {source: catalogs.catalog(source, specs, options)}, options)
    assert loaded.ok, loaded.reports
    return loaded.rulesets[source]


def answers(
    source: str, path: Path, detector: Any, *, strict: bool, size: int, limit_ns: int | None = None
) -> tuple[list, Any, dict, int]:
    """What a detector makes of a file."""
    plugin, extractor = registry.load(PLUGINS[source]), registry.load("json")
    setting = assemble.Setting(UTC, lambda: 0, hostname="here", batch_events=size, strict=strict)
    made = assemble.build(source, assemble.Loaded(plugin), str(path), [assemble.Loaded(extractor)], setting)
    found: list[tuple] = []
    progress = Progress(limit_ns=limit_ns)

    def sink(match: Match, view: Any) -> None:
        assert view.num == match.num == progress.num
        found.append((match.num, match.k, match.ts_ns, match.rule.name, match.line))

    made.open(needs_of(detector), Mark())
    while not isinstance(batch := made.read(), End | Fault):
        detector.scan(batch, progress, sink)
    made.close()
    return (
        found,
        batch,
        dict(made.counters()),
        (progress.num, progress.events, progress.first_ts_ns, progress.last_ts_ns),
    )


def generated(source: str, rules: Ruleset) -> GeneratedDetector:
    return GeneratedDetector(rules, registry.load(PLUGINS[source]).layout())


def written(source: str, lines: list[bytes], folder: Path) -> Path:
    path = folder / "events.json"
    path.write_bytes(b"\n".join(lines) if source == "k8s_audit" else b'{"Records":[' + b",".join(lines) + b"]}")
    return path


@pytest.mark.parametrize("source", PLUGINS)
@settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), strict=st.booleans(), match_all=st.booleans(), as_json=st.booleans())
def test_mutated_lines_give_the_same_alerts_and_counts(
    source: str, seed: int, strict: bool, match_all: bool, as_json: bool, tmp_path: Path
) -> None:
    random_ = random.Random(seed)
    plain = json.dumps(EVENTS[source], separators=(",", ":"), ensure_ascii=random_.random() < 0.5).encode()
    path = written(source, [mutated(plain, random_) for _ in range(24)], tmp_path)
    rules = ruleset(source, rules_of(source, fields(source), random_), Options(json=as_json, match_all=match_all))
    made = generated(source, rules)
    assert answers(source, path, made, strict=strict, size=5) == answers(
        source, path, ReferenceDetector(rules), strict=strict, size=5
    )


@pytest.mark.parametrize("source", PLUGINS)
def test_every_field_of_a_row_is_that_of_the_exact_view(source: str, tmp_path: Path) -> None:
    names = fields(source)
    text = json.dumps([
        {"rule": "all", "desc": "d", "source": source, "priority": "INFO", "condition": "evt.num > 0", "output": "x " + " ".join(f"%{name}" for name in names)}
    ])  # fmt: skip
    rules = ruleset(source, text, Options())
    made = generated(source, rules)
    seen = 0

    def compare(match: Match, view: Any) -> None:
        nonlocal seen
        record = view[0].record(view[2])
        exact = PluginView(view[0].kit, match.num, record)
        assert [view.extract(ref) for ref in rules.needs] == [exact.extract(ref) for ref in rules.needs]
        seen += 1

    plain = json.dumps(EVENTS[source], separators=(",", ":")).encode()
    plugin, extractor = registry.load(PLUGINS[source]), registry.load("json")
    opened = assemble.build(
        source, assemble.Loaded(plugin), str(written(source, [plain] * 3, tmp_path)), [assemble.Loaded(extractor)],
        assemble.Setting(UTC, lambda: 0),
    )  # fmt: skip
    opened.open(needs_of(made), Mark())
    while not isinstance(batch := opened.read(), End | Fault):
        made.scan(batch, Progress(), compare)
    assert seen == 3
    assert made.rows == 3
    assert made.others == 0


def test_the_first_of_repeated_keys_counts_in_rows(tmp_path: Path) -> None:
    line = b'{"kind":"Event","auditID":"1","stageTimestamp":"2026-03-02T10:00:00Z","verb":"delete","verb":"get"}'
    rule = [
        {
            "rule": "r",
            "desc": "d",
            "source": "k8s_audit",
            "priority": "INFO",
            "condition": "ka.verb = delete",
            "output": "o %ka.verb",
        }
    ]
    rules = ruleset("k8s_audit", json.dumps(rule), Options())
    made = generated("k8s_audit", rules)
    found, *_ = answers("k8s_audit", written("k8s_audit", [line], tmp_path), made, strict=False, size=8)
    assert [one[-1] for one in found] == [b"10:00:00.000000000: Informational o delete"]
    assert made.rows == 1


def test_a_line_of_a_limit_ends_a_strict_source_after_the_lines_before_it(tmp_path: Path) -> None:
    plain = json.dumps(AUDIT).encode()
    path = written("k8s_audit", [plain] * 200 + [b" " * 70_000 + plain] + [plain] * 3, tmp_path)
    text = json.dumps(
        [
            {
                "rule": "r",
                "desc": "d",
                "source": "k8s_audit",
                "priority": "INFO",
                "condition": "evt.num > 0",
                "output": "x",
            }
        ]
    )
    rules = ruleset("k8s_audit", text, Options())
    expected = answers("k8s_audit", path, ReferenceDetector(rules), strict=True, size=512)
    assert answers("k8s_audit", path, generated("k8s_audit", rules), strict=True, size=512) == expected
    assert expected[1] == Fault("bufio.Scanner: token too long")


def test_rules_that_change_between_batches_find_their_own_rows(tmp_path: Path) -> None:
    path = written("k8s_audit", [json.dumps(AUDIT).encode()] * 20, tmp_path)
    texts = [
        json.dumps([{"rule": "r", "desc": "d", "source": "k8s_audit", "priority": "INFO", "condition": f"{name} exists", "output": f"x %{name}"}])
        for name in ("ka.verb", "ka.target.name")
    ]  # fmt: skip
    first, second = (generated("k8s_audit", ruleset("k8s_audit", text, Options())) for text in texts)
    source = assemble.build(
        "k8s_audit",
        assemble.Loaded(registry.load("k8saudit")),
        str(path),
        [],
        assemble.Setting(UTC, lambda: 0, batch_events=8),
    )
    found: list[bytes] = []
    progress = Progress()
    source.open(needs_of(first), Mark())
    first.scan(source.read(), progress, lambda match, _: found.append(match.line))
    source.rebind(needs_of(second))
    while not isinstance(batch := source.read(), End):
        second.scan(batch, progress, lambda match, _: found.append(match.line))
    assert [line.rpartition(b" ")[2] for line in found] == [b"create"] * 8 + [b"p"] * 12
    assert first.rows == 8
    assert second.rows == 12


@pytest.mark.parametrize("limit_s", [0, 3, 7, 100])
def test_a_limit_of_time_ends_rows_at_the_same_event(limit_s: int, tmp_path: Path) -> None:
    lines = [
        json.dumps(AUDIT | {"stageTimestamp": f"2026-03-02T10:00:{at:02d}Z"}).encode()
        for at in (5, 6, 3, 7, 8, 12, 9, 20)
    ]
    text = json.dumps(
        [
            {
                "rule": "r",
                "desc": "d",
                "source": "k8s_audit",
                "priority": "INFO",
                "condition": "evt.num > 0",
                "output": "x",
            }
        ]
    )
    rules = ruleset("k8s_audit", text, Options())
    path = written("k8s_audit", lines, tmp_path)
    ways = {"strict": False, "size": 3, "limit_ns": limit_s * 10**9}
    made = generated("k8s_audit", rules)
    assert answers("k8s_audit", path, made, **ways) == answers("k8s_audit", path, ReferenceDetector(rules), **ways)
    assert made.rows
