"""A rules file as YAML nodes that know where they stand, and where each character of a scalar stood.

Composed as yaml-cpp composes (aliases are the anchored node itself, `<<` is a key like any other, repeated keys are
all kept and the first one counts), so that Falco's verdicts, words and offsets come out.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.rules.scalars import YamlError
from engine.rules.scan import Scanner
from engine.rules.tokens import Kind, Token
from engine.span import Position, Span

_DEEPEST = 500
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Source:
    """A rules file's text, addressed in bytes as Falco does and in characters as we do."""

    __slots__ = ("_ascii", "_breaks", "bom", "name", "raw", "text")

    def __init__(self, name: str, text: str) -> None:
        """`text` may hold surrogate escapes for bytes that are no UTF-8."""
        self.name = name
        self.text = text
        self._ascii = text.isascii()
        self.raw = text if self._ascii else text.encode("utf-8", "surrogateescape").decode("latin-1")
        self.bom = 3 if self.raw.startswith("\xef\xbb\xbf") else 0
        body = self.raw[self.bom :]
        self._breaks = [at for at, char in enumerate(body) if char == "\n"]

    @property
    def body(self) -> str:
        """What the scanner reads: one character per byte, without a byte order mark."""
        return self.raw[self.bom :] if self.bom else self.raw

    @property
    def breaks(self) -> list[int]:
        """Offsets of the line feeds in `body`."""
        return self._breaks

    def position(self, offset: int) -> Position:
        """Line and column, from 0, of a byte offset in `body`; beyond its end means column 0 of the last line."""
        size = len(self.raw) - self.bom
        line = bisect_right(self._breaks, min(offset, size) - 1)
        if offset > size:
            return Position(size, line, 0)
        return Position(offset, line, offset - (self._breaks[line - 1] + 1 if line else 0))

    def character(self, offset: int) -> int:
        """The character offset in `text` of a byte offset in `body`."""
        offset = min(offset + self.bom, len(self.raw))
        if self._ascii:
            return offset
        return len(self.raw[:offset].encode("latin-1").decode("utf-8", "surrogateescape"))

    def decode(self, value: str) -> str:
        """Bytes written one per character back to text."""
        return value if value.isascii() else value.encode("latin-1").decode("utf-8", "surrogateescape")


@dataclass(slots=True, eq=False)
class Node:
    """A YAML value. Aliases share one node."""

    kind: str
    """`null`, `scalar`, `seq` or `map`."""
    pos: int
    """Byte offset of its first character, properties included."""
    value: str = ""
    items: list["Node"] = field(default_factory=list)
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)
    plain: bool = False
    """A scalar without quotes."""
    end: int = 0
    pieces: tuple[tuple[int, int], ...] = ()
    """Of a scalar: (byte offset in value, byte offset in the file), wherever the two stop going in step."""

    def get(self, key: str) -> "Node | None":
        """The first value under a scalar key of a map."""
        for one, value in self.pairs:
            if one.value == key and one.kind == "scalar":
                return value
        return None

    def key(self, key: str) -> "Node | None":
        """The node of a key itself."""
        for one, _ in self.pairs:
            if one.value == key and one.kind == "scalar":
                return one
        return None

    def offset_of(self, at: int) -> int:
        """The byte offset in the file of byte `at` of a scalar's value."""
        if not self.pieces:
            return self.pos
        index = bisect_right(self.pieces, (at, 1 << 60)) - 1
        start, offset = self.pieces[max(index, 0)]
        return offset + max(at - start, 0)


@dataclass(slots=True)
class _Open:
    """A collection being read."""

    node: Node
    style: str
    """`block seq`, `flow seq`, `block map`, `flow map`, `pair`."""
    key: Node | None = None
    entry: int = 0
    """Offset of the token that began the pair."""
    separator: bool = False
    """A flow collection's next token must be a separator or the end."""


