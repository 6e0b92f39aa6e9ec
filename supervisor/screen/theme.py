"""Colours, and the two consoles: answers and alerts on stdout, everything else on stderr.

Red and yellow belong to priorities and trouble; sources take theirs from the rest, by name, so that a source has the
same colour in every run. NO_COLOR, TERM=dumb and pipes are rich's business.
"""

import re
import zlib

from rich.console import Console
from rich.theme import Theme

STYLES = Theme(
    {
        "error": "bold red",
        "warning": "bold yellow",
        "good": "green",
        "faint": "dim",
        "gutter": "blue",
        "code": "bold",
        "hint": "cyan",
        "number": "default",
        "priority.emergency": "bold white on red",
        "priority.alert": "bold red",
        "priority.critical": "bold red",
        "priority.error": "red",
        "priority.warning": "yellow",
        "priority.notice": "default",
        "priority.informational": "dim",
        "priority.debug": "dim",
    },
    inherit=True,
)

_KNOWN = {"syscall": "cyan", "k8s_audit": "magenta", "aws_cloudtrail": "green", "dummy": "blue"}
_REST = ("bright_cyan", "bright_magenta", "bright_green", "bright_blue", "cyan", "magenta", "green", "blue")

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A console with our styles. Nothing is highlighted, wrapped into emoji or read as markup by guessing."""
    return Console(stderr=stderr, theme=STYLES, highlight=False, markup=False, emoji=False, width=width)


def source_style(source: str) -> str:
    """The colour of a source: the same one in every run and on every machine."""
    return _KNOWN.get(source) or _REST[zlib.crc32(source.encode()) % len(_REST)]


def printable(text: str) -> str:
    r"""What a terminal may be given of a stranger's text: controls and direction marks as `\x1b`, tabs as spaces."""
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text.replace("\t", "    "))
