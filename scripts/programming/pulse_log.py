"""What the pins of the macro did to the cells: every pulse, and what the senses drew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from pymodel.cell import columns_of
from pymodel.device import Device
from pymodel.macro import Macro
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION, Drive, Sense
from scripts.programming.places import BoolArray, word_number

PULSES_KEPT = 4096  # as tuples, before they are packed


class Sweep(IntEnum):
    """The operation that a pulse belongs to."""

    FORM = 0
    WRITE = 1


class Kind(IntEnum):
    """What a pulse is for."""

    FORM = 0
    SET = 1
    RESET = 2


@dataclass(frozen=True)
class Pulses:
    """Intervals of high voltage in order of time, one row per pulse (n,).

    sweep: of `Sweep`. direction: polarity pin. word: number of the word. cells: driven columns,
    packed bits (n, bytes), lowest first. wl_v, line_v: word line, and bit or source line, in volts.
    width_s: duration in seconds.
    """

    sweep: npt.NDArray[np.uint8]
    direction: npt.NDArray[np.uint8]
    word: npt.NDArray[np.int32]
    cells: npt.NDArray[np.uint8]
    wl_v: npt.NDArray[np.float32]
    line_v: npt.NDArray[np.float32]
    width_s: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.word)

    @property
    def kind(self) -> npt.NDArray[np.uint8]:
        """`Kind` of each pulse: in the SET direction FORM during the FORM sweep, SET otherwise."""
        setting = np.where(self.sweep == Sweep.FORM, Kind.FORM, Kind.SET)
        return np.where(self.direction == RESET_DIRECTION, Kind.RESET, setting).astype(np.uint8)

    def driven(self, chip: Chip) -> BoolArray:
        """Driven columns, bool (n, cells)."""
        bits = np.unpackbits(self.cells, axis=1, count=chip.word_cells, bitorder="little")
        return bits.view(np.bool_)

    def of(self, chosen: npt.NDArray[np.bool_]) -> Pulses:
        """Some of them."""
        return Pulses(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


class LoggingMacro(Macro):
    """One die that lists its pulses and sums what its senses see.

    Attributes
    ----------
    sweep
        What the pulses from now on belong to.
    sensed_s
        Conductances of all cells that were sensed, summed over all strobes, in siemens.
    """

    def __init__(self, chip: Chip, device: Device, *, seed: int) -> None:
        super().__init__(chip, device, seed=seed)
        self.sweep = Sweep.FORM
        self.sensed_s = 0.0
        self._recent: list[tuple[Sweep, Drive]] = []
        self._packed: list[Pulses] = [_packed(chip, [])]

    def drive(self, pins: Drive) -> None:
        """An interval of high voltage has ended."""
        super().drive(pins)
        self._recent.append((self.sweep, pins))
        if len(self._recent) == PULSES_KEPT:
            self._pack()

    def sense(self, pins: Sense) -> int:
        """A sense strobe."""
        array = self._layer_array(pins.layer)
        weight = columns_of(pins.bl_en, self.chip.word_cells).weight
        self.sensed_s += float(weight @ (1 / array.resistance_ohm[pins.group, pins.row]))
        return super().sense(pins)

    @property
    def pulses(self) -> Pulses:
        """All pulses so far."""
        self._pack()
        columns = zip(*(part.arrays().values() for part in self._packed), strict=True)
        return Pulses(*(np.concatenate(parts) for parts in columns))

    def snapshot(self, now_s: float) -> npt.NDArray[np.float32]:
        """Resistances of all words at a time, (words, cells), in ohms; infinite: no cell."""
        layers = [self.resistances(layer, now_s) for layer in range(len(self.chip.layers))]
        return np.concatenate([layer.reshape(-1, self.chip.word_cells) for layer in layers])

    def most_cycles(self) -> npt.NDArray[np.int64]:
        """SET cycles of the cell of each group that has seen most, in programming order."""
        layers = [self.cycles(layer).max(axis=(1, 2)) for layer in range(len(self.chip.layers))]
        return np.concatenate(layers).astype(np.int64)

    def _pack(self) -> None:
        self._packed.append(_packed(self.chip, self._recent))
        self._recent = []


def _packed(chip: Chip, recent: list[tuple[Sweep, Drive]]) -> Pulses:
    width, dac_v = (chip.word_cells + 7) // 8, chip.programming.dac_step_mv * 1e-3
    lines = list(_lines(recent))
    masks = b"".join(mask.to_bytes(width, "little") for mask, _ in lines)
    return Pulses(
        sweep=np.array([sweep for sweep, _ in recent], np.uint8),
        direction=np.array([pins.polarity for _, pins in recent], np.uint8),
        word=np.array([word_number(chip, p.layer, p.group, p.row) for _, p in recent], np.int32),
        cells=np.frombuffer(masks, np.uint8).reshape(-1, width),
        wl_v=np.array([pins.wl_dac * dac_v for _, pins in recent], np.float32),
        line_v=np.array([code * dac_v for _, code in lines], np.float32),
        width_s=np.array([pins.duration_s for _, pins in recent], np.float64),
    )


def _lines(recent: list[tuple[Sweep, Drive]]) -> Iterator[tuple[int, int]]:
    """Driven columns and code of the lines that the polarity pin gives the high voltage to."""
    for _, pins in recent:
        setting = pins.polarity == SET_DIRECTION
        yield (pins.bl_en, pins.bl_dac) if setting else (pins.sl_en, pins.sl_dac)
