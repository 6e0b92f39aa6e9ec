"""What is wrong with what a user wrote: a code, a sentence, a place, and one report that collects them.

Codes and context words are Falco's (userspace/engine/falco_load_result, rule_loader). Rendering is elsewhere:
`engine/rules/render.py` in Falco's words, `supervisor/screen/trouble.py` in ours.
"""

from dataclasses import dataclass, field
from enum import Enum

from engine.span import Position, Span


class Code(Enum):
    """Falco's load codes; the value is the short description printed beside the code."""

    LOAD_ERR_FILE_READ = "File read error"
    LOAD_ERR_YAML_PARSE = "YAML parse error"
    LOAD_ERR_YAML_VALIDATE = "Error validating internal structure of YAML file"
    LOAD_ERR_COMPILE_CONDITION = "Error compiling condition"
    LOAD_ERR_COMPILE_OUTPUT = "Error compiling output"
    LOAD_ERR_VALIDATE = "Error validating rule/macro/list/exception objects"
    LOAD_ERR_EXTENSION = "Error in extension item"
    LOAD_UNKNOWN_SOURCE = "Unknown event source"
    LOAD_UNSAFE_NA_CHECK = "Unsafe <NA> comparison in condition"
    LOAD_NO_EVTTYPE = "Condition has no event-type restriction"
    LOAD_UNKNOWN_FILTER = "Unknown field or event-type in condition or output"
    LOAD_UNUSED_MACRO = "Unused macro"
    LOAD_UNUSED_LIST = "Unused list"
    LOAD_UNKNOWN_ITEM = "Unknown rules file item"
    LOAD_DEPRECATED_ITEM = "Used deprecated item"
    LOAD_WARNING_EXTENSION = "Warning in extension item"
    LOAD_APPEND_NO_VALUES = "Overriding/appending with no values"
    LOAD_EXCEPTION_NAME_NOT_UNIQUE = "Multiple exceptions defined with the same name"
    LOAD_INVALID_MACRO_NAME = "Invalid macro name"
    LOAD_INVALID_LIST_NAME = "Invalid list name"
    LOAD_COMPILE_CONDITION = "Warning in rule condition"
    LOAD_UNKNOWN_KEY = "Unknown key in item definition"

    @property
    def is_error(self) -> bool:
        """Whether the file is refused."""
        return self.name.startswith("LOAD_ERR_")


@dataclass(frozen=True, slots=True)
class Location:
    """One step of a context chain: in rules content, in rule 'x', in rule condition, ..."""

    item_type: str
    item_name: str
    position: Position
    name: str
    """The rules file, or for a condition its first characters in quotes."""


@dataclass(frozen=True, slots=True)
class Context:
    """How one gets to the place, outermost first, and the text around it."""

    locations: tuple[Location, ...]
    snippet: str
    """Falco's: the line and a second one with the caret, each ended by a newline."""


@dataclass(frozen=True, slots=True)
class Caret:
    """The exact place in the rules file, for our own rendering (Falco quotes the condition instead)."""

    file: str
    span: Span
    """Character offsets in the rules file's text."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, or looks so."""

    code: Code
    message: str
    context: Context
    caret: Caret | None = None
    hint: str | None = None
    """A verb's extra help, `did you mean ...`; never printed in Falco's face."""
    deprecated_field: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the file is refused."""
        return self.code.is_error


@dataclass(slots=True)
class Report:
    """Everything said about one rules file while it was loaded."""

    name: str
    """The rules file as the user named it."""
    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    schema_warnings: list[str] = field(default_factory=list)
    schema_status: str = "ok"
    """`ok`, `none` or `failed`: what Falco logs after `schema validation: `."""

    @property
    def ok(self) -> bool:
        """Whether the file loads."""
        return not self.errors

    def add(self, diagnostic: Diagnostic) -> None:
        """File a diagnostic under errors or warnings, by its code."""
        (self.errors if diagnostic.is_error else self.warnings).append(diagnostic)
