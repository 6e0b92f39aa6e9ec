import os
from datetime import UTC
from pathlib import Path

import pytest

from engine.errors import SourceError
from sources import assemble, registry
from sources.base import End, Fault, Idle, Mark, Needs, Resume


def line(n, extra=""):
    return f'{{"kind":"Event","auditID":"id-{n}",{extra}"stageTimestamp":"2024-05-01T10:00:0{n}Z"}}\n'


def test_a_file_is_read_once_and_its_bad_lines_are_counted(run, tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text(line(1) + "\nnonsense\n" + line(2))
    ran = run("k8saudit", f"  {path} ")
    assert ran.values("ka.auditid") == ["id-1", "id-2"]
    assert ran.values("evt.plugininfo") == [line(1).strip(), line(2).strip()]
    assert (ran.end, ran.source.resume) == (End(), Resume.REWIND)
    assert ran.source.counters()["lines that are no JSON"] == 1
    assert ran.log[0].startswith("[k8saudit] cannot parse JSON: unexpected value found")
    done, total = ran.source.position()
    assert done == total == path.stat().st_size


def test_the_files_of_a_folder_come_in_order_of_modification(run, tmp_path):
    for name, when, text in (("a", 300, line(3)), ("b", 100, line(1).strip()), (".c", 200, line(2))):
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, (when, when))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "d").write_text(line(4))
    assert run("k8saudit", str(tmp_path)).values("ka.auditid") == ["id-1", "id-2", "id-3"]


def test_an_empty_folder_ends_at_once(run, tmp_path):
    assert run("k8saudit", str(tmp_path)).end == End()


def test_batches_follow_the_limit_across_lines(tmp_path):
    path = tmp_path / "x"
    path.write_text("".join(line(n) for n in range(1, 6)))
    setting = assemble.Setting(UTC, lambda: 0, batch_events=2)
    source = assemble.build("k8s_audit", assemble.Loaded(registry.load("k8saudit")), str(path), [], setting)
    source.open(Needs(), Mark())
    sizes = []
    while not isinstance(batch := source.read(), End):
        sizes.append(len(list(batch.views(0))))
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("", "stat : no such file or directory"),
        ("kd/absent", "stat kd/absent: no such file or directory"),
        ("ftp://x/y", 'scheme "ftp" is not supported'),
        ("%zz", 'parse "%zz": invalid URL escape "%zz"'),
    ],
)
def test_bad_open_parameters_are_told_in_the_plugins_words(run, params, message):
    with pytest.raises(SourceError) as caught:
        run("k8saudit", params)
    assert str(caught.value) == message


@pytest.mark.parametrize("strict", [True, False])
def test_a_line_too_long_for_falco_ends_only_a_strict_source(run, tmp_path, strict):
    path = tmp_path / "x"
    long = line(2, f'"x":"{"y" * 65536}",')
    path.write_text(line(1) + long + line(3))
    ran = run("k8saudit", str(path), strict=strict)
    if strict:
        assert ran.end == Fault("bufio.Scanner: token too long")
        assert ran.values("ka.auditid") == []  # it was in the same batch
    else:
        assert ran.end == End()
        assert ran.values("ka.auditid") == ["id-1", "id-2", "id-3"]


def test_events_over_the_configured_size_are_skipped_and_counted(run, tmp_path):
    path = tmp_path / "x"
    path.write_text(line(1) + line(2, '"x":"' + "y" * 100 + '",'))
    ran = run("k8saudit", str(path), init='{"maxEventSize": 100}')
    assert ran.values("ka.auditid") == ["id-1"]
    assert ran.source.counters()["events larger than maxEventSize"] == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(run, tmp_path):
    path = Path(tmp_path / "x")
    path.write_text(line(1))
    path.chmod(0)
    assert isinstance(run("k8saudit", str(path)).end, Fault)


def follow(path):
    """A followed file, and a function that gives what has come since."""
    setting = assemble.Setting(UTC, lambda: 0)
    source = assemble.build("k8s_audit", assemble.Loaded(registry.load("k8saudit")), f"file://{path}", [], setting)
    source.open(Needs(), Mark())

    def come():
        found = []
        while not isinstance(batch := source.read(), Idle):
            found += [view.payload.decode() for view in batch.views(0)]
        return found

    return source, come


def test_a_followed_file_is_read_from_its_end_on(tmp_path):
    path = tmp_path / "audit.log"
    path.write_text(line(1))
    source, come = follow(path)
    assert (come(), source.resume) == ([], Resume.POSITION)
    with path.open("a") as file:
        file.write(line(2) + line(3)[:20])
        file.flush()
        assert come() == [line(2).strip()]
        file.write(line(3)[20:])
        file.flush()
        assert come() == [line(3).strip()]
    source.close()


def test_a_followed_file_may_be_bad_in_places(tmp_path):
    path = tmp_path / "audit.log"
    path.write_text("")
    source, come = follow(path)
    path.write_text("junk\n" + line(1))
    assert come() == [line(1).strip()]
    assert source.counters() == {"lines that are no JSON": 1}
    source.close()


def test_a_followed_file_in_no_folder_cannot_be_opened(tmp_path):
    with pytest.raises(SourceError, match="no such file or directory"):
        follow(tmp_path / "none" / "audit.log")
