from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import gourl


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://:9765/k8s-audit", gourl.Url("http", ":9765", "/k8s-audit")),
        ("file:///var/log/a%20b", gourl.Url("file", "", "/var/log/a b")),
        ("/api/v1?a=1&b=2#x", gourl.Url("", "", "/api/v1", "a=1&b=2")),
        ("plain/path.jsonl", gourl.Url("", "", "plain/path.jsonl")),
        ("mailto:someone", gourl.Url("mailto")),
        ("S3://x", gourl.Url("s3", "x")),
    ],
)
def test_urls_are_cut_into_their_parts(text, url):
    assert gourl.parse(text) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%zz", 'parse "%zz": invalid URL escape "%zz"'),
        (":x", 'parse ":x": missing protocol scheme'),
        ("1:b", 'parse "1:b": first path segment in URL cannot contain colon'),
        ("a\x7f", 'parse "a\\x7f": net/url: invalid control character in URL'),
    ],
)
def test_what_is_no_url_is_said_in_gos_words(text, message):
    with pytest.raises(gourl.UrlError) as caught:
        gourl.parse(text)
    assert str(caught.value) == message


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_parameters_come_back_as_they_were_encoded(values):
    query = urlencode(values)
    assert gourl.parameters(query) == {k: v[0] for k, v in parse_qs(query, keep_blank_values=True).items()} == values


def test_the_first_of_repeated_parameters_counts():
    assert gourl.parameters("a=1&a=2&b") == {"a": "1", "b": ""}


def test_one_bad_parameter_spoils_all():
    with pytest.raises(gourl.UrlError, match="semicolon"):
        gourl.parameters("a=1&b=2;c=3")
    with pytest.raises(gourl.UrlError, match="escape"):
        gourl.parameters("a=%x")
