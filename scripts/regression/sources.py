"""Which sources a trace belongs to."""

from __future__ import annotations

import hashlib

from sim.sources import ROOT

FOLDERS = ("chips", "pymodel", "rtl", "sim", "tb")
FILES = ("requirements.txt",)


def digest() -> str:
    """Hash of every file that may change a trace, tools included."""
    found = [ROOT / name for name in FILES]
    for folder in FOLDERS:
        found += (p for p in (ROOT / folder).rglob("*") if p.is_file() and p.suffix != ".pyc")
    total = hashlib.sha256()
    for path in sorted(found):
        total.update(f"{path.relative_to(ROOT)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
