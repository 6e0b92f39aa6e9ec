"""The fields that libs itself offers, as classes in Falco's order of look-up.

`Argument.index` and `Argument.key` say here what a field does with its argument; libs does not declare it, so listings
show them for plugins' fields only.
"""

from engine.fields import libs_descriptor, libs_event, libs_process
from engine.fields.catalog import Field, FieldClass, Flags, Type

SYSCALL = "syscall"
"""The one source that is not a plugin's."""

GENERIC = FieldClass(
    name="evt",
    short="All event types",
    description="What every event has, whatever its source",
    fields=libs_event.GENERIC,
)
_OF_SYSCALLS = (
    FieldClass(
        name="evt",
        short="Syscall events only",
        description="What only events of system calls have. Most of their parameters are reached by name as evt.arg, "
        "e.g. evt.arg.filename",
        fields=libs_event.SYSCALL,
    ),
    FieldClass(
        name="process", description="The process and the thread that made the system call", fields=libs_process.PROCESS
    ),
    FieldClass(name="user", description="The user the process runs as", fields=libs_descriptor.USER),
    FieldClass(name="group", description="The group the process runs as", fields=libs_descriptor.GROUP),
    FieldClass(
        name="fd",
        description="The descriptor that a system call works on, for those that have one",
        fields=libs_descriptor.FD,
    ),
    FieldClass(
        name="fs.path",
        description="The paths that a system call works on, open or not: unlink and rename have them too",
        fields=libs_descriptor.FS_PATH,
    ),
    FieldClass(name="util", description="", fields=libs_descriptor.UTIL, hidden=True),
    FieldClass(name="fdlist", description="The descriptors of a poll", fields=libs_descriptor.FDLIST),
)


def classes(source: str) -> tuple[FieldClass, ...]:
    """The classes of libs itself for rules of a source: the generic one, and all others for `syscall`.

    A catalogue is `static_class` (if there are static fields), these, then the classes of plugins in load order.
    """
    return (GENERIC, *_OF_SYSCALLS) if source == SYSCALL else (GENERIC,)


def static_class(static_fields: tuple[tuple[str, str], ...]) -> FieldClass:
    """The class of `static.KEY`, one field for every entry of `static_fields`, by name; looked up before all others."""
    return FieldClass(
        name="static",
        description="Constants from the configuration",
        fields=tuple(
            Field(f"static.{key}", Type.CHARBUF, "", flags=Flags.FORMAT_SUGGESTED)
            for key in sorted(dict(static_fields))
        ),
    )
