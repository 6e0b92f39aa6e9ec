"""The judge of `make corpus`: it prints one line for each kind, and notices what became worse."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCORE = Path(__file__).resolve().with_name("score.py")

KIND = """
from scoring import Score

def score(corpus, *, full=True):
    answers = (corpus / "answers").read_text().split()
    one = Score("toy", waiting=2)
    for number, answer in enumerate(answers if full else answers[:2]):
        one.count(f"case {number}", answer, "yes")
    yield one
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds/toy.py").write_text(KIND)
    return tmp_path


def run(folder: Path, answers: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "answers").write_text(answers)
    where = ["--corpus", folder, "--from", folder / "kinds", "--scores", folder / "scores.json"]
    return subprocess.run(
        [sys.executable, SCORE, *where, *options], capture_output=True, text=True, check=False
    )  # fmt: skip


def test_a_kind_is_one_line_with_what_is_equal_and_what_waits(folder: Path) -> None:
    out = run(folder, "yes no yes", "--full").stdout
    assert "* toy" in out
    assert "2 / 3 (waiting 2)" in out


def test_quick_and_full_are_kept_apart(folder: Path) -> None:
    run(folder, "yes yes no", "--update")
    run(folder, "yes yes no", "--full", "--update")
    assert json.loads((folder / "scores.json").read_text()) == {
        "full": {"toy": {"equal": 2, "total": 3}},
        "quick": {"toy": {"equal": 2, "total": 2}},
    }


def test_a_score_that_falls_fails(folder: Path) -> None:
    run(folder, "yes yes", "--update")
    worse = run(folder, "yes no")
    assert worse.returncode == 1
    assert "toy: 1 answers are equal, 2 before" in worse.stderr


def test_a_total_that_shrinks_fails_although_every_answer_is_equal(folder: Path) -> None:
    run(folder, "yes no", "--update")
    worse = run(folder, "yes")
    assert worse.returncode == 1
    assert "toy: 1 cases were compared, 2 before" in worse.stderr


def test_a_kind_that_is_gone_fails_unless_only_others_were_asked(folder: Path) -> None:
    run(folder, "yes no", "--update")
    (folder / "kinds/toy.py").rename(folder / "kinds/other.py")
    (folder / "kinds/other.py").write_text(KIND.replace('"toy"', '"other"'))
    assert "toy: it is not asked any more" in run(folder, "yes no").stderr
    assert run(folder, "yes no", "other").returncode == 0


def test_what_is_better_passes_and_is_kept_only_when_asked(folder: Path) -> None:
    run(folder, "yes no", "--update")
    assert run(folder, "yes yes").returncode == 0
    assert json.loads((folder / "scores.json").read_text())["quick"]["toy"]["equal"] == 1


def test_misses_are_shown_with_both_answers(folder: Path) -> None:
    out = run(folder, "yes maybe", "--misses").stdout
    assert "case 1" in out
    assert "'maybe'" in out
    assert "'yes'" in out


def test_an_unknown_kind_is_misuse(folder: Path) -> None:
    assert run(folder, "yes", "toi").returncode == 2


def test_without_a_corpus_nothing_is_compared(folder: Path) -> None:
    missing = subprocess.run(
        [sys.executable, SCORE, "--corpus", folder / "none"], capture_output=True, text=True, check=False
    )
    assert missing.returncode == 0
    assert "nothing is compared" in missing.stdout
