import socket

import pytest

from engine.errors import SourceError
from sources.inlets.way import NOTHING, Way, listen, prepare, split, way


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("-", Way.STDIN),
        ("a.jsonl", Way.FILES),
        ("", Way.FILES),
        ("%zz", Way.FILES),
        ("s3://bucket", Way.FILES),
        ("file:///var/log/audit.log", Way.FOLLOW),
        ("http://:9765/k8s-audit", Way.WEBHOOK),
        ("HTTPS://:9765/k8s-audit", Way.WEBHOOK),
    ],
)
def test_open_parameters_name_a_way_in(params, expected):
    assert way(params) is expected


def test_falco_knows_no_standard_input():
    assert way("-", strict=True) is Way.FILES


@pytest.mark.parametrize(
    ("host", "scheme", "expected"),
    [
        (":9765", "http", ("", 9765)),
        ("localhost:1", "https", ("localhost", 1)),
        ("[::1]:80", "http", ("::1", 80)),
        ("", "http", ("", 80)),
        ("", "https", ("", 443)),
    ],
)
def test_a_host_part_is_a_name_and_a_port(host, scheme, expected):
    assert split(host, scheme) == expected


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("localhost", "listen tcp: address localhost: missing port in address"),
        ("[::1]", r"listen tcp: address \[::1\]: missing port in address"),
        ("x:99999", "listen tcp: address 99999: invalid port"),
    ],
)
def test_a_host_part_without_a_right_port_is_refused_in_gos_words(host, message):
    with pytest.raises(SourceError, match=message):
        split(host, "http")


def test_a_port_that_is_taken_is_told_as_go_tells_it():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SourceError, match=f"^listen tcp 127.0.0.1:{port}: bind: address already in use$"):
            listen(f"127.0.0.1:{port}", "http")


def test_every_address_is_listened_on_where_none_is_named():
    inlet = prepare("http://:0/x")
    with socket.socket(fileno=inlet.fd) as made:
        port = made.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


def test_files_need_nothing_beforehand():
    assert prepare("a.jsonl") == NOTHING
