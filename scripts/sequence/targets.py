"""The levels that a stimulus returns: what the cells of some words should hold in the end."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from chips.description import Chip
from chips.errors import InputError
from scripts.sequence.cells import Targets, Word


def targets_of(returned: Any, chip: Chip) -> Targets:
    """What a stimulus returned, checked; nothing asks for no level.

    Raises
    ------
    InputError
        It is no dict, or names a word or a level that the chip does not have.
    """
    if returned is None:
        return {}
    if not isinstance(returned, dict):
        kind = type(returned).__name__
        raise InputError(f"returned {kind}, must be a dict {{(layer, group, row): levels}}")
    words = {_word(key, chip): levels for key, levels in returned.items()}
    return {word: _levels(word, levels, chip) for word, levels in words.items()}


def _word(key: Any, chip: Chip) -> Word:
    if not (isinstance(key, tuple) and len(key) == 3 and all(map(_whole, key))):
        raise InputError(f"returned levels of {_shown(key)}, must be (layer, group, row)")
    layer, group, row = map(int, key)
    known = 0 <= layer < len(chip.geometry)
    if known:
        shape = chip.geometry[layer]
        known = 0 <= group < shape.groups and 0 <= row < shape.rows
    if not known:
        raise InputError(f"returned levels of word {layer}/{group}/{row}: no such word")
    return layer, group, row


def _levels(word: Word, levels: Any, chip: Chip) -> list[int | None]:
    where = f"returned for word {'/'.join(map(str, word))}"
    if not isinstance(levels, Iterable):
        raise InputError(f"{where} {_shown(levels)}, must be a list of levels")
    found = list(levels)
    if len(found) > chip.word_cells:
        raise InputError(f"{where} {len(found)} levels, it has {chip.word_cells} cells")
    for level in found:
        if level is not None and not (_whole(level) and 0 <= level < chip.chip.levels):
            allowed = f"0..{chip.chip.levels - 1} or None"
            raise InputError(f"{where} level {_shown(level)}, allowed are {allowed}")
    return [None if level is None else int(level) for level in found]


def _whole(value: Any) -> bool:
    return isinstance(value, Integral)


def _shown(value: Any) -> str:
    """A value in one line."""
    return " ".join(repr(value).split())
