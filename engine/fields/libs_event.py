"""libs' fields about events: the generic ones of every source, and those of system calls."""

from engine.fields.catalog import Argument, Field, Flags, Format, Type

DOTTED = Argument(required=True, key=True, suffix=True, brackets=False)
DOTTED_OR_INDEX = Argument(required=True, index=True, key=True, suffix=True)
TIME = Argument(required=True, index=True)
PATH = Argument(required=True, suffix=True, brackets=False)
"""libs calls the argument of evt.abspath required, yet takes the field without one."""

GENERIC: tuple[Field, ...] = (
    Field("evt.num", Type.UINT64, "number of the event, counted from 1 over everything the source produced"),
    Field("evt.time", Type.CHARBUF, "local time of day of the event, with nanoseconds"),
    Field("evt.time.s", Type.CHARBUF, "local time of day of the event, to the second"),
    Field("evt.time.iso8601", Type.CHARBUF, "time of the event in UTC as ISO 8601, with nanoseconds and offset"),
    Field("evt.datetime", Type.CHARBUF, "local date and time of the event, with nanoseconds"),
    Field("evt.datetime.s", Type.CHARBUF, "local date and time of the event, to the second"),
    Field("evt.rawtime", Type.ABSTIME, "time of the event in nanoseconds since 1970"),
    Field("evt.rawtime.s", Type.ABSTIME, "whole seconds of evt.rawtime"),
    Field("evt.rawtime.ns", Type.ABSTIME, "nanoseconds of evt.rawtime beyond the whole second", format=Format.PADDED),
    Field("evt.reltime", Type.RELTIME, "nanoseconds since the first event", format=Format.PADDED),
    Field("evt.reltime.s", Type.RELTIME, "whole seconds of evt.reltime"),
    Field("evt.reltime.ns", Type.RELTIME, "nanoseconds of evt.reltime beyond the whole second", format=Format.PADDED),
    Field("evt.pluginname", Type.CHARBUF, "plugin that produced the event, for sources that come from a plugin"),
    Field("evt.plugininfo", Type.CHARBUF, "one-line summary of the event as its plugin words it"),
    Field("evt.source", Type.CHARBUF, "event source the event belongs to"),
    Field("evt.is_async", Type.BOOL, "whether the event was injected asynchronously"),
    Field("evt.asynctype", Type.CHARBUF, "kind of an asynchronous event, e.g. 'container'"),
    Field("evt.hostname", Type.CHARBUF, "name of the host, or the value of FALCO_HOSTNAME where that is set"),
)

