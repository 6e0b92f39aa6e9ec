"""The time zone's name."""

import pytest

from supervisor import localzone


@pytest.mark.parametrize("given", ["UTC", "Europe/Berlin", ":America/New_York"])
def test_a_zone_in_tz_is_taken(given: str) -> None:
    assert localzone.name({"TZ": given}) == given.removeprefix(":")


def test_a_zone_that_nobody_knows_becomes_an_offset() -> None:
    assert localzone.name({"TZ": "Nowhere/Land"})[0] in "+-"
