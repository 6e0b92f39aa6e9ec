"""Every field of system-call events by name."""

from collections.abc import Mapping
from functools import cache

from sources.syscall.fields import container, evt, fd, fdlist, fspath, proc, user
from sources.syscall.views import Reader

MODULES = (evt, proc, user, fd, fspath, fdlist, container)


@cache
def readers() -> Mapping[str, Reader]:
    """Field name -> how it is read."""
    return {name: reader for module in MODULES for name, reader in module.FIELDS.items()}
