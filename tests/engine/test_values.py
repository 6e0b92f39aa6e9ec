"""Literals, read as libs reads them."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.fields.catalog import Type
from engine.values import LiteralError, as_bytes, as_text, cut, parse_hex, parse_integer, parse_literal


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("7", Type.UINT64, 7),
        (" 7", Type.UINT64, 7),
        ("+7", Type.INT32, 7),
        ("-1", Type.UINT64, (1 << 64) - 1),
        ("-1", Type.UINT32, (1 << 32) - 1),
        ("65536", Type.INT16, 0),
        ("40000", Type.INT16, -25536),
        ("256", Type.UINT8, 0),
        ("99999999999999999999999", Type.UINT64, (1 << 64) - 1),
        ("99999999999999999999999", Type.INT64, (1 << 63) - 1),
        ("99999999999999999999999", Type.INT32, -1),
        ("-3", Type.ERRNO, -3),
        ("3", Type.DOUBLE, 3.0),
        ("80", Type.PORT, 80),
        ("73616", Type.PORT, 8080),
        ("", Type.PORT, 0),
        ("https", Type.PORT, 443),
        ("true", Type.BOOL, True),
        ("false", Type.BOOL, False),
        ("10.0.0.1", Type.IPADDR, ip_address("10.0.0.1")),
        ("::1", Type.IPADDR, ip_address("::1")),
        ("10.1.2.3/8", Type.IPNET, ip_network("10.0.0.0/8")),
        ("1.2.3.4/0", Type.IPNET, ip_network("0.0.0.0/0")),
        ("fe80::1/10", Type.IPNET, ip_network("fe80::/10")),
        ("caf\udcc3\udca9", Type.CHARBUF, "café"),
        ("a\0b", Type.BYTEBUF, b"a\0b"),
    ],
)
def test_a_literal_is_the_value_of_its_type_cut_to_its_width(text: str, type_: Type, value: object) -> None:
    assert parse_literal(text, type_) == value
    assert type(parse_literal(text, type_)) is type(value)


@pytest.mark.parametrize(
    ("text", "type_", "message"),
    [
        ("0x10", Type.UINT64, "0x10 is not a valid number"),
        ("", Type.UINT64, " is not a valid number"),
        ("7 ", Type.UINT64, "7  is not a valid number"),
        ("1.5", Type.DOUBLE, "1.5 is not a valid number"),
        ("1", Type.BOOL, "filter error: unrecognized boolean value 1"),
        ("HTTP", Type.PORT, "unrecognized protocol HTTP"),
        ("1.2.3", Type.IPADDR, "unrecognized IPv4 address 1.2.3"),
        ("01.2.3.4", Type.IPADDR, "unrecognized IPv4 address 01.2.3.4"),
        ("fe80::1%eth0", Type.IPADDR, "unrecognized IPv6 address fe80::1%eth0"),
        ("::ffff:1.2.3.4", Type.IPADDR, "unrecognized IPv4 address ::ffff:1.2.3.4"),
        ("10.0.0.0", Type.IPNET, "unrecognized IP network 10.0.0.0"),
        ("10.0.0/8", Type.IPNET, "unrecognized IP address 10.0.0/8"),
        ("10.0.0.0/33", Type.IPNET, "invalid netmask 33"),
        ("10.0.0.0/-1", Type.IPNET, "invalid netmask -1"),
        ("10.0.0.0/", Type.IPNET, " is not a valid number"),
        ("::1", Type.IPNET, "invalid v6 netmask: ::1"),
        ("::1/0", Type.IPNET, "invalid v6 netmask 0"),
        ("::g/1", Type.IPNET, "unrecognized IPv6 address ::g/1"),
        ("a\0", Type.CHARBUF, "filter error: filter value cannot contain a NUL byte (\\x00)"),
        ("x" * 256, Type.CHARBUF, f"filter parameter too long (used=257, available=256):{'x' * 256}"),
        ("x" * 256, Type.BYTEBUF, "filter parameter too long (byte buf)"),
        ("1", Type.SIGTYPE, "wrong parameter type 19"),
    ],
)
def test_a_literal_of_another_type_is_refused_in_falcos_words(text: str, type_: Type, message: str) -> None:
    with pytest.raises(LiteralError) as caught:
        parse_literal(text, type_)
    assert str(caught.value) == message


def test_a_buffer_that_is_a_parameter_takes_no_literals() -> None:
    with pytest.raises(LiteralError, match="wrong parameter type 10"):
        parse_literal("61", Type.BYTEBUF, parameter=True)


def test_the_longest_literal_fits() -> None:
    assert parse_literal("x" * 255, Type.CHARBUF) == "x" * 255


def test_hexadecimal_digits_come_in_pairs() -> None:
    assert parse_hex("6A00fF") == b"j\0\xff"
    for text in ("6", "6g", "6 "):
        with pytest.raises(LiteralError, match="support hex strings only"):
            parse_hex(text)


@given(st.integers(), st.sampled_from([8, 16, 32, 64]), st.booleans())
def test_numbers_keep_their_lowest_bits(number: int, bits: int, signed: bool) -> None:
    inside = max(min(number, (1 << 63) - 1), -(1 << 63) + 1)
    assert parse_integer(str(inside), bits, signed=signed) == cut(inside, bits, signed=signed)
    assert (cut(number, bits, signed=signed) - number) % (1 << bits) == 0


@given(st.binary())
def test_strings_hold_any_bytes_up_to_the_first_nul(data: bytes) -> None:
    assert as_bytes(as_text(data)) == data.split(b"\0")[0]
