"""Values of fields, and literals read to their type.

A missing value is `None`, and every comparison with it is false. Otherwise:

* strings and paths are `str`; bytes that are not UTF-8 stand as lone surrogates (`surrogateescape`), so that equality
  and prefixes are those of the bytes. A string ends before its first NUL. Output replaces surrogates by U+FFFD;
* byte buffers are `bytes`; integers, times and durations (ns) are `int`; `bool`, `float`;
* addresses are `ipaddress` objects, networks `ip_network` ones;
* list fields are tuples of the above; a plugin's list field without elements is missing;
* a few fields of system calls stand for several values at once in a condition: `Candidates`.

A literal is read as libs reads it into memory: an integer is cut to the width of its type without a word.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

from engine.fields.catalog import Type
from engine.fields.services import PORTS

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Scalar = str | int | bool | float | bytes | Address | Network
Value = Scalar | tuple[Scalar, ...]

LONGEST = 255
"""Bytes that a literal may have (libs' buffer for one is 256, with the closing NUL of a string)."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a view returns for a field that is compared with several values, of which one has to satisfy the test.

    These are `proc.aname` and the other ancestor fields without index (one value per ancestor, from the parent up), and
    the fields that mean either end of a connection (fd.ip, fd.port, fd.proto, fd.net; fd.cip.name and its like). The
    field exists also where there is no candidate (fd.ip of a file): where it does not exist, the view returns None.
    """

    values: tuple[Scalar, ...]
    shown: Scalar | None = None
    """What outputs print, and what transformers and other fields are compared with."""
    all_differ: bool = False
    """`!=` holds only if every candidate differs (ends of a connection); else as soon as one does (ancestors)."""


class LiteralError(ValueError):
    """A text that is no value of the type; the message is Falco's."""


_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)")
"""What scanf's conversion takes: leading blanks, a sign, decimal digits."""

WIDTHS = {
    **dict.fromkeys((Type.INT8,), (8, True)),
    **dict.fromkeys((Type.INT16,), (16, True)),
    **dict.fromkeys((Type.INT32,), (32, True)),
    **dict.fromkeys((Type.INT64, Type.FD, Type.ERRNO, Type.PID), (64, True)),
    **dict.fromkeys((Type.UINT8, Type.FLAGS8, Type.ENUMFLAGS8, Type.L4PROTO), (8, False)),
    **dict.fromkeys((Type.UINT16, Type.FLAGS16, Type.ENUMFLAGS16), (16, False)),
    **dict.fromkeys(
        (Type.UINT32, Type.FLAGS32, Type.ENUMFLAGS32, Type.MODE, Type.UID, Type.GID),
        (32, False),
    ),
    **dict.fromkeys((Type.UINT64, Type.RELTIME, Type.ABSTIME), (64, False)),
}
"""Bits and signedness of the integer types."""

_TEXTS = frozenset({Type.CHARBUF, Type.FSPATH, Type.FSRELPATH, Type.SOCKADDR, Type.SOCKTUPLE, Type.SOCKFAMILY})
_NUMBERS_OF_TYPES = {
    Type.BYTEBUF: 10,
    Type.FDLIST: 16,
    Type.SYSCALLID: 18,
    Type.SIGTYPE: 19,
    Type.DYN: 27,
    Type.SIGSET: 34,
    Type.CHARBUFARRAY: 35,
    Type.CHARBUF_PAIR_ARRAY: 36,
    Type.FD32: 47,
    Type.PID32: 48,
}
"""libs' numbers of the types that a parameter can have but no literal (BYTEBUF: only parameters)."""


def as_bytes(text: str) -> bytes:
    """The bytes that a string value stands for."""
    return text.encode("utf-8", "surrogateescape")


