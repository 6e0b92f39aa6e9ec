"""Capture files in pieces, plain and packed."""

import gzip
from pathlib import Path

import pytest

from engine.errors import SourceError
from sources.syscall.files import PIECE, CaptureFile

TEXT = bytes(range(256)) * 4096


def content(path: Path) -> bytes:
    file = CaptureFile(str(path))
    found = bytearray()
    while not file.ended:
        piece = file.piece()
        assert len(piece) <= 4 * PIECE
        found += piece
    file.close()
    return bytes(found)


@pytest.mark.parametrize(
    "stored",
    [TEXT, TEXT[:PIECE], b"", gzip.compress(TEXT), gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])],
    ids=["plain", "one piece", "empty", "packed", "two members"],
)
def test_a_file_is_given_whole_in_bounded_pieces(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "f").write_bytes(stored)
    expected = gzip.decompress(stored) if stored[:2] == b"\x1f\x8b" else stored
    assert content(tmp_path / "f") == expected


def test_a_packed_file_that_is_cut_ends_where_it_ends(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(gzip.compress(TEXT)[:-2000])
    assert TEXT.startswith(content(tmp_path / "f"))


def test_what_follows_the_last_member_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(gzip.compress(TEXT) + b"rubbish")
    assert content(tmp_path / "f") == TEXT


def test_a_small_file_cannot_unpack_to_much_at_once(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(gzip.compress(bytes(50_000_000), 9))
    file = CaptureFile(str(tmp_path / "f"))
    assert len(file.piece()) <= 4 * PIECE
    file.close()


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"can't open file .*: No such file or directory"):
        CaptureFile(str(tmp_path / "none"))


def test_packed_rubbish_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\x1f\x8b" + b"rubbish" * 10)
    file = CaptureFile(str(tmp_path / "f"))
    with pytest.raises(SourceError, match="error reading file"):
        file.piece()
    file.close()
