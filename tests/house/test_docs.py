"""What the documents say about commands and files is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from supervisor.cli.exits import Exit
from supervisor.cli.verbs import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md")]
OWN_FLAGS_OF_HELP = {"--help", "-h"}


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command and its options, as typer knows them."""
    options = {name for one in group.params for name in (*one.opts, *one.secondary_opts) if name.startswith("-")}  # type: ignore[attr-defined]
    yield path, options - OWN_FLAGS_OF_HELP
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "cadge")
def test_every_command_and_option_is_documented(path: tuple[str, ...]) -> None:
    assert path == () or path[-1] in COMMANDS
    missing = {name for name in ALL[path] if not re.search(rf"(?<![\w-]){name}(?![\w-])", COMMANDS)}
    assert missing == set()


def test_no_document_of_the_commands_names_an_option_that_is_not_there() -> None:
    known = set().union(*ALL.values()) | OWN_FLAGS_OF_HELP | {"--version"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", COMMANDS)) - known == set()


def test_every_exit_status_is_documented() -> None:
    for status in Exit:
        assert re.search(rf"(?<!\d){status.value} \w", COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_a_document_names_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    named = re.findall(r"`((?:engine|sources|supervisor|tests|examples|docs)/[\w./-]*\w\.(?:py|md|yaml|jsonl?))`", text)
    missing = [one for one in links if not (document.parent / one).exists()]
    missing += [one for one in named if not (ROOT / one).exists()]
    assert missing == []


def test_the_map_of_the_architecture_names_folders_and_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1] for row in text.splitlines() if re.match(r"\| `(engine|sources|supervisor)/", row)]
    for row in rows:
        first, *others = re.findall(r"`([^`]+)`", row)
        folder = ROOT / first if first.endswith("/") else (ROOT / first).parent
        for name in (ROOT / first.replace("<source>/", ""), *(folder / other for other in others)):
            assert name.exists() or (folder.parent / name.name).exists(), f"{row}: {name}"
    assert len(rows) > 10


def test_the_readme_names_the_two_commands_and_what_they_need() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    assert "apt-get install python3-venv python3-dev gcc make" in text