class _Composer:
    """One document's nodes, read without recursion: depth is bounded by yaml-cpp's limit, not by Python's."""

    def __init__(self, source: Source, scanner: Scanner) -> None:
        self._source = source
        self._scanner = scanner
        self._anchors: dict[str, Node] = {}
        self._stack: list[_Open] = []

    def document(self) -> Node:
        """The next document's root."""
        token = self._scanner.peek()
        if token is not None and token.kind is Kind.DOC_START:
            self._scanner.pop()
        done = self._node()
        while True:
            if done is not None:
                if not self._stack:
                    break
                self._take(done)
            done = self._step()
        while (token := self._scanner.peek()) is not None and token.kind is Kind.DOC_END:
            self._scanner.pop()
        return done

    def _take(self, node: Node) -> None:
        """Give a finished node to the collection it is in."""
        top = self._stack[-1]
        if top.node.kind == "seq":
            top.node.items.append(node)
            top.separator = top.style == "flow seq"
        elif top.key is None:
            top.key = node
        else:
            top.node.pairs.append((top.key, node))
            top.key = None
            top.separator = top.style == "flow map"

    def _step(self) -> Node | None:
        """Go on with the innermost collection: the node that is finished by it, if one is."""
        top = self._stack[-1]
        if top.style == "block seq":
            return self._block_seq()
        if top.style == "flow seq":
            return self._flow_seq(top)
        if top.key is not None:
            return self._map_value(top)
        if top.style == "block map":
            return self._block_map(top)
        if top.style == "flow map":
            return self._flow_map(top)
        return self._close()

    def _close(self) -> Node:
        return self._stack.pop().node

    def _block_seq(self) -> Node | None:
        scanner = self._scanner
        token = scanner.peek()
        if token is None or token.kind not in {Kind.BLOCK_ENTRY, Kind.BLOCK_SEQ_END}:
            raise YamlError("end of sequence not found", scanner.position if token is None else token.pos)
        scanner.pop()
        if token.kind is Kind.BLOCK_SEQ_END:
            return self._close()
        after = scanner.peek()
        if after is not None and after.kind in {Kind.BLOCK_ENTRY, Kind.BLOCK_SEQ_END}:
            return Node("null", after.pos)
        return self._node()

    def _flow_seq(self, top: _Open) -> Node | None:
        scanner = self._scanner
        token = scanner.peek()
        if token is None:
            raise YamlError("end of sequence flow not found", scanner.position)
        if top.separator:
            top.separator = False
            if token.kind is Kind.FLOW_ENTRY:
                scanner.pop()
            elif token.kind is not Kind.FLOW_SEQ_END:
                raise YamlError("end of sequence flow not found", token.pos)
            return None
        if token.kind is Kind.FLOW_SEQ_END:
            scanner.pop()
            return self._close()
        return self._node()

    def _block_map(self, top: _Open) -> Node | None:
        scanner = self._scanner
        token = scanner.peek()
        if token is None or token.kind not in {Kind.KEY, Kind.VALUE, Kind.BLOCK_MAP_END}:
            raise YamlError("end of map not found", scanner.position if token is None else token.pos)
        if token.kind is Kind.BLOCK_MAP_END:
            scanner.pop()
            return self._close()
        return self._map_key(top, token)

    def _flow_map(self, top: _Open) -> Node | None:
        scanner = self._scanner
        token = scanner.peek()
        if token is None:
            raise YamlError("end of map flow not found", scanner.position)
        if top.separator:
            top.separator = False
            if token.kind is Kind.FLOW_ENTRY:
                scanner.pop()
            elif token.kind is not Kind.FLOW_MAP_END:
                raise YamlError("end of map flow not found", token.pos)
            return None
        if token.kind is Kind.FLOW_MAP_END:
            scanner.pop()
            return self._close()
        return self._map_key(top, token)

    def _map_key(self, top: _Open, token: Token) -> Node | None:
        top.entry = token.pos
        if token.kind is Kind.KEY:
            self._scanner.pop()
            return self._node()
        return Node("null", token.pos)

    def _map_value(self, top: _Open) -> Node | None:
        token = self._scanner.peek()
        if token is not None and token.kind is Kind.VALUE:
            self._scanner.pop()
            return self._node()
        return Node("null", top.entry)

    def _node(self) -> Node | None:
        """Read one node: a leaf is returned, a collection is opened."""
        scanner = self._scanner
        if len(self._stack) + 1 >= _DEEPEST:
            raise YamlError("bad file", scanner.position)
        token = scanner.peek()
        if token is None:
            return Node("null", scanner.position)
        start = token.pos
        if token.kind is Kind.VALUE:
            self._stack.append(_Open(Node("map", start), "pair", key=Node("null", start), entry=start))
            return None
        if token.kind is Kind.ALIAS:
            scanner.pop()
            if token.value not in self._anchors:
                raise YamlError(f"the referenced anchor is not defined: {token.value}", start)
            return self._anchors[token.value]
        tagged, anchor = self._properties()
        node = self._content(start, tagged=tagged)
        if anchor:
            self._anchors[anchor] = node
        if node.kind in {"seq", "map"}:
            return None
        return node

    def _properties(self) -> tuple[bool, str]:
        tagged, anchor = False, ""
        while (token := self._scanner.peek()) is not None:
            if token.kind is Kind.TAG:
                if tagged:
                    raise YamlError("cannot assign multiple tags to the same node", token.pos)
                tagged = True
            elif token.kind is Kind.ANCHOR:
                if anchor:
                    raise YamlError("cannot assign multiple anchors to the same node", token.pos)
                anchor = token.value
            else:
                break
            self._scanner.pop()
        return tagged, anchor

    def _content(self, start: int, *, tagged: bool) -> Node:
        scanner = self._scanner
        token = scanner.peek()
        if token is None:
            return Node("null", start)
        if token.kind in {Kind.PLAIN, Kind.QUOTED}:
            scanner.pop()
            plain = token.kind is Kind.PLAIN
            if plain and not tagged and token.value in _NULLS:
                return Node("null", start, end=token.end)
            value = self._source.decode(token.value)
            return Node("scalar", start, value, plain=plain and not tagged, end=token.end, pieces=token.pieces)
        style = _STYLES.get(token.kind)
        if style is not None:
            scanner.pop()
            node = Node(style.split()[1], start)
            self._stack.append(_Open(node, style))
            return node
        if token.kind is Kind.KEY and self._stack and self._stack[-1].style == "flow seq":
            scanner.pop()
            node = Node("map", start)
            self._stack.append(_Open(node, "pair", entry=token.pos))
            key = self._node()
            if key is not None:
                self._take(key)
            return node
        return Node("scalar", start) if tagged else Node("null", start)


