"""Which operators there are, and which types each can be asked of (falco.md 5.3, libsinsp's filter_compare)."""

from engine.fields.catalog import Type

_ORDER = frozenset({"<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "!=", "in", "intersects"})
_STRING = _EQUALITY | _ORDER | {"contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex", "pmatch"}
_BUFFER = _EQUALITY | {"contains", "startswith", "endswith", "bcontains", "bstartswith"}
_LIST = frozenset({"in", "intersects"})

HEXADECIMAL = frozenset({"bcontains", "bstartswith"})
"""Operators whose right side is written as hexadecimal digits."""
WITHOUT_FIELDS = frozenset({"pmatch", "regex"})
"""Operators whose right side cannot be a field."""
OPERATORS = _STRING | _BUFFER
"""Every operator of two sides, by its canonical name."""

_NUMBERS = frozenset(
    {
        Type.INT8,
        Type.INT16,
        Type.INT32,
        Type.INT64,
        Type.UINT8,
        Type.UINT16,
        Type.UINT32,
        Type.UINT64,
        Type.ERRNO,
        Type.FD,
        Type.PID,
        Type.SYSCALLID,
        Type.SIGTYPE,
        Type.RELTIME,
        Type.ABSTIME,
        Type.PORT,
        Type.FLAGS8,
        Type.FLAGS16,
        Type.FLAGS32,
        Type.DOUBLE,
        Type.MODE,
        Type.ENUMFLAGS8,
        Type.ENUMFLAGS16,
        Type.ENUMFLAGS32,
    }
)
_ADDRESSES = frozenset({Type.IPADDR, Type.IPNET})
_TABLE: dict[Type, tuple[frozenset[str], str]] = {
    **dict.fromkeys(_NUMBERS, (_EQUALITY | _ORDER, "numeric filters")),
    Type.BOOL: (_EQUALITY, "numeric filters"),
    **dict.fromkeys(_ADDRESSES, (_EQUALITY, "ip address and network filters")),
    **dict.fromkeys((Type.CHARBUF, Type.FSPATH, Type.FSRELPATH), (_STRING, "string filters")),
    Type.BYTEBUF: (_BUFFER, "buffer filters"),
}
"""Per type its operators, and the words of a refusal."""
_LISTABLE = frozenset(
    {Type.CHARBUF, Type.UINT64, Type.RELTIME, Type.ABSTIME, Type.BOOL, Type.IPADDR, Type.IPNET},
)


def canonical(op: str) -> str:
    """The one name of an operator: `=` for `==`."""
    return "=" if op == "==" else op


def refusal(op: str, modifier: str | None, type_: Type, *, is_list: bool) -> str | None:
    """Why `op` (canonical, not `exists`) cannot be asked of a value of this type, in Falco's words; None if it can."""
    if is_list:
        if type_ not in _LISTABLE:
            return f"list filters are not supported for type '{type_.value}'"
        return None if op in _LIST else f"'{op}' operator not supported list filters"
    if type_ not in _TABLE:
        return f"'{op}' operator not supported for type '{type_.value}'"
    allowed, words = _TABLE[type_]
    if op in allowed:
        return None
    if modifier is not None and type_ in _ADDRESSES:
        return f"'{op}' with modifier not supported for {words}"
    return f"'{op}' operator not supported for {words}"
