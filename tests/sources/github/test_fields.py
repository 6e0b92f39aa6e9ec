import json

import pytest

PUSH = {
    "webhook_type": "push",
    "sender": {"login": "octocat"},
    "repository": {"html_url": "https://github.com/o/r", "private": False, "owner": {"login": "o"}},
    "hook": {"id": 42},
    "head_commit": {"id": "abc"},
    "commits": [{"added": ["a", "b"]}, {"added": ["c"]}, {"removed": ["d"]}],
    "files": [{"name": "f", "matches": [{"desc": "aws", "line": 3}, {"line": 4.5}]}, {"name": "g"}],
    "workflow_miner_detections": {"matches": [{"type": "xmrig"}, {"type": "xmrig"}]},
}


@pytest.fixture
def value(run, tmp_path):
    def ask(payload, name):
        path = tmp_path / "x.jsonl"
        path.write_text(json.dumps(payload) + "\n")
        return run("github", str(path), strict=True).values(name)[0]

    return ask


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("github.type", "push"),
        ("github.action", ""),
        ("github.repo.name", "o/r"),
        ("github.repo.public", "true"),
        ("github.owner", "o"),
        ("github.webhook.id", "42"),
        ("github.commit.added", "a,bc"),
        ("github.commit.modified", ""),
        ("github.diff.has_secrets", "true"),
        ("github.diff.committed_secrets.desc", "aws"),
        ("github.diff.committed_secrets.files", "f,f"),
        ("github.diff.committed_secrets.lines", "3,0"),
        (
            "github.diff.committed_secrets.links",
            "https://github.com/o/r/blob/abc/f/#L3,https://github.com/o/r/blob/abc/f/#L0",
        ),
        ("github.workflow.has_miners", "true"),
        ("github.workflow.miners.type", "xmrig"),
        ("evt.plugininfo", "github push user:octocat repo:https://github.com/o/r"),
    ],
)
def test_fields_of_a_push_are_falcos(value, name, expected):
    assert value(PUSH, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("github.type", ""),
        ("github.webhook.id", "0"),
        ("github.repo.public", "true"),
        ("github.diff.has_secrets", ""),
        ("github.diff.committed_secrets.desc", None),
        ("github.diff.committed_secrets.links", ""),
        ("github.workflow.has_miners", None),
        ("github.workflow.miners.type", None),
    ],
)
def test_what_is_missing_mostly_reads_as_empty(value, name, expected):
    assert value({}, name) == expected


def test_a_payload_that_is_no_json_has_no_fields(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("nope\n")
    ran = run("github", str(path))
    assert ran.values("github.type") == [None]
    assert ran.values("evt.plugininfo")[0].startswith("<invalid JSON: %!s(MISSING)>cannot parse JSON: ")
