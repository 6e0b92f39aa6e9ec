"""The eight priorities, most severe first."""

from enum import IntEnum


class Priority(IntEnum):
    """Syslog severities under Falco's names; smaller is more severe."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFORMATIONAL = 6
    DEBUG = 7

    @property
    def label(self) -> str:
        """The word in alerts: `Warning`, `Informational`."""
        return self.name.capitalize()

    @property
    def short(self) -> str:
        """The word in the closing statistics: `WARNING`, `INFO`."""
        return "INFO" if self is Priority.INFORMATIONAL else self.name


_BY_WORD = {p.name.lower(): p for p in Priority} | {"info": Priority.INFORMATIONAL}


def parse_priority(word: str) -> Priority | None:
    """The priority a rules file or falco.yaml means by `word` (any case, `info` too); None if there is none."""
    return _BY_WORD.get(word.lower())
