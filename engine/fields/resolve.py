"""Which field a name in a rule means, and what its argument means (falco.md 5.7).

libs reads a field from the text `name[arg]`: classes are asked in order, and inside a class the longest field name that
the text starts with decides. The first class that recognises a prefix ends the search, also if it leaves a rest.
"""

import re
from collections.abc import Callable

from engine.events import names, params
from engine.fields.catalog import Catalog, Field, FieldClass, FieldRef, Type
from engine.values import LiteralError, parse_integer

_ANCESTORS = ("proc.apid", "proc.aname", "proc.aexepath", "proc.aexe", "proc.acmdline", "proc.aargs", "proc.args")
"""Fields of the process class whose argument is a number; a longer name stands before one it starts with."""
_ENVIRONMENTS = ("proc.env", "proc.aenv")
_WHOLE = -1
"""The number that libs takes for no argument."""

_REMEMBERED = 10_000
"""Answers kept per catalogue: rules ask the same questions again and again."""


class FieldError(ValueError):
    """A field that does not exist, or an argument it does not take; the text is Falco's."""


class _Found:
    """A field whose name the text starts with, what its argument is, and how much of the text that is."""

    def __init__(
        self, field: Field, length: int, arg: str | None = None, index: int | None = None, type_: Type | None = None
    ) -> None:
        self.field = field
        self.length = length
        self.arg = arg
        self.index = None if index == _WHOLE else index
        self.type = type_ or field.type


def resolve(catalog: Catalog, name: str, arg: str | None) -> FieldRef:
    """The field that `name` or `name[arg]` means in rules of the catalogue's source.

    Raises FieldError with Falco's text for an unknown field or an argument that does not fit.
    """
    text = name if arg is None else f"{name}[{arg}]"
    key = (name, arg)
    if key in catalog.answers:
        known = catalog.answers[key]
    else:
        known = _search(catalog, text)
        if len(catalog.answers) < _REMEMBERED:
            catalog.answers[key] = known
    if known is None:
        raise FieldError(f"filter_check called with nonexistent field {text}")
    return known


def _search(catalog: Catalog, text: str) -> FieldRef | None:
    """Ask the classes in order; the first that knows a prefix decides. Raises FieldError for a wrong argument."""
    for group in catalog.classes:
        found = _reader(group)(group, text)
        if found is None:
            continue
        if found.length != len(text):
            break
        return FieldRef(found.field, text, found.arg, found.index, found.type, found.field.is_list)
    return None


def _reader(group: FieldClass) -> Callable[[FieldClass, str], _Found | None]:
    """How a class reads names: plugins all alike, four of libs' classes in their own way."""
    if group.plugin:
        return _plugin
    if group.name == "evt" and any(field.name == "evt.type" for field in group.fields):
        return _event
    return {"process": _process, "fd": _descriptor}.get(group.name, _longest)


def _longest(group: FieldClass, text: str) -> _Found | None:
    """The field with the longest name that the text starts with."""
    best = max(
        (field for field in group.fields if text.startswith(field.name)), key=lambda f: len(f.name), default=None
    )
    return None if best is None else _Found(best, len(best.name))


def _named(group: FieldClass, name: str) -> Field:
    """A field of a class by its exact name."""
    return next(field for field in group.fields if field.name == name)


def _number(text: str, bits: int, *, signed: bool) -> int:
    """A number in brackets; libs' texts for what is none."""
    try:
        return parse_integer(text, bits, signed=signed)
    except LiteralError as error:
        raise FieldError(str(error)) from None


def _bracketed(name: str, text: str) -> tuple[str, int] | None:
    """What stands in brackets right behind the name, and the length up to the first `]`; None without brackets."""
    if text[len(name) : len(name) + 1] != "[":
        return None
    end = text.find("]")
    if end < 0:
        raise FieldError(f"the field '{name}' requires an argument but ']' is not found")
    return text[len(name) + 1 : end], end + 1


def _event(group: FieldClass, text: str) -> _Found | None:
    """The class of system call events: `evt.arg`, `evt.around` and the like have a form of their own."""
    if text.startswith("evt.arg") and not text.startswith("evt.args"):
        return _event_argument(group, "evt.arg", text)
    for name in ("evt.rawarg", "evt.around"):
        if text.startswith(name):
            return _event_argument(group, name, text)
    if text.startswith("evt.abspath"):
        which = next((part for part in ("src", "dst") if text.startswith(f"evt.abspath.{part}")), None)
        return _Found(_named(group, "evt.abspath"), len("evt.abspath") + (4 if which else 0), which)
    if text.startswith("evt.type.is"):
        return _event_type_is(group, text)
    return _longest(group, text)


