"""What `-L` says of rules: `describe` of every loading case, and of the official rules, with their table."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring import Score

from engine.fields.catalog import Catalog
from engine.options import Options
from engine.rules import describe, load
from engine.rules.model import Loaded, RulesFile
from sources import catalogs, registry
from sources.spec import Capability, PluginSpec

LOADED = ("container", "k8saudit", "json", "dummy")
"""The plugins that were loaded for the loading cases."""
ASYNC_NAMES = frozenset({"container", "container_removed"})


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score for the cases, two for the official rules."""
    yield cases(corpus / "loading", full=full)
    yield from official(corpus / "rules", full=full)


def cases(folder: Path, *, full: bool) -> Score:
    """Each situation in a rules file."""
    result = Score("describe/loading")
    setting = Setting([registry.load(name) for name in LOADED])
    expected = sorted(folder.glob("*/*.expected.json"))
    for path in expected if full else expected[::20]:
        recorded = json.loads(path.read_text(encoding="utf-8"))
        if recorded["load_exit_code"] < 0:
            continue  # Falco crashed: that is no answer
        stem = path.name.removesuffix(".expected.json")
        files = case_files(path.parent / stem)
        case = f"{path.parent.name}/{stem}"
        if files is None:
            continue
        compare(result, case, setting.describe(files), recorded["describe"])
    return result


def case_files(place: Path) -> list[RulesFile] | None:
    """The files of a case, under the names they had; None if one of them is not there."""
    if place.is_dir():
        paths = sorted(place.glob("*.yaml"))
        return None if place.name == "missing-file" else [rules_file(path, path.name) for path in paths]
    return [rules_file(place.parent / f"{place.name}.yaml", "rules.yaml")]


def rules_file(path: Path, name: str) -> RulesFile:
    """One file as the engine takes it."""
    return RulesFile(name, path.read_bytes().decode("utf-8", "surrogateescape"))


class Setting:
    """The plugins that are loaded."""

    def __init__(self, specs: Sequence[PluginSpec]) -> None:
        sources = ["syscall", *dict.fromkeys(spec.produces for spec in specs if spec.produces)]
        self.catalogs: Mapping[str, Catalog] = {
            name: catalogs.catalog(name, list(specs), Options()) for name in sources
        }
        self.versions = {spec.name: spec.version for spec in specs}
        self.plugins = [known(spec) for spec in specs]

    def load(self, files: Sequence[RulesFile]) -> Loaded:
        """Load as `-L` does."""
        return load.load(files, self.catalogs, Options(), plugins=self.versions)

    def describe(self, files: Sequence[RulesFile]) -> dict[str, Any] | None:
        """What `-L` prints, None where it fails."""
        loaded = self.load(files)
        if not loaded.ok:
            return None
        try:
            described: dict[str, Any] = json.loads(describe.as_json(describe.describe(loaded, self.plugins)))
        except describe.DescribeError:
            return None
        return described


def known(spec: PluginSpec) -> describe.Plugin:
    """What rules can use of a plugin."""
    sends = Capability.ASYNC in spec.capabilities
    return describe.Plugin(
        name=spec.name,
        source=spec.produces,
        fields=frozenset(field.name for group in spec.fields for field in group.fields),
        extract_sources=spec.extract_sources,
        async_names=ASYNC_NAMES if sends else frozenset(),
        async_sources=("syscall",) if sends else (),
    )


def compare(result: Score, case: str, ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> None:
    """Lists inside details have no order."""
    ours, theirs = unordered(ours), unordered(theirs)
    if ours is not None and theirs is not None and ours != theirs:
        left, right = flat(ours), flat(theirs)
        ours = {key: value for key, value in left.items() if right.get(key, ...) != value}
        theirs = {key: value for key, value in right.items() if left.get(key, ...) != value}
    result.count(case, ours, theirs)


def unordered(value: Any) -> Any:
    """The answer with the lists of its details sorted."""
    if isinstance(value, list):
        return [unordered(one) for one in value]
    if isinstance(value, dict):
        return {
            key: {name: sorted(one) if isinstance(one, list) else one for name, one in inner.items()}
            if key == "details"
            else unordered(inner)
            for key, inner in value.items()
        }
    return value


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every leaf by its path."""
    if isinstance(value, dict) and value:
        return {name: leaf for key, inner in value.items() for name, leaf in flat(inner, f"{path}/{key}").items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {name: leaf for at, inner in enumerate(value) for name, leaf in flat(inner, f"{path}/{at}").items()}
    return {path: value}


def official(folder: Path, *, full: bool) -> Iterator[Score]:
    """The official rules of each source."""
    described, listed = Score("describe/rules"), Score("describe/list_text")
    for path in sorted((folder / "expected").glob("*/*.json.gz")):
        recorded = json.loads(gzip.decompress(path.read_bytes()))
        source = path.parent.name
        if not full and source == "syscall":
            continue
        try:
            setting = Setting([registry.load(name) for name in recorded["plugins"]])
        except KeyError:
            described.waiting += 1
            listed.waiting += 1
            continue
        files = [rules_file(folder / source / name, name) for name in recorded["files"]]
        compare(described, path.name, setting.describe(files), recorded["describe"])
        loaded = setting.load(files)
        listed.count(path.name, describe.table(loaded.rules) if loaded.ok else None, recorded["list_text"])
    yield described
    yield listed
