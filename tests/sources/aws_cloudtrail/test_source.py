import gzip
import json

import pytest

from engine.errors import SourceError
from sources.base import End, Fault


def events(*names, size=0):
    return json.dumps(
        {
            "Records": [
                {
                    "eventTime": "2024-05-01T10:00:01Z",
                    "eventType": "AwsApiCall",
                    "eventName": name,
                    "pad": "x" * size,
                }
                for name in names
            ]
        }
    ).encode()


def test_a_tree_is_walked_in_lexical_order(run, tmp_path):
    (tmp_path / "a").mkdir()
    for name, data in {
        "b.json": events("3"),
        "a/z.json": events("2"),
        "a/y.json.gz": gzip.compress(events("1")),
        ".hidden.json": events("0"),
        "c.JSON": events("no"),
        "a/skip.log": events("no"),
    }.items():
        (tmp_path / name).write_bytes(data)
    assert run("cloudtrail", str(tmp_path)).values("ct.name") == ["0", "1", "2", "3"]


def test_damaged_archives_give_nothing_and_are_counted(run, tmp_path):
    (tmp_path / "a.json.gz").write_bytes(b"no archive")
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(events("x"))[:-9])
    (tmp_path / "c.json").write_bytes(events("y"))
    ran = run("cloudtrail", str(tmp_path))
    assert ran.values("ct.name") == ["y"]
    assert ran.source.counters()["files that cannot be unpacked"] == 2


def test_records_that_are_no_events_are_counted(run, tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"Records":[{"eventName":"x"},{a}]}')
    ran = run("cloudtrail", str(path))
    assert ran.events == []
    assert ran.source.counters()["records that are no events"] == 2


@pytest.mark.parametrize("strict", [True, False])
def test_a_large_record_ends_the_source_only_where_falcos_would(run, tmp_path, strict):
    (tmp_path / "a.json").write_bytes(events("1"))
    (tmp_path / "b.json").write_bytes(events("2", size=300_000))
    ran = run("cloudtrail", str(tmp_path), strict=strict)
    assert ran.end == (Fault("short write") if strict else End())
    assert ran.values("ct.name") == ([] if strict else ["1", "2"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("", "cloudtrail plugin error: missing input directory argument"),
        ("cd/absent", "cloudtrail plugin error: cannot open cd/absent"),
        ("s3://bucket/x", "s3:// is not available yet: give the path of a file or folder instead"),
        ("sqs://queue", "sqs:// is not available yet: give the path of a file or folder instead"),
    ],
)
def test_bad_open_parameters_are_told(run, params, message):
    with pytest.raises(SourceError) as caught:
        run("cloudtrail", params)
    assert str(caught.value) == message


def test_a_folder_without_json_is_refused(run, tmp_path):
    with pytest.raises(SourceError, match="no json files found in"):
        run("cloudtrail", str(tmp_path))
