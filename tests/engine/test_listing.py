import json

import pytest

from engine import listing
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, Flags, Type
from engine.listing import Versions

COMMON = FieldClass("evt", "What all have", (Field("evt.num", Type.UINT64, "a number"),), short="All event types")
OLD = FieldClass("old", "", (Field("old.one", Type.CHARBUF, "gone", flags=Flags.DEPRECATED),))
HIDDEN = FieldClass("util", "", (Field("util.cnt", Type.UINT64, "never shown"),), hidden=True)
FD = FieldClass(
    "fd",
    "Descriptors",
    (
        Field("fd.net", Type.IPNET, "a net", flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER),
        Field("fd.secret", Type.CHARBUF, "not shown", flags=Flags.TABLE_ONLY),
        Field("fd.dir", Type.CHARBUF, "deprecated", flags=Flags.DEPRECATED),
        Field("fd.printed", Type.CHARBUF, "only printed", flags=Flags.PRINT_ONLY),
    ),
)
PLUGIN = FieldClass(
    "toy (plugin)",
    "",
    (
        Field("toy.list", Type.CHARBUF, "many", is_list=True, argument=Argument(index=True, key=True)),
        Field(
            "toy.with.a.name.that.is.rather.long", Type.UINT64, "word " * 30, argument=Argument(required=True, key=True)
        ),
    ),
    plugin="toy",
)
CATALOGS = (Catalog("syscall", (COMMON, FD, HIDDEN, OLD)), Catalog("toy", (COMMON, PLUGIN)))


def test_a_class_of_several_sources_is_listed_once_under_all_of_them():
    text = listing.fields(CATALOGS)
    assert text.count("Field Class:                  evt (All event types)\n") == 1
    assert text.startswith(
        "-------------------------------\n"
        "Field Class:                  evt (All event types)\n"
        "Description:                  What all have \n"
        "Event Sources:                syscall toy \n"
        "\n"
        "evt.num                       a number \n"
        "\n"
        "-------------------------------\n"
        "Field Class:                  fd\n"
    )


def test_hidden_deprecated_and_print_only_fields_are_not_listed():
    for form in listing.FORMATS:
        text = listing.fields(CATALOGS, form=form, verbose=True)
        for name in ("fd.secret", "fd.dir", "fd.printed", "util.cnt", "old.one"):
            assert name not in text, (form, name)


def test_a_class_of_deprecated_fields_leaves_an_empty_line():
    assert listing.fields([Catalog("syscall", (OLD,))]) == "\n"
    assert listing.fields([Catalog("syscall", (OLD,))], form="markdown") == "\n"
    assert listing.fields([Catalog("syscall", (OLD,))], form="json") == ""


def test_tags_are_sorted_and_types_come_with_verbose():
    assert "fd.net                        (EPF_NO_RHS,EPF_NO_TRANSFORMER,FILTER_ONLY) a net \n" in listing.fields(
        CATALOGS
    )
    assert "(Type: IPNET) (EPF_NO_RHS," in listing.fields(CATALOGS, verbose=True)
    assert "(ARG_ALLOWED,ARG_INDEX,ARG_KEY,EPF_IS_LIST) many" in listing.fields(CATALOGS)


def test_a_long_name_has_a_line_of_its_own_and_help_is_wrapped():
    text = listing.fields(CATALOGS, "toy")
    lines = text[text.index("toy.with") :].splitlines()
    assert lines[0] == "toy.with.a.name.that.is.rather.long"
    assert lines[1] == " " * 30 + "(ARG_KEY,ARG_REQUIRED) " + "word " * 13
    assert lines[2] == " " * 30 + "word " * 17


def test_one_source_can_be_asked_for():
    text = listing.fields(CATALOGS, "toy")
    assert "Event Sources:                toy \n" in text
    assert "fd.net" not in text


