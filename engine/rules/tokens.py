"""What the YAML scanner produces, and what it must remember: tokens, open collections, places where a key may begin."""

from enum import Enum, auto


class Kind(Enum):
    """Kinds of tokens."""

    DIRECTIVE = auto()
    DOC_START = auto()
    DOC_END = auto()
    BLOCK_SEQ_START = auto()
    BLOCK_MAP_START = auto()
    BLOCK_SEQ_END = auto()
    BLOCK_MAP_END = auto()
    BLOCK_ENTRY = auto()
    FLOW_SEQ_START = auto()
    FLOW_MAP_START = auto()
    FLOW_SEQ_END = auto()
    FLOW_MAP_END = auto()
    FLOW_ENTRY = auto()
    KEY = auto()
    VALUE = auto()
    ANCHOR = auto()
    ALIAS = auto()
    TAG = auto()
    PLAIN = auto()
    QUOTED = auto()


class Token:
    """One token; `valid` is None while it is open whether a simple key stands here."""

    __slots__ = ("end", "kind", "params", "pieces", "pos", "valid", "value")

    def __init__(self, kind: Kind, pos: int, value: str = "", *, valid: bool | None = True) -> None:
        self.kind = kind
        self.pos = pos
        self.value = value
        self.valid = valid
        self.pieces: tuple[tuple[int, int], ...] = ()
        self.params: list[str] = []
        self.end = pos


class Indent:
    """A block collection that is open at some column; `valid` as in Token."""

    __slots__ = ("column", "is_map", "is_root", "token", "valid")

    def __init__(self, column: int, *, is_map: bool, is_root: bool = False) -> None:
        self.column = column
        self.is_map = is_map
        self.is_root = is_root
        self.valid: bool | None = True
        self.token: Token | None = None


class SimpleKey:
    """A place where a key without `?` may have begun."""

    __slots__ = ("indent", "key", "level", "pos")

    def __init__(self, pos: int, level: int, key: Token, indent: Indent | None) -> None:
        self.pos = pos
        self.level = level
        self.key = key
        self.indent = indent

    def settle(self, *, valid: bool) -> None:
        """Make it a key, or forget it."""
        self.key.valid = valid
        if self.indent is not None:
            self.indent.valid = valid
            if self.indent.token is not None:
                self.indent.token.valid = valid
