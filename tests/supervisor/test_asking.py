"""Requests and answers as they stand on the socket."""

import pytest

from supervisor import asking


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (b'{"do": "status"}', asking.Status()),
        (b'{"do": "stop", "source": "dummy"}', asking.Stop("dummy")),
        (b'{"source": "dummy", "do": "start"}', asking.Start("dummy")),
        (b'{"do": "restart", "source": "dummy"}', asking.Restart("dummy")),
        (b'{"do": "reload"}', asking.Reload()),
    ],
)
def test_what_is_wanted_stands_under_do(line: bytes, request_: asking.Request) -> None:
    assert asking.decode(line) == request_


@pytest.mark.parametrize(
    "line", [b"", b"status", b"{}", b'{"do": "dance"}', b'{"do": "stop"}', b'{"do": "status", "x": 1}']
)
def test_anything_else_is_refused_in_a_sentence(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not a request: .+"):
        asking.decode(line)
