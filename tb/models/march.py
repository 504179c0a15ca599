"""What the self-test does, written down as march elements; it shares no code with the design."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chips.description import Chip
from tb.host.regmap import BistPattern, ProgOp
from tb.models.programming import Address, existing_cells, words

MASK = (1 << 64) - 1
SEED = 0x9E37_79B9_7F4A_7C15

# Each element goes up or down over all words; w and r are written and verified, 0 and 1 are the
# data and their inverse.
MARCH_C = ("up w0", "up r0 w1", "up r1 w0", "down r0 w1", "down r1 w0", "up r0")
INVERTED = ("up w0", "up r0", "up w1", "up r1")


class Step(NamedTuple):
    """One operation on one word, with the level that each cell has to have."""

    op: ProgOp
    address: Address
    targets: dict[int, int]


def march(chip: Chip, pattern: BistPattern, first: Address, last: Address) -> Iterator[Step]:
    """Every operation on a word in the order of the self-test."""
    order = words(chip, first, last)
    for element in MARCH_C if pattern is BistPattern.MARCH_C else INVERTED:
        direction, *steps = element.split()
        for word in order if direction == "up" else reversed(order):
            for step in steps:
                op = ProgOp.WRITE if step[0] == "w" else ProgOp.VERIFY
                yield Step(op, word, _targets(chip, pattern, word, step[1] == "1"))


def _targets(chip: Chip, pattern: BistPattern, word: Address, inverted: bool) -> dict[int, int]:
    top = chip.chip.levels - 1
    return {
        cell: top * (_bit(chip, pattern, word, cell) ^ inverted)
        for cell in existing_cells(chip, word)
    }


def _bit(chip: Chip, pattern: BistPattern, word: Address, cell: int) -> int:
    if pattern is BistPattern.CHECKERBOARD:
        return (cell + word.row) % 2
    if pattern is BistPattern.RANDOM:
        return _scrambled(chip, word, cell // 64) >> cell % 64 & 1
    return 0


def _scrambled(chip: Chip, word: Address, block: int) -> int:
    """Two rounds of xorshift64 (Marsaglia, J. Stat. Soft. 8(14), 2003) on the packed address."""
    pins = chip.pins
    state = SEED ^ block << 56 ^ (word.layer << pins.group | word.group) << pins.row ^ word.row
    for _ in range(2):
        state ^= state << 13 & MASK
        state ^= state >> 7
        state ^= state << 17 & MASK
    return state
