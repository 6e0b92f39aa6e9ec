"""Rules files to rulesets: read YAML, validate, take items in, compile everything, select (falco.md 4).

Everything collected so far is compiled again after each file, as in Falco: a later file can break, or mend, an earlier
one's rules. What is wrong is in the reports, file by file; nothing that a user writes raises.
"""

from collections.abc import Mapping, Sequence

from engine.diagnostics import Code, Report
from engine.fields.catalog import Catalog
from engine.lang import check, parser, sides
from engine.options import Options
from engine.rules import schema
from engine.rules.collection import Collection
from engine.rules.compile import Compiler
from engine.rules.document import Node, Source, parse
from engine.rules.merge import Collector
from engine.rules.model import Loaded, Rule, RulesFile
from engine.rules.place import Place, RulesItemError, invalid, wrong
from engine.rules.reader import ItemReader
from engine.rules.scalars import YamlError
from engine.rules.select import rulesets
from engine.rules.values import ConversionError
from engine.rules.versions import unmet_requirement


def load(
    files: Sequence[RulesFile],
    catalogs: Mapping[str, Catalog],
    options: Options,
    *,
    plugins: Mapping[str, str] | None = None,
    every_file: bool = False,
    every_error: bool = False,
) -> Loaded:
    """Load rules files in order, for the sources that `catalogs` has.

    `plugins` are the loaded ones, name to version, for `required_plugin_versions`; None: not checked. A file that
    fails ends the loading; with `every_file` (`-V`) the next one is still read. The first error ends a file, as in
    Falco; with `every_error` all are looked for. Rules of other sources are skipped with a warning. The rulesets are
    there only if all is well.
    """
    collection = Collection()
    collector = Collector(collection, {name: _field_check(one) for name, one in catalogs.items()})
    compiler = Compiler(catalogs, options, every_error=every_error)
    loaded = Loaded(collection=collection)
    for file in files:
        report = Report(file.name)
        loaded.reports.append(report)
        rules = _load_file(file, collector, compiler, report, every_error=every_error)
        if rules is not None:
            loaded.rules = rules
        if every_file and plugins is not None:
            loaded.unmet = unmet_requirement(collection.required_plugins, plugins)
        if loaded.unmet or (not report.ok and not every_file):
            break
    if plugins is not None and not loaded.unmet:
        loaded.unmet = unmet_requirement(collection.required_plugins, plugins)
    if loaded.ok:
        loaded.rulesets = rulesets(loaded.rules, catalogs, options)
    return loaded


def _load_file(
    file: RulesFile, collector: Collector, compiler: Compiler, report: Report, *, every_error: bool
) -> tuple[Rule, ...] | None:
    """Take in one file and compile everything; None: it failed."""
    source = Source(file.name, file.text)
    whole = Place.whole(source)
    try:
        documents = _documents(source, whole, report)
        reader = ItemReader(collector, report)
        for document in documents:
            _read_document(document, whole, reader, report if every_error else None)
        return compiler.compile(collector.collection, whole, report)
    except RulesItemError as error:
        report.add(error.diagnostic())
    except ConversionError as error:
        place = whole.narrowed(whole.at(error.node, "value for").caret)
        report.add(wrong(_words(error, source), place).diagnostic())
    return None


def _words(error: ConversionError, source: Source) -> str:
    """The refusal as yaml-cpp prints it."""
    at = source.position(error.node.pos)
    return f"yaml-cpp: error at line {at.line + 1}, column {at.column + 1}: {error}" if error.placed else str(error)


def _documents(source: Source, whole: Place, report: Report) -> list[Node]:
    """The file's documents, validated against the schema. Raises RulesItemError."""
    try:
        documents = list(parse(source))
    except YamlError as error:
        report.schema_status = "none"
        at = source.position(error.offset)
        message = f"yaml-cpp: error at line {at.line + 1}, column {at.column + 1}: {source.decode(error.message)}"
        raise RulesItemError(Code.LOAD_ERR_YAML_PARSE, message, whole.at_offset(error.offset)) from None
    try:
        statuses = [status for document in documents for status in schema.validate(document)]
    except ConversionError as error:
        report.schema_status = "none"
        raise RulesItemError(Code.LOAD_ERR_YAML_PARSE, _words(error, source), whole) from None
    report.schema_warnings = [] if not statuses or statuses[0] == schema.OK else statuses
    report.schema_status = "none" if not statuses else "ok" if statuses[0] == schema.OK else "failed"
    return documents


def _read_document(document: Node, whole: Place, reader: ItemReader, wrongs: Report | None) -> None:
    """Take in the items. With `wrongs`, a wrong rule is reported there and the next item read."""
    if document.kind == "null":
        return
    if document.kind == "scalar":
        raise invalid("Rules content is not yaml", whole)
    if document.kind != "seq":
        raise invalid("Rules content is not yaml array of objects", whole)
    for item in document.items:
        if item.kind == "null":
            continue
        try:
            reader.read(item, whole)
        except RulesItemError as error:
            # What else is wrong behind a list or macro that is not there may only be a consequence.
            if wrongs is None or item.kind != "map" or item.get("rule") is None:
                raise
            wrongs.add(error.diagnostic())


class _FieldCheck:
    """Whether a source has a field, bare or with transformers around it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        """Remembers what was asked before."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._ask(name)
        return known

    def _ask(self, name: str) -> bool:
        try:
            if "(" in name:
                check.check(parser.parse(f"{name} exists"), self._catalog)
                return True
            operand, end = parser.parse_operand(name)
            check.check_operand(operand, self._catalog)
        except (parser.ParseError, sides.CheckError):
            return False
        return end == len(name)


def _field_check(catalog: Catalog) -> _FieldCheck:
    return _FieldCheck(catalog)
