"""Texts as Go's fmt writes them: quoted (`%q`) as in messages about bad input, and numbers (`%v`)."""

_NAMED = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quote(data: bytes) -> str:
    """Bytes between double quotes: printable characters stay, everything else is escaped."""
    out = ['"']
    for char in data.decode("utf-8", "surrogateescape"):
        code = ord(char)
        if code in _NAMED:
            out.append(_NAMED[code])
        elif 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif char.isprintable():
            out.append(char)
        elif code < 0x80:
            out.append(f"\\x{code:02x}")
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    out.append('"')
    return "".join(out)


def float_text(value: float, *, low: int = -4, high: int = 6, padded: bool = True) -> str:
    """A number as Go's fmt shows it (`%v`): shortest digits, an exponent below 10^low and from 10^high on.

    `padded`: exponents have two digits at least. Go's JSON encoder has other limits, and does not pad.
    """
    if value == 0:
        return "-0" if str(value).startswith("-") else "0"
    digits, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = digits.partition(".")
    significant = (whole + fraction).lstrip("0").rstrip("0") or "0"
    place = _power(whole, fraction) + int(power or 0)
    sign = "-" if value < 0 else ""
    if low <= place < high or place == 0:
        return sign + _plain(significant, place)
    rest = f".{significant[1:]}" if len(significant) > 1 else ""
    shown = f"{abs(place):02d}" if padded or place > 0 else str(abs(place))
    return f"{sign}{significant[0]}{rest}e{'-' if place < 0 else '+'}{shown}"


def _power(whole: str, fraction: str) -> int:
    """The power of ten of the first digit that is not zero."""
    stripped = whole.lstrip("0")
    if stripped:
        return len(stripped) - 1
    return -(len(fraction) - len(fraction.lstrip("0"))) - 1


def _plain(significant: str, place: int) -> str:
    if place < 0:
        return "0." + "0" * (-place - 1) + significant
    if len(significant) <= place + 1:
        return significant + "0" * (place + 1 - len(significant))
    return significant[: place + 1] + "." + significant[place + 1 :]
