"""Which sources a trace belongs to."""

from __future__ import annotations

from scripts import sources

NAMES = ("chips", "pymodel", "rtl", "sim", "tb", "requirements.txt")


def digest() -> str:
    """Hash of every file that may change a trace, tools included."""
    return sources.digest(NAMES)
