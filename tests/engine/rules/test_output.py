import time

import pytest

from engine.fields import libs
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, Type
from engine.lang import typed
from engine.rules.output import OutputError, Token, compile_output

TOY = FieldClass(
    "toy (plugin)",
    "",
    (
        Field("toy.name", Type.CHARBUF, "a name"),
        Field("toy.list", Type.CHARBUF, "many", is_list=True),
        Field("toy.map", Type.CHARBUF, "by key", argument=Argument(required=True, key=True)),
    ),
    plugin="toy",
)
CATALOG = Catalog("toy", (*libs.classes("toy"), TOY))
SYSCALLS = Catalog("syscall", libs.classes("syscall"))


def parts(text: str, catalog: Catalog = CATALOG) -> list[str | tuple[str, int | None]]:
    return [
        (part.text, part.width) if isinstance(part, Token) else part for part in compile_output(text, catalog).parts
    ]


def refusal(text: str, catalog: Catalog = CATALOG) -> str:
    with pytest.raises(OutputError) as caught:
        compile_output(text, catalog)
    return str(caught.value)


def test_literals_and_fields_alternate():
    assert parts("a %toy.name b %evt.num") == ["a ", ("toy.name", None), " b ", ("evt.num", None)]
    assert parts("nothing here") == ["nothing here"]
    assert parts("%toy.name%evt.num") == [("toy.name", None), ("evt.num", None)]


@pytest.mark.parametrize("behind", [")", ",", ".", "-x", "[0]", "[x y]", "[", "/", "|", "é", "=1", " and", " exists"])
def test_what_does_not_belong_to_a_field_is_literal(behind):
    assert parts(f"(%toy.name{behind}") == ["(", ("toy.name", None), behind]


def test_a_field_takes_its_argument_and_nothing_more():
    assert parts("%toy.map[a.b/c][d]") == [("toy.map[a.b/c]", None), "[d]"]
    assert parts("%evt.arg.name.x", SYSCALLS)[0] == ("evt.arg.name", None)


def test_a_token_is_shortened_until_it_means_something():
    assert parts("%evt.type.is.2", SYSCALLS) == [("evt.type", None), ".is.2"]
    assert parts("%proc.aname[ x", SYSCALLS) == [("proc.aname", None), "[ x"]


def test_a_number_in_front_is_the_width():
    assert parts("%20toy.name|") == [("toy.name", 20), "|"]
    assert parts("%08evt.num") == [("evt.num", 8)]
    assert parts("%0evt.num") == [("evt.num", None)]
    assert parts("%3toupper(toy.name)") == [("toupper(toy.name)", 3)]


def test_transformers_are_tokens_and_their_fields_are_the_outputs_fields():
    template = compile_output('%join(", ", toy.list) %toupper(toy.name) %toy.name', CATALOG)
    assert [ref.text for ref in template.fields()] == ["toy.list", "toy.name"]
    assert isinstance(template.parts[0], Token)
    assert isinstance(template.parts[0].operand, typed.Call)


def test_names_are_those_that_libs_registers():
    assert compile_output("%toy.name %toy.name", CATALOG).names() == ("toy.name", "toy.name")
    assert compile_output("%toupper(toy.name)", CATALOG).names() == ("toy.name", "toupper(toy.name)")
    assert compile_output("%toupper(tolower(toy.name))", CATALOG).names() == ("toy.name", "toupper(tolower(toy.name))")
    concat = compile_output("%concat(toupper(toy.name), evt.source)", CATALOG)
    assert concat.names() == ("toy.name", "toupper(toy.name)", "evt.source", "concat(toupper(toy.name),evt.source)")
    assert compile_output('%getopt(("-a", "x"), "a:")[a]', CATALOG).names() == ("getopt((-a,x),a:)[a]",)


def test_a_star_in_front_means_nothing_but_stays_in_the_text():
    template = compile_output("*%toy.name", CATALOG)
    assert [type(part) for part in template.parts] == [Token]
    assert template.text == "*%toy.name"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty formatting token"),
        ("100%", "invalid formatting syntax: formatting cannot end with a %"),
        ("x %5", "invalid formatting syntax: formatting cannot end with a number"),
        ("%nope", "unknown filter: unexpected token after '"),
        ("%%toy.name", "unknown filter: unexpected token after '"),
        ("%5 x", "unknown filter: unexpected token after '"),
        ("%toy.name %toy.nope", "unknown filter: unexpected token after '"),
        ("%toy.map", "unknown filter: unexpected token after '"),
        ("%toy.map[x", "unknown filter: unexpected token after '"),
        ("%len(evt.num)", "unknown filter: unexpected token after '"),
        ("%evt.type", "unknown filter: unexpected token after '"),
    ],
)
def test_what_falco_refuses_is_refused_in_its_words(text, message):
    assert refusal(text) == message


def test_a_long_output_with_a_token_that_must_be_shortened_compiles_at_once():
    started = time.monotonic()
    compile_output("%toy.name[x y " + "z" * 20_000, CATALOG)
    assert refusal("%nope " + "z" * 20_000).startswith("unknown filter")
    assert time.monotonic() - started < 1
