"""libs' fields about users, descriptors and paths."""

from engine.fields.catalog import Argument, Field, Flags, Format, Type

OPTIONAL_INDEX = Argument(index=True)

USER: tuple[Field, ...] = (
    Field("user.uid", Type.UINT32, "user id"),
    Field("user.name", Type.CHARBUF, "user name"),
    Field("user.homedir", Type.CHARBUF, "home directory of the user"),
    Field("user.shell", Type.CHARBUF, "login shell of the user"),
    Field("user.loginuid", Type.INT64, "id of the user who logged in (audit id); -1 if unknown"),
    Field("user.loginname", Type.CHARBUF, "name of the user who logged in"),
)

GROUP: tuple[Field, ...] = (
    Field("group.gid", Type.UINT32, "group id"),
    Field("group.name", Type.CHARBUF, "group name"),
)

FD: tuple[Field, ...] = (
    Field("fd.num", Type.INT64, "number of the descriptor"),
    Field(
        "fd.type",
        Type.CHARBUF,
        "kind of descriptor: 'file', 'directory', 'ipv4', 'ipv6', 'unix', 'pipe', 'event' and so on",
    ),
    Field("fd.typechar", Type.CHARBUF, "kind of descriptor as one letter"),
    Field("fd.name", Type.CHARBUF, "path of a file, or addresses and ports of a socket"),
    Field("fd.directory", Type.CHARBUF, "directory of a file"),
    Field("fd.filename", Type.CHARBUF, "name of a file without its directory"),
    Field(
        "fd.ip",
        Type.IPADDR,
        "address of either end of a connection",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field("fd.cip", Type.IPADDR, "address of the client"),
    Field("fd.sip", Type.IPADDR, "address of the server"),
    Field("fd.lip", Type.IPADDR, "local address"),
    Field("fd.rip", Type.IPADDR, "remote address"),
    Field(
        "fd.port",
        Type.PORT,
        "port of either end of a connection",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field("fd.cport", Type.PORT, "port of the client"),
    Field("fd.sport", Type.PORT, "port of the server"),
    Field("fd.lport", Type.PORT, "local port"),
    Field("fd.rport", Type.PORT, "remote port"),
    Field("fd.l4proto", Type.CHARBUF, "transport protocol: 'tcp', 'udp', 'icmp' or 'raw'"),
    Field("fd.sockfamily", Type.CHARBUF, "'ip' or 'unix'"),
    Field("fd.is_server", Type.BOOL, "whether the process is the server of the connection"),
    Field("fd.uid", Type.CHARBUF, "thread id and descriptor joined: unique among descriptors"),
    Field("fd.containername", Type.CHARBUF, "container id and fd.name joined by a colon"),
    Field("fd.containerdirectory", Type.CHARBUF, "container id and fd.directory joined by a colon"),
    Field(
        "fd.proto",
        Type.PORT,
        "well-known protocol of either port",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field("fd.cproto", Type.CHARBUF, "well-known protocol of the client's port"),
    Field("fd.sproto", Type.CHARBUF, "well-known protocol of the server's port"),
    Field("fd.lproto", Type.CHARBUF, "well-known protocol of the local port"),
    Field("fd.rproto", Type.CHARBUF, "well-known protocol of the remote port"),
    Field(
        "fd.net",
        Type.IPNET,
        "network that either address belongs to",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field(
        "fd.cnet",
        Type.IPNET,
        "network that the client's address belongs to",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field(
        "fd.snet",
        Type.IPNET,
        "network that the server's address belongs to",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field(
        "fd.lnet",
        Type.IPNET,
        "network that the local address belongs to",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field(
        "fd.rnet",
        Type.IPNET,
        "network that the remote address belongs to",
        flags=Flags.FILTER_ONLY | Flags.NO_RHS | Flags.NO_TRANSFORMER,
    ),
    Field("fd.connected", Type.BOOL, "whether a TCP or UDP socket is connected"),
    Field("fd.name_changed", Type.BOOL, "whether the event changed the descriptor's name"),
    Field("fd.cip.name", Type.CHARBUF, "host name of the client", flags=Flags.NO_RHS | Flags.NO_TRANSFORMER),
    Field("fd.sip.name", Type.CHARBUF, "host name of the server", flags=Flags.NO_RHS | Flags.NO_TRANSFORMER),
    Field("fd.lip.name", Type.CHARBUF, "host name of the local address", flags=Flags.NO_RHS | Flags.NO_TRANSFORMER),
    Field("fd.rip.name", Type.CHARBUF, "host name of the remote address", flags=Flags.NO_RHS | Flags.NO_TRANSFORMER),
    Field("fd.dev", Type.INT32, "number of the device that holds the file", format=Format.HEX),
    Field("fd.dev.major", Type.INT32, "major number of the device that holds the file"),
    Field("fd.dev.minor", Type.INT32, "minor number of the device that holds the file"),
    Field("fd.ino", Type.INT64, "inode number of the file"),
    Field("fd.nameraw", Type.CHARBUF, "path of a file as the program gave it"),
    Field(
        "fd.types",
        Type.CHARBUF,
        "kinds of all open descriptors; with a number, that of one",
        is_list=True,
        argument=OPTIONAL_INDEX,
        flags=Flags.NO_RHS,
    ),
    Field("fd.is_upper_layer", Type.BOOL, "whether the file is in the upper layer of an overlay file system"),
    Field("fd.is_lower_layer", Type.BOOL, "whether the file is in the lower layer of an overlay file system"),
)

FS_PATH: tuple[Field, ...] = (
    Field("fs.path.name", Type.CHARBUF, "path a file system call works on, made absolute"),
    Field("fs.path.nameraw", Type.CHARBUF, "path a file system call works on, as the program gave it"),
    Field("fs.path.source", Type.CHARBUF, "source of a move, link or mount, made absolute"),
    Field("fs.path.sourceraw", Type.CHARBUF, "source of a move, link or mount, as the program gave it"),
    Field("fs.path.target", Type.CHARBUF, "target of a move, link or mount, made absolute"),
    Field("fs.path.targetraw", Type.CHARBUF, "target of a move, link or mount, as the program gave it"),
)

UTIL: tuple[Field, ...] = (Field("util.cnt", Type.UINT64, "how often this field was asked for"),)

FDLIST: tuple[Field, ...] = (
    Field("fdlist.nums", Type.CHARBUF, "numbers of the polled descriptors, separated by commas"),
    Field("fdlist.names", Type.CHARBUF, "names of the polled descriptors, separated by commas"),
    Field("fdlist.cips", Type.CHARBUF, "client addresses of the polled descriptors, separated by commas"),
    Field("fdlist.sips", Type.CHARBUF, "server addresses of the polled descriptors, separated by commas"),
    Field("fdlist.cports", Type.CHARBUF, "client ports of the polled descriptors, separated by commas"),
    Field("fdlist.sports", Type.CHARBUF, "server ports of the polled descriptors, separated by commas"),
)
