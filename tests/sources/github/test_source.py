def test_payloads_have_the_time_of_arrival(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"webhook_type":"star"}\n{"webhook_type":"push"}\n')
    ran = run("github", str(path))
    assert ran.values("github.type") == ["star", "push"]
    assert ran.events[1].ts_ns - ran.events[0].ts_ns == 1000