def _event_argument(group: FieldClass, name: str, text: str) -> _Found:
    """`evt.arg[N]`, `evt.arg.NAME`, `evt.rawarg.NAME` and `evt.around[TS]`."""
    field = _named(group, name)
    if text[len(name) : len(name) + 1] == "[":
        if name == "evt.rawarg":
            raise FieldError("evt.arg fields must be expressed explicitly")
        inside, length = _bracketed(name, text) or ("", 0)
        number = _number(inside, 64, signed=False) if name == "evt.around" else _number(inside, 32, signed=True)
        # `evt.arg[-1]` is no way to leave the argument out: the index stays what it is.
        found = _Found(field, length, inside)
        found.index = number
        return found
    if text[len(name) : len(name) + 1] == ".":
        if name == "evt.around":
            raise FieldError("wrong syntax for evt.around")
        rest = text[len(name) + 1 :]
        param = params.longest_match(rest)
        if param is None:
            raise FieldError(f"unknown event argument {rest}")
        type_ = Type(param.type) if name == "evt.rawarg" else None
        return _Found(field, len(name) + 1 + len(param.name), param.name, None, type_)
    raise FieldError(f"filter syntax error: {text}")


def _event_type_is(group: FieldClass, text: str) -> _Found:
    """`evt.type.is.NAME` or the code of an event in its place."""
    name = "evt.type.is"
    if text[len(name) : len(name) + 1] != ".":
        raise FieldError(f"filter syntax error: {text}")
    which = text[len(name) + 1 :]
    field = _named(group, name)
    try:
        return _Found(field, len(text), which, parse_integer(which, 32, signed=False))
    except LiteralError:
        known = which in {names.name_of(code) for code in names.ALL}
        return _Found(field, len(text) if known else 0, which)


def _process(group: FieldClass, text: str) -> _Found | None:
    """The class of processes and threads: ancestors by number, variables by name, control groups by suffix."""
    if text.startswith("arg"):
        raise FieldError("filter error: proc.arg filter not implemented yet")
    for name in _ANCESTORS:
        if text.startswith(name):
            return _ancestor(_named(group, name), text)
    for name in _ENVIRONMENTS:
        if text.startswith(name):
            return _environment(_named(group, name), text)
    if text.startswith("thread.cgroup") and not text.startswith("thread.cgroups"):
        match = re.match(r"thread\.cgroup\.([A-Za-z_]*)", text)
        if match is None:
            raise FieldError(f"filter syntax error: {text}")
        return _Found(_named(group, "thread.cgroup"), match.end(), match[1])
    return _longest(group, text)


def _ancestor(field: Field, text: str) -> _Found:
    """`proc.aname[N]`; anything but a number in the brackets is left over, so that there is no such field."""
    try:
        inside, length = _bracketed(field.name, text) or (None, 0)
        if inside is not None:
            return _Found(field, length, inside, _number(inside, 32, signed=True))
    except FieldError:
        pass
    return _Found(field, len(field.name))


def _environment(field: Field, text: str) -> _Found:
    """`proc.env[NAME]`; digits are an index, which proc.env takes for no argument."""
    name = field.name
    end = text.find("]", len(name))
    if text[len(name) : len(name) + 1] != "[" or end < 0:
        return _Found(field, len(name))
    inside = text[len(name) + 1 : end]
    if re.fullmatch(r"[0-9]+", inside):
        return _Found(field, end + 1, inside, parse_integer(inside, 32, signed=True))
    return _Found(field, end + 1, inside)


def _descriptor(group: FieldClass, text: str) -> _Found | None:
    """The class of descriptors: `fd.types[FD]`."""
    if not text.startswith("fd.types"):
        return _longest(group, text)
    field = _named(group, "fd.types")
    inside, length = _bracketed(field.name, text) or (None, len(field.name))
    return _Found(field, length, inside, None if inside is None else _number(inside, 64, signed=True))


def _plugin(group: FieldClass, text: str) -> _Found | None:
    """A plugin's class: one rule for the arguments of all fields."""
    found = _longest(group, text)
    if found is None:
        return None
    field = found.field
    # libs looks no further than the first blank, also in a quoted argument.
    seen = text.split(" ", 1)[0].strip()
    start = seen.find("[")
    if start < 0:
        if field.argument.required:
            raise FieldError(f"filter '{seen}': {field.name} requires an argument but none provided")
        return found
    if found.length != start:
        return None
    arg, bracket, _ = seen[start + 1 :].partition("]")
    if start + 1 >= len(seen):
        raise FieldError(f"filter '{seen}': {field.name} terminates with incomplete argument brackets")
    if not bracket:
        raise FieldError(f"filter '{seen}': {field.name} has unbalanced argument brackets")
    if not (field.argument.required or field.argument.index or field.argument.key):
        raise FieldError(
            f"filter '{seen}': {field.name} does not allow nor require an argument but one is provided: {arg}"
        )
    index = _plugin_index(field, seen, arg) if field.argument.index else None
    return _Found(field, start + len(arg) + 2, arg, index)


def _plugin_index(field: Field, text: str, arg: str) -> int | None:
    """The argument as a number: digits without leading zero, 64 bits; None if it may be a key instead."""
    problem = ""
    if not arg or (len(arg) > 1 and arg[0] == "0"):
        problem = "starting with 0"
    if not re.fullmatch(r"[0-9]*", arg):
        problem = "not composed only by digits"
    if not problem and int(arg) >= 1 << 64:
        problem = "not representable on 64 bit"
    if not problem:
        return int(arg)
    if field.argument.key:
        return None
    raise FieldError(f"filter {text} {field.name} has an invalid index argument {problem}: {arg}")
