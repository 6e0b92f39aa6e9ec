"""The time zone of this process by name, so that children show the same times whatever their surroundings."""

import time
import zoneinfo
from collections.abc import Mapping
from pathlib import Path

_LINK = Path("/etc/localtime")
_FOLDER = "/zoneinfo/"


def name(environment: Mapping[str, str]) -> str:
    """An IANA name from TZ or /etc/localtime; where there is none, the offset of now as `+HH:MM`."""
    given = environment.get("TZ", "").removeprefix(":")
    if not given and _LINK.is_symlink():
        given = str(_LINK.resolve()).rpartition(_FOLDER)[2]
    if given and _known(given):
        return given
    minutes = time.localtime().tm_gmtoff // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _known(zone: str) -> bool:
    try:
        zoneinfo.ZoneInfo(zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True
