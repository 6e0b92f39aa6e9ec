import pytest

from sources.inlets.checks import Checks, Head

JSON = {b"content-type": b"application/json"}


@pytest.mark.parametrize(
    ("served", "asked", "fits"),
    [
        ("/k8s-audit", "/k8s-audit", True),
        ("/k8s-audit", "/k8s-audit/", False),
        ("/k8s-audit", "/other", False),
        ("/below/", "/below/it", True),
        ("", "/anything", True),
    ],
)
def test_a_path_is_served_as_go_serves_it(served, asked, fits):
    answer = Checks(served, 10).of_head(Head("POST", asked, JSON))
    assert answer is None if fits else (answer.status, answer.text) == (404, "404 page not found\n")


def test_only_posts_of_json_are_taken():
    checks = Checks("/x", 10)
    assert checks.of_head(Head("GET", "/x", JSON))[:2] == (405, "GET method not allowed\n")
    assert checks.of_head(Head("POST", "/x", {}))[:2] == (400, "wrong Content Type\n")
    assert checks.of_head(Head("POST", "/x", {b"content-type": b"text/xapplication/jsonx"})) is None
    assert checks.of_body(Head("POST", "/x", JSON), b"{") == b"{"
