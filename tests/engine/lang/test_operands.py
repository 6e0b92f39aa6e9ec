"""Fields and transformers on their own, as outputs use them."""

import pytest

from engine.lang import ast
from engine.lang.operands import ParseError
from engine.lang.parser import parse_operand
from engine.lang.printer import print_expr


@pytest.mark.parametrize(
    ("text", "printed", "end"),
    [
        ("proc.name is", "proc.name", 9),
        ("proc.aname[2]]", "proc.aname[2]", 13),
        ('ka.uri.param["a b"]', 'ka.uri.param["a b"]', 19),
        ("toupper(proc.name)x", "toupper(proc.name)", 18),
        ("tolower( b64( fd.name ) )", "tolower(b64(fd.name))", 25),
        ('join("a b", (proc.name, 5, "x y"))', 'join("a b",(proc.name,5,"x y"))', 34),
        ('getopt(proc.args, "ab=")[a] ', 'getopt(proc.args,"ab=")[a]', 27),
        ("len(())", "len(())", 7),
    ],
)
def test_an_operand_ends_where_its_grammar_does(text: str, printed: str, end: int) -> None:
    operand, at = parse_operand(text)
    assert print_expr(operand) == printed
    assert at == end


def test_the_argument_is_kept_apart_from_the_name() -> None:
    operand, _ = parse_operand("proc.aname[2]")
    assert isinstance(operand, ast.Field)
    assert (operand.name, operand.arg) == ("proc.aname", "2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unexpected token after '"),
        ("proc", "unexpected token after '"),
        ("val(proc.name)", "unexpected token after '"),
        ("proc.name[", "expected a valid field argument: a quoted string or a bare string"),
        ("proc.name[a b]", "expected a ']' token"),
        ("toupper(proc.name", "expected a ')' token closing the transformer"),
        ("join(1, (1 2))", "expected ')'"),
        ("join(1, ((1)))", "expected transformer list argument: field, transformer, quoted string, or number"),
        (
            "toupper()",
            "expected field transformer argument: field, transformer, quoted string, number, or transformer list",
        ),
        (r'toupper("\q")', r"unsupported string escape sequence: \q"),
        ("len(" * 60, "exceeded max depth limit of 100"),
    ],
)
def test_what_is_no_operand_is_refused(text: str, message: str) -> None:
    with pytest.raises(ParseError) as error:
        parse_operand(text)
    assert error.value.message == message
