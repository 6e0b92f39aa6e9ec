"""Rules' outputs with everything `append_output` adds to them, compiled (falco.md 3.5, 4.9)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.diagnostics import Caret, Code, Diagnostic, Report
from engine.fields.catalog import Catalog, Flags
from engine.lang.advice import DEPRECATED_FIELDS
from engine.options import AppendMatch, Options
from engine.rules.collection import RuleInfo
from engine.rules.hints import did_you_mean
from engine.rules.model import ExtraOutput
from engine.rules.output import OutputError, Template, compile_output
from engine.rules.place import Place, RulesItemError
from engine.span import Span

_TOKEN = re.compile(r"%\*?[0-9]*([A-Za-z][A-Za-z0-9_.]*)?(?:\[[^\]\s]*\]?|\([^%\s]*)?")
_CONTAINER_INFO = "%container.info"
_CONTAINER_INFO_DEPRECATED = (
    "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. "
    "The container plugin will automatically add required fields to the output message."
)


@dataclass(frozen=True, slots=True)
class Output:
    """A rule's compiled output."""

    template: Template
    extra_fields: tuple[ExtraOutput, ...]


def tolerable(message: str) -> bool:
    """Whether `skip-if-unknown-filter` forgives this."""
    return any(
        known in message
        for known in ("nonexistent field", "invalid formatting token", "unknown event type", "unknown filter:")
    )


class OutputCompiler:
    """Compiles outputs of rules of all loaded sources."""

    def __init__(self, catalogs: Mapping[str, Catalog], options: Options) -> None:
        self._catalogs = catalogs
        self._compiled: dict[tuple[str, str], Template] = {}
        self._formats: list[tuple[AppendMatch, str, str]] = []
        """(what it applies to, its only source or empty, text to append)"""
        self._fields: list[tuple[AppendMatch, str, str, bool]] = []
        """(what it applies to, key, format, as a typed field)"""
        for entry in options.append_output:
            if entry.extra_output:
                self._formats.append((entry.match, "", entry.extra_output))
            if entry.suggested_output:
                self._suggest(entry.match)
            for extra in entry.extra_fields:
                raw = extra.format is None
                self._fields.append((entry.match, extra.key, f"%{extra.key}" if raw else extra.format or "", raw))

    def _suggest(self, match: AppendMatch) -> None:
        """What plugins propose to add to the outputs of each source."""
        for source, catalog in self._catalogs.items():
            if match.source in {"", source}:
                for one in catalog.fields():
                    if Flags.FORMAT_SUGGESTED in one.flags:
                        self._formats.append((match, source, f"{one.name.replace('.', '_')}=%{one.name}"))

    def compile(self, rule: RuleInfo, report: Report) -> Output | None:
        """A rule's output; None: it has unknown fields and may be skipped. Raises RulesItemError."""
        catalog = self._catalogs[rule.source]
        text = " ".join([rule.output, *self._appended(rule)])
        if _CONTAINER_INFO in text:
            place = rule.place
            report.add(
                Diagnostic(
                    Code.LOAD_DEPRECATED_ITEM, _CONTAINER_INFO_DEPRECATED, place.context(), rule.output_place.caret
                )
            )
            text = text.replace(_CONTAINER_INFO, "")
        template = self._template(rule, text, catalog, report)
        if template is None:
            return None
        self._warn_of_deprecated(rule, text, report)
        return Output(template, self._extra(rule, catalog, report))

    def _template(self, rule: RuleInfo, text: str, catalog: Catalog, report: Report) -> Template | None:
        known = self._compiled.get((catalog.source, text))
        if known is not None:
            return known
        try:
            known = self._compiled[catalog.source, text] = compile_output(text, catalog)
        except OutputError as error:
            message = str(error)
            place, hint = pointed(rule.output_place, text, catalog)
            if not (tolerable(message) and rule.skip_if_unknown_filter):
                raise RulesItemError(Code.LOAD_ERR_COMPILE_OUTPUT, message, place, hint) from None
            report.add(Diagnostic(Code.LOAD_UNKNOWN_FILTER, message, place.context(), place.caret, hint))
            return None
        return known

    def _appended(self, rule: RuleInfo) -> list[str]:
        return [text for match, source, text in self._formats if source in {"", rule.source} and applies(match, rule)]

    def _extra(self, rule: RuleInfo, catalog: Catalog, report: Report) -> tuple[ExtraOutput, ...]:
        """Further members of `output_fields`; of several under one key the last counts."""
        wanted = {key: (text, raw) for match, key, text, raw in self._fields if applies(match, rule)}
        extras = []
        for key, (text, raw) in wanted.items():
            try:
                template = compile_output(text, catalog)
            except OutputError as error:
                raise RulesItemError(Code.LOAD_ERR_COMPILE_OUTPUT, str(error), rule.output_place) from None
            self._warn_of_deprecated(rule, text, report)
            fields = template.fields()
            plain = raw and len(fields) == 1 and template.parts and len(template.parts) == 1
            extras.append(ExtraOutput(key, fields[0] if plain and fields[0].text == key else template))
        return tuple(extras)

    def _warn_of_deprecated(self, rule: RuleInfo, text: str, report: Report) -> None:
        """Falco looks for the names as text."""
        for name in DEPRECATED_FIELDS:
            if name in text:
                message = f"usage of deprecated field '{name}' has been detected in the rule output"
                place = rule.output_place
                report.add(
                    Diagnostic(Code.LOAD_DEPRECATED_ITEM, message, place.context(), place.caret, deprecated_field=name)
                )


def applies(match: AppendMatch, rule: RuleInfo) -> bool:
    """Whether an `append_output` entry is meant for a rule."""
    if match.source not in {"", rule.source} or match.rule not in {"", rule.name}:
        return False
    return set(match.tags) <= rule.tags


def pointed(place: Place, text: str, catalog: Catalog) -> tuple[Place, str | None]:
    """An output's place with its caret under the first token that does not compile, and what that may have meant.

    Falco's message does not name the token: the last thing it tries is one character long.
    """
    for token in _TOKEN.finditer(text):
        try:
            compile_output(token.group(), catalog)
        except OutputError:
            word = token.group(1) or ""
            node = place.node
            at = -1 if node is None else node.value.find(token.group())
            if node is None or at < 0:
                return place, did_you_mean(word, catalog.by_name)
            before = node.value[:at].encode("utf-8", "surrogateescape")
            start = place.source.character(node.offset_of(len(before)))
            caret = Caret(place.source.name, Span(start, start + len(token.group())))
            return place.narrowed(caret), did_you_mean(word, catalog.by_name)
    return place, None
