from sources.base import End


def test_events_are_written_again_and_have_the_time_of_publication(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('[{"published":"2024-05-01T10:00:01.5Z","x":1},{"published":"soon"}]\n')
    ran = run("okta", str(path))
    assert [view.ts_ns for view in ran.events] == [1714557601500000000, -6795364578871345152]
    assert ran.values("evt.plugininfo")[0].startswith('{"uuid":"","published":"2024-05-01T10:00:01.5Z"')
    assert ran.values("json.value[/x]") == [None, None]


def test_an_event_of_another_shape_is_counted_and_left_out(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"severity":3}\n{"severity":"INFO"}\n')
    ran = run("okta", str(path))
    assert ran.values("okta.severity") == ["INFO"]
    assert ran.source.counters()["events of another shape"] == 1
    assert ran.end == End()
