"""The few exceptions.

What a user wrote wrong in a rules file is a `diagnostics.Diagnostic`, not an exception.

    CadgeError
    +-- ConfigError   configuration, flags, plugins' settings
    +-- RulesError    a ruleset that could not be built; carries the report
    +-- SourceError   a source that cannot open or go on
    +-- WireError     a message between parent and child that is not one
"""


class CadgeError(Exception):
    """Ancestor of all errors meant for a person: `str(error)` is one sentence without a traceback."""


class ConfigError(CadgeError):
    """Something in falco.yaml, on the command line or in a plugin's configuration is wrong."""


class RulesError(CadgeError):
    """Rules could not be loaded; the text is the rendered report."""


class SourceError(CadgeError):
    """A source could not be opened, or cannot go on. `retry` says whether trying again later makes sense."""

    def __init__(self, sentence: str, *, retry: bool = False) -> None:
        super().__init__(sentence)
        self.retry = retry


class WireError(CadgeError):
    """Bytes on the wire that are no message: the other side is not what it claims to be."""