def as_text(data: bytes) -> str:
    """The string value for bytes, which end before their first NUL."""
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def parse_integer(text: str, bits: int, *, signed: bool) -> int:
    """A decimal integer as scanf reads it into `bits` bits: saturated at 64 bits, then cut.

    Raises LiteralError (`… is not a valid number`) if anything but leading blanks stands around the digits.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise LiteralError(f"{text} is not a valid number")
    number = int(match[1]) if len(match[1]) < 40 else int(match[1][:40])
    if signed:
        number = max(min(number, (1 << 63) - 1), -(1 << 63))
    elif abs(number) >= 1 << 64:
        number = (1 << 64) - 1
    return cut(number, bits, signed=signed)


def cut(number: int, bits: int, *, signed: bool) -> int:
    """The integer that the lowest `bits` bits of a number are."""
    number &= (1 << bits) - 1
    return number - (1 << bits) if signed and number >> (bits - 1) else number


def parse_hex(text: str) -> bytes:
    """The bytes written in hexadecimal: the right side of `bcontains` and `bstartswith`. Raises LiteralError."""
    if len(text) % 2 or not re.fullmatch(r"[0-9A-Fa-f]*", text):
        raise LiteralError("filter error: bcontains and bstartswith operator support hex strings only")
    return bytes.fromhex(text)


def parse_literal(text: str, type_: Type, *, parameter: bool = False) -> Scalar:
    """The value that a literal is where `type_` is compared with. Raises LiteralError with Falco's text.

    `parameter`: the type is that of an event's parameter (evt.rawarg.NAME), where byte buffers take no literals.
    """
    # Escapes may have spelled the bytes of one character.
    data = as_bytes(text)
    if type_ is Type.BYTEBUF and not parameter:
        return _sized(data, "filter parameter too long (byte buf)")
    if b"\0" in data:
        raise LiteralError("filter error: filter value cannot contain a NUL byte (\\x00)")
    if type_ in _TEXTS:
        _sized(data, f"filter parameter too long (used={len(data) + 1}, available={LONGEST + 1}):{text}")
        return data.decode("utf-8", "surrogateescape")
    if type_ in WIDTHS:
        bits, signed = WIDTHS[type_]
        return parse_integer(text, bits, signed=signed)
    if type_ in _OTHERS:
        return _OTHERS[type_](text)
    raise LiteralError(f"wrong parameter type {_NUMBERS_OF_TYPES[type_]}")


def _sized(data: bytes, message: str) -> bytes:
    """The bytes, unless they are more than libs keeps of a literal."""
    if len(data) > LONGEST:
        raise LiteralError(message)
    return data


def _port(text: str) -> int:
    """A port by number or by the name of its service; nothing is 0."""
    if re.fullmatch(r"[0-9]*", text):
        number = int(text[:40] or "0")
        if number >= 1 << 31:
            # Falco ends here with the bare text of a C++ exception.
            raise LiteralError(f"{text} is not a valid port")
        return number & 0xFFFF
    if text not in PORTS:
        raise LiteralError(f"unrecognized protocol {text}")
    return PORTS[text]


def _bool(text: str) -> bool:
    """`true` or `false`, nothing else."""
    if text not in {"true", "false"}:
        raise LiteralError(f"filter error: unrecognized boolean value {text}")
    return text == "true"


def _double(text: str) -> float:
    """Integers only, as in libs."""
    return float(parse_integer(text, 32, signed=True))


def _address(text: str) -> Address:
    """Written with a dot it is IPv4, else IPv6."""
    return _address4(text) if "." in text else _address6(text)


def _address4(text: str) -> IPv4Address:
    """Four decimal numbers."""
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise LiteralError(f"unrecognized IPv4 address {text}") from None


def _address6(text: str, whole: str | None = None) -> IPv6Address:
    """Groups of hexadecimal digits, without a zone."""
    try:
        address = IPv6Address(text)
    except AddressValueError:
        address = None
    if address is None or address.scope_id is not None:
        raise LiteralError(f"unrecognized IPv6 address {text if whole is None else whole}")
    return address


def _network(text: str) -> Network:
    """`address/prefix length`, host bits allowed; a length of 256 is 0, as in one byte."""
    ip, slash, mask = text.partition("/")
    if "." in text:
        if not slash:
            raise LiteralError(f"unrecognized IP network {text}")
        try:
            address = IPv4Address(ip)
        except AddressValueError:
            raise LiteralError(f"unrecognized IP address {text}") from None
        length = parse_integer(mask, 8, signed=False)
        if length > 32:
            raise LiteralError(f"invalid netmask {mask}")
        return IPv4Network((address, length), strict=False)
    if not slash:
        raise LiteralError(f"invalid v6 netmask: {text}")
    address6 = _address6(ip, text)
    length = parse_integer(mask, 8, signed=False)
    if not 0 < length <= 128:
        raise LiteralError(f"invalid v6 netmask {mask}")
    return IPv6Network((address6, length), strict=False)


_OTHERS = {
    Type.PORT: _port,
    Type.BOOL: _bool,
    Type.DOUBLE: _double,
    Type.IPADDR: _address,
    Type.IPV4ADDR: _address4,
    Type.IPV6ADDR: _address6,
    Type.IPNET: _network,
}
