import pytest

from sources.k8s_audit.records import Splitter

STAMP = '"stageTimestamp":"2024-05-01T10:00:0%d.5Z"'


def event(n, extra=""):
    return f'{{"kind":"Event","auditID":"id-{n}",{extra}{STAMP % n}}}'


def split(text, *, strict=False, limit=1000):
    told = []
    records = Splitter(limit, lambda *what: told.append(what), strict=strict).split(text.encode())
    return records, [text for _, text in told]


def payloads(text, **settings):
    return [record.payload.decode() for record in split(text, **settings)[0]]


@pytest.mark.parametrize("form", ["%s", "[%s]", "[[%s]]", '{"kind":"EventList","items":[%s]}', " %s \t"])
def test_an_event_comes_alone_in_arrays_and_in_lists(form):
    assert payloads(form % event(1)) == [event(1)]
    assert payloads(form % event(1, '"a" : [ 1.50 ],')) == [event(1, '"a":[1.50],')]


def test_the_time_is_that_of_the_stage():
    (record,), _ = split(event(1))
    assert record.ts_ns == 1714557601500000000


def test_a_list_loses_only_its_bad_items():
    text = f'{{"kind":"EventList","items":[{event(1)},{{"kind":"Event"}},3,{event(2)}]}}'
    assert payloads(text) == [event(1), event(2)]
    assert split(text)[1] == ["can't read stageTimestamp"] * 2


def test_an_array_with_a_bad_element_is_lost_whole_only_where_falco_loses_it():
    text = f"[{event(1)},3,{event(2)}]"
    assert payloads(text) == [event(1), event(2)]
    assert payloads(text, strict=True) == []
    assert split(text, strict=True)[1] == ["data not recognized as a k8s audit event"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot parse JSON: cannot parse object: missing '}'; unparsed tail: \"\""),
        ('{"kind":"Pod"}', "data not recognized as a k8s audit event"),
        ("3", "data not recognized as a k8s audit event"),
        ('{"kind":"Event"}', "can't read stageTimestamp"),
        (
            '{"kind":"Event","stageTimestamp":3}',
            'parsing time "" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "" as "2006"',
        ),
        (event(1, '"x":"' + "y" * 1000 + '",'), "event larger than maxEventSize: size=1082"),
    ],
)
def test_what_is_no_event_is_told_in_the_plugins_words(text, said):
    assert split(text) == ([], [said])


def test_what_the_plugin_asked_for_is_written_in_gos_escapes():
    text = '{"k\\u0069nd":"Event","\\u0061":"\\u0062","stageTimestamp":"2024-05-01T10:00:01Z"}'
    assert payloads(text) == ['{"kind":"Event","a":"\\u0062","stageTimestamp":"2024-05-01T10:00:01Z"}']
    text = '{"kind":"Ev\\u0065nt","\\u0061":1,"stageTimestamp":"2024-05-01T10:00:01Z"}'
    assert payloads(text) == ['{"kind":"Event","\\u0061":1,"stageTimestamp":"2024-05-01T10:00:01Z"}']


def test_nested_arrays_do_not_exhaust_the_stack():
    assert payloads("[" * 290 + event(1) + "]" * 290) == [event(1)]
