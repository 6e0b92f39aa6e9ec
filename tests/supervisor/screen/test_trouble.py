"""Diagnostics as a person sees them."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from engine.diagnostics import Caret, Code, Context, Diagnostic, Location, Report
from engine.span import Position, Span
from supervisor.screen import trouble
from supervisor.screen.theme import STYLES

RULES = "- rule: Shell\n  condition: >\n    evt.type = execve and proc.nam in (bash, zsh)\n  priority: INFO\n"
START = RULES.index("proc.nam")
CONTEXT = Context(
    (
        Location("rules content", "", Position(), "shell.yaml"),
        Location("rule", "Shell", Position(2, 0, 2), "shell.yaml"),
    ),
    "",
)
UNKNOWN = Diagnostic(
    Code.LOAD_ERR_COMPILE_CONDITION,
    "nonexistent field proc.nam",
    CONTEXT,
    Caret("shell.yaml", Span(START, START + 8)),
    hint="did you mean proc.name?",
)


def shown(text: Text) -> str:
    out = StringIO()
    Console(file=out, theme=STYLES, width=200).print(text)
    return out.getvalue()


def test_an_error_points_at_its_place_and_says_what_might_help() -> None:
    assert shown(trouble.full(UNKNOWN, {"shell.yaml": RULES})) == (
        "error[LOAD_ERR_COMPILE_CONDITION]: nonexistent field proc.nam\n"
        " --> shell.yaml:3:27\n"
        "  |\n"
        "3 |     evt.type = execve and proc.nam in (bash, zsh)\n"
        "  |                           ^^^^^^^^ did you mean proc.name?\n"
        "  = in rule 'Shell'\n"
    )


def test_one_line_is_enough_for_an_editor() -> None:
    assert shown(trouble.concise(UNKNOWN, {"shell.yaml": RULES})) == (
        "shell.yaml:3:27: LOAD_ERR_COMPILE_CONDITION nonexistent field proc.nam (did you mean proc.name?)\n"
    )


def test_without_an_exact_place_the_innermost_one_in_the_file_is_shown() -> None:
    vague = Diagnostic(Code.LOAD_NO_EVTTYPE, "too many", CONTEXT)
    assert " --> shell.yaml:1:3\n" in shown(trouble.full(vague, {"shell.yaml": RULES}))


def test_without_the_text_of_the_file_the_sentence_and_the_way_remain() -> None:
    assert shown(trouble.full(UNKNOWN, {})) == (
        "error[LOAD_ERR_COMPILE_CONDITION]: nonexistent field proc.nam\n"
        "  = did you mean proc.name?\n"
        "  = in rule 'Shell'\n"
    )


def test_a_warning_without_a_message_says_what_its_code_means() -> None:
    bare = Diagnostic(Code.LOAD_UNSAFE_NA_CHECK, "", CONTEXT)
    assert trouble.sentence(bare) == "Unsafe <NA> comparison in condition"


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = "x" * 500 + "BAD" + "y" * 500
    far = Diagnostic(Code.LOAD_ERR_YAML_PARSE, "bad", CONTEXT, Caret("f", Span(500, 503)))
    line, caret = shown(trouble.full(far, {"f": text})).splitlines()[3:5]
    assert len(line) < 140
    assert line[caret.index("^") : caret.rindex("^") + 1] == "BAD"


def test_the_caret_stands_under_its_place_behind_wide_characters_and_tabs() -> None:
    text = "\t漢字 BAD"
    wide = Diagnostic(Code.LOAD_ERR_YAML_PARSE, "bad", CONTEXT, Caret("f", Span(4, 7)))
    caret = shown(trouble.full(wide, {"f": text})).splitlines()[4]
    assert caret == "  | " + " " * (4 + 4 + 1) + "^^^"


def test_a_caret_over_several_lines_stops_at_the_end_of_the_first() -> None:
    text = "ab\ncd"
    long = Diagnostic(Code.LOAD_ERR_YAML_PARSE, "bad", CONTEXT, Caret("f", Span(1, 5)))
    assert shown(trouble.full(long, {"f": text})).splitlines()[4].strip() == "|  ^"


def test_an_escape_sequence_in_a_rules_file_cannot_reach_the_terminal() -> None:
    text = "\x1b[31mBAD"
    nasty = Diagnostic(Code.LOAD_ERR_YAML_PARSE, "\x1b]0;title\x07", CONTEXT, Caret("f", Span(5, 8)))
    out = shown(trouble.full(nasty, {"f": text}))
    assert "\x1b" not in out
    assert "\\x1b]0;title\\x07" in out


def test_the_verdict_counts_what_the_file_holds() -> None:
    report = Report("shell.yaml", errors=[UNKNOWN])
    text = trouble.verdict(report, {"rule": 1, "macro": 2, "list": 1}).plain
    assert text == "shell.yaml: 1 error, 0 warnings in 1 rule, 2 macros, 1 list"


def test_the_same_report_is_data() -> None:
    data = trouble.as_data(Report("shell.yaml", errors=[UNKNOWN]), {"shell.yaml": RULES})
    assert data["ok"] is False
    assert data["errors"] == [
        {
            "code": "LOAD_ERR_COMPILE_CONDITION",
            "message": "nonexistent field proc.nam",
            "hint": "did you mean proc.name?",
            "file": "shell.yaml",
            "line": 3,
            "column": 27,
            "length": 8,
            "context": ["rule 'Shell'"],
        }
    ]


def test_diagnostics_are_shown_in_the_order_of_the_file() -> None:
    early = Diagnostic(Code.LOAD_ERR_YAML_PARSE, "early", CONTEXT, Caret("shell.yaml", Span(0, 1)))
    assert trouble.order([UNKNOWN, early], {"shell.yaml": RULES}) == [early, UNKNOWN]
