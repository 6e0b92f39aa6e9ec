"""Wrong rules files by the thousand: pieces of the ones written for the corpus, cut, doubled, swapped and overwritten.

The same seed gives the same inputs. `python tests/hostile/rules.py 100000` reports on as many; `test_rules.py` asks few.
"""

import random
from collections.abc import Iterator, Sequence

TOKENS = (
    *("- rule:", "- macro:", "- list:", "items:", "condition:", "override:", "exceptions:", "append: true", "values:"),
    *(
        "and",
        "or",
        "not",
        "(",
        ")",
        "((",
        "))",
        "[",
        "]",
        "{",
        "}",
        "in",
        "=",
        "!=",
        "exists",
        "pmatch",
        "val(",
        "tolower(",
    ),
    *(
        "proc.name",
        "fd.name",
        "evt.type",
        "evt.arg[",
        "proc.aname[9999999999]",
        "ka.verb",
        "%proc.name",
        "%",
        "%(",
        "*",
    ),
    *(
        '"',
        "'",
        "\\",
        "\\x",
        "#",
        ":",
        ": ",
        "|",
        ">",
        "&a",
        "*a",
        "<<: *a",
        "!!binary",
        "? ",
        "---",
        "...",
        "%YAML 9.9",
    ),
    *("\t", "\0", "\ufeff", "\u2028", "\udc80", "é", "\r", "\n", "\n  ", "\n- ", "~", "null", "1e999", "-0x", "9" * 40),
)
"""What rules are made of, and what readers stumble over."""


def inputs(texts: Sequence[str], seed: int, count: int) -> Iterator[str]:
    """`count` texts, each made of one or two of `texts`."""
    draw = random.Random(seed)
    for _ in range(count):
        text = draw.choice(texts)
        for _ in range(draw.randrange(1, 6)):
            text = draw.choice(MUTATIONS)(draw, text, draw.choice(texts))
        yield text[:20_000]


def _insert(draw: random.Random, text: str, _: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + draw.choice(TOKENS) + text[at:]


def _delete(draw: random.Random, text: str, _: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + text[at + draw.randrange(1, 30) :]


def _overwrite(draw: random.Random, text: str, _: str) -> str:
    at = draw.randrange(len(text) + 1)
    token = draw.choice(TOKENS)
    return text[:at] + token + text[at + len(token) :]


def _repeat(draw: random.Random, text: str, _: str) -> str:
    at = draw.randrange(len(text) + 1)
    return text[:at] + text[at : at + draw.randrange(1, 60)] * draw.randrange(2, 40) + text[at:]


def _splice(draw: random.Random, text: str, other: str) -> str:
    return text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other) + 1) :]


def _shift(draw: random.Random, text: str, _: str) -> str:
    lines = text.split("\n")
    at = draw.randrange(len(lines))
    lines[at] = draw.choice(("  ", " ", "\t", "- ", "# ")) + lines[at]
    return "\n".join(lines)


MUTATIONS = (_insert, _insert, _delete, _overwrite, _repeat, _splice, _shift)
