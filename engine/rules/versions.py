"""Versions that rules ask for: of the engine, and of plugins (falco.md 4.2, 4.3)."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.rules.collection import Requirement

_SEMVER = re.compile(r"\s*([+-]?\d+)\.\s*([+-]?\d+)\.\s*([+-]?\d+)")
_WRAP = 1 << 32


class Version(NamedTuple):
    """`major.minor.patch`."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """As messages print it."""
        return f"{self.major}.{self.minor}.{self.patch}"

    def meets(self, required: "Version") -> bool:
        """Whether something of this version may be used where `required` is asked for."""
        return self.major == required.major and self >= required


def parse_version(text: str) -> Version | None:
    """The version at the start of `text`, read as C's scanf reads it; what follows it is ignored."""
    found = _SEMVER.match(text)
    if found is None:
        return None
    return Version(*(int(part) % _WRAP for part in found.groups()))


def unmet_requirement(required: Sequence[tuple[Requirement, ...]], loaded: Mapping[str, str]) -> str:
    """Falco's sentence about the first requirement that the loaded plugins (name to version) do not meet; or empty."""
    for alternatives in required:
        problem = _unmet(alternatives, loaded)
        if problem:
            return problem
    return ""


def _unmet(alternatives: tuple[Requirement, ...], loaded: Mapping[str, str]) -> str:
    """The first alternative whose plugin is loaded decides."""
    for wanted in alternatives:
        actual = loaded.get(wanted.name)
        if actual is None:
            continue
        version, required = parse_version(actual), parse_version(wanted.version)
        if version is None:
            return f"Plugin '{wanted.name}' has invalid version string '{actual}'"
        if required is None or not version.meets(required):
            return (
                f"Plugin '{wanted.name}' version '{actual}' is not compatible with "
                f"required plugin version '{wanted.version}'"
            )
        return ""
    names = ", ".join(f"{one.name} (>= {one.version})" for one in alternatives)
    return f"Plugin requirement not satisfied, must load one of: {names}"
