"""What loads but is probably not meant."""

import pytest

from engine.diagnostics import Code
from engine.fields import libs
from engine.fields.catalog import Catalog, Field, FieldClass, Type
from engine.lang.advice import DEPRECATED_FIELDS, advise, advise_on_tree
from engine.lang.parser import parse

CATALOG = Catalog("syscall", libs.classes("syscall"))
AUDIT = Catalog(
    "k8s_audit",
    (*libs.classes("k8s_audit"), FieldClass("k8s", "", (Field("ka.verb", Type.CHARBUF, ""),), plugin="k8saudit")),
)


def said(text: str, catalog: Catalog = CATALOG) -> list[tuple[Code, str]]:
    return [(one.code, one.message) for one in advise(parse(text), catalog)]


@pytest.mark.parametrize("pattern", ["abc", "^abc$", ".*abc", "abc.*", "abc.?", ".*", "", "^$", "a"])
def test_a_pattern_without_special_characters_inside_need_not_be_one(pattern: str) -> None:
    assert said(f"proc.name regex '{pattern}'") == [
        (
            Code.LOAD_COMPILE_CONDITION,
            (
                f"regex check with '{pattern}' may be optimized with simpler operators such as '=', 'contains', "
                "'startswith', 'endswith'"
            ),
        )
    ]


@pytest.mark.parametrize("pattern", ["a.c", "a.*b", "(abc)", "a|b", "a{2}", ".", "a$b", r"a\\.b"])
def test_a_pattern_that_needs_to_be_one_is_not_remarked(pattern: str) -> None:
    assert said(f"proc.name regex '{pattern}'") == []


def test_a_value_that_names_a_field_is_remarked() -> None:
    assert said("proc.name = proc.pname") == [
        (Code.LOAD_COMPILE_CONDITION, "'proc.pname' may be a valid field misused as a const string value")
    ]
    assert said("proc.name in (a, ' proc . exe ')") == [
        (Code.LOAD_COMPILE_CONDITION, "' proc . exe ' may be a valid field misused as a const string value")
    ]
    assert said("proc.name = proc.nope") == []


def test_a_value_that_looks_like_a_transformer_is_remarked() -> None:
    assert said("proc.name = 'toupper(proc.name)'") == [
        (
            Code.LOAD_COMPILE_CONDITION,
            "'toupper(proc.name)' may be a valid field transformer misused as a const string value",
        )
    ]
    assert said("proc.name = 'toupper (x'") == []


def test_comparing_fields_of_audit_events_with_na_is_unsafe_and_said_once() -> None:
    assert said("ka.verb = <NA> or ka.verb in (get, <NA>)", AUDIT) == [(Code.LOAD_UNSAFE_NA_CHECK, "")]
    assert said("ka.verb contains <NA>", AUDIT) == []
    assert said("ka.verb = anyof (<NA>)", AUDIT) == []
    assert said("proc.name = <NA>") == []


@pytest.mark.parametrize("field", DEPRECATED_FIELDS)
def test_deprecated_fields_are_named_with_their_reason(field: str) -> None:
    (one,) = advise_on_tree(parse(f"not ({field} exists and {field} exists)"))
    assert (one.code, one.deprecated_field) == (Code.LOAD_DEPRECATED_ITEM, field)
    assert one.message == DEPRECATED_FIELDS[field]


def test_several_deprecated_fields_are_named_in_falcos_order() -> None:
    found = advise_on_tree(parse("evt.wait_latency > 0 and evt.latency.s > 0 and evt.dir = <"))
    assert [one.deprecated_field for one in found] == ["evt.dir", "evt.latency.s", "evt.wait_latency"]


def test_deprecated_fields_on_the_right_side_go_unnoticed() -> None:
    assert advise_on_tree(parse("proc.name = val(evt.dir)")) == []


def test_remarks_stand_where_falco_puts_them() -> None:
    tree, value = advise(parse("evt.dir = < and\nproc.name regex abc"), CATALOG)
    assert tree.position == (0, 0, 0)
    assert value.position == (32, 2, 17)
    assert value.span == (32, 35)
