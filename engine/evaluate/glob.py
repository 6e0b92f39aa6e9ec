"""Wildcards as fnmatch(3) of the GNU C library understands them in the C locale, bytewise, with no flags.

`*` and `?` match `/` too. A backslash takes the next byte as it is. `[...]` knows ranges, `!` and `^`, classes such as
`[:alpha:]` and the trivial `[=x=]` and `[.x.]`; one that is never closed stands for the bracket itself, unless the byte
had already matched inside it. All of that depends on the byte it is asked about, so a pattern is not translated but
walked: the set of places in the pattern that can be reached, one byte of text at a time. Time is bounded by the lengths
multiplied, whatever the pattern.
"""

from functools import lru_cache

_STAR, _ANY, _ESCAPE, _OPEN, _CLOSE = b"*?\\[]"
_DASH, _COLON, _EQUAL, _DOT = b"-:=."
_CLASS_NAME = 2048
"""Longest name of a class that libc reads."""
_SPACE = b" \t\n\v\f\r"
_CLASSES = {
    b"alnum": frozenset(c for c in range(128) if chr(c).isalnum()),
    b"alpha": frozenset(c for c in range(128) if chr(c).isalpha()),
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset((*range(32), 127)),
    b"digit": frozenset(b"0123456789"),
    b"graph": frozenset(range(33, 127)),
    b"lower": frozenset(range(97, 123)),
    b"print": frozenset(range(32, 127)),
    b"punct": frozenset(c for c in range(33, 127) if not chr(c).isalnum()),
    b"space": frozenset(_SPACE),
    b"upper": frozenset(range(65, 91)),
    b"xdigit": frozenset(b"0123456789abcdefABCDEF"),
}


class _NoMatch(Exception):  # noqa: N818 -- a turn of the walk, not an error
    """The bracket cannot match, whatever stands in the rest of it."""


class Glob:
    """One pattern; `matches(text)` asks it. Neither holds NUL bytes."""

    def __init__(self, pattern: bytes, *, fold: bool = False) -> None:
        self._pattern = pattern
        self._fold = fold
        self._steps: dict[tuple[int, int], int | None] = {}

    def matches(self, text: bytes) -> bool:
        """Whether the whole text matches."""
        places = self._past_stars({0})
        for byte in text:
            places = self._past_stars(
                {
                    after
                    for place in places
                    if place < len(self._pattern) and (after := self._cached_step(place, byte)) is not None
                }
            )
            if not places:
                return False
        return len(self._pattern) in places

    def _past_stars(self, places: set[int]) -> set[int]:
        """The places, and those behind the stars they stand at: a star may match nothing."""
        reached = set(places)
        for place in places:
            while place < len(self._pattern) and self._pattern[place] == _STAR:
                place += 1  # noqa: PLW2901 -- walks on from where it stands
                reached.add(place)
        return reached

    def _cached_step(self, place: int, byte: int) -> int | None:
        """`_step`, which depends on nothing else."""
        key = (place, byte)
        if key not in self._steps:
            self._steps[key] = self._step(place, byte)
        return self._steps[key]

    def _step(self, place: int, byte: int) -> int | None:
        """The place behind the part of the pattern at `place` if that matches the byte."""
        pattern = self._pattern
        symbol = pattern[place]
        if symbol == _STAR:
            return place
        if symbol == _ANY:
            return place + 1
        if symbol == _ESCAPE:
            place += 1
            if place == len(pattern):
                return None
        elif symbol == _OPEN:
            try:
                after = _Bracket(pattern, place + 1, fold=self._fold).match(byte)
            except _NoMatch:
                return None
            if after is not None:
                return after
        return place + 1 if folded(pattern[place], self._fold) == folded(byte, self._fold) else None


def folded(byte: int, fold: bool) -> int:
    """The byte in lower case, if case is folded."""
    return byte + 32 if fold and 65 <= byte <= 90 else byte


