"""Pack the recorded situations of loading rules (written for this purpose) into loading.json.gz, beside this script.

Run where the recordings are: `python tests/conformance/pack.py ../shared/corpus`. Situations that ended Falco itself
are left out: there is nothing to be equal to.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

PACKED = Path(__file__).with_name("loading.json.gz")


def files_of(case: Path) -> list[list[str]]:
    """Names and texts; bytes that are no UTF-8 become surrogates."""
    paths = sorted(case.iterdir()) if case.is_dir() else [case]
    names = [path.name if case.is_dir() else "rules.yaml" for path in paths]
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in paths]
    return [list(pair) for pair in zip(names, texts, strict=True)]


def packed(corpus: Path) -> list[dict[str, Any]]:
    """Every situation: its files, whether they are valid, and what `-V` printed as text and as JSON."""
    cases = []
    for path in sorted((corpus / "loading").glob("*/*.expected.json")):
        recorded = json.loads(path.read_text())
        folder = path.with_name(path.name.removesuffix(".expected.json"))
        case = folder if folder.is_dir() else folder.with_name(f"{folder.name}.yaml")
        died = recorded["validate_exit_code"] < 0 or any("Runtime error" in line for line in recorded["validate_log"])
        if died or case.name == "missing-file":
            continue
        cases.append(
            {
                "name": recorded["name"],
                "files": files_of(case),
                "valid": recorded["validate_exit_code"] == 0,
                "text": recorded["validate_text"],
                "json": recorded["validate"],
            }
        )
    return cases


def main() -> None:
    """Write the file; the same input gives the same bytes."""
    corpus = Path(sys.argv[1])
    text = json.dumps(packed(corpus), separators=(",", ":"), sort_keys=True)
    PACKED.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
