r"""The keys of `-o key=value`: `a.b[2].c`, `list[].x` appends, `\` escapes `.`, `[`, `]` and itself."""

from dataclasses import dataclass

from engine.errors import ConfigError
from supervisor.config.tree import Map, Node, Null, Scalar, Sequence, at, parse

CONFIG_FILES = "config_files"
_ESCAPABLE = ".[]\\"


@dataclass(frozen=True, slots=True)
class Index:
    """`[2]`; `[]` has no number."""

    text: str


Step = str | Index


def steps(key: str) -> list[Step]:
    """Split a key. Raises ConfigError in Falco's words."""
    try:
        return _split(key)
    except ConfigError as error:
        raise _about(key, str(error)) from None


def _about(key: str, problem: str) -> ConfigError:
    return ConfigError(f'Config error at key "{key}": {problem}')


def _split(key: str) -> list[Step]:
    found: list[Step] = []
    name = ""
    i, last = 0, len(key) - 1
    while i <= last:
        char = key[i]
        if char == "\\":
            name += _escaped(key, i)
            i += 2
            if i > last:
                found.append(name)
            continue
        if char not in ".[":
            if i > 0 and not name and key[i - 1] != ".":
                raise ConfigError(f"Parsing error: expected '.' character at pos {i - 1}")
            name += char
        if char in ".[" or i == last:
            if not name:
                raise ConfigError(f"Parsing error: unexpected character at pos {i}")
            found.append(name)
            name = ""
        if char == "[":
            i = _indices(key, i, found)
        i += 1
    return found


def _escaped(key: str, i: int) -> str:
    if i + 1 >= len(key):
        raise ConfigError(f"Parsing error: trailing backslash at pos {i}")
    if key[i + 1] not in _ESCAPABLE:
        raise ConfigError(f"Parsing error: invalid escape sequence '\\{key[i + 1]}' at pos {i}")
    return key[i + 1]


def _indices(key: str, i: int, found: list[Step]) -> int:
    """Read `[n]`; returns the last position used (a `.` behind it included)."""
    close = key.find("]", i)
    if close < 0:
        raise ConfigError(f"Parsing error: expected a numeric index, found '{key[i + 1 :]}'")
    found.append(Index(key[i + 1 : close]))
    return close + 1 if key[close + 1 : close + 2] == "." else close


def _number(text: str) -> int:
    """A C library's reading of an index: leading blanks and a sign are fine, what follows the digits is ignored."""
    stripped = text.lstrip()
    sign = stripped[:1] if stripped[:1] in {"+", "-"} else ""
    digits = stripped[len(sign) :]
    count = len(digits) - len(digits.lstrip("0123456789"))
    if count == 0:
        raise ConfigError(f"Parsing error: expected a numeric index, found '{text}'")
    return int(sign + digits[:count])


def find(root: Node, key: str) -> Node | None:
    """What stands at `key`; None if nothing does. Raises ConfigError where the way there leads through a text."""
    node: Node | None = root
    for step in steps(key):
        if isinstance(node, Scalar):
            raise _about(key, at(node.mark, _subscript(step)))
        if isinstance(step, Index):
            try:
                number = _number(step.text)
            except ConfigError as error:
                raise _about(key, str(error)) from None
            node = node[number] if isinstance(node, Sequence) and 0 <= number < len(node) else None
        else:
            node = node.get(step) if isinstance(node, Map) else None
    return node


def _subscript(step: Step) -> str:
    return f'operator[] call on a scalar (key: "{step.text if isinstance(step, Index) else step}")'


def assign(root: Map, key: str, value: Node) -> None:
    """Put `value` at `key`, creating what is missing on the way. Raises ConfigError."""
    path = steps(key)
    if not path:
        return
    here: Map | Sequence = root
    for position, step in enumerate(path):
        try:
            slot = _slot(here, step)
        except ConfigError as error:
            raise _about(key, str(error)) from None
        if position == len(path) - 1:
            _put(here, slot, value)
            return
        here = _enter(here, slot, path[position + 1], key)


def _slot(here: Map | Sequence, step: Step) -> str | int:
    """Where in a container a step leads: the name, or the position (`[]`: behind the last)."""
    if isinstance(step, str):
        return step
    if step.text == "" and isinstance(here, Sequence):
        return len(here)
    number = _number(step.text)
    return number if isinstance(here, Sequence) else str(number)


def _put(here: Map | Sequence, slot: str | int, value: Node) -> None:
    if isinstance(here, Map):
        here[str(slot)] = value
    elif isinstance(slot, int) and slot < len(here):
        here[slot] = value
    else:
        here.append(value)


def _enter(here: Map | Sequence, slot: str | int, then: Step, key: str) -> Map | Sequence:
    """Step into a slot; a missing or empty one becomes what the next step needs."""
    child: Node | None
    if isinstance(here, Map):
        child = here.get(str(slot))
    else:
        child = here[slot] if isinstance(slot, int) and 0 <= slot < len(here) else None
    if isinstance(child, Scalar):
        raise _about(key, at(child.mark, _subscript(then)))
    if isinstance(child, Map | Sequence) and not (isinstance(child, Sequence) and isinstance(then, str)):
        return child
    made: Map | Sequence = Sequence() if isinstance(then, Index) else Map()
    _put(here, slot, made)
    return made


def set_option(root: Map, option: str) -> None:
    """Apply one `-o key=value`. A value in braces is a YAML object, everything else one text. Raises ConfigError."""
    key, equals, text = option.partition("=")
    if not equals:
        raise ConfigError(
            f'Error parsing config option "{option}". Must be of the form key=val or key.subkey=val',
        )
    value: Node = Scalar(text)
    if text.startswith("{") and text.endswith("}"):
        value = parse(text)
    assign(root, key, value)


def is_include(option: str) -> bool:
    """Whether an option is about `config_files`: those are applied before files are merged, too."""
    return option.startswith(CONFIG_FILES)


__all__ = ["CONFIG_FILES", "Null", "assign", "find", "is_include", "set_option", "steps"]
