"""From `rules_files` and `-r` to the files that are loaded."""

import hashlib
from pathlib import Path

import pytest

from engine.errors import ConfigError
from supervisor import rulefiles


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d/deeper").mkdir(parents=True)
    for name in ("b.yaml", "a.yml", "c.txt", "deeper/x.yaml"):
        (tmp_path / "d" / name).write_text(name)
    (tmp_path / "d/link.yaml").symlink_to(tmp_path / "d/c.txt")
    (tmp_path / "one.yaml").write_text("one")
    return tmp_path


def test_a_folder_is_its_yaml_files_by_name_and_nothing_deeper(folder: Path) -> None:
    assert folder.is_dir()
    found = rulefiles.resolve(["one.yaml", "d", "d/"])
    names = ("a.yml", "b.yaml", "link.yaml")
    assert found.files == ("one.yaml", *(f"d/{name}" for name in names), *(f"d/{name}" for name in names))
    assert found.folders == ("d", "d/")


def test_another_ending_is_passed_over_silently(folder: Path) -> None:
    assert rulefiles.resolve([str(folder / "d/c.txt")]).files == ()


def test_what_does_not_exist_is_dropped_from_the_configuration_only(folder: Path) -> None:
    assert folder.is_dir()
    assert rulefiles.configured(["missing.yaml", "one.yaml", "d"]) == ["one.yaml", "d"]
    assert rulefiles.resolve(["missing.yaml"]).files == ("missing.yaml",)
    with pytest.raises(ConfigError, match=r"^Could not open file missing\.yaml for reading$"):
        rulefiles.read(["missing.yaml"])


def test_bytes_that_are_no_text_survive(folder: Path) -> None:
    (folder / "odd.yaml").write_bytes(b"\xff- rule")
    files = rulefiles.read(["odd.yaml"])
    assert files[0].text.encode("utf-8", "surrogateescape") == b"\xff- rule"
    assert rulefiles.hashes(files) == {"odd.yaml": hashlib.sha256(b"\xff- rule").hexdigest()}
