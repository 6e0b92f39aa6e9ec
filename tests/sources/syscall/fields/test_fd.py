"""Fields of the descriptor that an event is about."""

import struct
from ipaddress import IPv4Address, IPv6Address

import pytest

from engine.values import Candidates

SOCKET, BIND, CONNECT, DUP = 19, 21, 23, 367


def pair(sip: bytes, sport: int, dip: bytes, dport: int) -> bytes:
    return bytes([2 if len(sip) == 4 else 10]) + sip + struct.pack("<H", sport) + dip + struct.pack("<H", dport)


@pytest.fixture
def connected(capture) -> object:
    capture.processes().event(SOCKET, 3, 2, 1, 0, 0)
    return capture.event(CONNECT, 0, pair(bytes([10, 0, 0, 1]), 40000, bytes([8, 8, 8, 8]), 53), 3)


def test_a_file_has_a_name_a_folder_and_a_type(capture, fields) -> None:
    capture.processes().openat(1, 3, "/srv//www/./index.html")
    assert fields(capture, "fd.num", "fd.name", "fd.nameraw", "fd.directory", "fd.filename", "fd.type", "fd.typechar") == [
        3, "/srv/www/index.html", "/srv/www/./index.html", "/srv/www", "index.html", "file", "f",
    ]  # fmt: skip
    assert fields(capture, "fd.ino", "fd.dev", "fd.uid", "fd.containername", "fd.sip", "fd.sockfamily", "fd.ip") == [
        6, 5, "13", ":/srv/www/index.html", None, None, Candidates(()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [("/x", "/", "x"), ("/", "/", "/"), ("/a/b", "/a", "b")],
)
def test_folders_are_cut_at_the_last_slash(path: str, folder: str, name: str, capture, fields) -> None:
    assert fields(capture.processes().openat(1, 3, path), "fd.directory", "fd.filename") == [folder, name]


def test_a_failed_open_has_the_name_that_it_asked_for(capture, fields) -> None:
    capture.processes().event(95, 0, "/srv").openat(1, -13, "no//file")
    assert fields(capture, "fd.num", "fd.name", "fd.nameraw", "fd.directory", "fd.filename", "fd.type", "fd.typechar") == [
        -1, "/srv/no/file", "no/file", "/srv/no", None, None, "f",
    ]  # fmt: skip


def test_events_about_nothing_have_no_descriptor(capture, fields) -> None:
    assert (
        fields(capture.processes().openat(1, 3, "/a").idle(), "fd.num", "fd.name", "fd.typechar", "fd.types")
        == [None] * 4
    )


def test_a_connection_has_two_ends(connected, fields) -> None:
    client, server = IPv4Address("10.0.0.1"), IPv4Address("8.8.8.8")
    assert fields(connected, "fd.name", "fd.cip", "fd.sip", "fd.cport", "fd.sport", "fd.cproto", "fd.sproto") == [
        "10.0.0.1:40000->8.8.8.8:53", client, server, 40000, 53, "40000", "53",
    ]  # fmt: skip
    assert fields(connected, "fd.ip", "fd.port", "fd.net") == [
        Candidates((client, server), None, all_differ=True), Candidates((40000, 53), None, all_differ=True),
        Candidates((client, server), None, all_differ=True),
    ]  # fmt: skip
    assert fields(connected, "fd.l4proto", "fd.sockfamily", "fd.type", "fd.connected", "fd.name_changed", "fd.is_server") == [
        "tcp", "ip", "ipv4", True, True, False,
    ]  # fmt: skip


def test_without_interfaces_every_end_is_remote(connected, fields) -> None:
    assert fields(connected, "fd.lip", "fd.rip", "fd.lport", "fd.rport") == [
        IPv4Address("8.8.8.8"), IPv4Address("10.0.0.1"), 53, 40000,
    ]  # fmt: skip


def test_the_local_end_is_that_of_an_interface(capture, fields) -> None:
    card = struct.pack("<HH4s4s4sQ", 1, 4, bytes([10, 0, 0, 1]), bytes([255, 0, 0, 0]), bytes(4), 0) + b"eth0"
    capture.processes().block(0x219, struct.pack("<I", len(card)) + card).event(SOCKET, 3, 2, 1, 0, 0)
    capture.event(CONNECT, 0, pair(bytes([10, 0, 0, 1]), 40000, bytes([8, 8, 8, 8]), 53), 3)
    assert fields(capture, "fd.lip", "fd.rip", "fd.lport", "fd.rport") == [
        IPv4Address("10.0.0.1"), IPv4Address("8.8.8.8"), 40000, 53,
    ]  # fmt: skip


def test_a_listening_socket_has_one_end(capture, fields) -> None:
    capture.processes().event(SOCKET, 3, 10, 1, 0, 0).event(
        BIND, 0, b"\x0a" + bytes(15) + b"\1" + struct.pack("<H", 80), 3
    )
    assert fields(capture, "fd.name", "fd.sip", "fd.sport", "fd.cip", "fd.cport", "fd.is_server", "fd.type", "fd.port") == [
        "::1:80", IPv6Address("::1"), 80, None, None, True, "ipv6", Candidates((80,), None, all_differ=True),
    ]  # fmt: skip


def test_types_of_all_descriptors_come_once(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a").openat(1, 4, "/d", flags=1 << 10).openat(1, 5, "/b")
    assert fields(capture, "fd.types", "fd.types[4]", "fd.types[9]") == [("file", "directory"), ("directory",), None]


def test_whoever_asks_for_evt_abspath_moves_the_descriptor(capture, fields) -> None:
    capture.processes().openat(1, 3, "/etc", flags=1 << 10).openat(1, 4, "passwd", 3)
    assert fields(capture, "fd.name", "evt.abspath", "fd.name", "fd.num") == ["/etc/passwd", "/etc/passwd", "/etc", 4]


def test_a_file_says_which_layer_it_is_from(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a", flags=1 | 1 << 15)
    assert fields(capture, "fd.is_upper_layer", "fd.is_lower_layer") == [True, False]


def test_a_copy_is_about_the_new_number(capture, fields) -> None:
    assert fields(capture.processes().openat(1, 3, "/a").event(DUP, 9, 3), "fd.num", "fd.name") == [9, "/a"]
