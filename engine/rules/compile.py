"""Everything collected so far, compiled: lists, macros, then rules, diagnostics in Falco's order (falco.md 4.10)."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from engine.diagnostics import Caret, Code, Diagnostic, Report
from engine.fields.catalog import Catalog
from engine.lang import advice, ast, check, codes, parser, sides, typed
from engine.options import Options
from engine.rules.collection import Collection, CompiledList, CompiledMacro, RuleInfo
from engine.rules.exceptions import with_exceptions
from engine.rules.expand import ExpansionError, MacroResolver, Reference, Resolution, compile_lists, size_of, with_lists
from engine.rules.hints import hint_for, unknown_field
from engine.rules.model import Rule
from engine.rules.outputs import OutputCompiler, tolerable
from engine.rules.place import Place, RulesItemError, Traced, wrong
from engine.span import Span

_MAX_NODES = 200_000
_MOST_TEXT = 1 << 26
_MANY_CODES = 100
_SYSCALL = "syscall"
_TOO_MANY_CODES = "Rule matches too many evt.type values. This has a significant performance penalty."


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition on its way: as written, as parsed, as resolved."""

    written: Traced
    """Exceptions joined, lists not: what Falco quotes."""
    expanded: Traced
    """Lists replaced: what was parsed."""
    parsed: ast.Expr
    place: Place


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a resolved condition means in rules of one source, and what there is to say about it."""

    expr: ast.Expr
    seen: list[advice.Advice]
    condition: typed.Condition | sides.CheckError
    values: list[advice.Advice]
    codes: frozenset[int] | None


class Compiler:
    """Compiles a collection, anew for each file; what did not change since the last one is not worked out again."""

    def __init__(self, catalogs: Mapping[str, Catalog], options: Options, *, every_error: bool = False) -> None:
        self._catalogs = catalogs
        self._every_error = every_error
        self._outputs = OutputCompiler(catalogs, options)
        self._parsed: dict[str, ast.Expr] = {}
        self._macros: dict[str, _Condition] = {}
        self._sizes: dict[int, int] = {}
        self._expanded = 0
        """Characters of conditions so far, lists written out."""
        self._keys: dict[str, Hashable] = {}
        """For each macro what its condition, as it is now, was made from."""
        self._made: dict[Hashable, int] = {}
        """A number for everything a condition was ever made from, so that keys stay small."""
        self._meanings: dict[tuple[str, int], _Meaning] = {}

    def compile(self, collection: Collection, whole: Place, report: Report) -> tuple[Rule, ...]:
        """All rules of loaded sources, in order of first definition. Raises RulesItemError at the first error.

        `whole` is the file that was read last. With `every_error` a wrong rule is reported and the next one looked at.
        """
        try:
            return self._compile(collection, report)
        except ExpansionError as error:
            raise wrong(str(error), whole) from None

    def _compile(self, collection: Collection, report: Report) -> tuple[Rule, ...]:
        self._sizes = {}
        self._expanded = 0
        lists = collection.compiled_lists = compile_lists(collection.lists)
        macros, resolver = self._compile_macros(collection, lists)
        collection.compiled_macros = macros
        rules = []
        for index, info in enumerate(collection.rules.values()):
            if info.unknown_source:
                continue
            try:
                rule = self._rule(info, index, collection, resolver, report)
            except RulesItemError as error:
                if not self._every_error:
                    raise
                _add_once(report, error.diagnostic())
                continue
            if rule is not None:
                rules.append(rule)
        if report.ok:
            self._warn_of_unused(collection, report)
        return tuple(rules)

    def _parse(self, written: Traced, lists: Mapping[str, CompiledList], place: Place) -> _Condition:
        expanded = with_lists(written, lists.values())
        self._expanded += len(expanded.text)
        if self._expanded > _MOST_TEXT:
            raise ExpansionError("conditions grow without bounds by lists")
        parsed = self._parsed.get(expanded.text)
        if parsed is None:
            try:
                parsed = self._parsed[expanded.text] = parser.parse(expanded.text)
            except parser.ParseError as error:
                at = place.inside(error.position, expanded.text, expanded.caret(error.span))
                raise RulesItemError(Code.LOAD_ERR_COMPILE_CONDITION, error.message, at) from None
        return _Condition(written, expanded, parsed, place)

    def _compile_macros(
        self, collection: Collection, lists: Mapping[str, CompiledList]
    ) -> tuple[dict[str, CompiledMacro], MacroResolver]:
        infos = collection.macros
        self._macros = {name: self._parse(info.condition, lists, info.condition_place) for name, info in infos.items()}
        resolver = MacroResolver(infos, {name: one.parsed for name, one in self._macros.items()})
        compiled = {name: CompiledMacro(name, one.parsed, one.parsed) for name, one in self._macros.items()}
        self._keys = {name: one.expanded.text for name, one in self._macros.items()}
        for name, info in infos.items():
            found = resolver.resolve_macro(name)
            self._accept(found, self._macros[name], info.place, collection)
            self._keys[name] = self._made_from(self._macros[name], found)
            compiled[name].condition = found.expr
            for used in found.resolved:
                compiled[used].used = True
        return compiled, resolver

    def _made_from(self, condition: _Condition, found: Resolution) -> int:
        """A number that stands for this text with these macros in it."""
        key = (condition.expanded.text, tuple((name, self._keys[name]) for name in found.resolved))
        return self._made.setdefault(key, len(self._made))

    def _meaning(self, condition: _Condition, found: Resolution, catalog: Catalog) -> _Meaning:
        """What a condition means; remembered."""
        key = (catalog.source, self._made_from(condition, found))
        known = self._meanings.get(key)
        if known is not None:
            return known
        seen = advice.advise_on_tree(found.expr)
        try:
            checked = check.check(found.expr, catalog)
        except sides.CheckError as error:
            known = _Meaning(found.expr, seen, error, [], None)
        else:
            values = advice.advise_on_values(found.expr, catalog)
            known = _Meaning(found.expr, seen, checked, values, codes.event_codes(checked, catalog.source))
        self._meanings[key] = known
        return known

    def _accept(self, found: Resolution, condition: _Condition, place: Place, collection: Collection) -> None:
        """Complain about the first loop, or else the first unknown macro."""
        if not found.unknown:
            if size_of(found.expr, self._sizes) > _MAX_NODES:
                raise ExpansionError("condition grows without bounds by its macros")
            return
        reference: Reference = (found.loops or found.unknown)[0]
        owner = self._macros[reference.owner] if reference.owner else condition
        hint = None
        if found.loops:
            message = f"reference loop in macro '{reference.name}'"
        else:
            message = f"Undefined macro '{reference.name}' used in filter."
            hint = hint_for(reference.name, collection.macros)
        at = place.inside(reference.position, condition.written.text, owner.expanded.caret(reference.span))
        raise wrong(message, at, hint)

    def _rule(
        self, info: RuleInfo, index: int, collection: Collection, resolver: MacroResolver, report: Report
    ) -> Rule | None:
        """One rule; None: it may be skipped, and is."""
        written = with_exceptions(info.condition, info.exceptions) if info.exceptions else info.condition
        output, wrong_output = None, False
        try:
            output = self._outputs.compile(info, report)
        except RulesItemError as error:
            if not self._every_error:
                raise
            wrong_output = True
            _add_once(report, error.diagnostic())
        if output is None and not wrong_output:
            return None
        condition = self._parse(written, collection.compiled_lists, info.condition_place)
        found = resolver.resolve(condition.parsed)
        self._accept(found, condition, info.place, collection)
        for used in found.resolved:
            collection.compiled_macros[used].used = True
        meaning = self._meaning(condition, found, self._catalogs[info.source])
        self._advise(meaning.seen, meaning.expr, condition, info, report)
        if isinstance(meaning.condition, sides.CheckError):
            self._refuse(meaning.condition, meaning.expr, condition, info, report)
            return None
        if output is None:
            return None
        self._advise(meaning.values, meaning.expr, condition, info, report)
        too_many = meaning.codes is None or len(meaning.codes) > _MANY_CODES
        if info.source == _SYSCALL and info.warn_evttypes and too_many:
            self._warn(report, Code.LOAD_NO_EVTTYPE, _TOO_MANY_CODES, info.place)
        return Rule(
            index=index,
            name=info.name,
            source=info.source,
            description=info.description,
            priority=info.priority,
            tags=tuple(sorted(info.tags)),
            enabled=info.enabled,
            condition_text=info.condition.text,
            output_text=info.output,
            expanded=meaning.expr,
            condition=meaning.condition,
            codes=meaning.codes,
            output=output.template,
            extra_fields=output.extra_fields,
            capture=info.capture,
            capture_duration_ms=info.capture_duration,
        )

    def _refuse(
        self, error: sides.CheckError, expr: ast.Expr, condition: _Condition, info: RuleInfo, report: Report
    ) -> None:
        """Raise, or warn where the rule may be skipped."""
        catalog = self._catalogs[info.source]
        wrongs = _wrong_leaves(expr, catalog)
        leaf, again = next(wrongs, (None, error))
        exact = self._caret(leaf, again.span, condition) if leaf is not None else None
        at = condition.place.inside(error.position, condition.written.text, exact)
        if tolerable(error.message) and info.skip_if_unknown_filter:
            self._warn(report, Code.LOAD_UNKNOWN_FILTER, error.message, at)
            return
        wanted = RulesItemError(Code.LOAD_ERR_COMPILE_CONDITION, error.message, at, self._hint(error.message, catalog))
        if self._every_error:
            _add_once(report, wanted.diagnostic())
            for leaf, other in wrongs:
                exact = self._caret(leaf, other.span, condition)
                at = condition.place.inside(other.position, condition.written.text, exact)
                hint = self._hint(other.message, catalog)
                more = RulesItemError(Code.LOAD_ERR_COMPILE_CONDITION, other.message, at, hint)
                _add_once(report, more.diagnostic())
        raise wanted

    def _hint(self, message: str, catalog: Catalog) -> str | None:
        """What might help: the other source that has the field, or a similar field of this one."""
        name = unknown_field(message)
        owner = next((one.source for one in self._catalogs.values() if name in one.by_name), None)
        return f"a field of `source: {owner}`" if owner else hint_for(message, catalog.by_name)

    def _advise(
        self, found: list[advice.Advice], expr: ast.Expr, condition: _Condition, info: RuleInfo, report: Report
    ) -> None:
        catalog = self._catalogs[info.source]
        for one in found:
            exact = None
            for leaf in _leaves(expr):
                if any(again.span == one.span and again.code is one.code for again in advice.advise(leaf, catalog)):
                    exact = self._caret(leaf, one.span, condition)
                    break
            at = condition.place.inside(one.position, condition.written.text, exact)
            diagnostic = Diagnostic(
                one.code, one.message, at.context(), at.caret, deprecated_field=one.deprecated_field
            )
            report.add(diagnostic)

    def _caret(self, leaf: ast.Expr, span: Span, condition: _Condition) -> Caret | None:
        """The place of a part of a check, which may have come out of a macro."""
        for owner in (condition, *self._macros.values()):
            if any(one is leaf for one in _leaves(owner.parsed)):
                return owner.expanded.caret(span)
        return None

    def _warn(self, report: Report, code: Code, message: str, place: Place) -> None:
        report.add(Diagnostic(code, message, place.context(), place.caret))

    def _warn_of_unused(self, collection: Collection, report: Report) -> None:
        for name, macro in collection.compiled_macros.items():
            if not macro.used:
                message = "Macro not referred to by any other rule/macro"
                self._warn(report, Code.LOAD_UNUSED_MACRO, message, collection.macros[name].place)
        for name, one in collection.compiled_lists.items():
            if not one.used:
                message = "List not referred to by any other rule/macro"
                self._warn(report, Code.LOAD_UNUSED_LIST, message, collection.lists[name].place)


def _wrong_leaves(expr: ast.Expr, catalog: Catalog) -> Iterator[tuple[ast.Expr, sides.CheckError]]:
    """The checks of a condition that mean nothing, left to right, each with why."""
    for leaf in _leaves(expr):
        try:
            check.check(leaf, catalog)
        except sides.CheckError as error:
            yield leaf, error


def _add_once(report: Report, diagnostic: Diagnostic) -> None:
    """A mistake in a macro is one mistake, however many rules use it."""
    same = (diagnostic.message, diagnostic.caret)
    if diagnostic.caret is None or all((one.message, one.caret) != same for one in report.errors):
        report.add(diagnostic)


def _leaves(expr: ast.Expr) -> Iterator[ast.Expr]:
    """The checks of a condition, left to right."""
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.And | ast.Or):
            todo.extend(reversed(node.children))
        elif isinstance(node, ast.Not):
            todo.append(node.child)
        else:
            yield node
