"""The generator of many events."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def generate(folder: Path, *words: str) -> tuple[list[dict], list[dict]]:
    subprocess.run([sys.executable, ROOT / "examples/generate.py", folder, *words], check=True, capture_output=True)
    audit = [json.loads(line) for line in (folder / "k8s_audit.jsonl").read_text().splitlines()]
    return audit, json.loads((folder / "aws_cloudtrail.json").read_text())["Records"]


def test_the_same_seed_gives_the_same_events_and_another_one_others(tmp_path: Path) -> None:
    first, again = generate(tmp_path / "a", "--events", "300"), generate(tmp_path / "b", "--events", "300")
    assert first == again
    assert generate(tmp_path / "c", "--events", "300", "--seed", "8") != first


def test_as_many_events_as_asked_in_the_order_of_their_times(tmp_path: Path) -> None:
    audit, trail = generate(tmp_path, "--events", "900")
    assert (len(audit), len(trail)) == (600, 300)
    assert [one["stageTimestamp"] for one in audit] == sorted(one["stageTimestamp"] for one in audit)
    assert [one["eventTime"] for one in trail] == sorted(one["eventTime"] for one in trail)


def test_some_events_are_worth_an_alert_and_most_are_not(tmp_path: Path) -> None:
    audit, _ = generate(tmp_path, "--events", "3000")
    notable = [one for one in audit if "requestObject" in one or one["user"]["username"].startswith("eve")]
    assert 0 < len(notable) < len(audit) / 20
