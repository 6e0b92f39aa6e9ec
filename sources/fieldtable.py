"""Reads the field table of a plugin (`fields.tsv` beside its code) into the catalogue's form."""

from importlib import resources

from engine.fields.catalog import NO_ARGUMENT, Argument, Field, FieldClass, Flags, Type

_TYPES = {
    "string": Type.CHARBUF,
    "uint64": Type.UINT64,
    "bool": Type.BOOL,
    "abstime": Type.ABSTIME,
    "reltime": Type.RELTIME,
    "ipaddr": Type.IPADDR,
    "ipnet": Type.IPNET,
}
_FLAGS = {"hidden": Flags.HIDDEN, "info": Flags.INFO, "conversation": Flags.CONVERSATION,
          "format_suggested": Flags.FORMAT_SUGGESTED}  # fmt: skip


def load(package: str, plugin: str, sources: tuple[str, ...] = ()) -> tuple[FieldClass, ...]:
    """The one class of a plugin's fields, named as libs names it: `k8saudit (plugin)`."""
    lines = resources.files(package).joinpath("fields.tsv").read_text("utf-8").splitlines()
    fields = tuple(_field(*line.split("\t")) for line in lines[1:])
    return (FieldClass(f"{plugin} (plugin)", "", fields, plugin=plugin, sources=sources),)


def _field(name: str, kind: str, is_list: str, argument: str, flags: str, text: str) -> Field:
    marks = Flags.NONE
    for word in flags.split(","):
        marks |= _FLAGS.get(word, Flags.NONE)
    return Field(name, _TYPES[kind], text, is_list == "list", _argument(argument), marks)


def _argument(text: str) -> Argument:
    if text == "none":
        return NO_ARGUMENT
    kinds, need = text.split(" ")
    return Argument(required=need == "required", index="index" in kinds, key="key" in kinds)
