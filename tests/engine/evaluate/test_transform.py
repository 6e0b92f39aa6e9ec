"""Transformers on what libs has in memory."""

import base64
import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate import transform
from engine.evaluate.operators import Raw
from engine.fields.catalog import Type


def one(name: str, value: bytes, type_: Type = Type.CHARBUF) -> Raw | None:
    results = transform.apply(name, [value], type_, is_list=False)
    return None if results is None else results[0]


@given(st.binary())
def test_base64_is_decoded_with_and_without_padding(data: bytes) -> None:
    expected = data if data.endswith(b"\0") else data + b"\0"
    encoded = base64.b64encode(data)
    assert one("b64", encoded) == expected
    assert one("b64", encoded.rstrip(b"=")) == expected


@pytest.mark.parametrize("text", [b"=", b"==", b"a", b"aGk===", b"a-_b", b"aGk\n", b"aGl=", b"aGkaa"])
def test_what_is_no_base64_has_no_result(text: bytes) -> None:
    assert one("b64", text) is None


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("tolower", "ÄB".encode(), "Äb\0".encode()),
        ("toupper", b"ab\xe4", b"AB\xe4\0"),
        ("basename", b"/usr/bin/cat", b"cat\0"),
        ("basename", b"/usr/bin/", b"\0"),
        ("basename", b"cat", b"cat\0"),
        ("tolower", b"AB\0\0", b"ab\0"),
        ("len", b"abc\0", 3),
    ],
)
def test_strings_are_taken_bytewise_and_end_with_a_nul(name: str, text: bytes, result: Raw) -> None:
    assert one(name, text) == result


def test_the_length_of_a_list_is_the_number_of_its_values_and_of_a_buffer_its_bytes() -> None:
    assert transform.apply("len", [b"a", b"b"], Type.CHARBUF, is_list=True) == [2]
    assert one("len", b"a\0b\0", Type.BYTEBUF) == 4


def test_join_puts_the_whole_separator_between() -> None:
    assert transform.join(b", ", [b"a\0", b"b"]) == b"a, b"
    assert transform.join(b",\0", [b"a", b"b"]) == b"a,\0b"
    assert transform.join(b",", []) == b""


@pytest.mark.parametrize(
    ("args", "optstring", "found"),
    [
        ([b"-a", b"-bvalue", b"rest", b"-c"], b"ab:c", [b"a", b"b", b"value"]),
        ([b"-ab", b"value"], b"ab:", [b"a", b"b", b"value"]),
        ([b"--long", b"-a"], b"a", [b"a"]),
        ([b"-a", b"--", b"-b"], b"ab", [b"a"]),
        ([b"-x", b"-a"], b"a", [b"?", b"a"]),
        ([b"-b"], b"b:", [b""]),
        ([b"-"], b"a", []),
        ([b""], b"a", []),
        ([], b"a", []),
        ([b"-b", b"-a"], b":ab:", [b"b", b"-a"]),
    ],
)
def test_options_are_found_with_their_arguments(args: list[bytes], optstring: bytes, found: list[bytes]) -> None:
    assert transform.getopt(args, optstring, None) == found


def test_a_selected_option_gives_its_last_argument_or_its_letter() -> None:
    args = [b"-n1", b"-v", b"-n", b"2"]
    assert transform.getopt(args, b"vn:", b"n") == [b"2"]
    assert transform.getopt(args, b"vn:", b"v") == [b"v"]
    assert transform.getopt(args, b"vn:x", b"x") is None
    assert transform.getopt([b"-n"], b"n:", b"n") == [b""]


_LIBC = ctypes.CDLL(None)


def libc_getopt(args: list[bytes], optstring: bytes) -> list[bytes]:
    """The options as getopt(3) reports them; `+` stops it at the first word that is none."""
    argv = (ctypes.c_char_p * (len(args) + 2))(b"program", *args, None)
    ctypes.c_int.in_dll(_LIBC, "optind").value = 0
    ctypes.c_int.in_dll(_LIBC, "opterr").value = 0
    found: list[bytes] = []
    while (letter := _LIBC.getopt(len(args) + 1, argv, b"+" + optstring)) != -1:
        found.append(bytes([letter]))
        argument = ctypes.c_char_p.in_dll(_LIBC, "optarg").value
        if argument is not None:
            found.append(argument)
    return found


@given(st.lists(st.sampled_from([b"-a", b"-ab", b"-b", b"-bx", b"-ba", b"x", b"-", b"--", b"-aa", b"y"]), max_size=5))
def test_options_are_those_of_getopt(args: list[bytes]) -> None:
    ours = transform.getopt([*args, b"last"], b"ab:", None)
    assert ours == libc_getopt([*args, b"last"], b"ab:")
