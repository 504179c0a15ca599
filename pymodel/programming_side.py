"""Programming and sensing pins of the macro: high-voltage intervals and sense strobes."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.geometry import DAC_CODES
from pymodel.cell import CellArray, columns_of, draw_count, pulse_draws
from pymodel.device import Device
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION, Drive, Sense
from pymodel.rng import EventNormals, FloatArray, Stream
from pymodel.sense import reference_ohm, residual_s
from pymodel.stress import stress_rate
from pymodel.switching import (
    WIDTH_MIN_S,
    ResetPulse,
    SetPulse,
    channel_ohm,
    reset_pulse,
    set_pulse,
)

SETTLED_TAUS = 40.0  # a line that was bled for so many time constants counts as discharged


class ChargedLine(NamedTuple):
    """Columns that the last high voltage left charged."""

    layer: int
    group: int
    mask: int
    volts: float


class ProgrammingSide:
    """All cell arrays of the chip behind their line drivers and sense amplifiers.

    The polarity pin routes the high voltage: to the enabled bit lines in the SET direction, to
    the enabled source lines in the RESET direction; all other lines are at ground.
    """

    def __init__(
        self, chip: Chip, device: Device, seed: int, die: int, temperature_k: float
    ) -> None:
        self._chip, self._device = chip, device
        self.sense_noise = True
        layers = range(len(chip.layers))
        self.arrays = [CellArray(chip, device, k, seed, die, temperature_k) for k in layers]
        cells = chip.word_cells
        self._all = (1 << cells) - 1
        self._pulse_draws = EventNormals(
            seed, die, Stream.PULSE, (draw_count(device), cells), partial(pulse_draws, device)
        )
        self._sense_draws = EventNormals(seed, die, Stream.SENSE, (cells,), self._read_factors)
        self._set_pulse = lru_cache(maxsize=4096)(partial(set_pulse, device))
        self._reset_pulse = lru_cache(maxsize=4096)(partial(reset_pulse, device))
        self._channel_ohm = channel_ohm(device.access, chip.programming.wl_sense_mv * 1e-3)
        self._charged = ChargedLine(0, 0, 0, 0.0)
        self._seen = np.empty(cells, np.float32)
        self._above = np.empty(cells, np.bool_)

    def _read_factors(self, block: FloatArray) -> FloatArray:
        """Normals to factors of the sensed resistance, in place."""
        block *= np.float32(self._device.sensing.noise_rms_relative)
        block += 1
        return block

    def _array(self, layer: int, group: int, row: int) -> CellArray:
        """Array that an address selects.

        Raises
        ------
        InputError
            The chip has no such word.
        """
        if 0 <= layer < len(self.arrays):
            array = self.arrays[layer]
            if 0 <= group < array.shape[0] and 0 <= row < array.shape[1]:
                return array
        raise InputError(f"address layer {layer}, group {group}, row {row}: no such word")

    def _volts(self, name: str, code: int) -> float:
        if not 0 <= code < DAC_CODES:
            raise InputError(f"{name} {code}, allowed are 0..{DAC_CODES - 1}")
        return code * self._chip.programming.dac_step_mv * 1e-3

    def _columns(self, mask: int) -> int:
        if not 0 <= mask <= self._all:
            raise InputError(f"column mask {mask:#x}, allowed are 0..{self._all:#x}")
        return mask

    def drive(self, pins: Drive) -> None:
        """What an interval of high voltage does to the cells.

        Intervals under 1 ns move nothing.

        Raises
        ------
        InputError
            An address, code or mask that does not exist, a negative or too long interval.
        """
        array = self._array(pins.layer, pins.group, pins.row)
        if pins.polarity == SET_DIRECTION:
            enabled, line_v = pins.bl_en, self._volts("bl_dac", pins.bl_dac)
        else:
            enabled, line_v = pins.sl_en, self._volts("sl_dac", pins.sl_dac)
        wl_v = self._volts("wl_dac", pins.wl_dac) if pins.wl_en else 0.0
        self._columns(enabled)
        if pins.duration_s < 0:
            raise InputError(f"high voltage for {pins.duration_s:g} s, must not be negative")
        if pins.duration_s < WIDTH_MIN_S or not enabled or line_v <= 0:
            return
        self._charged = ChargedLine(pins.layer, pins.group, enabled, line_v)
        self._pulse(array, pins, enabled, wl_v, line_v)

    def _pulse(
        self, array: CellArray, pins: Drive, enabled: int, wl_v: float, line_v: float
    ) -> None:
        """Stress of the half-selected cells, then the pulse on the selected ones."""
        group, row = pins.group, pins.row
        columns = columns_of(enabled, self._chip.word_cells)
        direction = SET_DIRECTION if pins.polarity == SET_DIRECTION else RESET_DIRECTION
        stress_s = pins.duration_s * stress_rate(self._device.disturb, line_v)
        array.stress.add_lines(group, direction, columns.weight, stress_s)
        if wl_v <= self._device.access.threshold_v:
            return
        masked_s = stress_s * self._device.disturb.masked_fraction
        array.stress.add_row(group, row, direction, masked_s)
        draws = self._pulse_draws.next()
        if direction == SET_DIRECTION:
            pulse: SetPulse = self._set_pulse(wl_v, line_v, pins.duration_s)
            array.set_pulse(group, row, columns.mask, pulse, draws, pins.now_s)
        else:
            drop: ResetPulse = self._reset_pulse(wl_v, line_v, pins.duration_s)
            array.reset_pulse(group, row, columns.mask, drop, draws, pins.now_s)

    def sense(self, pins: Sense) -> int:
        """One bit per column: 1 where the resistance is above the reference, or none is seen.

        The reference path holds a transistor at the nominal word line, so the channel of the
        selected cells counts by its difference to that one.

        Raises
        ------
        InputError
            An address, code or mask that does not exist, or a negative bleed time.
        """
        array = self._array(pins.layer, pins.group, pins.row)
        closed = self._all & ~self._columns(pins.bl_en)
        wl_v = self._volts("wl_dac", pins.wl_dac) if pins.wl_en else 0.0
        series_ohm = channel_ohm(self._device.access, wl_v) - self._channel_ohm
        limit_ohm = reference_ohm(pins.ref_code) - series_ohm
        if math.isinf(series_ohm):
            return self._all
        resistance = array.seen(pins.group, pins.row, pins.now_s)
        if self.sense_noise:
            resistance = np.multiply(resistance, self._sense_draws.next(), out=self._seen)
        if pins.bleed_s < SETTLED_TAUS * self._device.sensing.bleed_tau_s:
            resistance = self._with_residual(resistance, pins)
        np.greater(resistance, limit_ohm, out=self._above)
        bits = np.packbits(self._above, bitorder="little").tobytes()
        return int.from_bytes(bits, "little") | closed

    def _with_residual(self, resistance: FloatArray, pins: Sense) -> FloatArray:
        """Resistances that the sense amplifiers see on lines that are still charged, in ohms."""
        charged = self._charged
        if (charged.layer, charged.group) != (pins.layer, pins.group):
            return resistance
        extra_s = residual_s(self._device.sensing, charged.volts, pins.bleed_s)
        mask = columns_of(charged.mask, self._chip.word_cells).mask
        with np.errstate(divide="ignore"):  # a column without cell that is not charged is open
            return np.reciprocal(np.reciprocal(resistance) + np.float32(extra_s) * mask)
