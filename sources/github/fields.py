"""The `github.*` fields, as Falco's github plugin reads them from a webhook payload.

What is missing reads as an empty text: most of these fields exist on every event.
"""

from collections.abc import Callable, Iterator

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.jsonvalue import MISSING, BrokenError, Node, Number, array, decode, get, string, true
from sources.view import FieldReader, PluginView

Rule = Callable[[Node], str | None]


def _reader(rule: Rule) -> FieldReader:
    def read(view: PluginView, _ref: FieldRef) -> Value | None:
        document = view.document
        return None if document is MISSING else rule(document)

    return read


def _text(*keys: str) -> Rule:
    return lambda document: string(document, *keys) or ""


def _unsigned(node: Node, *keys: str) -> str:
    """A number as text; 0 for what is no whole number of 64 bits."""
    value = get(node, *keys)
    if isinstance(value, bool) or not isinstance(value, Number | int):
        return "0"
    text = value.text if isinstance(value, Number) else str(value)
    return str(int(text)) if text.isascii() and text.isdigit() and int(text) < 1 << 64 else "0"


def _joined(groups: Iterator[list[str]]) -> str:
    """Texts joined by commas within a group; Falco puts none between two groups."""
    out = ""
    for group in groups:
        out = "".join([out, *(f"{text}," for text in group)]).removesuffix(",")
    return out


def _repo_name(document: Node) -> str:
    return (string(document, "repository", "html_url") or "").removeprefix("https://github.com/")


def _public(document: Node) -> str:
    return "false" if true(document, "repository", "private") else "true"


def _files_of_commits(key: str) -> Rule:
    def rule(document: Node) -> str:
        commits = array(document, "commits") or []
        return _joined([string(name) or "" for name in array(commit, key) or []] for commit in commits)

    return rule


def _of_matches(show: Callable[[Node, Node, Node], str]) -> Rule:
    """One text for every secret found in every file, given (document, file, match)."""

    def rule(document: Node) -> str | None:
        files = array(document, "files")
        if files is None:
            return None
        return _joined([show(document, file, match) for match in array(file, "matches") or []] for file in files)

    return rule


def _link(document: Node, file: Node, match: Node) -> str:
    repo = string(document, "repository", "html_url") or ""
    commit = string(document, "head_commit", "id") or ""
    return f"{repo}/blob/{commit}/{string(file, 'name') or ''}/#L{_unsigned(match, 'line')}"


def _links(document: Node) -> str:
    return _of_matches(_link)(document) or ""


def _has_secrets(document: Node) -> str:
    files = array(document, "files")
    if files is None:
        return ""
    return "true" if any(array(file, "matches") for file in files) else "false"


def _miners(document: Node) -> list[Node] | None:
    # To Falco an empty list is one or none, depending on what it has read before; here it is one.
    return array(document, "workflow_miner_detections", "matches")


def _has_miners(document: Node) -> str | None:
    found = _miners(document)
    if found is None:
        return None
    return "true" if found else "false"


def _miner_types(document: Node) -> str | None:
    found = _miners(document)
    if found is None:
        return None
    # Falco gives them in no fixed order.
    return ",".join(dict.fromkeys(string(one, "type") or "" for one in found))


_TEXTS = {
    "github.type": "webhook_type",
    "github.action": "action",
    "github.user": "sender.login",
    "github.repo": "repository.html_url",
    "github.repo.url": "repository.html_url",
    "github.repo.description": "repository.description",
    "github.org": "organization.login",
    "github.owner": "repository.owner.login",
    "github.collaborator.name": "member.login",
    "github.collaborator.role": "changes.permission.to",
    "github.webhook.type": "hook.type",
    "github.workflow.filename": "workflow.path",
}
_RULES: dict[str, Rule] = {
    **{name: _text(*path.split(".")) for name, path in _TEXTS.items()},
    "github.repo.name": _repo_name,
    "github.repo.public": _public,
    "github.webhook.id": lambda document: _unsigned(document, "hook", "id"),
    "github.commit.added": _files_of_commits("added"),
    "github.commit.modified": _files_of_commits("modified"),
    "github.commit.removed": _files_of_commits("removed"),
    "github.diff.has_secrets": _has_secrets,
    "github.diff.committed_secrets.desc": _of_matches(lambda _doc, _file, match: string(match, "desc") or ""),
    "github.diff.committed_secrets.files": _of_matches(lambda _doc, file, _match: string(file, "name") or ""),
    "github.diff.committed_secrets.lines": _of_matches(lambda _doc, _file, match: _unsigned(match, "line")),
    "github.diff.committed_secrets.links": _links,
    "github.workflow.has_miners": _has_miners,
    "github.workflow.miners.type": _miner_types,
}
READERS: dict[str, FieldReader] = {name: _reader(rule) for name, rule in _RULES.items()}
"""Field name -> how to read it."""


def _broken(payload: bytes) -> str:
    try:
        decode(payload)
    except BrokenError as error:
        # The plugin adds the reason to its own format text instead of filling it in.
        return f"<invalid JSON: %!s(MISSING)>{error}"
    return ""


def describe(view: PluginView) -> str:
    """evt.plugininfo: kind, user, repository and action."""
    document = view.document
    if document is MISSING:
        return _broken(view.payload)
    line = f"github {string(document, 'webhook_type') or ''}"
    for label, path in (("user", "sender.login"), ("repo", "repository.html_url"), ("action", "action")):
        value = string(document, *path.split("."))
        if value is not None:
            line += f" {label}:{value}"
    return line
