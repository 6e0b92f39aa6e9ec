import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.aws_cloudtrail import records
from sources.aws_cloudtrail.records import Cutter
from sources.view import Record


def cut(data, limit=1 << 20):
    return list(Cutter(limit).cut(io.BytesIO(data)))


texts = st.text(alphabet='{}[]"\\a ', max_size=6)


@given(
    st.lists(st.dictionaries(texts, texts | st.dictionaries(texts, texts), max_size=3), max_size=5), st.integers(1, 9)
)
def test_records_are_found_whatever_stands_in_their_texts(found, block):
    data = json.dumps({"Records": found}).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", block)
        assert [json.loads(one) for one in cut(data)] == found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b"{}", []),
        (b'{"a":{"b":1}}{"c":{"d":2}}', [b'{"b":1}', b'{"d":2}']),
        (b'[{"a":1}]', []),
        (b'junk {"Records":[{"a":1}]} junk', [b'{"a":1}']),
        (b'{{"a":1}', [b'{"a":1}']),
        (b'{"Records":[{"a":1},{"b":"cut', [b'{"a":1}']),
    ],
)
def test_records_are_counted_by_braces_not_parsed(data, found):
    assert cut(data) == found


def test_an_endless_record_is_given_up():
    cutter = Cutter(1000)
    data = b'{"Records":[{"a":1},{"b":"' + b"x" * 600_000
    assert list(cutter.cut(io.BytesIO(data))) == [b'{"a":1}']
    assert cutter.too_long == 1


def event(**members):
    return json.dumps({"eventTime": "2024-05-01T10:00:01Z", "eventType": "AwsApiCall", **members}).encode()


def test_a_record_with_a_time_and_a_type_is_an_event():
    record = records.read(event())
    assert isinstance(record, Record)
    assert record.ts_ns == 1714557601000000000
    assert record.payload == event()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (event(eventTime=None), "record without eventTime"),
        (event(eventTime="soon"), "parsing time"),
        (event(eventType=3), "record without eventType"),
        (event(eventType="AwsCloudTrailInsight"), "record of CloudTrail Insights"),
        (b"{a}", "cannot parse JSON"),
    ],
)
def test_other_records_are_left_out_with_a_reason(payload, reason):
    assert str(records.read(payload)).startswith(reason)