_STYLES = {
    Kind.BLOCK_SEQ_START: "block seq",
    Kind.FLOW_SEQ_START: "flow seq",
    Kind.BLOCK_MAP_START: "block map",
    Kind.FLOW_MAP_START: "flow map",
}


def parse(source: Source) -> Iterator[Node]:
    """Every document's root, in order. Raises YamlError with yaml-cpp's words and place."""
    scanner = Scanner(source.body, source.breaks)
    while True:
        _directives(scanner)
        first = scanner.peek()
        if first is None:
            return
        document = _Composer(source, scanner).document()
        if scanner.peek() is first:
            # yaml-cpp 0.8 repeats such a place for ever, and later ones drop the rest of the file.
            raise YamlError("unknown token", first.pos)
        yield document


def _directives(scanner: Scanner) -> None:
    """Check the directives in front of a document."""
    version = False
    handles: set[str] = set()
    while (token := scanner.peek()) is not None and token.kind is Kind.DIRECTIVE:
        if token.value == "YAML":
            if len(token.params) != 1:
                raise YamlError("YAML directives must have exactly one argument", token.pos)
            if version:
                raise YamlError("repeated YAML directive", token.pos)
            _check_version(token)
            version = True
        elif token.value == "TAG":
            if len(token.params) != len(("handle", "prefix")):
                raise YamlError("TAG directives must have exactly two arguments", token.pos)
            if token.params[0] in handles:
                raise YamlError("repeated TAG directive", token.pos)
            handles.add(token.params[0])
        scanner.pop()


def _check_version(token: Token) -> None:
    major, dot, minor = token.params[0].partition(".")
    if not (dot and major.isdigit() and minor.isdigit()):
        raise YamlError(f"bad YAML version: {token.params[0]}", token.pos)
    if int(major) > 1:
        raise YamlError("YAML major version too large", token.pos)


def span_of(source: Source, node: Node) -> Span:
    """The characters of `source.text` that a node covers: a scalar, a map's first pair, else the first one."""
    end = max(node.end, node.pos + 1)
    if node.kind == "map" and node.pairs:
        first, value = node.pairs[0]
        end = value.end if value.pos >= first.end > node.pos else first.end
    start = source.character(node.pos)
    covered = source.text[start : source.character(end)]
    return Span(start, start + (len(covered.rstrip()) or len(covered)))
