"""The hosts file."""

from sources.syscall.hosts import parse


def test_addresses_have_all_their_names_in_order() -> None:
    text = "127.0.0.1 localhost\n::1 localhost ip6 # both\n\n# none\n127.0.0.1 me\nnonsense here\n10.0.0.1\n"
    assert parse(text) == {"127.0.0.1": ("localhost", "me"), "::1": ("localhost", "ip6")}
