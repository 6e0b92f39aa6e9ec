"""Names in rules to fields."""

import pytest

from engine.fields import libs
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, Type
from engine.fields.resolve import FieldError, resolve

PLUGIN = FieldClass(
    name="my",
    description="",
    plugin="my",
    fields=(
        Field("my.plain", Type.CHARBUF, ""),
        Field("my.key", Type.CHARBUF, "", argument=Argument(required=True, key=True)),
        Field("my.list", Type.UINT64, "", is_list=True, argument=Argument(index=True)),
        Field("my.both", Type.CHARBUF, "", argument=Argument(required=True, index=True, key=True)),
    ),
)
SYSCALL = Catalog("syscall", (*libs.classes("syscall"), PLUGIN))
JSON = Catalog("my", (libs.static_class((("env", "prod"),)), *libs.classes("my"), PLUGIN))


@pytest.mark.parametrize(
    ("name", "arg", "field", "meant", "index", "type_"),
    [
        ("evt.num", None, "evt.num", None, None, Type.UINT64),
        ("evt.arg.flags", None, "evt.arg", "flags", None, Type.CHARBUF),
        ("evt.arg", "2", "evt.arg", "2", 2, Type.CHARBUF),
        ("evt.args", None, "evt.args", None, None, Type.CHARBUF),
        ("evt.rawarg.res", None, "evt.rawarg", "res", None, Type.ERRNO),
        ("evt.rawarg.name", None, "evt.rawarg", "name", None, Type.FSPATH),
        ("evt.around", "1500", "evt.around", "1500", 1500, Type.UINT64),
        ("evt.abspath", None, "evt.abspath", None, None, Type.CHARBUF),
        ("evt.abspath.dst", None, "evt.abspath", "dst", None, Type.CHARBUF),
        ("evt.type.is.open", None, "evt.type.is", "open", None, Type.UINT32),
        ("evt.type.is.3", None, "evt.type.is", "3", 3, Type.UINT32),
        ("evt.latency.human", None, "evt.latency.human", None, None, Type.CHARBUF),
        ("proc.aname", None, "proc.aname", None, None, Type.CHARBUF),
        ("proc.aname", "2", "proc.aname", "2", 2, Type.CHARBUF),
        ("proc.aexepath", "0", "proc.aexepath", "0", 0, Type.CHARBUF),
        ("proc.aname", "-1", "proc.aname", "-1", None, Type.CHARBUF),
        ("proc.env", "PATH", "proc.env", "PATH", None, Type.CHARBUF),
        ("proc.aenv", "3", "proc.aenv", "3", 3, Type.CHARBUF),
        ("thread.cgroup.cpu_set", None, "thread.cgroup", "cpu_set", None, Type.CHARBUF),
        ("thread.cgroups", None, "thread.cgroups", None, None, Type.CHARBUF),
        ("fd.types", "1", "fd.types", "1", 1, Type.CHARBUF),
        ("fs.path.name", None, "fs.path.name", None, None, Type.CHARBUF),
        ("my.key", "a/b", "my.key", "a/b", None, Type.CHARBUF),
        ("my.list", "0", "my.list", "0", 0, Type.UINT64),
        ("my.both", "7", "my.both", "7", 7, Type.CHARBUF),
        ("my.both", "x", "my.both", "x", None, Type.CHARBUF),
    ],
)
def test_a_field_is_found_with_what_its_argument_means(
    name: str, arg: str | None, field: str, meant: str | None, index: int | None, type_: Type
) -> None:
    ref = resolve(SYSCALL, name, arg)
    assert (ref.field.name, ref.arg, ref.index, ref.type) == (field, meant, index, type_)
    assert ref.text == (name if arg is None else f"{name}[{arg}]")


@pytest.mark.parametrize(
    ("name", "arg", "message"),
    [
        ("proc.Name", None, "filter_check called with nonexistent field proc.Name"),
        ("proc.namex", None, "filter_check called with nonexistent field proc.namex"),
        ("proc.aname", "x", "filter_check called with nonexistent field proc.aname[x]"),
        ("evt.num", "1", "filter_check called with nonexistent field evt.num[1]"),
        ("evt.type.is.nope", None, "filter_check called with nonexistent field evt.type.is.nope"),
        ("evt.arg", None, "filter syntax error: evt.arg"),
        ("evt.arg", "x", "x is not a valid number"),
        ("evt.arg.nope", None, "unknown event argument nope"),
        ("evt.rawarg", "0", "evt.arg fields must be expressed explicitly"),
        ("evt.around", None, "filter syntax error: evt.around"),
        ("evt.around.x", None, "wrong syntax for evt.around"),
        ("thread.cgroup", None, "filter syntax error: thread.cgroup"),
        ("fd.types", "x", "x is not a valid number"),
        ("argument.x", None, "filter error: proc.arg filter not implemented yet"),
        ("my.key", None, "filter 'my.key': my.key requires an argument but none provided"),
        (
            "my.plain",
            "0",
            "filter 'my.plain[0]': my.plain does not allow nor require an argument but one is provided: 0",
        ),
        ("my.key", "a b", "filter 'my.key[a': my.key has unbalanced argument brackets"),
        ("my.key", " x", "filter 'my.key[': my.key terminates with incomplete argument brackets"),
        ("my.list", "01", "filter my.list[01] my.list has an invalid index argument starting with 0: 01"),
        ("my.list", "-1", "filter my.list[-1] my.list has an invalid index argument not composed only by digits: -1"),
        (
            "my.list",
            "9" * 20,
            f"filter my.list[{'9' * 20}] my.list has an invalid index argument not representable on 64 bit: {'9' * 20}",
        ),
    ],
)
def test_what_is_no_field_is_refused_in_falcos_words(name: str, arg: str | None, message: str) -> None:
    with pytest.raises(FieldError) as caught:
        resolve(SYSCALL, name, arg)
    assert str(caught.value) == message


def test_plugin_sources_have_the_generic_fields_only() -> None:
    assert resolve(JSON, "evt.source", None).field.name == "evt.source"
    for name in ("evt.type", "proc.name", "evt.arg.fd"):
        with pytest.raises(FieldError, match="nonexistent field"):
            resolve(JSON, name, None)


def test_static_fields_come_first() -> None:
    assert resolve(JSON, "static.env", None).type is Type.CHARBUF
    with pytest.raises(FieldError, match=r"nonexistent field static\.nope"):
        resolve(JSON, "static.nope", None)


def test_the_first_class_that_knows_a_prefix_ends_the_search() -> None:
    late = FieldClass(name="late", description="", plugin="late", fields=(Field("my.plain.more", Type.CHARBUF, ""),))
    catalog = Catalog("my", (PLUGIN, late))
    with pytest.raises(FieldError, match=r"nonexistent field my\.plain\.more"):
        resolve(catalog, "my.plain.more", None)
