"""Which operators a type can be asked with."""

import pytest

from engine.fields.catalog import Type
from engine.lang.operators import OPERATORS, canonical, refusal


def allowed(type_: Type, *, is_list: bool = False) -> set[str]:
    return {op for op in OPERATORS if refusal(op, None, type_, is_list=is_list) is None}


def test_both_spellings_of_equality_are_one() -> None:
    assert canonical("==") == "="
    assert canonical("!=") == "!="


@pytest.mark.parametrize(
    ("type_", "operators"),
    [
        (Type.UINT64, "= != < <= > >= in intersects"),
        (Type.ENUMFLAGS32, "= != < <= > >= in intersects"),
        (Type.BOOL, "= != in intersects"),
        (Type.IPADDR, "= != in intersects"),
        (Type.BYTEBUF, "= != contains in startswith endswith intersects bcontains bstartswith"),
        (Type.UID, ""),
    ],
)
def test_a_type_has_the_operators_libsinsp_gives_it(type_: Type, operators: str) -> None:
    assert allowed(type_) == set(operators.split())


def test_strings_have_all_operators_but_those_of_bytes() -> None:
    assert OPERATORS - allowed(Type.CHARBUF) == {"bcontains", "bstartswith"}


def test_lists_can_only_be_asked_for_members() -> None:
    assert allowed(Type.CHARBUF, is_list=True) == {"in", "intersects"}


@pytest.mark.parametrize(
    ("op", "modifier", "type_", "is_list", "message"),
    [
        ("<", None, Type.BOOL, False, "'<' operator not supported for numeric filters"),
        (
            "contains",
            "anyof",
            Type.IPNET,
            False,
            "'contains' with modifier not supported for ip address and network filters",
        ),
        ("contains", None, Type.IPNET, False, "'contains' operator not supported for ip address and network filters"),
        ("=", None, Type.SOCKADDR, False, "'=' operator not supported for type 'SOCKADDR'"),
        ("=", None, Type.CHARBUF, True, "'=' operator not supported list filters"),
        ("in", None, Type.BYTEBUF, True, "list filters are not supported for type 'BYTEBUF'"),
        ("glob", "oneof", Type.BYTEBUF, False, "'glob' operator not supported for buffer filters"),
    ],
)
def test_a_refusal_has_falcos_words(op: str, modifier: str | None, type_: Type, is_list: bool, message: str) -> None:
    assert refusal(op, modifier, type_, is_list=is_list) == message
