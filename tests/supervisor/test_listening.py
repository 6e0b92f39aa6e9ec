import os
import socket

import msgspec
import pytest

from engine.errors import ConfigError
from engine.options import Options
from supervisor import listening
from supervisor.plan import ChildPlan, PluginChoice


def plan(params, source="k8s_audit", plugin="k8saudit"):
    return ChildPlan(source, (), "", Options(), PluginChoice(plugin, open_params=params))


def test_a_webhooks_socket_listens_before_its_child_lives_and_until_it_is_released():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    prepared = listening.prepare(plan(f"http://127.0.0.1:{port}/x"))
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    assert listening.prepare(prepared) == prepared
    assert listening.release(prepared).inlet == (-1, -1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_what_cannot_be_opened_is_told_when_the_sources_turn_comes():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        prepared = listening.prepare(plan(f"http://127.0.0.1:{port}/x"))
    assert prepared.cannot_open == f"listen tcp 127.0.0.1:{port}: bind: address already in use"
    assert prepared.inlet[0] < 0


def test_standard_input_is_kept_as_another_descriptor():
    prepared = listening.prepare(plan("-"))
    assert os.fstat(prepared.inlet[0]).st_ino == os.fstat(0).st_ino
    listening.release(prepared)


def test_sources_that_open_for_themselves_are_left_alone():
    assert listening.prepare(plan("x.jsonl")) == plan("x.jsonl")
    alone = plan("-", "dummy", "dummy")
    assert listening.prepare(alone) == alone
    system = msgspec.structs.replace(alone, plugin=None)
    assert listening.prepare(system) == system


def test_standard_input_has_one_reader():
    listening.check_stdin([plan("-"), plan("x")])
    with pytest.raises(ConfigError, match=r"by more than one source: k8s_audit, okta$"):
        listening.check_stdin([plan("-"), plan("-", "okta", "okta")])
    with pytest.raises(ConfigError, match=r"both the rules and the input of k8s_audit$"):
        listening.check_stdin([plan("-")], rules=True)