def test_names_only_is_a_name_a_line():
    assert listing.fields(CATALOGS, names_only=True).splitlines() == [
        "evt.num", "fd.net", "toy.list", "toy.with.a.name.that.is.rather.long",
    ]  # fmt: skip
    assert json.loads(listing.fields(CATALOGS, "toy", names_only=True, form="json"))["fieldnames"][0] == "evt.num"


def test_markdown_is_a_table():
    text = listing.fields([CATALOGS[1]], form="markdown")
    assert text.startswith("## Field Class: evt\n\nWhat all have\n\nEvent Sources: toy \n\nName | Type | Description\n")
    assert "`toy.list` | LIST(CHARBUF) | many\n" in text


def test_json_tells_arguments():
    classes = json.loads(listing.fields([CATALOGS[1]], form="json"))["fieldclasses"]
    assert [one["name"] for one in classes] == ["evt", "toy (plugin)"]
    assert "desc" not in classes[1]
    assert classes[0]["fields"][0]["argument"] is None
    assert classes[1]["fields"][0]["argument"] == {"required": False, "type": ["INDEX", "KEY"]}
    assert classes[1]["fields"][1]["argument"] == {"required": True, "type": ["KEY"]}


def test_events_stand_in_sections_with_their_direction_and_parameters():
    lines = listing.events().splitlines()
    assert lines[0].startswith("The events below are valid for Falco *Schema Version*: ")
    sections = [line for line in lines if line.startswith("## ")]
    assert sections == ["## Syscall events", "## Tracepoint events", "## Plugin events", "## Metaevents"]
    assert "< getppid(SYSCALLID **ID**, UINT16 **nativeID**)" in lines
    assert "> pluginevent(UINT32 **plugin_id**, BYTEBUF **event_data**)" in lines
    assert any(line.startswith("< close(ERRNO **res**, FD **fd**)") for line in lines)
    assert not any(line.startswith("> close(") for line in lines), "entering close is outdated"


def test_flags_are_named_in_the_list_of_events():
    line = next(line for line in listing.events("markdown").splitlines() if "`openat2`" in line and "`<`" in line)
    assert "FLAGS32 **resolve**: *RESOLVE_BENEATH*, " in line
    assert line.startswith("Yes | `<` | `openat2` | FD **fd**, ")


def test_events_that_are_not_asked_for_are_marked():
    found = json.loads(listing.events("json"))
    available = {one["name"]: one["available"] for one in found["Syscall events"]}
    assert available["open"]
    assert not available["read"]
    assert set(found) == {"schema_version", "Syscall events", "Tracepoint events", "Plugin events", "Metaevents"}


def test_ignored_system_calls_are_listed():
    text = listing.ignored_syscalls()
    assert text.startswith("Ignored syscall(s):\n- pread\n")
    assert text.endswith("- writev\n\n")


VERSIONS = Versions("1.2.3", "4.5.6", "3.12.0", "0.63.0", "10.1.0", "4.5.1", "none")


def test_versions_are_printed_as_a_table_or_one_line_of_json():
    assert listing.version(VERSIONS) == (
        "Falco version: 1.2.3\nLibs version:  4.5.6\nPlugin API:    3.12.0\nEngine:        0.63.0\nDriver:\n"
        "  API version:    10.1.0\n  Schema version: 4.5.1\n  Default driver: none\n"
    )
    text = listing.version(VERSIONS, as_json=True)
    assert text.endswith("}\n")
    assert json.loads(text)["engine_version"] == "63"
    assert "plugin_versions" not in json.loads(text)


def test_versions_of_plugins_stand_with_the_others():
    assert listing.version_members(VERSIONS, [("dummy", "0.1.0")])["plugin_versions"] == {"dummy": "0.1.0"}


@pytest.mark.parametrize(("text", "expected"), [("", ""), ("a b", "a b "), ("aaaa bbbb cc", "aaaa \n  bbbb cc ")])
def test_words_are_wrapped_each_with_a_space_behind_it(text, expected):
    assert listing.wrapped(text, 2, 11) == expected
