"""Rows of an experiment as text: frozen dataclasses, one line each, tabs between the fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any


def lines(kind: type[Any], rows: Iterable[Any]) -> list[str]:
    """Heading and rows of dataclass `kind`."""
    heading = "\t".join(field.name for field in fields(kind))
    return [heading, *("\t".join(map(_text, astuple(row))) for row in rows)]


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
