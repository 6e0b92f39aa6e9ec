"""What may stand in front of a YAML value: anchors and aliases, tags, and the header of a block scalar."""

import re

from engine.rules.scalars import BREAK, YamlError

_BLANKS = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"#(?:(?!\r\n)[^\n])*")
_ANCHOR = re.compile(r"(?:(?!\r\n)[^\[\]{}, \t\n])*")
_ANCHOR_END = re.compile(r"[?:,\]}%@` \t\n]|\r\n|\Z")
_CHOMP = re.compile(r"(?:[+-][0-9]|[0-9][+-]|[+-]|[0-9])?")
_WORD = re.compile(r"[A-Za-z0-9-]*")
_TAG_CHARS = re.compile(r"(?:[A-Za-z0-9#;/?:@&=+$_.~*'()-]|%[0-9A-Fa-f]{2})*")
_VERBATIM = re.compile(r"(?:[A-Za-z0-9#;/?:@&=+$,_.!~*'()\[\]-]|%[0-9A-Fa-f]{2})*")


def scan_anchor(text: str, pos: int, *, is_alias: bool) -> tuple[str, int]:
    """The name of an anchor or alias, whose sign is just before `pos`, and where it ends. Raises YamlError."""
    end = _end_of(_ANCHOR, text, pos)
    if end == pos:
        raise YamlError("alias not found after *" if is_alias else "anchor not found after &", end)
    if not _ANCHOR_END.match(text, end):
        what = "alias" if is_alias else "anchor"
        raise YamlError(f"illegal character found while scanning {what}", end)
    return text[pos:end], end


def scan_tag(text: str, pos: int) -> tuple[str, int]:
    """What follows a tag's `!`, and where it ends. Raises YamlError.

    It is `<...>`, nothing, `tag`, `!tag` or `handle!tag`.
    """
    if text[pos : pos + 1] == "<":
        end = _end_of(_VERBATIM, text, pos + 1)
        if text[end : end + 1] != ">":
            raise YamlError("end of verbatim tag not found", end)
        return text[pos : end + 1], end + 1
    word = _end_of(_WORD, text, pos)
    if text[word : word + 1] == "!":
        end = _end_of(_TAG_CHARS, text, word + 1)
        if end == word + 1:
            raise YamlError("tag handle with no suffix", end)
    else:
        end = _end_of(_TAG_CHARS, text, word)
        if text[end : end + 1] == "!":
            raise YamlError("illegal character found while scanning tag handle", word)
    return text[pos:end], end


def scan_block_header(text: str, pos: int) -> tuple[str, int | None, int]:
    """What follows `|` or `>` in its line: `clip`, `keep` or `strip`, the indentation if given, and the line's end.

    Raises YamlError.
    """
    chomp, indent = "clip", None
    end = _end_of(_CHOMP, text, pos)
    for sign in text[pos:end]:
        pos += 1
        if sign in "+-":
            chomp = "keep" if sign == "+" else "strip"
        elif sign == "0":
            raise YamlError("cannot set zero indentation for a block scalar", pos)
        else:
            indent = int(sign)
    pos = _end_of(_BLANKS, text, pos)
    comment = _COMMENT.match(text, pos)
    pos = comment.end() if comment else pos
    if pos < len(text) and not BREAK.match(text, pos):
        raise YamlError("unexpected character in block scalar", pos)
    return chomp, indent, pos


def _end_of(pattern: re.Pattern[str], text: str, pos: int) -> int:
    """Where a match of `pattern`, which may be empty, ends."""
    found = pattern.match(text, pos)
    return found.end() if found else pos