class _Bracket:
    """A walk through one bracket expression, as libc walks it."""

    def __init__(self, pattern: bytes, start: int, *, fold: bool) -> None:
        self._pattern = pattern
        self._at = start
        self._fold = fold

    def _peek(self, offset: int = 0) -> int:
        """A byte ahead; 0 behind the end."""
        index = self._at + offset
        return self._pattern[index] if index < len(self._pattern) else 0

    def _next(self) -> int:
        """The byte here, and on to the next."""
        byte = self._peek()
        self._at += 1
        return byte

    def match(self, byte: int) -> int | None:
        """The place behind the bracket if it matches; None if it is not closed and stands for itself.

        Raises _NoMatch if it does not match.
        """
        negated = self._peek() in b"!^" and self._peek() != 0
        if negated:
            self._at += 1
        found = self._search(byte)
        if found is None:
            return None
        if found:
            self._skip()
        if found == negated:
            raise _NoMatch
        return self._at

    def _search(self, byte: int) -> bool | None:
        """Whether an element matches; None if the pattern ends first."""
        wanted = folded(byte, self._fold)
        symbol = self._next()
        while True:
            if symbol == 0:
                return None
            if symbol == _OPEN and self._peek() == _COLON and (members := self._class()) is not None:
                if byte in members:
                    return True
                symbol = self._next()
            elif symbol == _OPEN and self._peek() == _EQUAL and (one := self._equivalence()) is not None:
                if byte == one:
                    return True
                symbol = self._next()
            else:
                if self._element(symbol, byte, wanted):
                    return True
                symbol = self._next()
            if symbol == _CLOSE:
                return False

    def _class(self) -> frozenset[int] | None:
        """The members of a class `[:name:]`; None if it is none, the walk back where it was."""
        start = self._at
        name = bytearray()
        while True:
            if len(name) == _CLASS_NAME:
                raise _NoMatch
            self._at += 1
            symbol = self._peek()
            if symbol == _COLON and self._peek(1) == _CLOSE:
                self._at += 2
                break
            # libc leaves out the z.
            if not 97 <= symbol < 122:
                self._at = start
                return None
            name.append(symbol)
        if bytes(name) not in _CLASSES:
            raise _NoMatch
        return _CLASSES[bytes(name)]

    def _equivalence(self) -> int | None:
        """The byte of `[=x=]`; None if it is none, the walk back where it was."""
        one = self._peek(1)
        if one == 0 or self._peek(2) != _EQUAL or self._peek(3) != _CLOSE:
            return None
        self._at += 4
        return one

    def _element(self, symbol: int, byte: int, wanted: int) -> bool:
        """A single byte or a range."""
        if symbol == _OPEN and self._peek() == _DOT:
            low = self._symbol()
            if not (self._peek() == _DASH and self._peek(1) != 0) and byte == low:
                return True
        else:
            if symbol == _ESCAPE:
                if self._peek() == 0:
                    raise _NoMatch
                symbol = self._next()
            low = folded(symbol, self._fold)
            is_range = self._peek() == _DASH and self._peek(1) not in (0, _CLOSE)
            if not is_range and low == wanted:
                return True
        if self._peek() != _DASH or self._peek(1) == _CLOSE:
            return False
        self._at += 1
        high = self._upper_bound()
        return low <= wanted <= high

    def _symbol(self) -> int:
        """The byte of a collating symbol `[.x.]`; longer ones have no meaning in the C locale."""
        start = self._at
        while True:
            self._at += 1
            if self._peek() == 0:
                raise _NoMatch
            if self._peek() == _DOT and self._peek(1) == _CLOSE:
                break
        if self._at - start != 2:
            raise _NoMatch
        self._at += 2
        return self._pattern[start + 1]

    def _upper_bound(self) -> int:
        """The end of a range."""
        symbol = self._next()
        if symbol == _OPEN and self._peek() == _DOT:
            return self._symbol()
        if symbol == _ESCAPE:
            symbol = self._next()
        if symbol == 0:
            raise _NoMatch
        return folded(symbol, self._fold)

    def _skip(self) -> None:
        """On behind the closing bracket, once an element has matched."""
        while True:
            symbol = self._next()
            if symbol == _CLOSE:
                return
            if symbol == 0:
                raise _NoMatch
            if symbol == _ESCAPE:
                if self._peek() == 0:
                    raise _NoMatch
                self._at += 1
            elif symbol == _OPEN and self._peek() == _COLON:
                self._class()
            elif symbol == _OPEN and self._peek() == _EQUAL:
                if self._equivalence() is None:
                    raise _NoMatch
            elif symbol == _OPEN and self._peek() == _DOT:
                self._symbol()


@lru_cache(maxsize=4096)
def compiled(pattern: bytes, *, fold: bool = False) -> Glob:
    """The pattern, ready to be asked; conditions repeat few patterns over many events."""
    return Glob(pattern, fold=fold)
