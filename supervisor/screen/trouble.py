"""Diagnostics for people: a code, a sentence, the place in the file with a caret, and what might help.

    error[LOAD_ERR_COMPILE_CONDITION]: filter_check called with nonexistent field proc.nam
      --> shell.yaml:6:27
       |
     6 |     evt.type = execve and proc.nam in (bash, zsh)
       |                           ^^^^^^^^ did you mean proc.name?
       = in rule 'Terminal shell in container'

Falco's own wording of the same report is `engine.rules.render`. Pure: texts in, rich texts or plain data out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from engine.diagnostics import Diagnostic, Location, Report
from engine.span import Position, position_at
from supervisor.screen.theme import printable

WIDTH = 120
"""Columns of a source line that are shown, around the caret."""

Texts = Mapping[str, str]
"""The text of each rules file, by the name in diagnostics."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, for a person: lines and columns count from 1."""

    file: str
    line: int
    column: int
    length: int
    text: str | None
    """The line itself; None where the file's text is not at hand."""


def place_of(diagnostic: Diagnostic, texts: Texts) -> Place | None:
    """The exact place if it is known, else the innermost one that is in a file; None for a whole file."""
    if (caret := diagnostic.caret) is not None and caret.file in texts:
        text = texts[caret.file]
        at = position_at(text, caret.span.start)
        return _place(caret.file, text, at, max(1, caret.span.end - caret.span.start))
    for location in reversed(diagnostic.context.locations):
        if location.name in texts:
            return _place(location.name, texts[location.name], location.position, 1)
    return None


def _place(file: str, text: str, at: Position, length: int) -> Place:
    lines = text.split("\n")
    line = lines[at.line].rstrip("\r") if at.line < len(lines) else None
    rest = len(line) - at.column if line is not None else length
    return Place(file, at.line + 1, at.column + 1, max(1, min(length, rest)), line)


def full(diagnostic: Diagnostic, texts: Texts) -> Text:
    """Several lines: the sentence, the place, the line with its caret, the way to it."""
    out = _headline(diagnostic)
    place = place_of(diagnostic, texts)
    gutter = " " * (len(str(place.line)) if place else 1)
    if place is not None:
        out.append(f"\n{gutter}--> ", "gutter").append(printable(f"{place.file}:{place.line}:{place.column}"))
    if place is not None and place.text is not None:
        _append_snippet(out, place, gutter, diagnostic.hint)
    elif diagnostic.hint:
        out.append(f"\n{gutter} = ", "gutter").append(printable(diagnostic.hint), "hint")
    for step in _way(diagnostic):
        out.append(f"\n{gutter} = ", "gutter").append(f"in {printable(step)}", "faint")
    return out


def concise(diagnostic: Diagnostic, texts: Texts) -> Text:
    """One line that editors and grep understand: `file:line:column: CODE message`."""
    place = place_of(diagnostic, texts)
    locations = diagnostic.context.locations
    where = f"{place.file}:{place.line}:{place.column}" if place else (locations[0].name if locations else "rules")
    style = "error" if diagnostic.is_error else "warning"
    out = Text().append(printable(where)).append(": ").append(diagnostic.code.name, style)
    out.append(f" {printable(sentence(diagnostic))}")
    if diagnostic.hint:
        out.append(f" ({printable(diagnostic.hint)})", "hint")
    return out


def sentence(diagnostic: Diagnostic) -> str:
    """What is wrong; some of Falco's warnings have no message of their own, only a code."""
    return diagnostic.message or diagnostic.code.value


def verdict(report: Report, inventory: Mapping[str, int] | None = None) -> Text:
    """The last line about a file: `shell.yaml: 1 error, 0 warnings in 1 rule, 2 macros, 1 list`."""
    out = Text().append(printable(report.name)).append(": ")
    out.append(counted(len(report.errors), "error"), "error" if report.errors else "good").append(", ")
    out.append(counted(len(report.warnings), "warning"), "warning" if report.warnings else "good")
    if inventory:
        out.append(" in " + ", ".join(counted(number, noun) for noun, number in inventory.items()))
    return out


def counted(number: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")


def as_data(report: Report, texts: Texts) -> dict[str, Any]:
    """The same report as data, for `--json`."""
    return {
        "file": report.name,
        "ok": report.ok,
        "errors": [_datum(one, texts) for one in report.errors],
        "warnings": [_datum(one, texts) for one in report.warnings],
        "schema_warnings": list(report.schema_warnings),
    }


def _datum(diagnostic: Diagnostic, texts: Texts) -> dict[str, Any]:
    place = place_of(diagnostic, texts)
    return {
        "code": diagnostic.code.name,
        "message": sentence(diagnostic),
        "hint": diagnostic.hint,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "length": place.length if place else None,
        "context": _way(diagnostic),
    }


def _headline(diagnostic: Diagnostic) -> Text:
    kind, style = ("error", "error") if diagnostic.is_error else ("warning", "warning")
    out = Text().append(kind, style).append(f"[{diagnostic.code.name}]", style).append(": ")
    return out.append(printable(sentence(diagnostic)), "code")


def _append_snippet(out: Text, place: Place, gutter: str, hint: str | None) -> None:
    """The line and the caret under it, cut to WIDTH around the caret."""
    line, start, length = place.text or "", place.column - 1, place.length
    cut = max(0, min(start - WIDTH // 3, len(line) - WIDTH))
    shown = line[cut : cut + WIDTH]
    before = printable(shown[: start - cut])
    marked = printable(shown[start - cut : start - cut + length])
    lead, trail = ("..." if cut else "", "..." if cut + WIDTH < len(line) else "")
    out.append(f"\n{gutter} |\n{place.line} | ", "gutter")
    out.append(f"{lead}{printable(shown)}{trail}")
    out.append(f"\n{gutter} | ", "gutter").append(" " * (len(lead) + cell_len(before)))
    out.append("^" * max(1, cell_len(marked)), "error")
    if hint:
        out.append(f" {printable(hint)}", "hint")


def _way(diagnostic: Diagnostic) -> list[str]:
    """The named items on the way to the place: rules, macros, lists, exceptions; outermost first."""
    return [_step(one) for one in diagnostic.context.locations if one.item_name]


def _step(location: Location) -> str:
    return f"{location.item_type} '{location.item_name}'"


def order(diagnostics: Sequence[Diagnostic], texts: Texts) -> list[Diagnostic]:
    """By file and place; those without a place first. Equal places keep the order in which they were found."""

    def key(one: Diagnostic) -> tuple[str, int, int]:
        place = place_of(one, texts)
        return (place.file, place.line, place.column) if place else ("", 0, 0)

    return sorted(diagnostics, key=key)
