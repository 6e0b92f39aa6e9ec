"""`make corpus`: how many of a real Falco's recorded answers are ours too, one line for each kind of question.

The corpus lies beside the repository and is not part of it: without it there is nothing to do. What was reached before
is kept in `scores.json`; a total that shrinks or a score that falls fails, so that an answer once right stays right.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1].parent / "shared" / "corpus"
SCORES = HERE / "scores.json"
KINDS = HERE / "kinds"

sys.path.insert(0, str(HERE))
import evaluators  # noqa: E402 - as below
from scoring import Score  # noqa: E402 - the folder is not a package, and must be found first

Kept = dict[str, dict[str, int]]


def load_kind(path: Path) -> ModuleType:
    """The module of one kind; its name cannot collide with anything else."""
    spec = importlib.util.spec_from_file_location(f"corpus_kind_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def ask(paths: Sequence[Path], corpus: Path, *, full: bool) -> Iterator[tuple[Score, float]]:
    """Every score of these kinds, as soon as it is known, with the seconds it took."""
    for path in paths:
        before = time.monotonic()
        for score in load_kind(path).score(corpus, full=full):
            now = time.monotonic()
            yield score, now - before
            before = now


def line(score: Score, seconds: float) -> str:
    """`conditions/matches      1201 / 1204 (waiting 12)`."""
    waiting = f" (waiting {score.waiting})" if score.waiting else ""
    mark = " " if score.equal == score.total else "*"
    return f"{mark} {score.name:<44}{score.equal:>7} / {score.total}{waiting}   [{seconds:.1f} s]"


def fallen(scores: Sequence[Score], kept: Kept, *, everything: bool) -> list[str]:
    """What is worse than it was, as sentences. Unless every kind was asked, what is missing is not judged."""
    missing = sorted(set(kept) - {score.name for score in scores}) if everything else []
    worse = [f"{name}: it is not asked any more" for name in missing]
    for score in scores:
        before = kept.get(score.name)
        if before is None:
            continue
        if score.total < before["total"]:
            worse.append(f"{score.name}: {score.total} cases were compared, {before['total']} before")
        if score.equal < before["equal"]:
            worse.append(f"{score.name}: {score.equal} answers are equal, {before['equal']} before")
    return worse


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make corpus", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="only these kinds (file names in tests/corpus/kinds)")
    parser.add_argument("--without", metavar="KIND", action="append", default=[], help="all kinds but this one")
    parser.add_argument("--full", action="store_true", help="every case, also those that take minutes")
    parser.add_argument(
        "--misses", nargs="?", type=int, const=10, default=0, metavar="N", help="show N differing cases"
    )
    parser.add_argument("--evaluator", choices=evaluators.NAMES, default="generated", help="which detector answers")
    parser.add_argument("--update", action="store_true", help="keep these scores, also where they are worse")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where the recorded answers are")
    parser.add_argument("--scores", type=Path, default=SCORES, help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="folder", type=Path, default=KINDS, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1: a score fell; 2: an unknown kind."""
    options = arguments(argv)
    evaluators.chosen[0] = options.evaluator
    if not options.corpus.is_dir():
        print(f"There is no corpus at {options.corpus}: nothing is compared.")
        return 0
    available = {path.stem: path for path in sorted(options.folder.glob("*.py"))}
    if unknown := [name for name in options.kinds if name not in available]:
        print(f"unknown kind {', '.join(unknown)}; there are {', '.join(available)}", file=sys.stderr)
        return 2
    paths = [available[name] for name in options.kinds or available if name not in options.without]
    scores = []
    for score, seconds in ask(paths, options.corpus, full=options.full):
        scores.append(score)
        print(line(score, seconds), flush=True)
        for miss in score.misses[: options.misses]:
            print(f"    {miss}".replace("\n", "\n    "))
    return judge(scores, options)


def judge(scores: Sequence[Score], options: argparse.Namespace) -> int:
    """Compare with what is kept; keep what is new or better."""
    everything: dict[str, Kept] = json.loads(options.scores.read_text("utf-8")) if options.scores.exists() else {}
    kept = everything.setdefault("full" if options.full else "quick", {})
    worse = fallen(scores, kept, everything=not options.kinds and not options.without)
    equal, total = sum(score.equal for score in scores), sum(score.total for score in scores)
    print(f"{equal} of {total} answers are equal, {sum(score.waiting for score in scores)} wait for later work")
    if worse and not options.update:
        print("\n".join(["worse than before:", *worse]), file=sys.stderr)
        return 1
    if options.update:
        if not options.kinds and not options.without:
            kept.clear()
        kept.update({score.name: {"equal": score.equal, "total": score.total} for score in scores})
        everything = {mode: dict(sorted(part.items())) for mode, part in sorted(everything.items())}
        options.scores.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
