"""Load many wrong rules files and say what became of them: `make hostile ROUNDS=100000`."""

import resource
import sys
import tarfile
import time
from collections import Counter
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutate import inputs

from engine.diagnostics import Report
from engine.fields.catalog import Catalog
from engine.options import Options
from engine.rules import load, render
from engine.rules.model import Loaded, RulesFile
from sources import catalogs, registry

ARCHIVE = Path(__file__).resolve().parents[1] / "conformance" / "loading.tar.xz"
PLUGINS = ("container", "k8saudit", "json", "dummy")
SOURCES = ("syscall", "k8s_audit", "dummy")


@cache
def texts() -> tuple[str, ...]:
    """The rules files to begin with."""
    with tarfile.open(ARCHIVE) as tar:
        files = {member.name: tar.extractfile(member) for member in tar if member.name.endswith(".yaml")}
        read = [file.read().decode("utf-8", "surrogateescape") for file in files.values() if file]
    return tuple(text for text in read if len(text) < 20_000)


@cache
def catalogue() -> dict[str, Catalog]:
    """Fields of the sources whose rules are loaded."""
    specs = [registry.load(name) for name in PLUGINS]
    return {source: catalogs.catalog(source, specs, Options()) for source in SOURCES}


def loaded(text: str) -> Loaded:
    """Load one text and write the answer in every form."""
    result = load.load([RulesFile("wrong.yaml", text)], catalogue(), Options(), every_file=True)
    render.validation(result.reports)
    render.json_text(result.reports)
    return result


def verdict(report: Report) -> str:
    """`valid`, or the code of the first error."""
    return report.errors[0].code.name if report.errors else "valid"


def main() -> None:
    """Print what became of the inputs; an exception ends it and shows the input."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    verdicts: Counter[str] = Counter()
    slowest = 0.0
    begin = time.monotonic()
    for number, text in enumerate(inputs(texts(), seed, count)):
        before = time.monotonic()
        try:
            verdicts.update(verdict(report) for report in loaded(text).reports)
        except BaseException:
            print(f"seed {seed}, input {number}: {text!r}", file=sys.stderr)
            raise
        slowest = max(slowest, time.monotonic() - before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{count:,} wrong rules files in {time.monotonic() - begin:.0f} s, slowest {slowest * 1000:.0f} ms, {peak} MB"
    )
    for name, number in verdicts.most_common():
        print(f"{number:>9,} {name}")


if __name__ == "__main__":
    main()
