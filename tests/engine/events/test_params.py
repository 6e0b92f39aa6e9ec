from engine.events import names, params


def test_parameters_come_in_order_with_type_and_format():
    assert [(one.name, one.type, one.format) for one in params.parameters(3)] == [
        ("fd", "FD", "DEC"),
        ("name", "FSPATH", "NA"),
        ("flags", "FLAGS32", "HEX"),
        ("mode", "UINT32", "OCT"),
        ("dev", "UINT32", "HEX"),
        ("ino", "UINT64", "DEC"),
    ]


def test_a_parameter_is_found_by_name_with_its_position():
    assert params.parameter(3, "mode") == (3, params.parameters(3)[3])
    assert params.parameter(3, "nope") is None


def test_flags_are_listed_in_printing_order():
    _, flags = params.parameter(3, "flags")
    assert ("O_CLOEXEC", 1 << 12) in flags.flags
    assert [name for name, _ in flags.flags][:2] == ["O_LARGEFILE", "O_DIRECTORY"]
    assert params.parameters(3)[0].flags == ()


def test_a_relative_path_names_its_descriptor():
    code = max(names.codes_of("openat"))
    position, name = params.parameter(code, "name")
    assert params.parameters(code)[name.dirfd].name == "dirfd"
    assert position == 2
    assert params.parameters(3)[1].dirfd is None


def test_a_dynamic_parameter_has_alternatives():
    _, value = params.parameter(max(names.codes_of("getsockopt")), "val")
    assert [one.type for one in value.alternatives] == ["BYTEBUF", "ERRNO", "UINT32", "UINT64", "RELTIME"]


def test_the_longest_parameter_name_that_fits_is_taken():
    assert params.longest_match("flags").name == "flags"
    assert params.longest_match("fdx").name == "fd"
    assert params.longest_match("zzz") is None
    assert params.longest_match("") is None


def test_a_name_has_the_type_of_the_first_event_that_carries_it():
    assert params.longest_match("res").type == "ERRNO"
    assert {"FSPATH", "CHARBUF"} <= params.parameter_types("name")
    assert params.parameter_types("nope") == frozenset()
