"""Fields as data: name, type, argument, flags, help. Rules of a source are checked with this alone.

A `Catalog` is what one source's rules may use, in Falco's order of look-up. Extraction lives where the source lives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, Flag, auto


class Type(Enum):
    """libs' parameter types that a field can have; the value is the word in messages and listings (without `PT_`)."""

    INT8 = "INT8"
    INT16 = "INT16"
    INT32 = "INT32"
    INT64 = "INT64"
    UINT8 = "UINT8"
    UINT16 = "UINT16"
    UINT32 = "UINT32"
    UINT64 = "UINT64"
    PORT = "PORT"
    DOUBLE = "DOUBLE"
    BOOL = "BOOL"
    CHARBUF = "CHARBUF"
    FSPATH = "FSPATH"
    FSRELPATH = "FSRELPATH"
    BYTEBUF = "BYTEBUF"
    RELTIME = "RELTIME"
    ABSTIME = "ABSTIME"
    IPADDR = "IPADDR"
    IPNET = "IPNET"
    DYN = "DYNAMIC"
    # What only parameters of events are (evt.rawarg.NAME).
    ERRNO = "ERRNO"
    FD = "FD"
    FD32 = "FD32"
    PID = "PID"
    PID32 = "PID32"
    UID = "UID"
    GID = "GID"
    MODE = "MODE"
    SYSCALLID = "SYSCALLID"
    SIGTYPE = "SIGTYPE"
    SIGSET = "SIGSET"
    L4PROTO = "L4PROTO"
    FLAGS8 = "FLAGS8"
    FLAGS16 = "FLAGS16"
    FLAGS32 = "FLAGS32"
    ENUMFLAGS8 = "ENUMFLAGS8"
    ENUMFLAGS16 = "ENUMFLAGS16"
    ENUMFLAGS32 = "ENUMFLAGS32"
    SOCKADDR = "SOCKADDR"
    SOCKTUPLE = "SOCKTUPLE"
    SOCKFAMILY = "SOCKFAMILY"
    FDLIST = "FDLIST"
    IPV4ADDR = "IPV4ADDR"
    IPV6ADDR = "IPV6ADDR"
    CHARBUFARRAY = "CHARBUFARRAY"
    CHARBUF_PAIR_ARRAY = "CHARBUF_PAIR_ARRAY"


class Format(Enum):
    """How a number is printed (libs' PF_*): what differs from plain decimal."""

    DECIMAL = "DEC"
    HEX = "HEX"
    OCTAL = "OCT"
    PADDED = "10_PADDED_DEC"
    """Decimal, at least nine digits."""


class Flags(Flag):
    """What a field may and may not do (libs' EPF_*, and plugins' properties)."""

    NONE = 0
    FILTER_ONLY = auto()
    PRINT_ONLY = auto()
    TABLE_ONLY = auto()
    DEPRECATED = auto()
    NO_RHS = auto()
    NO_TRANSFORMER = auto()
    NO_PTR_STABILITY = auto()
    FORMAT_SUGGESTED = auto()
    HIDDEN = auto()
    INFO = auto()
    CONVERSATION = auto()


@dataclass(frozen=True, slots=True)
class Argument:
    """What may stand in the brackets, or after the last dot, of a field."""

    required: bool = False
    index: bool = False
    """A number selects an element."""
    key: bool = False
    """A text selects a member."""
    suffix: bool = False
    """Written after a dot: `evt.arg.name`, `proc.aname[1]` is not one."""
    brackets: bool = True
    """Written in brackets."""


NO_ARGUMENT = Argument(brackets=False)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the catalogue."""

    name: str
    type: Type
    help: str
    is_list: bool = False
    argument: Argument = NO_ARGUMENT
    flags: Flags = Flags.NONE
    format: Format = Format.DECIMAL


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field as a rule uses it: which one, with which argument. Hashable: equal refs give equal values on an event."""

    field: Field
    text: str
    """As written, `ka.uri.param[command]`: the key in `output_fields`."""
    arg: str | None = None
    """The argument without brackets or dot."""
    index: int | None = None
    """The argument as a number, where the field takes an index and it is one."""
    type: Type = Type.CHARBUF
    """The type of this use: mostly the field's, but `evt.rawarg.res` has its parameter's."""
    is_list: bool = False

    def __hash__(self) -> int:
        """By the written form: one field cannot be written so and mean another within one catalogue."""
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class FieldClass:
    """A group of fields as `--list` prints it; `plugin` is empty for libs' own."""

    name: str
    description: str
    fields: tuple[Field, ...]
    plugin: str = ""
    short: str = ""
    sources: tuple[str, ...] = ()
    """The sources it applies to; empty for all."""
    hidden: bool = False
    """Not listed."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything rules of one source may use. The first class that knows a prefix of a name decides (falco.md 5.7)."""

    source: str
    classes: tuple[FieldClass, ...]
    async_names: tuple[str, ...] = ()
    """Names of async events that loaded plugins may send: valid values of evt.type."""
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)
    answers: dict[tuple[str, str | None], FieldRef | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """What `resolve` found before; None: there is no such field."""

    def __post_init__(self) -> None:
        """Index by name; the first class that offers a name wins."""
        names: dict[str, Field] = {}
        for one in self.fields():
            names.setdefault(one.name, one)
        object.__setattr__(self, "by_name", names)

    def fields(self) -> Iterator[Field]:
        """All fields, in look-up order."""
        for group in self.classes:
            yield from group.fields

    def names(self) -> Sequence[str]:
        """All field names, in look-up order."""
        return tuple(self.by_name)
