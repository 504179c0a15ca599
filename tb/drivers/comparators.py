"""Comparator decisions and the label that follows from them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple


class Decision(NamedTuple):
    """A label, and whether no class has beaten all others."""

    label: int
    ambiguous: bool


def pairs(classes: int) -> list[tuple[int, int]]:
    """Pairs (i < j) in the order of the comparator outputs."""
    return list(combinations(range(classes), 2))


def decide(bits: int, classes: int) -> Decision:
    """Label of comparator outputs: most wins, then the lowest index.

    Parameters
    ----------
    bits
        Bit n is 1 where pair n = (i, j) found V_i >= V_j.
    """
    wins = Counter(i if bits >> n & 1 else j for n, (i, j) in enumerate(pairs(classes)))
    most = max(wins.values())
    return Decision(min(c for c in wins if wins[c] == most), most < classes - 1)


def compare(voltages: Sequence[float]) -> int:
    """Outputs of ideal comparators on the voltages of the classes."""
    outputs = [voltages[i] >= voltages[j] for i, j in pairs(len(voltages))]
    return sum(1 << n for n, output in enumerate(outputs) if output)


def circle(classes: int, members: Sequence[int]) -> int:
    """Outputs with which `members` beat all others, and each the next of them, in a circle.

    The members share the most wins when their number is odd and each beats the half after it.
    """
    rank = {member: n for n, member in enumerate(members)}
    outputs = [_beats(i, j, rank) for i, j in pairs(classes)]
    return sum(1 << n for n, output in enumerate(outputs) if output)


def _beats(i: int, j: int, rank: dict[int, int]) -> bool:
    if i in rank and j in rank:
        return (rank[j] - rank[i]) % len(rank) <= len(rank) // 2
    if i in rank or j in rank:
        return i in rank
    return i < j


def random_bits(rng: random.Random, classes: int) -> int:
    """Any outputs, transitive or not."""
    return rng.getrandbits(len(pairs(classes)))
