"""The downloader: what it accepts, and that it leaves nothing behind when it refuses."""

from __future__ import annotations

import hashlib
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from chips import InputError
from scripts.fetch_data import RECORD_BYTES, Archive, fetch

RECORDS = 3


def make_archive(folder: Path, size: int = RECORDS * RECORD_BYTES) -> Archive:
    """A small archive of the same form, served from a file URL."""
    inner = folder / "test_batch.bin"
    inner.write_bytes(bytes(size))
    packed = folder / "packed.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(inner, "cifar-10-batches-bin/test_batch.bin")
    md5 = hashlib.md5(packed.read_bytes(), usedforsecurity=False).hexdigest()
    return Archive(packed.as_uri(), md5, ("test_batch.bin",), RECORDS)


def test_a_good_archive_is_unpacked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = fetch(make_archive(tmp_path), out)
    assert files == [out / "test_batch.bin"]
    assert files[0].stat().st_size == RECORDS * RECORD_BYTES


def test_a_wrong_md5_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    archive = replace(make_archive(tmp_path), md5="0" * 32)
    with pytest.raises(InputError, match=r"md5 is .* must be 0000"):
        fetch(archive, out)
    assert not out.exists()


def test_a_truncated_member_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"test_batch\.bin: 3000 bytes, must be 9219"):
        fetch(make_archive(tmp_path, size=3000), out)
    assert not out.exists()


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    archive = replace(make_archive(tmp_path), members=("data_batch_1.bin",))
    with pytest.raises(InputError, match=r"holds no data_batch_1\.bin"):
        fetch(archive, tmp_path / "out")


def test_an_unreachable_address_is_one_line(tmp_path: Path) -> None:
    archive = Archive((tmp_path / "none.tar.gz").as_uri(), "0" * 32, ())
    with pytest.raises(InputError, match=r"none\.tar\.gz"):
        fetch(archive, tmp_path / "out")
