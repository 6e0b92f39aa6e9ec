"""Versions that rules ask for."""

import pytest

from engine.rules.collection import Requirement
from engine.rules.versions import Version, parse_version, unmet_requirement


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.2.3", (1, 2, 3)),
        (" 0.63.0-rc1", (0, 63, 0)),
        ("1.2", None),
        ("v1.2.3", None),
        ("", None),
        ("01.2.3", (1, 2, 3)),
    ],
)
def test_a_version_is_read_as_scanf_reads_it(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


def test_a_version_meets_older_ones_of_its_major() -> None:
    assert Version(1, 2, 3).meets(Version(1, 2, 0))
    assert not Version(1, 2, 3).meets(Version(1, 3, 0))
    assert not Version(2, 0, 0).meets(Version(1, 0, 0))


def test_the_first_loaded_alternative_decides() -> None:
    wanted = (Requirement("a", "2.0.0"), Requirement("b", "1.0.0"))
    assert unmet_requirement([wanted], {"b": "1.1.0"}) == ""
    assert unmet_requirement([wanted], {"a": "1.0.0", "b": "1.1.0"}) == (
        "Plugin 'a' version '1.0.0' is not compatible with required plugin version '2.0.0'"
    )
    assert unmet_requirement([wanted], {}) == (
        "Plugin requirement not satisfied, must load one of: a (>= 2.0.0), b (>= 1.0.0)"
    )
    assert unmet_requirement([wanted], {"a": "x"}) == "Plugin 'a' has invalid version string 'x'"
