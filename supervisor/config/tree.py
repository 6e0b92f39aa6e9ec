"""The document behind the settings: YAML with every scalar still a text, as Falco's reader keeps it.

A scalar is converted only when it is asked for (`values`), so that a wrong one can fall back to its default.
Every node knows where it stands, for the few errors that say so.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol, Self, TypeAlias, Union

import yaml

from engine.errors import ConfigError

Mark: TypeAlias = tuple[int, int]
"""Line and column, both from 0."""


class Scalar(str):
    """A text in the document."""

    __slots__ = ("mark",)
    mark: Mark | None

    def __new__(cls, text: str) -> Self:
        """A text that stands in no file, until a mark is set."""
        made = super().__new__(cls, text)
        made.mark = None
        return made


class Null:
    """An empty value, `~` or `null`."""

    mark: Mark | None = None


class Sequence(list["Node"]):
    """A list in the document."""

    mark: Mark | None = None


class Map(dict[str, "Node"]):
    """A map in the document, in order."""

    mark: Mark | None = None


Node: TypeAlias = Union[Scalar, Null, Sequence, Map]  # noqa: UP007 - `|` is not taken for a type alias of classes that refer to it

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_QUOTES = frozenset("'\"|>")
"""How PyYAML marks scalars that are not plain."""


class _Loader(Protocol):
    def get_single_node(self) -> yaml.Node | None: ...
    def dispose(self) -> None: ...


def parse(text: str) -> Node:
    """The first document of a text. Raises ConfigError with a place, worded like yaml-cpp."""
    loader: _Loader = _loader(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise ConfigError(describe(error)) from error
    finally:
        loader.dispose()
    return Null() if node is None else _build(node, {})


def _loader(text: str) -> _Loader:
    kind = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: _Loader = kind(text)
    return loader


def describe(error: yaml.YAMLError) -> str:
    """A syntax error in one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return at((mark.line, mark.column), problem) if mark is not None else str(problem)


def at(mark: Mark | None, problem: str) -> str:
    """A problem and its place, in yaml-cpp's form."""
    if mark is None:
        return problem
    return f"yaml-cpp: error at line {mark[0] + 1}, column {mark[1] + 1}: {problem}"


def _build(node: yaml.Node, done: dict[int, Node]) -> Node:
    """Turn a composed node into ours; aliases share what they point to."""
    if (known := done.get(id(node))) is not None:
        return known
    made: Node
    if isinstance(node, yaml.MappingNode):
        made = Map()
        done[id(node)] = made
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            made.setdefault(name, _build(value, done))
    elif isinstance(node, yaml.SequenceNode):
        made = Sequence()
        done[id(node)] = made
        made.extend(_build(item, done) for item in node.value)
    elif getattr(node, "style", None) not in _QUOTES and node.value in _NULLS:
        made = Null()
    else:
        made = Scalar(node.value)
    made.mark = (node.start_mark.line, node.start_mark.column)
    return made


# ------------------------------------------------------------------------------------------------ environment


def expand(node: Node, environment: Mapping[str, str]) -> Node:
    """The document with `${NAME}` replaced in every text (keys are left alone)."""
    made: Node
    if isinstance(node, Scalar):
        made = Scalar(expand_text(node, environment))
    elif isinstance(node, Sequence):
        made = Sequence(expand(item, environment) for item in node)
    elif isinstance(node, Map):
        made = Map((key, expand(value, environment)) for key, value in node.items())
    else:
        return node
    made.mark = node.mark
    return made


def expand_text(text: str, environment: Mapping[str, str]) -> str:
    """`${NAME}` -> its value or nothing; `$${NAME}` -> `${NAME}`; from an unclosed `${` on nothing is touched."""
    return "".join(_expanded(text, environment))


def _expanded(text: str, environment: Mapping[str, str]) -> Iterator[str]:
    at_ = 0
    while (dollar := text.find("$", at_)) >= 0:
        yield text[at_:dollar]
        at_ = dollar
        escaped = text.startswith("$${", dollar)
        if not escaped and not text.startswith("${", dollar):
            break
        close = text.find("}", dollar)
        if close < 0:
            break
        if escaped:
            yield "$"
            at_ = dollar + 2
        else:
            yield environment.get(text[dollar + 2 : close], "")
            at_ = close + 1
    yield text[at_:]


# ------------------------------------------------------------------------------------------------- inclusion


def include(root: Map, included: Map, strategy: str) -> None:
    """Merge another file's document, top-level key by top-level key (maps are replaced whole, never merged)."""
    for key, value in included.items():
        present = root.get(key)
        if strategy == "add-only" and present is not None:
            continue
        if strategy not in {"override", "add-only"} and isinstance(value, Sequence):
            if isinstance(present, Sequence):
                present.extend(value)
                continue
            if isinstance(present, Scalar):
                raise ConfigError(at(present.mark, "appending to a non-sequence"))
        root[key] = value
