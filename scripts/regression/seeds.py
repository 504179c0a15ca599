"""Seeds as a user writes them: `7`, `1..100`, `3,5,9..12`."""

from __future__ import annotations

from chips.errors import InputError
from sim.runner import SEED_MAX

MOST = 100_000


def parse_seeds(text: str) -> list[int]:
    """The seeds in rising order, each once.

    Raises
    ------
    InputError
        It is no such list, a seed is out of range, or there are too many.
    """
    ranges = [_range(text, part.strip()) for part in text.split(",")]
    if sum(len(part) for part in ranges) > MOST:
        raise InputError(f"SEEDS={text}: allowed are at most {MOST:,} seeds")
    return sorted({seed for part in ranges for seed in part})


def _range(text: str, part: str) -> range:
    first, dots, last = part.partition("..")
    ends = (first, last) if dots else (first, first)
    if not all(end.isascii() and end.isdigit() for end in ends):
        raise InputError(f"SEEDS={text}: '{part}' is neither a seed nor a range such as 1..100")
    low, high = map(int, ends)
    if not 1 <= low <= high <= SEED_MAX:
        raise InputError(f"SEEDS={text}: '{part}', allowed are rising seeds of 1..{SEED_MAX}")
    return range(low, high + 1)
