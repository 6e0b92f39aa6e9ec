import pytest

from sources.gotext import float_text, quote


def test_bytes_are_quoted_as_go_quotes_them():
    assert quote(b'a"\\\n\x07\x7f\xff') == '"a\\"\\\\\\n\\a\\x7f\\xff"'
    assert quote("é\u00a0\ufeff\U000e0001".encode()) == '"é\\u00a0\\ufeff\\U000e0001"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (48.0, "48"), (37.7, "37.7"), (-122.4, "-122.4"), (123456789.125, "1.23456789125e+08"),
        (1e21, "1e+21"), (0.0001, "0.0001"), (0.00001, "1e-05"), (100000.0, "100000"), (1000000.0, "1e+06"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_go_writes_them(value, text):
    assert float_text(value) == text


def test_numbers_in_json_have_their_own_limits():
    assert float_text(1e20, low=-6, high=21, padded=False) == "100000000000000000000"
    assert float_text(1e-7, low=-6, high=21, padded=False) == "1e-7"
