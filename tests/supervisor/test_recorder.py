"""The flight recorder."""

import os
import signal

from supervisor.recorder import NOWHERE, Pen, Place, Recorder


def test_what_was_noted_before_a_kill_can_be_read_after_it() -> None:
    recorder = Recorder()
    assert recorder.read() == NOWHERE
    pid = os.fork()
    if not pid:
        pen = Pen(os.dup(recorder.fd))
        pen.note(1 << 40, inside=True)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert recorder.read() == Place(1 << 40, inside=True)
    recorder.close()