SYSCALL: tuple[Field, ...] = (
    Field(
        "evt.latency", Type.RELTIME, "nanoseconds between entering and leaving a system call", flags=Flags.DEPRECATED
    ),
    Field("evt.latency.s", Type.RELTIME, "whole seconds of evt.latency", flags=Flags.DEPRECATED),
    Field(
        "evt.latency.ns",
        Type.RELTIME,
        "nanoseconds of evt.latency beyond the whole second",
        flags=Flags.DEPRECATED,
        format=Format.PADDED,
    ),
    Field(
        "evt.latency.quantized",
        Type.UINT64,
        "decimal logarithm of evt.latency",
        flags=Flags.DEPRECATED | Flags.TABLE_ONLY,
    ),
    Field("evt.latency.human", Type.CHARBUF, "evt.latency with a unit, e.g. 10.3ms", flags=Flags.DEPRECATED),
    Field("evt.deltatime", Type.RELTIME, "nanoseconds since the previous event"),
    Field("evt.deltatime.s", Type.RELTIME, "whole seconds of evt.deltatime"),
    Field(
        "evt.deltatime.ns", Type.RELTIME, "nanoseconds of evt.deltatime beyond the whole second", format=Format.PADDED
    ),
    Field("evt.outputtime", Type.CHARBUF, "time in the form chosen for the output", flags=Flags.PRINT_ONLY),
    Field("evt.dir", Type.CHARBUF, "'>' for entering a system call, '<' for leaving it", flags=Flags.DEPRECATED),
    Field("evt.type", Type.CHARBUF, "name of the event, e.g. 'openat'"),
    Field(
        "evt.type.is",
        Type.UINT32,
        "1 if the event has the type written after the dot, else 0, e.g. evt.type.is.open",
        argument=DOTTED,
    ),
    Field("syscall.type", Type.CHARBUF, "name of the system call; missing for events that are none"),
    Field("evt.category", Type.CHARBUF, "what the event is about: 'file', 'net', 'memory', 'process' and so on"),
    Field("evt.cpu", Type.INT16, "number of the CPU the event happened on"),
    Field("evt.args", Type.CHARBUF, "all parameters of the event as one text"),
    Field(
        "evt.arg",
        Type.CHARBUF,
        "one parameter of the event as text, by name or number, e.g. evt.arg.fd or evt.arg[0]",
        argument=DOTTED_OR_INDEX,
        flags=Flags.NO_PTR_STABILITY,
    ),
    Field(
        "evt.rawarg",
        Type.DYN,
        "one parameter of the event in its own type, by name, e.g. evt.rawarg.fd",
        argument=DOTTED,
        flags=Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field("evt.info", Type.CHARBUF, "the same as evt.args"),
    Field(
        "evt.buffer",
        Type.BYTEBUF,
        "bytes that were read or written, as far as they were recorded",
        flags=Flags.NO_PTR_STABILITY,
    ),
    Field("evt.buflen", Type.UINT64, "number of bytes that were read or written"),
    Field(
        "evt.res",
        Type.CHARBUF,
        "result of the system call as text: 'SUCCESS' or the name of the error",
        flags=Flags.NO_PTR_STABILITY,
    ),
    Field("evt.rawres", Type.INT64, "result of the system call as a number, negative for errors"),
    Field("evt.failed", Type.BOOL, "whether the system call returned an error"),
    Field("evt.is_io", Type.BOOL, "whether the event reads from or writes to a descriptor"),
    Field("evt.is_io_read", Type.BOOL, "whether the event reads from a descriptor"),
    Field("evt.is_io_write", Type.BOOL, "whether the event writes to a descriptor"),
    Field("evt.io_dir", Type.CHARBUF, "'r' for events that read, 'w' for events that write"),
    Field("evt.is_wait", Type.BOOL, "whether the event makes the thread wait, e.g. poll"),
    Field("evt.wait_latency", Type.RELTIME, "nanoseconds spent waiting, for events that wait", flags=Flags.DEPRECATED),
    Field("evt.is_syslog", Type.BOOL, "whether the event writes to /dev/log"),
    Field("evt.count", Type.UINT32, "always 1"),
    Field("evt.count.error", Type.UINT32, "1 for events that returned an error"),
    Field("evt.count.error.file", Type.UINT32, "1 for file events that returned an error"),
    Field("evt.count.error.net", Type.UINT32, "1 for network events that returned an error"),
    Field("evt.count.error.memory", Type.UINT32, "1 for memory events that returned an error"),
    Field("evt.count.error.other", Type.UINT32, "1 for events that returned an error and are of none of these kinds"),
    Field("evt.count.exit", Type.UINT32, "1 for events that leave a system call"),
    Field("evt.count.procinfo", Type.UINT32, "1 for procinfo events of main threads", flags=Flags.TABLE_ONLY),
    Field("evt.count.threadinfo", Type.UINT32, "1 for procinfo events", flags=Flags.TABLE_ONLY),
    Field(
        "evt.around",
        Type.UINT64,
        "evt.around[T]=D: whether the event is at most D milliseconds away from time T (as in evt.rawtime)",
        argument=TIME,
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field(
        "evt.abspath",
        Type.CHARBUF,
        "path made absolute with its directory descriptor; .src and .dst choose between two paths",
        argument=PATH,
    ),
    Field("evt.buflen.in", Type.UINT64, "bytes read", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.out", Type.UINT64, "bytes written", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.file", Type.UINT64, "bytes read from or written to files", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.file.in", Type.UINT64, "bytes read from files", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.file.out", Type.UINT64, "bytes written to files", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.net", Type.UINT64, "bytes received from or sent to the network", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.net.in", Type.UINT64, "bytes received from the network", flags=Flags.TABLE_ONLY),
    Field("evt.buflen.net.out", Type.UINT64, "bytes sent to the network", flags=Flags.TABLE_ONLY),
    Field("evt.is_open_read", Type.BOOL, "whether a file was opened for reading"),
    Field("evt.is_open_write", Type.BOOL, "whether a file was opened for writing"),
    Field("evt.infra.docker.name", Type.CHARBUF, "name of a Docker infrastructure event", flags=Flags.TABLE_ONLY),
    Field(
        "evt.infra.docker.container.id",
        Type.CHARBUF,
        "container a Docker infrastructure event is about",
        flags=Flags.TABLE_ONLY,
    ),
    Field(
        "evt.infra.docker.container.name",
        Type.CHARBUF,
        "name of the container a Docker infrastructure event is about",
        flags=Flags.TABLE_ONLY,
    ),
    Field(
        "evt.infra.docker.container.image",
        Type.CHARBUF,
        "image of the container a Docker infrastructure event is about",
        flags=Flags.TABLE_ONLY,
    ),
    Field("evt.is_open_exec", Type.BOOL, "whether a file was created with permission to execute it"),
    Field("evt.is_open_create", Type.BOOL, "whether opening created the file"),
)
