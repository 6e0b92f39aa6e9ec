from ipaddress import ip_address, ip_network

import pytest

from engine import rendering
from engine.fields.catalog import Field, FieldRef, Format, Type


def ref(name: str, type_: Type = Type.CHARBUF, form: Format = Format.DECIMAL) -> FieldRef:
    return FieldRef(Field(name, type_, name, format=form), name, type=type_)


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (None, "DEC", None),
        ("text", "NA", "text"),
        (True, "DEC", "true"),
        (False, "NA", "false"),
        (-1, "DEC", "-1"),
        (55743, "10_PADDED_DEC", "000055743"),
        (255, "HEX", "FF"),
        (8, "OCT", "10"),
        (5, "NA", None),
        (0.05, "NA", "0.1"),
        (ip_address("10.0.0.1"), "NA", "10.0.0.1"),
        (ip_address("::ffff:10.0.0.1"), "NA", "::ffff:10.0.0.1"),
        (ip_address("::1.2.3.4"), "NA", "::1.2.3.4"),
        (ip_address("::1"), "NA", "::1"),
        (ip_address("2001:db8::1"), "NA", "2001:db8::1"),
        (ip_network("10.0.0.0/8"), "NA", "<IPNET>"),
        (b"a\nb\xff", "NA", "a.b."),
        (("a", "b"), "NA", "(a,b)"),
        ((1, 2), "DEC", "(1,2)"),
        ((), "DEC", "()"),
        (("", "a", "", "b", ""), "NA", "(a,,b,)"),
        (("", ""), "NA", "()"),
    ],
)
def test_values_as_text(value, form, expected):
    assert rendering.text(value, form) == expected


def test_negative_numbers_in_hex_have_the_width_of_their_type():
    assert rendering.number_text(-1, "HEX", Type.INT32) == "FFFFFFFF"
    assert rendering.number_text(-1, "OCT", Type.INT8) == "377"


def test_a_list_is_cut_at_1023_bytes():
    assert rendering.text(("é" * 600,), "NA") == "(" + "é" * 511


def test_a_long_buffer_is_cut_and_long_base64_dropped():
    assert rendering.buffer_text(b"x" * 1022) == "x" * 1022
    assert rendering.buffer_text(b"x" * 1023) == "x" * 1021
    assert rendering.buffer_text(b"ab\x00", base64=True) == "YWIA"
    assert rendering.buffer_text(b"x" * 765, base64=True) == "eHh4" * 255
    assert rendering.buffer_text(b"x" * 766, base64=True) == ""


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (None, "DEC", None),
        (True, "NA", True),
        (5, "DEC", 5),
        (255, "HEX", "FF"),
        (5, "NA", None),
        (0.02, "NA", 0.02),
        (7.9, "DEC", 7),
        (b"a\x00", "NA", "a."),
        (ip_address("::1"), "NA", "::1"),
        (("a",), "NA", ["a"]),
        ((), "NA", None),
    ],
)
def test_values_as_members(value, form, expected):
    found = rendering.member(value, form)
    assert found == expected
    assert type(found) is type(expected)


def test_the_print_format_is_that_of_the_field():
    assert rendering.print_format(ref("proc.name")) == "NA"
    assert rendering.print_format(ref("ka.verb")) == "DEC"
    assert rendering.print_format(ref("container.id")) == "DEC"
    assert rendering.print_format(ref("proc.is_container_healthcheck", Type.BOOL)) == "DEC"
    assert rendering.print_format(ref("proc.pid", Type.INT64)) == "DEC"
    assert rendering.print_format(ref("fd.dev", Type.INT32, Format.HEX)) == "HEX"
    assert rendering.print_format(ref("evt.type.is", Type.UINT32)) == "NA"
    assert rendering.print_format(ref("evt.res")) == "DEC"


def test_a_width_counts_bytes_and_pads_or_cuts():
    assert rendering.fit("abc", 5) == "abc  "
    assert rendering.fit("abcdef", 3) == "abc"
    assert rendering.fit("é", 3) == "é "
    assert rendering.repaired(rendering.fit("aé", 2)) == "a\ufffd"


def test_ill_formed_bytes_become_replacement_characters():
    assert rendering.repaired("plain é 中") == "plain é 中"
    text = b"a\xff\xe4\xb8(\xed\xa0\x80".decode("utf-8", "surrogateescape")
    assert rendering.repaired(text) == "a\ufffd\ufffd(\ufffd\ufffd\ufffd"


def test_members_are_repaired_as_jsoncpp_does_it():
    def repaired(data: bytes) -> str:
        return rendering.jsoncpp(data.decode("utf-8", "surrogateescape"))

    assert repaired(b"\xff") == "\ufffd"
    assert repaired(b"\xc3(x") == "\u00e8x", "the byte behind a lead byte is swallowed"
    assert repaired(b"\xc0\x80") == "\ufffd", "overlong"
    assert repaired(b"a\xe4\xb8") == "a\ufffd\ufffd", "cut off: its last byte is a lead byte without anything behind"
    assert repaired(b"\xed\xa0\x80!") == "\ufffd!"
    assert repaired(b"\xf0\x9f\x98\x80\xff") == "\U0001f600\ufffd"
    assert repaired(b"\xf7\xbf\xbf\xbf") == "\ufffd"
