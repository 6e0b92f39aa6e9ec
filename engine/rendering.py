"""Values as alerts show them: as text, and as members of a JSON object (falco.md 7.1, 7.3).

Strings go in and out as the engine keeps them: bytes that are not UTF-8 are lone surrogates, repaired only where a line
is finished (`repaired`). Lengths count bytes, as in libs.
"""

from base64 import b64encode
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from engine.fields.catalog import FieldRef, Type
from engine.values import Value

LIST_BYTES = 1023
"""libs renders a list into a buffer of this size and cuts the rest off."""
BUFFER_BYTES = 1021
"""What libs keeps of a byte buffer rendered as printable text; base64 that is longer than 1021 is dropped whole."""

_FORMATS = {"evt.type.is": "NA"} | dict.fromkeys(
    ("evt.res", "fd.type", "fd.typechar", "fd.types", "fdlist.nums", "fdlist.cports", "fdlist.sports"), "DEC"
)
"""Print formats that are not what the type suggests; those of numbers stand in the catalogue."""

_TEXTUAL = {Type.CHARBUF, Type.FSPATH, Type.FSRELPATH, Type.BYTEBUF, Type.BOOL, Type.IPADDR, Type.IPNET, Type.DOUBLE}
_LIBS = ("evt", "proc", "thread", "user", "group", "fd", "fs", "fdlist", "syscall", "util", "static")
_PLUGIN_PROC = "proc.is_container_"
"""The container plugin's; all fields of plugins print as decimals."""

_PRINTABLE = bytes(code if 32 <= code < 127 else 46 for code in range(256))
_BITS = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}


def print_format(ref: FieldRef) -> str:
    """The print format libs gives a field: `DEC`, `HEX`, `10_PADDED_DEC`, or `NA` for those that are no numbers.

    It matters beyond numbers: `%len(proc.name)` is `<NA>` in Falco, since the length is printed in the format of the
    field it was taken of.
    """
    name = ref.field.name
    if name in _FORMATS:
        return _FORMATS[name]
    if ref.type in _TEXTUAL and name.partition(".")[0] in _LIBS and not name.startswith(_PLUGIN_PROC):
        return "NA"
    return ref.field.format.value


def number_text(value: int, form: str, type_: Type = Type.UINT64) -> str | None:
    """An integer in a print format; None where libs prints none (`<NA>`)."""
    match form:
        case "DEC" | "ID":
            return str(value)
        case "10_PADDED_DEC":
            return f"{value:09d}"
        case "HEX":
            return f"{value & ((1 << _BITS.get(type_, 64)) - 1):X}"
        case "OCT":
            return f"{value & ((1 << _BITS.get(type_, 64)) - 1):o}"
        case _:
            return None


def address_text(address: IPv4Address | IPv6Address) -> str:
    """An address as inet_ntop writes it: IPv4 in IPv6 with dots."""
    if isinstance(address, IPv6Address):
        number = int(address)
        if number >> 32 == 0xFFFF:
            return f"::ffff:{IPv4Address(number & 0xFFFFFFFF)}"
        if number >> 32 == 0 and number >> 16:
            return f"::{IPv4Address(number)}"
    return str(address)


def buffer_text(data: bytes, *, base64: bool = False) -> str:
    """A byte buffer: printable characters with dots between, or base64 (`buffer_format_base64`)."""
    if base64:
        encoded = b64encode(data).decode("ascii")
        return encoded if len(encoded) <= BUFFER_BYTES else ""
    return data[: BUFFER_BYTES if len(data) > BUFFER_BYTES + 1 else None].translate(_PRINTABLE).decode("ascii")


def text(value: Value | None, form: str, type_: Type = Type.UINT64, *, base64: bool = False) -> str | None:
    """A value in an alert's text; None where Falco writes `<NA>`."""
    match value:
        case str():
            return value
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case int():
            return number_text(value, form, type_)
        case float():
            return f"{value:.1f}"
        case bytes():
            return buffer_text(value, base64=base64)
        case IPv4Address() | IPv6Address():
            # A field of networks is one address, which libs does not write out.
            return "<IPNET>" if type_ is Type.IPNET else address_text(value)
        case IPv4Network() | IPv6Network():
            return "<IPNET>"
        case tuple():
            return cut(_listed([text(item, form, type_, base64=base64) or "" for item in value]), LIST_BYTES)


def _listed(items: list[str]) -> str:
    """Items in parentheses. Empty ones at the beginning get no comma: `("", "a", "")` is `(a,)`, as libs does it."""
    first = next((at for at, item in enumerate(items) if item), len(items))
    return "(" + ",".join(items[first:]) + ")"


def member(value: Value | None, form: str, type_: Type = Type.UINT64, *, base64: bool = False) -> object:
    """A value as a member of `output_fields`: numbers, booleans and arrays stay what they are; None is null."""
    match value:
        case bool() | None:
            return value
        case int():
            return value if form in {"DEC", "ID"} else number_text(value, form, type_)
        case float():
            return int(value) if form == "DEC" else value
        case tuple():
            return [member(item, form, type_, base64=base64) for item in value] or None
        case _:
            return jsoncpp(text(value, form, type_, base64=base64) or "")


def cut(line: str, size: int) -> str:
    """At most `size` bytes of a string, cut anywhere."""
    if len(line) * 4 <= size:
        return line
    data = line.encode("utf-8", "surrogateescape")
    return line if len(data) <= size else data[:size].decode("utf-8", "surrogateescape")


def fit(line: str, size: int) -> str:
    """Exactly `size` bytes of a string: cut, or padded with spaces on the right (`%20proc.name`)."""
    if line.isascii():
        return line[:size].ljust(size)
    data = line.encode("utf-8", "surrogateescape")
    return data[:size].ljust(size).decode("utf-8", "surrogateescape")


def repaired(line: str) -> str:
    """A finished line with every ill-formed sequence replaced by U+FFFD, as Falco's JSON writer does."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return line


def jsoncpp(line: str) -> str:
    """A string member repaired as jsoncpp does it: it trusts a lead byte and takes the bytes behind it unseen."""
    if line.isascii():
        return line
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return "".join(_sloppy(line.encode("utf-8", "surrogateescape")))
    return line


def _sloppy(data: bytes) -> list[str]:
    """The way jsoncpp reads bytes as code points: continuation bytes are masked, not checked."""
    found: list[str] = []
    at = 0
    while at < len(data):
        lead = data[at]
        size, bits, least = (
            (1, lead, 0)
            if lead < 0x80
            else (2, lead & 0x1F, 0x80)
            if lead < 0xE0
            else (3, lead & 0x0F, 0x800)
            if lead < 0xF0
            else (4, lead & 0x07, 0x10000)
            if lead < 0xF8
            else (0, 0, 0)
        )
        if not size or at + size > len(data):
            found.append("\ufffd")
            at += 1
            continue
        for byte in data[at + 1 : at + size]:
            bits = bits << 6 | byte & 0x3F
        valid = bits >= least and not (size == 3 and 0xD800 <= bits <= 0xDFFF) and bits <= 0x10FFFF
        found.append(chr(bits) if valid else "\ufffd")
        at += size
    return found
