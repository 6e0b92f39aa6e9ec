"""Everybody's clone answers as a real Falco did: the packed part of the corpus, one kind of question at a time.

`make corpus` asks the same of the whole corpus. `scores.json` says what was reached; none may fall, no total shrink.
"""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SCORE = HERE.parent / "corpus" / "score.py"
ELSEWHERE = {"alerts", "sysalerts", "selection"}
"""Kinds that need Falco's own rules, and one with tests of its own (tests/selection)."""
SLOW = {"conditions", "sysfields"}
"""Kinds of which a part is asked here; `make corpus` asks the rest."""
KINDS = sorted(path.stem for path in (HERE.parent / "corpus" / "kinds").glob("*.py") if path.stem not in ELSEWHERE)

sys.path.insert(0, str(HERE))
import pack  # noqa: E402 - the folder is not a package, and must be found first


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    pack.unpack(folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_our_answers_are_those_of_a_real_falco(kind: str, corpus: Path) -> None:
    asked = subprocess.run(
        [
            *(sys.executable, SCORE, *([] if kind in SLOW else ["--full"]), "--misses", "5", kind),
            *("--corpus", corpus, "--scores", HERE / "scores.json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_an_archive_is_made_of_its_members_alone() -> None:
    members = [("a/x.txt", b"one"), ("a/y.json.gz", pack.gzip.compress(b"two", mtime=1))]
    again = [("a/x.txt", b"one"), ("a/y.json.gz", pack.gzip.compress(b"two", 1, mtime=2))]
    assert pack.archive(iter(members)) == pack.archive(iter(again))


def test_all_archives_together_are_small() -> None:
    assert sum(path.stat().st_size for path in HERE.glob("*.tar.xz")) < 10_000_000
