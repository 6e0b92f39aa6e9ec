import os
from datetime import UTC

import pytest

from sources import assemble, registry
from sources.base import End, Idle, Mark, Needs, Resume
from sources.inlets.way import NOTHING, Inlet

K8S = '{"kind":"Event","auditID":"id","stageTimestamp":"2024-05-01T10:00:00Z"}'
TRAIL = '{"eventTime":"2024-05-01T10:00:00Z","eventType":"AwsApiCall","eventName":"x"}'
OKTA = '{"uuid":"u","published":"2024-05-01T10:00:00.000Z"}'
PAYLOADS = {
    "k8saudit": [K8S, K8S],
    "cloudtrail": ['{"Records":[' + TRAIL + ",", TRAIL + "]}"],
    "okta": [OKTA, f"[{OKTA}]"],
    "github": ['{"a":1}', '{"a":2}'],
    "gcpaudit": ['{"a":1}', '[{"a":2}]'],
}


def build(name, params, inlet=NOTHING, **more):
    setting = assemble.Setting(UTC, lambda: 0, inlet=inlet, **more)
    plugin = registry.load(name)
    return assemble.build(plugin.source, assemble.Loaded(plugin), params, [], setting)


def events(source):
    """Everything that comes until it ends or is idle, and which of these it was."""
    found = []
    while not isinstance(batch := source.read(), End | Idle):
        found += [view.payload.decode() for view in batch.views(0)]
    return found, batch


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_log_source_reads_standard_input_to_its_end(name):
    read, write = os.pipe()
    source = build(name, "-", Inlet(read))
    source.open(Needs(), Mark())
    first, second = PAYLOADS[name]
    os.write(write, first.encode() + b"\n")
    early, state = events(source)
    assert isinstance(state, Idle)
    os.write(write, second.encode())
    os.close(write)
    late, state = events(source)
    assert (len(early + late), state) == (2, End())
    assert (source.resume, source.counters()) == (Resume.PRESENT, {})
    source.close()
    os.close(read)


def test_standard_input_that_is_a_plain_file_can_be_read_again(tmp_path):
    path = tmp_path / "x"
    path.write_text(f"{K8S}\n")
    with path.open("rb") as file:
        for _ in range(2):
            source = build("k8saudit", "-", Inlet(file.fileno(), 0))
            source.open(Needs(), Mark())
            assert events(source) == ([K8S], End())
            assert source.resume is Resume.REWIND


def test_with_falcos_flags_a_dash_is_the_name_of_a_file():
    source = build("k8saudit", "-", strict=True)
    with pytest.raises(Exception, match=r"^stat -: no such file or directory$"):
        source.open(Needs(), Mark())


@pytest.mark.parametrize("name", PAYLOADS)
def test_every_log_source_follows_a_file(name, tmp_path):
    path = tmp_path / "log"
    path.write_text("what was there before is not read\n")
    source = build(name, f"file://{path}")
    source.open(Needs(), Mark())
    lines = PAYLOADS[name] if name != "cloudtrail" else [TRAIL, '{"Records":[' + TRAIL + "]}"]
    with path.open("a") as file:
        for line in lines:
            file.write(line + "\n")
    assert len(events(source)[0]) == 2
    assert source.counters() == {}
    source.close()
