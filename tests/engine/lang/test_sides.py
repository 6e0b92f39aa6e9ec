"""Operands: fields, transformers and lists, with their types."""

import pytest

from engine.fields import libs
from engine.fields.catalog import Catalog, Type
from engine.lang import typed
from engine.lang.parser import parse_operand
from engine.lang.sides import CheckError, Side, side

CATALOG = Catalog("syscall", libs.classes("syscall"))


def known(text: str) -> Side:
    operand, end = parse_operand(text, 1000)
    assert end == len(text)
    return side(operand, CATALOG)


@pytest.mark.parametrize(
    ("text", "type_", "is_list"),
    [
        ("proc.pid", Type.INT64, False),
        ("fd.types", Type.CHARBUF, True),
        ("evt.rawarg.fd", Type.FD, False),
        ("tolower(b64(proc.name))", Type.CHARBUF, False),
        ("toupper(fd.types)", Type.CHARBUF, True),
        ("len(proc.name)", Type.UINT64, False),
        ("len(fd.types)", Type.UINT64, False),
        ('join(",", fd.types)', Type.CHARBUF, False),
        ("concat(proc.name, 1)", Type.CHARBUF, False),
        ('getopt(("-a"), "a")', Type.CHARBUF, True),
        ('getopt(("-a"), "a")[a]', Type.CHARBUF, False),
        ('len(getopt(("-a"), "a"))', Type.UINT64, False),
    ],
)
def test_a_transformer_gives_a_type(text: str, type_: Type, is_list: bool) -> None:
    one = known(text)
    assert (one.type, one.is_list) == (type_, is_list)
    assert (one.operand.type, one.operand.is_list) == (type_, is_list)


def test_a_list_of_texts_is_a_constant_and_one_with_fields_is_not() -> None:
    assert known('join(",", ("a", 5))').operand == typed.Call(
        "join",
        (typed.Const(",", Type.CHARBUF), typed.Const(("a", "5"), Type.CHARBUF, is_list=True)),
        None,
        Type.CHARBUF,
        False,
    )
    call = known('join(",", ("a", proc.name))').operand
    assert isinstance(call, typed.Call)
    assert isinstance(call.args[1], typed.ListOf)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proc.nope", "filter_check called with nonexistent field proc.nope"),
        ("tolower(fd.ip)", "field 'fd.ip' does not support transformers"),
        ("toupper(proc.name)[a]", "filter error: transformer 'toupper' does not support field arguments"),
        ("concat(proc.name)", "unknown field transfomer 'concat'"),
        ("toupper(proc.name, proc.name)", "unknown multivalue transformer"),
        ('join(",", fd.types)[a]', "transformer 'join' does not support field arguments"),
        ('getopt("a", "b")', "getopt() first argument must be a list"),
        ('getopt(fd.types, "b", "c")', "getopt() requires exactly 2 arguments: args list and optstring"),
        ("getopt(fd.types, proc.pid)", "getopt() arguments must be strings"),
        (
            "toupper(len(fd.types))",
            (
                "can't add field transformer: type 'UINT64' is not supported by 'toupper' transformer applied on field "
                "'fd.types'"
            ),
        ),
    ],
)
def test_a_wrong_operand_is_refused_in_falcos_words(text: str, message: str) -> None:
    with pytest.raises(CheckError) as error:
        known(text)
    assert error.value.message == message


def test_a_refusal_points_at_the_part_that_is_wrong() -> None:
    with pytest.raises(CheckError) as error:
        known("toupper(proc.nope)")
    assert error.value.span == (8, 17)


def test_transformers_nested_too_deeply_are_refused() -> None:
    with pytest.raises(CheckError, match="exceeded max depth limit of 100"):
        known("toupper(" * 200 + "proc.name" + ")" * 200)
