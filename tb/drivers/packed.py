"""Packed structs, which a simulator shows to Python as one flat vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Layout: TypeAlias = "int | Mapping[str, Layout] | tuple[Layout, ...]"
"""Bits of a scalar, fields of a struct from the first declared, elements of an array from 0."""


def bits(layout: Layout) -> int:
    """Width of a layout."""
    if isinstance(layout, int):
        return layout
    return sum(bits(part) for _, part in _parts(layout))


def unpack(word: int, layout: Layout) -> Any:
    """Values of a packed word: int, dict or list as the layout says."""
    if isinstance(layout, int):
        return word & ((1 << layout) - 1)
    values: dict[Any, Any] = {}
    for key, part in _parts(layout):
        values[key] = unpack(word, part)
        word >>= bits(part)
    if isinstance(layout, tuple):
        return [values[i] for i in range(len(layout))]
    return {name: values[name] for name in layout}


def pack(values: Any, layout: Layout) -> int:
    """Packed word of values; fields that are not given are zero."""
    if isinstance(layout, int):
        return int(values) & ((1 << layout) - 1)
    word = shift = 0
    for key, part in _parts(layout):
        given = values.get(key, 0) if isinstance(values, Mapping) else values[key]
        word |= pack(given, part) << shift
        shift += bits(part)
    return word


def _parts(layout: Mapping[str, Layout] | tuple[Layout, ...]) -> list[tuple[Any, Layout]]:
    """Fields or elements from the lowest bit up."""
    if isinstance(layout, tuple):
        return list(enumerate(layout))
    return list(layout.items())[::-1]
