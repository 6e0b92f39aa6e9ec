"""Names of addresses from the hosts file: no question leaves the machine because of an event."""

from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path

HOSTS = Path("/etc/hosts")


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Address -> its names, in the order of the file; what is no address is passed over."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if len(words) < 2:
            continue
        try:
            address = str(ip_address(words[0]))
        except ValueError:
            continue
        found[address] = (*found.get(address, ()), *words[1:])
    return found


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """The machine's hosts file, read once."""
    try:
        return parse(HOSTS.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}


def names(address: str) -> tuple[str, ...]:
    """Every name of an address."""
    return table().get(address, ())
