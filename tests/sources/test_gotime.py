from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import gotime


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - made aware below
def test_times_agree_with_the_calendar(when):
    text = when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond:06d}Z"
    since = when.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    expected = ((since.days * 86400 + since.seconds) * 10**6 + since.microseconds) * 1000
    assert gotime.parse(text) == expected
    assert gotime.parse(text.replace("Z", "+00:00")) == expected


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2024-05-01T10:00:00+05:30", 1714537800000000000),
        ("2024-05-01T10:00:00,5Z", 1714557600500000000),
        ("2024-05-01T9:00:00Z", 1714554000000000000),
        ("2024-05-01T10:00:00.1234567890123Z", 1714557600123456789),
        ("1969-12-31T23:59:59.5Z", -500000000),
        ("2262-04-11T23:47:16.854775807Z", 9223372036854775807),
        ("9999-12-31T23:59:59Z", -4852116232933722624),
    ],
)
def test_unusual_times_are_read_as_go_reads_them(text, ns):
    assert gotime.parse(text) == ns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", 'parsing time "x" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "x" as "2006"'),
        ("2024-13-01T10:00:00Z", 'parsing time "2024-13-01T10:00:00Z": month out of range'),
        ("2023-02-29T10:00:00Z", 'parsing time "2023-02-29T10:00:00Z": day out of range'),
        ("2024-06-30T23:59:60Z", 'parsing time "2024-06-30T23:59:60Z": second out of range'),
        ("2024-06-30T23:59:00Zx", 'parsing time "2024-06-30T23:59:00Zx": extra text: "x"'),
        ("2024-06-30T23:59:00+25:00", 'parsing time "2024-06-30T23:59:00+25:00": time zone offset hour out of range'),
        (
            "2024-06-30 23:59:00Z",
            'parsing time "2024-06-30 23:59:00Z" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse " 23:59:00Z" as "T"',
        ),
    ],
)
def test_what_is_no_time_is_said_in_gos_words(text, message):
    with pytest.raises(gotime.TimeError) as caught:
        gotime.parse(text)
    assert str(caught.value) == message


@given(st.text(alphabet="0123456789-T:.,+Z é", max_size=40))
def test_any_text_is_a_time_or_an_error(text):
    with suppress(gotime.TimeError):
        assert -(1 << 63) <= gotime.parse(text) < 1 << 63
