"""The fields that libs offers."""

from engine.fields import libs
from engine.fields.catalog import Flags, Format, Type


def test_syscall_rules_have_all_classes_in_order_and_plugin_rules_the_first() -> None:
    names = [(group.name, len(group.fields)) for group in libs.classes("syscall")]
    assert names == [
        ("evt", 18),
        ("evt", 58),
        ("process", 90),
        ("user", 6),
        ("group", 2),
        ("fd", 46),
        ("fs.path", 6),
        ("util", 1),
        ("fdlist", 6),
    ]
    assert libs.classes("k8s_audit") == (libs.GENERIC,)


def test_fields_know_what_may_be_done_with_them() -> None:
    fields = {field.name: field for group in libs.classes("syscall") for field in group.fields}
    assert fields["fd.ip"].flags == Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER
    assert fields["evt.dir"].flags == Flags.DEPRECATED
    assert fields["fd.types"].is_list
    assert fields["fd.dev"].format is Format.HEX
    assert fields["evt.cpu"].type is Type.INT16
    assert all(field.help for field in fields.values())


def test_static_fields_are_sorted_strings_that_outputs_suggest() -> None:
    group = libs.static_class((("b", "2"), ("a", "1")))
    assert [(field.name, field.type, field.flags) for field in group.fields] == [
        ("static.a", Type.CHARBUF, Flags.FORMAT_SUGGESTED),
        ("static.b", Type.CHARBUF, Flags.FORMAT_SUGGESTED),
    ]
