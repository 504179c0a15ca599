"""What the analog test multiplexer puts on its pad.

Volts, but for the sense reference: the pad then connects the reference resistor itself, so that
what a meter shows is its resistance in ohms.
"""

from __future__ import annotations

from collections.abc import Callable

from chips.description import Chip
from chips.errors import InputError
from pymodel.compute_side import ComputeSide
from pymodel.pins import SET_DIRECTION, TestPad
from pymodel.read_side import ReadSide
from pymodel.sense import reference_ohm

SELECTIONS = 16
FIRST_LAYER = 8  # held output of layer k at 8 + k: first channel, first position


class AnalogTest:
    """The multiplexer of one macro; a selection without meaning leaves the pad at ground."""

    def __init__(self, chip: Chip, read: ReadSide, compute: ComputeSide) -> None:
        self._dac_v = chip.programming.dac_step_mv * 1e-3
        self._read, self._compute = read, compute
        self._points: dict[int, Callable[[TestPad], float]] = {
            1: self._bit_line,
            2: self._source_line,
            3: self._word_line,
            4: lambda pins: reference_ohm(pins.ref_code),
            5: lambda pins: read.node_v(pins.bank, pins.now_s),
        }
        for layer in range(len(chip.layers)):
            self._points[FIRST_LAYER + layer] = self._output_of(layer)

    def pad(self, pins: TestPad) -> float:
        """The pad at `pins.now_s`.

        Raises
        ------
        InputError
            No such selection.
        """
        if not 0 <= pins.select < SELECTIONS:
            raise InputError(f"analog test {pins.select}, allowed are 0..{SELECTIONS - 1}")
        point = self._points.get(pins.select)
        return point(pins) if point else 0.0

    def _bit_line(self, pins: TestPad) -> float:
        driven = pins.hv_on and pins.polarity == SET_DIRECTION and pins.bl_en
        return pins.bl_dac * self._dac_v if driven else 0.0

    def _source_line(self, pins: TestPad) -> float:
        driven = pins.hv_on and pins.polarity != SET_DIRECTION and pins.sl_en
        return pins.sl_dac * self._dac_v if driven else 0.0

    def _word_line(self, pins: TestPad) -> float:
        return pins.wl_dac * self._dac_v if pins.wl_en else 0.0

    def _output_of(self, layer: int) -> Callable[[TestPad], float]:
        return lambda pins: float(self._compute.held_v(layer).flat[0])
