"""Counter-based random streams.

Every stream is a Philox generator whose key is (seed, die) and whose counter starts at a fixed
offset for (stream, index). What one stream draws never depends on how much another has drawn, nor
in which order they are used. There is no global random state.

Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Philox4x64-10).
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from chips.errors import InputError

WORD_MAX = 2**64 - 1
EVENTS_PER_BLOCK = 1024

FloatArray = npt.NDArray[np.float32]


class Stream(enum.IntEnum):
    """What the random numbers are for; the value is the counter's highest word."""

    CELL = 0  # index: layer; thresholds and virgin resistances of its cells
    PULSE = 1  # index: block of drive events
    SENSE = 2  # index: block of sense events
    IMAGE = 3  # index: image; stage and comparator noise
    MISMATCH = 4  # index: layer; MAC instances
    COMPARATOR = 5  # offsets
    PRESET = 6  # index: layer; resistances of cells that are set directly
    LIFE = 7  # index: layer; cycles that its cells live
    MIRROR = 8  # index: layer; scale and offset of its current mirrors
    BUFFER = 9  # index: layer; offsets of its hold buffers
    READ = 10  # index: image; read noise of the MACs
    CONDUCTANCE = 11  # index: layer; programming errors of multi-level cells
    AGEING = 12  # index: layer; drift of multi-level cells
    DEFECT = 13  # stuck cells


def require_word(name: str, value: int) -> int:
    """`value` if it fits one 64-bit word of a Philox key or counter.

    Raises
    ------
    InputError
        Negative, or 2^64 or more.
    """
    if not 0 <= value <= WORD_MAX:
        raise InputError(f"{name} is {value}, allowed are 0..2^64 - 1")
    return value


def generator(seed: int, die: int, stream: Stream, index: int = 0) -> np.random.Generator:
    """Generator of one stream.

    Raises
    ------
    InputError
        `seed`, `die` or `index` outside 0..2^64 - 1.
    """
    key = np.array([require_word("seed", seed), require_word("die", die)], np.uint64)
    counter = np.array([0, 0, require_word("index", index), stream], np.uint64)
    return np.random.Generator(np.random.Philox(counter=counter, key=key))


def normals(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Standard normal numbers, float32 of `shape`."""
    return rng.standard_normal(shape, dtype=np.float32)


class IndexedNormals:
    """Standard normal numbers by index: `draw(i)` is the same whenever it is asked for."""

    def __init__(self, seed: int, die: int, stream: Stream, size: int) -> None:
        self._size = size
        self._rng = generator(seed, die, stream)
        self._start = self._rng.bit_generator.state

    def draw(self, index: int) -> FloatArray:
        """Numbers of `index`, float32 (size,)."""
        self._start["state"]["counter"][2] = require_word("index", index)
        self._rng.bit_generator.state = self._start
        return normals(self._rng, self._size)


class EventNormals:
    """Standard normal numbers of successive events, one row each, drawn a block ahead.

    Row i belongs to event i of the stream. `transform` turns a block (events, *shape) of normals
    into what the events need, so that its cost is shared by the block.
    """

    def __init__(
        self,
        seed: int,
        die: int,
        stream: Stream,
        shape: tuple[int, ...],
        transform: Callable[[FloatArray], FloatArray],
    ) -> None:
        self._seed, self._die, self._stream = seed, die, stream
        self._shape = (EVENTS_PER_BLOCK, *shape)
        self._transform = transform
        self._blocks = 0
        self._rows: list[FloatArray] = []
        generator(seed, die, stream)  # refuses an unusable seed now, not at the first event

    def next(self) -> FloatArray:
        """Row of the next event, float32 of `shape`; valid until the block is used up."""
        if not self._rows:
            rng = generator(self._seed, self._die, self._stream, self._blocks)
            self._blocks += 1
            self._rows = list(self._transform(normals(rng, *self._shape))[::-1])
        return self._rows.pop()
