"""Sockets: tuples, names, roles, connections."""

import socket
import struct

import pytest

SOCKET, BIND, CONNECT, ACCEPT4, SENDTO, RECVFROM, SOCKETPAIR, READ = 19, 21, 23, 389, 31, 35, 43, 7
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
STREAM, DGRAM, RAW = 1, 2, 3
TCP, UDP, ICMP = 2, 3, 4


def ip(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def pair(sip: str, sport: int, dip: str, dport: int) -> bytes:
    family = INET6 if ":" in sip else INET
    return bytes([family]) + ip(sip) + struct.pack("<H", sport) + ip(dip) + struct.pack("<H", dport)


def address(host: str, port: int) -> bytes:
    return bytes([INET6 if ":" in host else INET]) + ip(host) + struct.pack("<H", port)


def unix(source: int, peer: int, path: str) -> bytes:
    return bytes([UNIX]) + struct.pack("<QQ", source, peer) + path.encode() + b"\0"


@pytest.fixture
def started(capture) -> object:
    return capture.processes()


@pytest.mark.parametrize(
    ("domain", "kind", "protocol", "type_", "l4"),
    [
        (INET, STREAM, 0, 3, TCP), (INET, DGRAM | 0o2000000, 0, 3, UDP), (INET6, STREAM, 6, 4, TCP),
        (INET, DGRAM, 1, 3, ICMP), (INET, RAW, 6, 3, 5), (UNIX, STREAM, 0, 8, 1), (NETLINK, RAW, 0, 15, 1), (17, RAW, 0, 0, 1),
    ],
)  # fmt: skip
def test_a_socket_is_of_its_domain_and_protocol(domain, kind, protocol, type_, l4, started, end) -> None:
    fd = end(started.event(SOCKET, 3, domain, kind, protocol, 0)).event_fd()
    # A connection without a role has no protocol yet, as far as anybody is told; raw ones have.
    assert (fd.type, fd.l4proto, fd.name) == (type_, 1 if l4 != 5 else 5, "")


def test_connect_makes_a_client(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(CONNECT, 0, pair("10.0.0.1", 40000, "93.184.216.34", 443), 3)
    state = end(started)
    fd = state.event_fd()
    assert (fd.name, fd.l4proto, fd.is_client, fd.is_connected) == (
        "10.0.0.1:40000->93.184.216.34:443",
        TCP,
        True,
        True,
    )
    assert (fd.sip, fd.dip, fd.sport, fd.dport) == (ip("10.0.0.1"), ip("93.184.216.34"), 40000, 443)
    assert state.fd_name_changed


def test_a_connect_that_goes_on_counts_and_a_refused_one_does_not(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0)
    started.event(CONNECT, -115, pair("10.0.0.1", 1, "10.0.0.2", 2), 3)
    assert end(started).event_fd().is_connected
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(CONNECT, -111, pair("10.0.0.1", 1, "10.0.0.2", 2), 3)
    assert (end(started).event_fd().is_connected, end(started).event_fd().name) == (False, "")


def test_the_enter_events_address_is_believed(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(22, 3, address("1.1.1.1", 11))
    started.event(CONNECT, 0, pair("10.0.0.1", 1, "2.2.2.2", 22), 3, address("2.2.2.2", 22))
    assert end(started).event_fd().name == "10.0.0.1:1->1.1.1.1:11"


def test_the_kernels_tuple_is_believed_before_that(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(22, 3, address("1.1.1.1", 11))
    started.event(CONNECT, 0, pair("10.0.0.1", 1, "3.3.3.3", 33), 3, address("2.2.2.2", 22))
    assert end(started).event_fd().name == "10.0.0.1:1->3.3.3.3:33"


def test_ipv6_connections_keep_their_addresses_and_mapped_ones_become_ipv4(started, end) -> None:
    started.event(SOCKET, 3, INET6, STREAM, 0, 0).event(CONNECT, 0, pair("::1", 5, "2001:db8::1", 6), 3)
    fd = end(started).event_fd()
    assert (fd.type, fd.name, fd.dip) == (4, "::1:5->2001:db8::1:6", ip("2001:db8::1"))
    started.event(SOCKET, 4, INET6, STREAM, 0, 0).event(CONNECT, 0, pair("::ffff:10.0.0.1", 5, "::ffff:10.0.0.2", 6), 4)
    assert (end(started).event_fd().type, end(started).event_fd().dip) == (3, ip("10.0.0.2"))


def test_bind_makes_a_server_where_there_is_a_port(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(BIND, 0, address("0.0.0.0", 8080), 3)
    fd = end(started).event_fd()
    assert (fd.type, fd.name, fd.is_server, fd.dport, fd.sport, fd.l4proto) == (
        5,
        "0.0.0.0:8080",
        True,
        8080,
        None,
        TCP,
    )
    started.event(SOCKET, 3, INET, DGRAM, 0, 0).event(BIND, 0, address("127.0.0.1", 0), 3)
    assert (end(started).event_fd().type, end(started).event_fd().name) == (3, "127.0.0.1:0")
    started.event(SOCKET, 3, INET6, STREAM, 0, 0).event(BIND, 0, address("2001:db8::1", 80), 3)
    assert (end(started).event_fd().type, end(started).event_fd().name) == (6, "2001:db8::1:80")


def test_accept_makes_a_server_with_a_client(started, end) -> None:
    started.event(ACCEPT4, 5, pair("10.9.8.7", 1234, "10.0.0.1", 80), 0, 0, 5, 1 << 12)
    fd = end(started).event_fd()
    assert (fd.number, fd.name, fd.l4proto, fd.is_server) == (5, "10.9.8.7:1234->10.0.0.1:80", TCP, True)
    assert fd.open_flags & (1 << 12)


def test_unix_sockets_have_addresses_and_a_path(started, end) -> None:
    started.event(SOCKET, 3, UNIX, STREAM, 0, 0).event(CONNECT, 0, unix(0xABC, 0xDEF, "/run/x.sock"), 3)
    fd = end(started).event_fd()
    assert (fd.name, fd.source, fd.peer, fd.is_client) == ("abc->def /run/x.sock", 0xABC, 0xDEF, True)


def test_a_pair_is_two_descriptors(started, end) -> None:
    thread = end(started.event(SOCKETPAIR, 0, 3, 4, 0x1, 0x2)).find(1)
    assert [(fd.number, fd.type, fd.source, fd.peer) for fd in thread.fds()] == [(3, 8, 1, 2), (4, 8, 1, 2)]


def test_a_datagram_names_its_socket_and_says_who_is_the_client(started, end) -> None:
    started.event(SOCKET, 3, INET, DGRAM, 0, 0).event(SENDTO, 4, b"ping", 3, 4, pair("10.0.0.1", 5, "8.8.8.8", 53))
    fd = end(started).event_fd()
    assert (fd.name, fd.l4proto, fd.is_client, fd.is_connected) == ("10.0.0.1:5->8.8.8.8:53", UDP, True, True)
    started.event(RECVFROM, 4, b"pong", pair("8.8.8.8", 53, "10.0.0.1", 5), 3, 4)
    assert end(started).event_fd().name == "10.0.0.1:5->8.8.8.8:53"
    assert not end(started).fd_name_changed


def test_another_peer_renames_a_datagram_socket(started, end) -> None:
    started.event(SOCKET, 3, INET, DGRAM, 0, 0).event(SENDTO, 1, b"a", 3, 1, pair("10.0.0.1", 5, "8.8.8.8", 53))
    started.event(SENDTO, 1, b"a", 3, 1, pair("10.0.0.1", 5, "9.9.9.9", 53))
    assert (end(started).event_fd().name, end(started).fd_name_changed) == ("10.0.0.1:5->9.9.9.9:53", True)


def test_who_reads_first_is_the_server(started, end) -> None:
    started.event(SOCKET, 3, INET, DGRAM, 0, 0).event(BIND, 0, address("0.0.0.0", 53), 3)
    started.event(RECVFROM, 1, b"a", pair("10.9.9.9", 777, "10.0.0.1", 53), 3, 1)
    fd = end(started).event_fd()
    assert (fd.is_server, fd.name) == (True, "10.9.9.9:777->10.0.0.1:53")


def test_a_send_on_an_unknown_descriptor_makes_a_datagram_socket(started, end) -> None:
    fd = end(started.event(SENDTO, 1, b"a", 9, 1, pair("10.0.0.1", 5, "8.8.8.8", 53))).event_fd()
    assert (fd.number, fd.type, fd.l4proto) == (9, 3, UDP)


def test_tcp_sockets_keep_their_name(started, end) -> None:
    started.event(SOCKET, 3, INET, STREAM, 0, 0).event(CONNECT, 0, pair("10.0.0.1", 5, "10.0.0.2", 6), 3)
    started.event(SENDTO, 1, b"a", 3, 1, pair("1.1.1.1", 1, "2.2.2.2", 2))
    assert end(started).event_fd().name == "10.0.0.1:5->10.0.0.2:6"


def test_a_missing_address_is_that_of_an_interface(capture, end) -> None:
    card = struct.pack("<HH4s4s4sQ", 1, 4, ip("192.168.1.5"), ip("255.255.255.0"), ip("192.168.1.255"), 0) + b"eth0"
    loop = struct.pack("<HH4s4s4sQ", 1, 2, ip("127.0.0.1"), ip("255.0.0.0"), ip("127.255.255.255"), 0) + b"lo"
    capture.processes().block(0x219, b"".join(struct.pack("<I", len(one)) + one for one in (loop, card)))
    capture.event(SOCKET, 3, INET, DGRAM, 0, 0)
    for peer, own in (("192.168.1.9", "192.168.1.5"), ("8.8.8.8", "192.168.1.5"), ("127.0.0.9", "127.0.0.1")):
        capture.event(SENDTO, 1, b"a", 3, 1, pair("0.0.0.0", 5, peer, 53))
        assert end(capture).event_fd().name == f"{own}:5->{peer}:53"
    assert end(capture).interfaces4()[1] == (ip("192.168.1.5"), ip("255.255.255.0"), ip("192.168.1.255"), "eth0")


@pytest.mark.parametrize(
    "wrong", [b"", b"\x02", b"\x02" + bytes(11), b"\x0a" + bytes(35), b"\x01" + bytes(16), b"\x01" * 30]
)
def test_a_tuple_that_is_too_short_is_ignored(wrong: bytes, started, end) -> None:
    started.event(SOCKET, 3, INET, DGRAM, 0, 0)
    for code, params in (
        (CONNECT, (0, wrong, 3, wrong)), (SENDTO, (1, b"a", 3, 1, wrong)), (RECVFROM, (1, b"a", wrong, 3, 1)),
        (BIND, (0, wrong[:6], 3)), (ACCEPT4, (4, wrong)),
    ):  # fmt: skip
        started.event(code, *params)
    assert end(started).find(1).fd(3).name in ("", "NULL")
