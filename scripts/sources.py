"""Which sources a result belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from chips.errors import InputError
from sim.sources import ROOT


def digest(names: Iterable[str]) -> str:
    """Hash of the named files of the project, and of all files in its named folders but tests."""
    found = set()
    for name in names:
        path = ROOT / name
        files = path.rglob("*") if path.is_dir() else [path]
        found |= {p for p in files if p.is_file() and not _decides_nothing(p)}
    total = hashlib.sha256()
    for path in sorted(found):
        total.update(f"{path.relative_to(ROOT)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def file_hash(file: str | Path) -> str:
    """SHA-256 of a file.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None


def _decides_nothing(path: Path) -> bool:
    return path.suffix == ".pyc" or (path.name.startswith("test_") and path.suffix == ".py")
