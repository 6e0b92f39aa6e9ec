"""From the configuration to channels."""

from supervisor.config import Config
from supervisor.config.model import FileOutput, HttpOutput, Output, ProgramOutput
from supervisor.outputs import build


def test_channels_come_in_falco_s_order_whatever_the_configuration_s() -> None:
    config = Config(
        http_output=HttpOutput(enabled=True, url="http://127.0.0.1:9/"),
        program_output=ProgramOutput(enabled=True, program="cat"),
        syslog_output=Output(enabled=True),
        stdout_output=Output(enabled=True),
        file_output=FileOutput(enabled=True, filename="x"),
    )
    fanout = build.open_outputs(config, lambda *_: None)
    assert [output.name for output in fanout._outputs] == ["file", "stdout", "syslog", "program", "http"]
    fanout.close()


def test_a_channel_that_cannot_begin_is_logged_and_left_out() -> None:
    told: list[str] = []
    config = Config(stdout_output=Output(enabled=True), http_output=HttpOutput(enabled=True, url="ftp://x"))
    fanout = build.open_outputs(config, lambda _level, text: told.append(text))
    assert [output.name for output in fanout._outputs] == ["stdout"]
    assert told[0].startswith("Failed to init output: ")
    fanout.close()
