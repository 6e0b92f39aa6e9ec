"""Exit statuses of the verbs. Falco's face has Falco's own: 0, 1 and 255."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    FINE = 0
    FOUND = 1
    """What was asked about was found: invalid rules, a difference."""
    MISUSE = 2
    """The command line or the configuration is wrong."""
    SOURCE = 3
    """A source could not be opened, or could not be kept running."""
    INTERRUPTED = 130
    TERMINATED = 143


EXPLAINED = (
    "Exit status: 0 fine · 1 found what was asked about (invalid rules, a difference) · 2 misuse or bad "
    "configuration · 3 a source could not be kept running · 130 interrupted · 143 terminated"
)
