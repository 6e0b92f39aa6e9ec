"""From `rules_files`, `-r` and `-V` to the texts of rules files: the engine opens no file itself (falco.md 3.3)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError
from engine.rules.model import RulesFile

NONE_GIVEN = "You must specify at least one rules file/directory via -r or a rules_file entry in falco.yaml"
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The rules files to load, in order, and the folders they came from."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def configured(paths: Iterable[str]) -> list[str]:
    """Those of `rules_files` that exist; the others are passed over silently. `-r` is not asked this way."""
    return [path for path in paths if Path(path).exists()]


def resolve(paths: Sequence[str]) -> Resolved:
    """Folders become the files in them, by name, not deeper; whatever does not end in .yaml or .yml is passed over."""
    files: list[str] = []
    folders: list[str] = []
    for path in paths:
        where = Path(path)
        if where.is_dir():
            folders.append(path)
            # Falco joins with a slash of its own only where there is none.
            prefix = path if path.endswith("/") else f"{path}/"
            files += sorted(
                prefix + entry.name for entry in where.iterdir() if entry.is_file() and _is_yaml(entry.name)
            )
        elif _is_yaml(path):
            files.append(path)
    return Resolved(tuple(files), tuple(folders))


def _is_yaml(name: str) -> bool:
    return name.endswith(_SUFFIXES)


def read(files: Sequence[str]) -> tuple[RulesFile, ...]:
    """The texts. Raises ConfigError for the first that cannot be opened."""
    return tuple(RulesFile(name, _text(name)) for name in files)


def _text(name: str) -> str:
    try:
        return Path(name).read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ConfigError(f"Could not open file {name} for reading") from error


def hashes(files: Sequence[RulesFile]) -> dict[str, str]:
    """SHA-256 of each file's bytes: metrics name them."""
    return {file.name: hashlib.sha256(file.text.encode("utf-8", "surrogateescape")).hexdigest() for file in files}
