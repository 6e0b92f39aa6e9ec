import pytest

from engine.errors import SourceError
from sources.base import End
from sources.dummy.source import open_params


def test_samples_rise_and_end_after_the_events_asked_for(run):
    ran = run("dummy", '{"start": 5, "maxEvents": 30}', init='{"jitter": 3}')
    values = ran.values("dummy.value")
    assert len(values) == 30
    assert ran.end == End()
    steps = [after - before for before, after in zip([5, *values], values, strict=False)]
    assert set(steps) == {1, 2, 3, 4}
    assert ran.values("dummy.strvalue") == [str(value) for value in values]


def test_without_jitter_samples_count(run):
    assert run("dummy", "", init='{"jitter": 0}').values("dummy.value") == list(range(2, 22))


def test_the_same_seed_gives_the_same_samples(run):
    first, again, other = (run("dummy", "", seed=seed).values("dummy.value") for seed in (1, 1, 2))
    assert first == again != other


def test_events_have_the_plans_time(run):
    ran = run("dummy", '{"maxEvents": 3}')
    assert [view.ts_ns - ran.events[0].ts_ns for view in ran.events] == [0, 1000, 2000]


def test_divisibility_is_one_or_zero(run):
    ran = run("dummy", '{"start": 9, "maxEvents": 2}', init='{"jitter": 0}')
    assert ran.values("dummy.divisible[5]") == [1, 0]
    assert ran.values("dummy.divisible[0]") == [None, None]
    assert ran.values("evt.plugininfo")[0] == '{"sample": "10"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "wrong open params format: unexpected end of JSON input"),
        ("x", "wrong open params format: invalid character 'x' looking for beginning of value"),
        ("[]", "wrong open params format: json: cannot unmarshal array into Go value of type dummy.PluginOpenParams"),
        (
            '{"start": -1}',
            "wrong open params format: json: cannot unmarshal number -1 into Go struct field PluginOpenParams.start of type uint64",
        ),
        (
            '{"maxEvents": "3"}',
            "wrong open params format: json: cannot unmarshal string into Go struct field PluginOpenParams.maxEvents of type uint64",
        ),
    ],
)
def test_bad_open_parameters_are_told_in_the_plugins_words(text, message):
    with pytest.raises(SourceError) as caught:
        open_params(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"), [("", (1, 20)), ("null", (1, 20)), ("{}", (1, 20)), ('{"START": 3, "x": 1}', (3, 20))]
)
def test_members_may_be_left_out(text, expected):
    assert open_params(text) == expected
