"""Values of fields.

A missing value is `None`, and every comparison with it is false. Otherwise:

* strings and paths are `str`; bytes that are not UTF-8 stand as lone surrogates (`surrogateescape`), so that equality
  and prefixes are those of the bytes. A string ends before its first NUL. Output replaces surrogates by U+FFFD;
* byte buffers are `bytes`; integers, times and durations (ns) are `int`; `bool`, `float`;
* addresses are `ipaddress` objects, networks `ip_network` ones;
* list fields are tuples of the above.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Scalar = str | int | bool | float | bytes | Address | Network
Value = Scalar | tuple[Scalar, ...]
