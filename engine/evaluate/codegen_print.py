"""Generated code for people: what `cadge rules --generated` prints."""

from collections.abc import Iterator

from engine.evaluate.codegen import UNKNOWN, Names
from engine.evaluate.codegen_program import Program
from engine.fields.catalog import FieldRef

_LONGEST = 110
"""Characters of an object that are shown."""


def listing(program: Program) -> Iterator[str]:
    """Lines of Python: how rules are picked, the function that asks all of them, and what its names stand for."""
    rules = program.rules
    yield f"# {program.label}: {len(rules)} rules"
    for at, table in enumerate(program.tables):
        others = table.other.bit_count()
        yield f"# h{at} {table.ref.text}: {len(table.by_value)} literals; {others} rules can hold for any other value"
    for at, one in enumerate(program.learned, len(program.tables)):
        yield f"# h{at} {one.ref.text}: learned value by value"
    yield ""
    picked = Names(program.plan.names)
    yield "def pick(row):" if program.rows else "def pick(view):"
    yield from program.pick_lines("    ", "return 0", "view", picked)
    yield "    return mask"
    yield ""
    asked = Names(program.plan.names)
    yield from _with_rules(program, program.lines("ask", program.every, asked))
    yield ""
    for names in (picked, asked):
        for name, thing in names.bound.items():
            if name not in program.plan.names and not name.startswith(("find", "learn", "__")):
                yield f"# {name} = {_shown(thing)}"


def _with_rules(program: Program, lines: list[str]) -> Iterator[str]:
    """The lines, with the name of each rule behind what reports it."""
    asked = iter([rule.name for at, rule in enumerate(program.rules) if program.every >> at & 1])
    for line in lines:
        found = line.startswith(("        held.append(", "        return "))
        yield f"{line}  # {next(asked)}" if found else line


def _shown(thing: object) -> str:
    """An object in one line."""
    if thing is UNKNOWN:
        return "a value that was not read yet"
    if isinstance(thing, FieldRef):
        return f"the field {thing.text}"
    if isinstance(thing, frozenset):
        text = "{" + ", ".join(sorted(map(repr, thing))) + "}"
    elif callable(thing):
        text = getattr(thing, "__qualname__", type(thing).__name__)
    else:
        text = repr(thing)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
