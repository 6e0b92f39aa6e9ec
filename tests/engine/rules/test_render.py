"""Reports in Falco's words."""

import json

from engine.diagnostics import Code, Context, Diagnostic, Location, Report
from engine.rules import render
from engine.span import Position


def report(*codes: Code, field: str | None = None) -> Report:
    found = Report("r.yaml")
    place = Location("rule", "x", Position(2, 0, 2), "r.yaml")
    for code in codes:
        found.add(
            Diagnostic(
                code, "why", Context((place,), "- rule\n  ^\n"), deprecated_field=None if code.is_error else field
            )
        )
    return found


def test_a_good_report_is_one_word() -> None:
    assert render.verbose(report()) == "r.yaml: Ok"
    assert render.validation([report(), report(Code.LOAD_UNUSED_LIST)]) == "r.yaml: Ok\nr.yaml: Ok, with warnings"


def test_an_error_shows_its_chain_its_line_and_its_code() -> None:
    assert render.verbose(report(Code.LOAD_ERR_VALIDATE)) == (
        "r.yaml: Invalid\n1 Errors:\nIn rule 'x': (r.yaml:0:2)\n------\n- rule\n  ^\n------\n"
        "LOAD_ERR_VALIDATE (Error validating rule/macro/list/exception objects): why\n"
    )


def test_a_summary_has_codes_only() -> None:
    found = report(Code.LOAD_ERR_VALIDATE, Code.LOAD_DEPRECATED_ITEM, field="evt.dir")
    found.schema_warnings = ["a", "b"]
    assert render.summary(found) == (
        "r.yaml: Invalid\n 2 schema warnings: [a b]\n"
        " 1 errors: [LOAD_ERR_VALIDATE (Error validating rule/macro/list/exception objects)]\n"
        " 1 warnings: [LOAD_DEPRECATED_ITEM (Used deprecated item: field 'evt.dir')]"
    )


def test_json_describes_warnings_at_length_and_errors_briefly() -> None:
    found = json.loads(render.json_text([report(Code.LOAD_ERR_VALIDATE, Code.LOAD_UNUSED_MACRO)]))
    (result,) = found["falco_load_results"]
    assert result["errors"][0]["codedesc"] == Code.LOAD_ERR_VALIDATE.value
    assert result["warnings"][0]["codedesc"].startswith("A macro is defined")
    assert result["errors"][0]["context"]["locations"][0]["position"]["name"] == "r.yaml"


def test_a_file_without_documents_has_no_schema_verdict() -> None:
    found = report()
    found.schema_status = "none"
    assert "schema_valid" not in render.as_json(found)
    assert render.schema_validation(found) == "none"
