import gzip

import pytest

from engine.errors import SourceError
from sources.base import End, Fault


def test_one_line_is_one_payload_and_arrays_are_several(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"action":"a"}\n\n[{"action":"b"}, {"action":"c"}]\n')
    assert run("github", str(path)).values("github.action") == ["a", "b", "c"]


def test_strictly_a_line_is_a_payload_whatever_it_is(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('[{"action":"b"}]\nnot json\n')
    ran = run("github", str(path), strict=True)
    assert [view.payload for view in ran.events] == [b'[{"action":"b"}]', b"not json"]


def test_folders_are_read_in_order_and_unpacked(run, tmp_path):
    (tmp_path / "b.jsonl").write_text('{"action":"2"}\n')
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"action":"1"}\n'))
    assert run("github", str(tmp_path)).values("github.action") == ["1", "2"]


def test_a_broken_array_is_counted(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('[{"action":"b"}\n{"action":"c"}\n')
    ran = run("github", str(path))
    assert ran.values("github.action") == ["c"]
    assert ran.source.counters()["payloads that are no JSON"] == 1


@pytest.mark.parametrize("strict", [True, False])
def test_a_large_payload_ends_the_source_only_where_falcos_would(run, tmp_path, strict):
    path = tmp_path / "x.jsonl"
    path.write_text('{"action":"' + "x" * 262144 + '"}\n{"action":"c"}\n')
    ran = run("github", str(path), strict=strict)
    assert ran.end == (Fault("short write") if strict else End())
    assert len(ran.events) == (0 if strict else 2)


@pytest.mark.parametrize("name", ["github", "okta", "gcpaudit"])
def test_a_service_that_is_not_available_is_one_clear_sentence(run, name):
    with pytest.raises(SourceError, match="is not available yet: give the path of an existing file or folder"):
        run(name, "projects/x")
    with pytest.raises(SourceError, match="is not available yet"):
        run(name, "")


def test_a_damaged_archive_is_a_fault_behind_its_good_events(run, tmp_path):
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"action":"1"}\n' * 50000)[:-20])
    ran = run("github", str(path))
    assert isinstance(ran.end, Fault)
    assert ran.end.sentence.startswith("read ")
